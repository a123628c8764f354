/** Rules of names: an id denotes one entry, and a reference names an entry that fits. */

import { suggestion } from '../../../base/suggestion.ts';
import { pointer } from '../../source/pointer.ts';
import type { Finding } from '../finding.ts';
import type { Declaration, Reading, Reference } from '../reader.ts';

/** The entries among which an id is unique: all of its space, or those of one list. */
const scopeOf = ({ space, isLocal, path }: Declaration): string =>
  isLocal === true ? path.slice(0, path.lastIndexOf('/')) : space;

/** The choice of a device that a path is inside: the device itself or one of its second sources. */
function choiceOf(path: string): { readonly owner: string; readonly choice: string } {
  const [, section, entry, alternatives, choice] = path.split('/');
  const isAlternative = alternatives === 'alternatives' && choice !== undefined;
  return { owner: `${section}/${entry}`, choice: isAlternative ? choice : 'first' };
}

/**
 * Ids that a second entry has. Second sources of one device may share the ids of sensors: one of them is fitted.
 */
export function* checkIds(declarations: readonly Declaration[]): Iterable<Finding> {
  const known = new Map<string, { readonly owner: string; readonly choices: Set<string> }>();
  for (const declaration of declarations) {
    const { path, id, space } = declaration;
    const key = `${scopeOf(declaration)} ${id}`;
    const { owner, choice } = choiceOf(path);
    const before = known.get(key);
    if (before === undefined) known.set(key, { owner, choices: new Set([choice]) });
    else if (before.owner === owner && !before.choices.has(choice)) before.choices.add(choice);
    else {
      const message = `there is another ${space} "${id}"`;
      yield { rule: 'duplicate-id', path: pointer(path, 'id'), message, hint: 'give each an id of its own' };
    }
  }
}

/** References to entries that do not exist, or that do not fit. */
export function* checkReferences({ declarations, references }: Reading): Iterable<Finding> {
  const byNoun = new Map<string, Declaration[]>();
  for (const each of declarations) byNoun.get(each.noun)?.push(each) ?? byNoun.set(each.noun, [each]);
  for (const reference of references) {
    const declared = byNoun.get(reference.noun) ?? [];
    const targets = declared.filter(({ id }) => id === reference.name);
    if (targets.length === 0) yield missing(reference, declared);
    else yield* misfit(reference, targets);
  }
}

function missing({ path, name, noun, direction }: Reference, declared: readonly Declaration[]): Finding {
  const fitting = declared.filter(({ item }) => direction === undefined || directionOf(item) === direction);
  const hint = suggestion(
    name,
    fitting.map(({ id }) => id),
  );
  return { path, rule: 'reference', message: `there is no ${noun} "${name}"`, hint };
}

function* misfit(reference: Reference, targets: readonly Declaration[]): Iterable<Finding> {
  const { path, name, direction, demand } = reference;
  for (const { item } of targets) {
    const breach = item === undefined ? undefined : demand?.(item);
    if (breach !== undefined) yield { path, ...breach };
    const found = directionOf(item);
    if (direction === undefined || found === undefined || found === direction) continue;
    const hint = `name a line with "direction: ${direction}", or correct that of "${name}"`;
    const message = `line "${name}" is an ${words[found]}, not an ${words[direction]}`;
    yield { path, rule: 'direction', message, hint };
  }
}

const words = { in: 'input', out: 'output' } as const;

/** The direction of a line; undefined for other entries. */
function directionOf(item: unknown): 'in' | 'out' | undefined {
  const direction =
    typeof item === 'object' && item !== null && 'direction' in item ? item.direction : undefined;
  return direction === 'in' || direction === 'out' ? direction : undefined;
}
