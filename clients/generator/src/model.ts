/** The whole bundle as named types, ready to be written in a language: names, writable parts, actions, message keys. */
import type { Bundle } from './bundle.ts';
import type { ActionFact, EnumFact, ObjectFact, ParameterFact, PropertyFact, TypeFact } from './facts.ts';
import { closure } from './type-facts.ts';

export type Property = readonly [name: string, fact: PropertyFact];

export interface EnumModel {
  readonly key: string;
  readonly name: string;
  readonly values: readonly string[];
  readonly deprecated: readonly string[];
}

export interface ObjectModel {
  /** `Schema.Type`, which is also the last part of `@odata.type` without its version. */
  readonly key: string;
  /** Unique in the bundle: `Chassis`, `ChassisLinks`. */
  readonly name: string;
  readonly fact: ObjectFact;
  readonly read: readonly Property[];
  /** What PATCH may send; empty for a read-only type. */
  readonly write: readonly Property[];
  /** What POST to the collection may send, `requiredOnCreate` marked; empty where nothing can be created. */
  readonly create: readonly Property[];
}

export interface ActionModel {
  /** `ComputerSystem.Reset`, without the leading `#` of the resource's property. */
  readonly name: string;
  readonly parameters: readonly (readonly [name: string, fact: ParameterFact])[];
  readonly returns?: string;
}

export interface MessageModel {
  /** `Base.PropertyUnknown`: registry prefix and key, without a version. */
  readonly key: string;
  readonly severity: string;
  readonly args: readonly string[];
}

export interface Model {
  readonly facts: ReadonlyMap<string, TypeFact>;
  readonly enums: readonly EnumModel[];
  readonly objects: readonly ObjectModel[];
  readonly actions: readonly ActionModel[];
  readonly messages: readonly MessageModel[];
  /** The name of a type in every language. @throws Error for a type that the model does not have */
  readonly nameOf: (key: string) => string;
  /** Foreign types (Swordfish) that the bundle names but does not define: their values are of any type. */
  readonly missing: readonly string[];
}

/** Objects that hold actions are written as one generic type: their members are links to targets. */
export const isActions = (key: string): boolean => /\.\w*Actions$/.test(key);

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** Short unique names: the resource keeps its own; another type that would take it gets its schema in front. */
function uniqueNames(keys: Iterable<string>): ReadonlyMap<string, string> {
  const short = (key: string): string => {
    const [schema = '', type = ''] = key.split('.');
    return type.startsWith(schema) ? type : schema + type;
  };
  const claims = new Map<string, string[]>();
  for (const key of keys) claims.set(short(key), [...(claims.get(short(key)) ?? []), key]);
  const names = new Map<string, string>();
  for (const [name, claimants] of claims) {
    const owner =
      claimants.find((key) => key === `${name}.${name}`) ??
      claimants.find((key) => key.replace('.', '') === name);
    for (const key of claimants)
      names.set(key, claimants.length === 1 || key === owner ? name : key.replace('.', ''));
  }
  if (new Set(names.values()).size !== names.size)
    throw new Error('Two types of the bundle would get one name');
  return names;
}

/** Selects what clients may send, through nested objects. */
function writableParts(facts: ReadonlyMap<string, TypeFact>) {
  const known = new Map<string, readonly Property[]>();
  const isWritable = ([, fact]: Property): boolean =>
    fact.permission === undefined || fact.permission === 'None'
      ? fact.type === 'object' &&
        fact.ref !== undefined &&
        fact.excerptCopy === undefined &&
        write(fact.ref).length > 0
      : fact.permission !== 'Read';
  const write = (key: string): readonly Property[] => {
    const found = known.get(key);
    if (found) return found;
    known.set(key, []);
    const fact = facts.get(key);
    if (fact === undefined || fact.kind === 'enum' || isActions(key)) return [];
    const parts = Object.entries(fact.properties).filter(
      (property) => property[1].excerptCopyOnly === undefined && isWritable(property),
    );
    known.set(key, parts);
    return parts;
  };
  return { write, isWritable };
}

function objectModel(
  key: string,
  fact: ObjectFact,
  facts: ReadonlyMap<string, TypeFact>,
  names: ReadonlyMap<string, string>,
  parts: ReturnType<typeof writableParts>,
): ObjectModel {
  const [schema = '', type = ''] = key.split('.');
  const collection = facts.get(`${schema}Collection.${schema}Collection`);
  const read = Object.entries(fact.properties).filter(([, property]) => property.permission !== 'Write');
  const creatable =
    schema === type &&
    ((collection?.kind === 'entity' && collection.insert === true) ||
      Object.values(fact.properties).some((property) => property.requiredOnCreate));
  const create = creatable
    ? Object.entries(fact.properties).filter(
        (property) => property[1].requiredOnCreate === true || parts.isWritable(property),
      )
    : [];
  const write = fact.update === false ? [] : parts.write(key);
  return { key, name: names.get(key) ?? '', fact, read, write, create };
}

/** Names every type of the bundle. */
export function buildModel({ csdl, registries }: Bundle): Model {
  const missing = new Set<string>();
  const roots = [...csdl.latest.keys()].filter((key) => key === `${key.split('.')[0]}.${key.split('.')[0]}`);
  const lenient = { ...csdl, missing: (name: string) => void missing.add(name) };
  const facts = new Map([...closure(lenient, roots)].sort(byKey));
  const names = uniqueNames(facts.keys());
  const parts = writableParts(facts);
  const objects: ObjectModel[] = [];
  const enums: EnumModel[] = [];
  const actions = new Map<string, ActionFact>();
  for (const [key, fact] of facts) {
    if (fact.kind === 'enum') {
      enums.push(enumModel(key, names.get(key) ?? '', fact));
      continue;
    }
    if (!isActions(key)) objects.push(objectModel(key, fact, facts, names, parts));
    for (const [action, detail] of Object.entries(fact.actions ?? {}))
      actions.set(`${key.split('.')[0]}.${action}`, detail);
  }
  return {
    ...{ facts, enums, objects, missing: [...missing].sort() },
    actions: [...actions].sort(byKey).map(([name, action]) => ({
      name,
      parameters: Object.entries(action.parameters),
      ...(action.returns === undefined ? {} : { returns: action.returns }),
    })),
    messages: [...registries].flatMap(([prefix, registry]) =>
      Object.entries(registry.Messages)
        .sort(byKey)
        .map(([key, message]) => ({
          key: `${prefix}.${key}`,
          severity: message.MessageSeverity,
          args: message.ParamTypes ?? [],
        })),
    ),
    nameOf: (key) => {
      const name = names.get(key);
      if (name === undefined) throw new Error(`The bundle has no type ${key}`);
      return name;
    },
  };
}

function enumModel(key: string, name: string, fact: EnumFact): EnumModel {
  return { key, name, values: Object.keys(fact.values), deprecated: fact.deprecated ?? [] };
}

/** A link's or value's type name, or undefined for one that the bundle does not define. */
export function refName(model: Model, ref: string | undefined): string | undefined {
  return ref !== undefined && model.facts.has(ref) ? model.nameOf(ref) : undefined;
}
