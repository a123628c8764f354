/** Facts of the schemas, as the generator extracts them from CSDL. */
import { readFileSync } from 'node:fs';

/** The JSON type of a value: `enum` and `object` have their facts under `ref`, `link` is `{ "@odata.id": … }` to a `ref`. */
export type ValueType = 'boolean' | 'integer' | 'number' | 'string' | 'enum' | 'object' | 'link' | 'any';

/** What the schema says of a value that a client may send: its type and its limits. */
export interface ValueFact {
  readonly type: ValueType;
  /** `Schema.Type` of an enum, object or link target. */
  readonly ref?: string;
  /** The value is an array of this type. */
  readonly array?: true;
  readonly format?: 'date-time' | 'duration' | 'uuid' | 'uri' | 'ipv6';
  readonly minimum?: number;
  readonly maximum?: number;
  /** Regular expression of the whole string. */
  readonly pattern?: string;
  /** Version of the schema that first had it; absent for the first version. */
  readonly added?: string;
}

/** A property as of the latest version of its type. What is absent holds its default. */
export interface PropertyFact extends ValueFact {
  /** OData permission; absent on an object, whose members have their own. */
  readonly permission?: 'None' | 'Read' | 'ReadWrite' | 'Write';
  /** False when the value, or each element of an array, is never null; default true. */
  readonly nullable?: false;
  readonly required?: true;
  readonly requiredOnCreate?: true;
  /** UCUM unit. */
  readonly unit?: string;
  /** Version that deprecated it. */
  readonly deprecated?: string;
  /** In excerpts of the resource: of these kinds, or of every kind when empty. */
  readonly excerpt?: readonly string[];
  /** Only ever in an excerpt, never in the resource itself. */
  readonly excerptCopyOnly?: true;
  /** The value is an excerpt of the resource `ref`, of this kind (may be empty). */
  readonly excerptCopy?: string;
}

/** A parameter of an action. */
export interface ParameterFact extends ValueFact {
  readonly required?: true;
}

export interface ActionFact {
  readonly parameters: Readonly<Record<string, ParameterFact>>;
  /** `Schema.Type` of the answer's body. */
  readonly returns?: string;
  readonly added?: string;
  readonly deprecated?: true;
}

/** Properties whose names the schema gives only as a pattern. */
export interface DynamicFact extends ValueFact {
  readonly pattern: string;
}

/** An enumeration: each value with the version that added it, empty for the first. */
export interface EnumFact {
  readonly kind: 'enum';
  readonly values: Readonly<Record<string, string>>;
  readonly deprecated?: readonly string[];
}

/** A resource (`entity`) or an object inside one, all inherited properties included. */
export interface ObjectFact {
  readonly kind: 'entity' | 'object';
  readonly properties: Readonly<Record<string, PropertyFact>>;
  /** Latest version, such as `v1_12_0`; absent for a type without versions, such as a collection. */
  readonly version?: string;
  /** Any further property is allowed. */
  readonly open?: boolean;
  readonly dynamic?: readonly DynamicFact[];
  readonly actions?: Readonly<Record<string, ActionFact>>;
  readonly deprecated?: true;
  /** POST to a collection of it, PATCH and PUT, DELETE. */
  readonly insert?: boolean;
  readonly update?: boolean;
  readonly delete?: boolean;
  readonly uris?: readonly string[];
  readonly deprecatedUris?: readonly string[];
}

export type TypeFact = EnumFact | ObjectFact;

let loaded: Readonly<Record<string, TypeFact>> | undefined;

/** Read when first asked for: a daemon that only serves reads never needs it, and parsing takes a while on a small core. */
function all(): Readonly<Record<string, TypeFact>> {
  loaded ??= JSON.parse(
    readFileSync(new URL('../generated/schemas.json', import.meta.url), 'utf8'),
  ) as Readonly<Record<string, TypeFact>>;
  return loaded;
}

function typeFact(type: string): TypeFact {
  const key = type.includes('.') ? type : `${type}.${type}`;
  const facts = all();
  const fact = Object.hasOwn(facts, key) ? facts[key] : undefined;
  if (fact === undefined) throw new Error(`The schema facts hold no type ${key}`);
  return fact;
}

/**
 * The facts of a resource (`Sensor`) or of an object inside one (`Sensor.Thresholds`), as of the latest version.
 * @throws Error where there is no such type: a declaration names a wrong one
 */
export function schemaFacts(type: string): ObjectFact {
  const fact = typeFact(type);
  if (fact.kind === 'enum') throw new Error(`${type} is an enumeration, not an object`);
  return fact;
}

/** The facts of an enumeration, such as `Resource.ResetType`. @throws Error where there is none of that name */
export function enumFacts(type: string): EnumFact {
  const fact = typeFact(type);
  if (fact.kind !== 'enum') throw new Error(`${type} is an object, not an enumeration`);
  return fact;
}

/** The property of an object by its own name, inherited names such as `constructor` excluded. */
export function ownProperty(facts: ObjectFact, name: string): PropertyFact | undefined {
  return Object.hasOwn(facts.properties, name) ? facts.properties[name] : undefined;
}

/** The property at a path below a resource, such as `Boot/BootSourceOverrideTarget`; arrays are passed through. */
export function property(type: string, path: string): PropertyFact | undefined {
  let facts: ObjectFact | undefined = schemaFacts(type);
  let found: PropertyFact | undefined;
  for (const name of path.split('/')) {
    found = facts && ownProperty(facts, name);
    facts = found?.type === 'object' && found.ref !== undefined ? schemaFacts(found.ref) : undefined;
  }
  return found;
}

/** The facts of an action by its name in a resource, such as `ComputerSystem.Reset`; undefined for an OEM action. */
export function actionFacts(action: string): ActionFact | undefined {
  const [schema = '', name = ''] = action.split('.');
  if (!Object.hasOwn(all(), `${schema}.${schema}`)) return undefined;
  const actions = schemaFacts(schema).actions ?? {};
  return Object.hasOwn(actions, name) ? actions[name] : undefined;
}
