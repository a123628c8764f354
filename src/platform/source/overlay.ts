/**
 * Overlays: a descriptor with `variantOf` states its differences from another one in the same directory. Mappings merge;
 * `null` removes a member. Lists whose items have an id merge item by item, new items are appended; such a list may also
 * be written as a mapping from id to changes, where `null` removes the item. Other lists and values are replaced.
 */
import { basename, dirname, join } from 'node:path';
import { vocabulary } from '../vocabulary/index.ts';
import type { Schema } from '../vocabulary/schema.ts';
import type { DescriptorFault } from './fault.ts';
import {
  type FilesRead,
  fault,
  type Member,
  type Place,
  readSource,
  type YamlMap,
  type YamlValue,
  yamlList,
  yamlMap,
  yamlScalar,
} from './yaml.ts';

/** The property that identifies the items of a list, by the name of the list. */
const keys: ReadonlyMap<string, string> = keysIn(vocabulary);

function keysIn(schema: Schema, name = '', found = new Map<string, string>()): Map<string, string> {
  if (schema['x-key'] !== undefined) found.set(name, schema['x-key']);
  for (const [inner, property] of Object.entries(schema.properties ?? {})) keysIn(property, inner, found);
  for (const value of Object.values(schema.patternProperties ?? {})) keysIn(value, name, found);
  for (const form of schema.anyOf ?? []) keysIn(form, name, found);
  if (schema.items !== undefined) keysIn(schema.items, '', found);
  return found;
}

/** The property that identifies the items of the list `name`; undefined for a list that is replaced as a whole. */
export const keyOfList = (name: string): string | undefined => keys.get(name);

/** A descriptor merged with every descriptor that it is a variant of. `above` lists the files that led to it. */
export function readDescriptor(
  file: string,
  read: FilesRead,
  above: readonly string[] = [],
): { root?: YamlValue; faults: DescriptorFault[] } {
  const { root, faults } = readSource(file, read);
  const parent = root?.kind === 'map' ? root.members.get('variantOf')?.value : undefined;
  if (root?.kind !== 'map' || parent === undefined) return root === undefined ? { faults } : { root, faults };
  const wrong = (rule: string, message: string, hint: string) => {
    faults.push(fault(parent.place, '/variantOf', rule, message, hint));
    return { faults };
  };
  const hint = 'write the name, without .yaml, of a descriptor in the same directory';
  if (parent.kind !== 'scalar' || !/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(String(parent.value))) {
    return wrong('pattern', '"variantOf" is not the name of a descriptor', hint);
  }
  const name = String(parent.value);
  const chain = [...above, basename(file)];
  if (chain.includes(`${name}.yaml`)) {
    const cycle = [...chain, `${name}.yaml`].join(' is a variant of ');
    return wrong('cycle', cycle, 'remove one of these "variantOf"');
  }
  const base = readDescriptor(join(dirname(file), `${name}.yaml`), read, chain);
  if (base.root === undefined) {
    if (base.faults.every(({ rule }) => rule === 'file')) {
      return wrong('reference', `there is no readable descriptor "${name}.yaml" beside this file`, hint);
    }
    return { faults: [...faults, ...base.faults] };
  }
  faults.push(...base.faults);
  if (!root.members.has('id')) {
    faults.push(fault(root.place, '', 'missing-property', '"id" is missing', 'add the id of this variant'));
  }
  const report: Report = (place, message, what) => {
    faults.push(fault(place, '', 'reference', message, what));
  };
  return { root: merge(base.root, root, '', report), faults };
}

/** Reports a change that cannot be applied. */
type Report = (place: Place, message: string, hint: string) => void;

/** `base` with the changes of `over`. */
function merge(base: YamlValue, over: YamlValue, name: string, report: Report): YamlValue {
  if (base.kind === 'map' && over.kind === 'map') return mergeMaps(base, over, report);
  const key = keyOfList(name);
  if (base.kind !== 'list' || over.kind === 'scalar' || key === undefined) return over;
  const rest = over.kind === 'map' ? new Map(over.members) : byKey(over.items, key);
  const items = base.items.flatMap((item) => {
    const id = keyValue(item, key);
    const change = id === undefined ? undefined : rest.get(id);
    if (id === undefined || change === undefined) return [item];
    rest.delete(id);
    return isNull(change.value) ? [] : [merge(item, change.value, '', report)];
  });
  for (const [id, { place, value }] of rest) {
    if (isNull(value)) report(place, `there is no "${id}" in ${name} to remove`, 'remove this line');
    else items.push(over.kind === 'map' ? withKey(value, key, id, place) : value);
  }
  return yamlList(items, base.place);
}

function mergeMaps(base: YamlMap, over: YamlMap, report: Report): YamlMap {
  const members = new Map(base.members);
  for (const [name, { place, value }] of over.members) {
    const before = base.members.get(name);
    if (before !== undefined && isNull(value)) members.delete(name);
    else if (before !== undefined) {
      members.set(name, { place, value: merge(before.value, value, name, report) });
    } else if (isNull(value)) report(place, `there is no "${name}" to remove`, 'remove this line');
    else members.set(name, { place, value });
  }
  return yamlMap(members, over.place);
}

/** Items of an overlay's list by key. An item without a key of its own gets a name that no item has: the checker reports it. */
function byKey(items: readonly YamlValue[], key: string): Map<string, Member> {
  const found = new Map<string, Member>();
  for (const [index, value] of items.entries()) {
    const id = keyValue(value, key);
    found.set(id === undefined || found.has(id) ? `/${index}` : id, { place: value.place, value });
  }
  return found;
}

/** A new item that was written as a member of a mapping: its name is its key. */
function withKey(item: YamlValue, key: string, id: string, place: Place): YamlValue {
  if (item.kind !== 'map' || item.members.has(key)) return item;
  const value = yamlScalar(key === 'id' ? id : Number(id), place);
  return yamlMap(new Map([[key, { place, value }], ...item.members]), item.place);
}

function keyValue(item: YamlValue, key: string): string | undefined {
  const value = item.kind === 'map' ? item.members.get(key)?.value : undefined;
  return value?.kind === 'scalar' ? String(value.value) : undefined;
}

const isNull = (part: YamlValue): boolean => part.kind === 'scalar' && part.value === null;
