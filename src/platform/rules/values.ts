/** Rules of numbers: limits in their order, times that make sense. */
import type { ButtonPowerFacts, ThresholdFacts } from '../schema.ts';
import { pointer } from '../source.ts';
import { entries, type Loose, members, type Rule, sensors } from './parts.ts';

/** Thresholds from the lowest; a caution of either side must leave room for a normal reading between them. */
const order: readonly (keyof ThresholdFacts)[] = [
  'lowerFatal',
  'lowerCritical',
  'lowerCaution',
  'upperCaution',
  'upperCritical',
  'upperFatal',
];

/** Shortest and longest sampling period, ms. */
const pollBounds = { least: 50, most: 24 * 3600 * 1000 };

const pulses: readonly (keyof ButtonPowerFacts)[] = [
  'onPulse',
  'gracefulPulse',
  'forceOffPulse',
  'resetPulse',
  'nmiPulse',
];

export const valueRules: Readonly<Record<string, Rule>> = {
  *'threshold-order'(board) {
    for (const { path, item } of sensors(board)) {
      const { thresholds = {} } = item;
      let before: { name: string; value: number } | undefined;
      for (const name of order) {
        const value = thresholds[name];
        if (value === undefined) continue;
        const side = before !== undefined && name.slice(0, 5) !== before.name.slice(0, 5);
        if (before !== undefined && (side ? value <= before.value : value < before.value)) {
          const message = `${name} ${value} is ${side ? 'not above' : 'below'} ${before.name} ${before.value}`;
          const hint = `from the lowest: ${order.join(', ')}`;
          yield { path: pointer(pointer(path, 'thresholds'), name), message, hint };
        }
        before = { name, value };
      }
    }
  },

  *'range-order'(board) {
    for (const { path, item } of sensors(board)) {
      const { min, max } = item.range ?? {};
      if (min === undefined || max === undefined || min < max) continue;
      yield {
        path: pointer(path, 'range'),
        message: `min ${min} is not below max ${max}`,
        hint: 'swap them',
      };
    }
  },

  *poll(board) {
    const polled = [
      ...entries(board.devices, '/devices'),
      ...entries(board.nodes, '/nodes'),
      ...sensors(board),
    ];
    for (const { path, item } of polled) {
      const { poll } = item;
      if (poll === undefined || (poll >= pollBounds.least && poll <= pollBounds.most)) continue;
      const message = `a sampling period of ${poll} ms is too ${poll < pollBounds.least ? 'short' : 'long'}`;
      yield { path: pointer(path, 'poll'), message, hint: 'between 50 ms and 24 h; 1 s is usual' };
    }
  },

  *pulse(board) {
    for (const { path: host, item } of entries(board.hosts, '/hosts')) {
      if (item.power?.kind === 'relay') continue;
      const power = (item.power ?? {}) as Loose<Partial<ButtonPowerFacts>>;
      const path = pointer(host, 'power');
      for (const name of pulses) {
        if (power[name] !== 0) continue;
        yield {
          path: pointer(path, name),
          message: `"${name}" takes no time`,
          hint: 'write how long, such as 1 s',
        };
      }
      const { onPulse, gracefulPulse, forceOffPulse } = power;
      for (const [name, shorter] of Object.entries({ onPulse, gracefulPulse })) {
        if (forceOffPulse === undefined || shorter === undefined || forceOffPulse > shorter) continue;
        yield {
          path: pointer(path, 'forceOffPulse'),
          message: `"forceOffPulse" is not longer than "${name}", so the host cannot tell the two apart`,
          hint: 'a forced off is a press of 4 s or more on most boards',
        };
      }
    }
  },

  *'one-source'(board) {
    const one = function* (path: string, what: string, given: Readonly<Record<string, unknown>>) {
      const names = Object.keys(given);
      const there = names.filter((name) => given[name] !== undefined);
      if (there.length === 1) return;
      const message =
        there.length === 0 ? `nothing says ${what}` : `both "${there.join('" and "')}" say ${what}`;
      yield { path, message, hint: `write one of "${names.join('", "')}"` };
    };
    for (const { path, item } of entries(board.indicators, '/indicators')) {
      const { line, led, node } = item;
      yield* one(path, `which light "${item.id}" is`, { line, led, node });
    }
    for (const { path, item } of entries(board.frus, '/frus')) {
      const { device, node } = item;
      yield* one(path, `what holds the inventory of "${item.id}"`, { device, node });
    }
    for (const { path, item } of entries(board.hosts, '/hosts')) {
      for (const [name, what] of [
        ['console', 'where the console'],
        ['postCodes', 'where the source of the codes'],
      ] as const) {
        const { device, node } = item[name] ?? {};
        if (item[name] !== undefined)
          yield* one(pointer(path, name), `${what} of "${item.id}" is`, { device, node });
      }
    }
  },

  *'node-use'(board) {
    const links = new Map(entries(board.nodes, '/nodes').map(({ item }) => [item.id, item]));
    for (const { path, item } of members(board.lines, '/lines')) {
      if (item.node === undefined && item.bit === undefined) continue;
      if (item.node === undefined || item.bit === undefined) {
        const [there, missing] = item.node === undefined ? ['bit', 'node'] : ['node', 'bit'];
        yield { path, message: `"${there}" stands without "${missing}"`, hint: 'a bridge IC needs both' };
      }
      if (item.direction === 'out')
        yield {
          path: pointer(path, 'direction'),
          message: 'a line of a bridge IC is not driven by this daemon',
          hint: 'write "direction: in"',
        };
      const node = links.get(item.node);
      if (node !== undefined && node.bridgeIc === undefined)
        yield {
          path: pointer(path, 'node'),
          message: `"${node.id}" is no bridge IC: it has no lines`,
          hint: 'say "bridgeIc" in the node, or name another',
        };
    }
    for (const { path, item } of entries(board.hosts, '/hosts')) {
      const node = links.get(item.console?.node);
      if (node?.link?.kind !== 'ipmb') continue;
      const message = `"${node.id}" is reached by IPMB, which carries no console`;
      yield {
        path: pointer(pointer(path, 'console'), 'node'),
        message,
        hint: 'name the serial port instead',
      };
    }
  },

  *'line-use'(board) {
    for (const { path, item } of members(board.lines, '/lines')) {
      const wrong =
        item.direction === 'in' ? ['initial', 'keep'] : item.direction === 'out' ? ['bias', 'debounce'] : [];
      for (const name of wrong.filter((name) => Object.hasOwn(item, name))) {
        const kind = item.direction === 'in' ? 'input' : 'output';
        const message = `"${name}" means nothing for an ${kind}`;
        yield { path: pointer(path, name), at: 'name', message, hint: 'leave it out' };
      }
    }
  },
};
