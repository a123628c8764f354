/** Rules of lines: each pin is one line, and no output is pulled two ways. */
import { pointer } from '../source.ts';
import { type At, type Board, entries, members, type Rule, repeated } from './parts.ts';

interface Use extends At<string> {
  /** What it is for, in words. */
  readonly what: string;
}

/** Every place that drives an output, by the key of the line. */
function outputs(board: Board): Use[] {
  const found: Use[] = [];
  const add = (line: string | undefined, path: string, what: string) => {
    if (line !== undefined) found.push({ item: line, path, what });
  };
  for (const { path, item } of entries(board.hosts, '/hosts')) {
    const power = pointer(path, 'power');
    const host = `host "${item.id}"`;
    if (item.power?.kind === 'relay') add(item.power.line, pointer(power, 'line'), `the relay of ${host}`);
    else if (item.power?.kind === 'gpio') {
      const { button, reset, nmi } = item.power;
      add(button, pointer(power, 'button'), `the power button of ${host}`);
      add(reset, pointer(power, 'reset'), `the reset of ${host}`);
      add(nmi, pointer(power, 'nmi'), `the diagnostic interrupt of ${host}`);
    }
  }
  for (const { path, item } of entries(board.adc, '/adc'))
    add(item.bridge?.line, pointer(pointer(path, 'bridge'), 'line'), `the bridge of "${item.sensor?.id}"`);
  for (const { path, item } of entries(board.chassis, '/chassis'))
    add(item.switch?.line, pointer(pointer(path, 'switch'), 'line'), `the switch of chassis "${item.id}"`);
  add(board.manager?.ready, '/manager/ready', 'the readiness of the manager');
  // A light may say several things: that is one use.
  const lights = new Set<string>();
  for (const { path, item } of entries(board.indicators, '/indicators')) {
    if (item.line === undefined || lights.has(item.line)) continue;
    lights.add(item.line);
    add(item.line, pointer(path, 'line'), `the light "${item.id}"`);
  }
  const lamps = entries(board.panel?.lamps, '/panel/lamps');
  for (const { path, item } of lamps) {
    add(item.power, pointer(path, 'power'), `the power lamp of "${item.host}"`);
    // A lamp of the panel may be a light besides, which goes before.
    if (item.fault !== undefined && !lights.has(item.fault))
      add(item.fault, pointer(path, 'fault'), `the fault lamp of "${item.host}"`);
  }
  return found;
}

export const lineRules: Readonly<Record<string, Rule>> = {
  *'shared-output'(board) {
    const first = new Map<string, Use>();
    for (const use of outputs(board)) {
      const other = first.get(use.item);
      if (other === undefined) first.set(use.item, use);
      else {
        const message = `line "${use.item}" is ${other.what} already, and cannot be ${use.what} too`;
        yield { path: use.path, message, hint: 'an output does one thing: name another line' };
      }
    }
  },

  *'slot-use'(board) {
    const carriers = new Map(members(board.lines, '/lines').map(({ name, item }) => [name, item.chassis]));
    const around = new Map(
      entries(board.chassis, '/chassis').map(({ item }) => [item.id, item.containedBy] as const),
    );
    const isInside = (chassis: string | undefined, other: string | undefined) => {
      const seen = new Set<string>();
      for (let next = chassis; next !== undefined && !seen.has(next); next = around.get(next)) {
        if (next === other) return true;
        seen.add(next);
      }
      return false;
    };
    for (const { path, item } of entries(board.chassis, '/chassis')) {
      if (item.switch === undefined) continue;
      const at = pointer(path, 'switch');
      const { line, good, latch, serviced } = item.switch;
      for (const [name, used] of Object.entries({ line, good, latch, serviced })) {
        if (used === undefined || !isInside(carriers.get(used), item.id)) continue;
        const message = `line "${used}" is on what "${item.id}" feeds: it is gone while that has no power`;
        yield { path: pointer(at, name), message, hint: 'name a line of the controller' };
      }
      if (serviced === undefined || latch !== undefined) continue;
      const message = '"serviced" means nothing without "latch"';
      yield { path: pointer(at, 'serviced'), at: 'name', message, hint: 'leave it out' };
    }
  },

  *'panel-use'({ panel }) {
    if (panel === undefined) return;
    const { select, longPress = 4_000, servicePress = 10_000 } = panel;
    const [contacts = 1, hosts = []] = [select?.lines?.length, entries(select?.hosts, '/panel/select/hosts')];
    for (const { path, item } of hosts.slice(2 ** contacts)) {
      const message = `${contacts} contacts have no number for "${item}"`;
      yield { path, message, hint: 'name all contacts of the hand switch in "lines"' };
    }
    if (servicePress > longPress) return;
    const at = panel.servicePress === undefined ? '/panel/longPress' : '/panel/servicePress';
    const message = '"servicePress" is not longer than "longPress", so nobody can press for the latter';
    yield { path: at, message, hint: '4 s and 10 s are usual' };
  },

  *'duplicate-line'(board) {
    const lines = members(board.lines, '/lines');
    const nameOf = ({ name, item }: (typeof lines)[number]) =>
      item.node === undefined ? (item.line ?? name) : `${item.node} ${item.bit}`;
    for (const { path, item, name } of repeated(lines, nameOf)) {
      const message = `another entry is the kernel's line "${item.line ?? name}" too`;
      const hint = 'a line can be requested once: use one entry in both places';
      yield item.line === undefined
        ? { path, at: 'name', message, hint }
        : { path: pointer(path, 'line'), message, hint };
    }
    const pinOf = ({ item: { pin, chassis } }: (typeof lines)[number]) =>
      // Pins of a port expander are counted anew on each.
      pin === undefined || chassis !== undefined ? undefined : pin;
    for (const { path, item } of repeated(lines, pinOf)) {
      const message = `another line is on pin ${item.pin} too`;
      yield { path: pointer(path, 'pin'), message, hint: 'correct one of the two' };
    }
  },
};
