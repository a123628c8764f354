/**
 * JSON schemas of the served resources, made from the facts (DSP0266 clause "JSON Schema"), for clients that cannot reach
 * DMTF's copies. They say what DMTF's say of names, types, limits and permissions as of the latest version; they have no
 * prose, and objects of other schemas stand in the same document.
 */

import type { ObjectFact, PropertyFact, ValueFact } from '../generated/facts.ts';
import type { odataType } from '../generated/versions.ts';
import { enumFacts, schemaFacts } from './facts.ts';
import type { JsonObject } from './json.ts';
import { schemaNames, versionedNamespace } from './metadata.ts';

type SchemaName = keyof typeof odataType;

const home = 'http://redfish.dmtf.org/schemas/v1';

/** Path of the document of a schema. */
export const jsonSchemaPath = (schema: SchemaName): string =>
  `/redfish/v1/JsonSchemas/${schema}/${versionedNamespace(schema) ?? schema}.json`;

/** The schema whose document is at a path; undefined: there is none. */
export const jsonSchemaAt = (path: string): SchemaName | undefined =>
  schemaNames.find((name) => jsonSchemaPath(name) === path);

/** JSON text of the document. */
export function jsonSchemaDocument(schema: SchemaName): string {
  const namespace = versionedNamespace(schema) ?? schema;
  const definitions = new Definitions();
  definitions.add(`${schema}.${schema}`);
  return JSON.stringify({
    $id: `${home}/${namespace}.json`,
    $schema: `${home}/redfish-schema-v1.json`,
    $ref: `#/definitions/${schema}`,
    title: `#${namespace}.${schema}`,
    owningEntity: 'DMTF',
    definitions: definitions.all,
  });
}

/** A link, as every schema refers to it. */
const reference = { $ref: `${home}/odata-v4.json#/definitions/idRef` };
/** Annotations are allowed everywhere (DSP0266 clause "Payload annotations"). */
const annotations = {
  '^([a-zA-Z_][a-zA-Z0-9_]*)?@(odata|Redfish|Message)\\.[a-zA-Z_][a-zA-Z0-9_]*$': {
    type: ['array', 'boolean', 'integer', 'number', 'null', 'object', 'string'],
  },
};

/** Definitions by name, and what they refer to. */
class Definitions {
  readonly all: Record<string, JsonObject> = {};

  /** @param type `Schema.Type` of an object or a resource. @returns its name here */
  add(type: string): string {
    const name = type.slice(type.indexOf('.') + 1);
    if (!Object.hasOwn(this.all, name)) {
      this.all[name] = {};
      this.all[name] = this.#object(type, schemaFacts(type));
    }
    return name;
  }

  #object(type: string, facts: ObjectFact): JsonObject {
    const entries = Object.entries(facts.properties);
    const required = entries.flatMap(([name, { required }]) => (required ? [name] : []));
    const onCreate = entries.flatMap(([name, { requiredOnCreate }]) => (requiredOnCreate ? [name] : []));
    const isResource = facts.kind === 'entity';
    const properties = Object.fromEntries(entries.map(([name, fact]) => [name, this.#property(fact)]));
    const dynamic = (facts.dynamic ?? []).map(({ pattern, ...fact }) => [pattern, this.#value(fact, true)]);
    return {
      type: 'object',
      additionalProperties: facts.open === true,
      patternProperties: { ...annotations, ...Object.fromEntries(dynamic) },
      properties: { ...(isResource ? identity : {}), ...properties, ...this.#actions(type, facts) },
      ...(isResource ? { required: ['@odata.id', '@odata.type', ...required] } : { required }),
      ...(onCreate.length === 0 ? {} : { requiredOnCreate: onCreate }),
    };
  }

  /** The object `Actions` of a resource names its actions by `#Schema.Action`. */
  #actions(type: string, facts: ObjectFact): JsonObject {
    const [schema = '', name = ''] = type.split('.');
    if (name !== 'Actions') return {};
    const actions = facts.actions ?? schemaFacts(schema).actions ?? {};
    return Object.fromEntries(
      Object.entries(actions).map(([action, { parameters }]) => [
        `#${schema}.${action}`,
        {
          type: 'object',
          additionalProperties: false,
          patternProperties: annotations,
          parameters: Object.fromEntries(
            Object.entries(parameters).map(([parameter, { required, ...fact }]) => [
              parameter,
              { ...this.#value(fact, false), requiredParameter: required === true },
            ]),
          ),
          properties: {
            target: { type: 'string', format: 'uri-reference' },
            title: { type: 'string' },
          },
        },
      ]),
    );
  }

  #property(fact: PropertyFact): JsonObject {
    const { permission, unit, deprecated, added } = fact;
    return {
      ...this.#value(fact, fact.nullable !== false),
      ...(permission === undefined ? {} : { readonly: permission === 'Read' }),
      ...(permission === 'Write' ? { writeOnly: true } : {}),
      ...(unit === undefined ? {} : { units: unit }),
      ...(added === undefined ? {} : { versionAdded: added }),
      ...(deprecated === undefined ? {} : { versionDeprecated: deprecated }),
    };
  }

  #value(fact: ValueFact, nullable: boolean): JsonObject {
    const one = this.#single(fact, nullable);
    return fact.array === true ? { type: 'array', items: one } : one;
  }

  #single({ type, ref, format, minimum, maximum, pattern }: ValueFact, nullable: boolean): JsonObject {
    if (type === 'any') return {};
    if (type === 'link') return reference;
    if (ref !== undefined) {
      const named = { $ref: `#/definitions/${type === 'enum' ? this.#enum(ref) : this.add(ref)}` };
      return nullable ? { anyOf: [named, { type: 'null' }] } : named;
    }
    return {
      type: nullable ? [type, 'null'] : type,
      ...(format === undefined ? {} : { format: format === 'uri' ? 'uri-reference' : format }),
      ...(minimum === undefined ? {} : { minimum }),
      ...(maximum === undefined ? {} : { maximum }),
      ...(pattern === undefined ? {} : { pattern }),
    };
  }

  #enum(type: string): string {
    const name = type.slice(type.indexOf('.') + 1);
    const { values, deprecated } = enumFacts(type);
    this.all[name] ??= {
      type: 'string',
      enum: Object.keys(values),
      ...(deprecated === undefined ? {} : { enumDeprecated: deprecated }),
    };
    return name;
  }
}

const identity: JsonObject = {
  '@odata.context': { type: 'string', format: 'uri-reference' },
  '@odata.etag': { type: 'string' },
  '@odata.id': { type: 'string', format: 'uri-reference' },
  '@odata.type': { type: 'string' },
};
