/**
 * Overlays: a descriptor with `variantOf` says only what differs from another one in the same directory. Mappings merge;
 * `null` removes a member. Lists whose items have an id merge item by item, new ones go to the end; such a list may also
 * be written as a mapping from id to changes, where `null` removes the item. Other lists and values are replaced.
 */
import { basename, dirname, join } from 'node:path';
import type { Fault } from './fault.ts';
import {
  type FilesRead,
  fault,
  listPart,
  type MapPart,
  type Member,
  mapPart,
  type Part,
  type Place,
  readSource,
  scalarPart,
} from './source.ts';

/** Lists whose items are told apart, and the property that tells them apart. Other lists are replaced as a whole. */
const keys: Readonly<Record<string, string>> = {
  buses: 'bus',
  adc: 'channel',
  tachs: 'tach',
  ...Object.fromEntries(
    [
      ...['chassis', 'muxes', 'devices', 'fans', 'ipmb', 'nodes', 'peci', 'frus', 'powerSupplies', 'hosts'],
      ...['indicators', 'drives', 'leakDetectors', 'sockets', 'sensors'],
    ].map((name) => [name, 'id']),
  ),
};

/** What tells the items of the list `name` apart; undefined for a list that has no such thing. */
export const keyOfList = (name: string): string | undefined =>
  Object.hasOwn(keys, name) ? keys[name] : undefined;

/** A file with all that it is a variant of. */
export function readDescriptor(
  file: string,
  read: FilesRead,
  above: readonly string[] = [],
): { root?: Part; faults: Fault[] } {
  const { root, faults } = readSource(file, read);
  const parent = root?.kind === 'map' ? root.members.get('variantOf')?.value : undefined;
  if (root?.kind !== 'map' || parent === undefined) return root === undefined ? { faults } : { root, faults };
  const wrong = (rule: string, message: string, hint: string) => {
    faults.push(fault(parent.place, '/variantOf', rule, message, hint));
    return { faults };
  };
  const hint = 'the name, without .yaml, of a descriptor in the same directory';
  if (parent.kind !== 'scalar' || !/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(String(parent.value))) {
    return wrong('pattern', 'variantOf does not name a descriptor', hint);
  }
  const name = String(parent.value);
  const chain = [...above, basename(file)];
  if (chain.includes(`${name}.yaml`)) {
    const circle = [...chain, `${name}.yaml`].join(' is a variant of ');
    return wrong('cycle', circle, 'let one of them stand alone');
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
    faults.push(
      fault(root.place, '', 'missing-property', '"id" is missing', 'each variant has an id of its own'),
    );
  }
  const report: Report = (place, message, what) => {
    faults.push(fault(place, '', 'reference', message, what));
  };
  return { root: merge(base.root, root, '', report), faults };
}

/** A change that cannot be made. */
type Report = (place: Place, message: string, hint: string) => void;

/** What `over` says, and where it says nothing what `base` says. */
function merge(base: Part, over: Part, name: string, report: Report): Part {
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
    if (isNull(value)) report(place, `there is no "${id}" in ${name} to remove`, 'leave it out');
    else items.push(over.kind === 'map' ? withKey(value, key, id, place) : value);
  }
  return listPart(items, base.place);
}

function mergeMaps(base: MapPart, over: MapPart, report: Report): MapPart {
  const members = new Map(base.members);
  for (const [name, { place, value }] of over.members) {
    const before = base.members.get(name);
    if (before !== undefined && isNull(value)) members.delete(name);
    else if (before !== undefined) {
      members.set(name, { place, value: merge(before.value, value, name, report) });
    } else if (isNull(value)) report(place, `there is no "${name}" to remove`, 'leave it out');
    else members.set(name, { place, value });
  }
  return mapPart(members, over.place);
}

/** Items of an overlay's list by key. One without a key of its own gets a name that no item has: the check sees it. */
function byKey(items: readonly Part[], key: string): Map<string, Member> {
  const found = new Map<string, Member>();
  for (const [index, value] of items.entries()) {
    const id = keyValue(value, key);
    found.set(id === undefined || found.has(id) ? `/${index}` : id, { place: value.place, value });
  }
  return found;
}

/** A new item that was written as a member of a map: the name is its key. */
function withKey(item: Part, key: string, id: string, place: Place): Part {
  if (item.kind !== 'map' || item.members.has(key)) return item;
  const value = scalarPart(key === 'id' ? id : Number(id), place);
  return mapPart(new Map([[key, { place, value }], ...item.members]), item.place);
}

function keyValue(item: Part, key: string): string | undefined {
  const value = item.kind === 'map' ? item.members.get(key)?.value : undefined;
  return value?.kind === 'scalar' ? String(value.value) : undefined;
}

const isNull = (part: Part): boolean => part.kind === 'scalar' && part.value === null;
