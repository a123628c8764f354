/** `lines`: GPIO lines of the controller, of port expanders and of bridge ICs. */
import { pointer } from '../source/pointer.ts';
import type { NodeFacts } from './nodes.ts';
import { type Loose, members, type Rules, repeated } from './rule.ts';
import {
  choice,
  duration,
  type Facts,
  flag,
  idPattern,
  integer,
  object,
  optional,
  record,
  ref,
  text,
  withRules,
} from './schema.ts';

const line = object(
  {
    line: optional(text('Name of the line in the kernel (gpio-line-names).'), 'the key'),
    pin: optional(text('Pin of the controller, for people, for example E3.')),
    direction: choice(['in', 'out'], 'Direction as seen from the controller.'),
    activeLow: optional(flag('Whether the line is asserted while it is low.'), 'false'),
    initial: optional(flag('Logical value driven at start; outputs only.'), 'false'),
    keep: optional(flag('Whether an output keeps its level at start instead of `initial`.'), 'false'),
    bias: optional(choice(['pull-up', 'pull-down', 'disabled'], 'Bias of an input.'), 'as set by the kernel'),
    debounce: optional(duration('Time for which an input must be stable.'), 'none'),
    chassis: optional(
      ref('chassis', 'Chassis that carries the chip of the line; the line exists while it is plugged in.'),
    ),
    node: optional(
      ref<Loose<NodeFacts>>(
        'node',
        'Node whose bridge IC has the line, with `bit`; inputs only.',
        ({ id, bridgeIc }) =>
          bridgeIc === undefined
            ? {
                rule: 'node-use',
                message: `node "${id}" is not a bridge IC and has no lines`,
                hint: 'add "bridgeIc" to the node, or name another node',
              }
            : undefined,
      ),
    ),
    bit: optional(integer('Number of the line at the bridge IC.', { minimum: 0, maximum: 255 })),
  },
  'A GPIO line.',
);
export type LineFacts = Facts<typeof line>;

/** Properties that one direction has and the other does not. */
const ofOutputs = ['initial', 'keep'] as const;
const ofInputs = ['bias', 'debounce'] as const;

const rules: Rules<Loose<LineFacts>> = {
  *'line-use'(line, path) {
    if (line.direction === undefined) return;
    const [kind, others] = line.direction === 'in' ? ['input', ofOutputs] : ['output', ofInputs];
    for (const name of others.filter((each) => Object.hasOwn(line, each))) {
      const message = `"${name}" has no meaning for an ${kind}`;
      yield { path: pointer(path, name), at: 'name', message, hint: 'remove it' };
    }
  },

  *'node-use'({ node, bit, direction }, path) {
    if (node === undefined && bit === undefined) return;
    if (node === undefined || bit === undefined) {
      const [given, missing] = node === undefined ? ['bit', 'node'] : ['node', 'bit'];
      const message = `"${given}" is given without "${missing}"`;
      yield { path, message, hint: 'a line of a bridge IC needs both' };
    }
    if (direction !== 'out') return;
    const message = 'this daemon cannot drive a line of a bridge IC';
    yield { path: pointer(path, 'direction'), message, hint: 'write "direction: in"' };
  },
};

const listRules: Rules<Loose<Record<string, LineFacts>>> = {
  *'duplicate-line'(lines, path) {
    const all = members(lines, path);
    const kernelName = ({ name, item }: (typeof all)[number]) =>
      item.node === undefined ? (item.line ?? name) : `${item.node} ${item.bit}`;
    for (const { path: at, item, name } of repeated(all, kernelName)) {
      const message = `another entry is the kernel's line "${item.line ?? name}" as well`;
      const hint = 'a line can be requested once: use one entry in both places';
      yield item.line === undefined
        ? { path: at, at: 'name', message, hint }
        : { path: pointer(at, 'line'), message, hint };
    }
    // Each port expander numbers its own pins.
    const pinOf = ({ item: { pin, chassis } }: (typeof all)[number]) =>
      chassis === undefined ? pin : undefined;
    for (const { path: at, item } of repeated(all, pinOf)) {
      const message = `another line is on pin ${item.pin} as well`;
      yield { path: pointer(at, 'pin'), message, hint: 'correct one of the two' };
    }
  },
};

export const lines = optional(
  record(
    { ...idPattern, declares: { noun: 'line', space: 'line' } },
    withRules(line, rules),
    'GPIO lines by name. Other sections refer to lines by these names.',
    {
      example:
        'lines:\n  POWER_GOOD: { direction: in, pin: Z2, debounce: 5 ms }\n  BMC_READY: { direction: out, activeLow: true }',
      rules: listRules,
    },
  ),
);
