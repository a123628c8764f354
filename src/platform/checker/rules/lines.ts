/** Rules of lines across sections: an output serves one place, and a slot is switched by lines that keep power. */
import { pointer, pointerSteps } from '../../source/pointer.ts';
import { enclosing } from '../../vocabulary/chassis.ts';
import type { PartialPlatform } from '../../vocabulary/index.ts';
import { entries, members, type Rules } from '../../vocabulary/rule.ts';
import type { Finding } from '../finding.ts';
import type { Declaration, Reading, Reference } from '../reader.ts';

/** Outputs that two places drive. */
export function* checkOutputs({ declarations, references }: Reading): Iterable<Finding> {
  const users = new Map<string, Reference[]>();
  for (const reference of references) {
    if (reference.noun !== 'line' || reference.direction !== 'out') continue;
    const before = users.get(reference.name) ?? [];
    users.set(reference.name, [...before, reference]);
    const other = before.find((each) => !mayShare(each, reference));
    if (other === undefined) continue;
    const [first, second] = [other, reference].map(({ path }) => purpose(path, declarations));
    const message = `line "${reference.name}" is already ${first}, and cannot be ${second} as well`;
    const hint = 'an output has one purpose: name another line';
    yield { path: reference.path, rule: 'shared-output', message, hint };
  }
}

/** Indicators share a line with each other, and with one lamp. */
const mayShare = (one: Reference, other: Reference): boolean =>
  one.shared !== undefined &&
  other.shared !== undefined &&
  (one.shared === 'lights' || other.shared === 'lights');

/** The property that uses a line, in words: `"power.button" of system "host1"`. */
function purpose(path: string, declarations: readonly Declaration[]): string {
  const owner = declarations
    .filter((each) => each.path !== '' && path.startsWith(`${each.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (owner !== undefined)
    return `"${pointerSteps(path.slice(owner.path.length)).join('.')}" of ${owner.noun} "${owner.id}"`;
  return `"${pointerSteps(path).join('.')}"`;
}

export const lineRules: Rules<PartialPlatform> = {
  *'slot-use'({ lines, chassis }) {
    const carriers = new Map(members(lines, '/lines').map(({ name, item }) => [name, item.chassis]));
    for (const { path, item } of entries(chassis, '/chassis')) {
      for (const [property, name] of Object.entries(item.switch ?? {})) {
        const carrier = typeof name === 'string' ? carriers.get(name) : undefined;
        if (carrier === undefined || item.id === undefined || !enclosing(carrier, chassis).has(item.id))
          continue;
        const message = `line "${name}" is on a chip that "${item.id}" feeds: without that power it does not exist`;
        yield { path: pointer(path, 'switch', property), message, hint: 'name a line of the controller' };
      }
    }
  },
};
