/** Facts of the schemas as data: types, limits, permissions, versions and URIs, as extracted from CSDL (DSP8010). */

/** The JSON type of a value: `enum` and `object` have their facts under `ref`, `link` is `{ "@odata.id": … }` to a `ref`. */
export type ValueType = 'boolean' | 'integer' | 'number' | 'string' | 'enum' | 'object' | 'link' | 'any';

/** A value that a client may send: its type and its limits. */
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

/** A property as of the latest version of its type. An absent member holds its default. */
export interface PropertyFact extends ValueFact {
  /** OData permission; absent on an object, because its members have permissions of their own. */
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

/** Properties that the schema names by a pattern only. */
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
