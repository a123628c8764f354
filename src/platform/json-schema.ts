/** The vocabulary as `platform/schema.json`, for editors: standard keywords, overlays, shared definitions. */
import { chipNames } from './chip-names.ts';
import { keyOfList } from './source/overlay.ts';
import { exampleQuantity, quantityPattern, unitNames } from './units.ts';
import type { Schema } from './vocabulary/schema.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type JsonObject = { [name: string]: Json };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Applies `change` to every object of a schema, the innermost first. */
function rewrite(value: Json, change: (schema: JsonObject, name: string) => JsonObject, name = ''): Json {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, change, name));
  if (!isObject(value)) return value;
  const inner = Object.entries(value).map(([key, part]) => [key, rewrite(part, change, key)] as const);
  return change(Object.fromEntries(inner), name);
}

/** The schema as JSON, with standard keywords for the keywords of our own. */
function jsonOf(schema: Schema): JsonObject {
  const { properties, patternProperties, items, anyOf, ...rest } = schema;
  const inner = (schemas: Readonly<Record<string, Schema>>): JsonObject =>
    Object.fromEntries(Object.entries(schemas).map(([name, property]) => [name, jsonOf(property)]));
  return {
    ...standardOnly(rest),
    ...(properties === undefined ? {} : { properties: inner(properties) }),
    ...(patternProperties === undefined ? {} : { patternProperties: inner(patternProperties) }),
    ...(items === undefined ? {} : { items: jsonOf(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(jsonOf) }),
    ...described(rest),
    ...standardKeywords(rest),
  };
}

/** The keywords of JSON Schema; those of our own are for the checker. */
const standardOnly = (schema: Schema): JsonObject =>
  JSON.parse(JSON.stringify(schema, (name, value) => (name.startsWith('x-') ? undefined : value)));

const described = ({ description, 'x-default': otherwise }: Schema): JsonObject =>
  description === undefined || otherwise === undefined
    ? {}
    : { description: `${description} Default: ${otherwise}.` };

/** The pattern of a quantity, and the names of chips. */
function standardKeywords({ 'x-unit': unit, 'x-chip': kind }: Schema): JsonObject {
  if (kind !== undefined) return { enum: chipNames(kind) };
  if (unit === undefined) return {};
  return {
    pattern: quantityPattern(unit),
    patternErrorMessage: `a number and its unit: ${unitNames(unit).join(', ')}`,
    examples: [exampleQuantity(unit)],
  };
}

/** An overlay needs only the keys of list items, may remove with null, and may write lists as mappings by key. */
function loosen(schema: JsonObject, name: string): JsonObject {
  const { required: _, minItems: __, ...rest } = schema;
  const { properties, patternProperties, items } = rest;
  const nullable = (members: JsonObject) =>
    Object.fromEntries(
      Object.entries(members).map(([key, member]) => [key, { anyOf: [member, { type: 'null' }] }]),
    );
  if (isObject(properties)) return { ...rest, properties: nullable(properties) };
  if (isObject(patternProperties)) return { ...rest, patternProperties: nullable(patternProperties) };
  const key = keyOfList(name);
  if (!isObject(items) || key === undefined) return rest;
  const { description = '' } = rest;
  const byKey = { type: 'object', additionalProperties: { anyOf: [items, { type: 'null' }] } };
  return { description, anyOf: [{ ...rest, items: { ...items, required: [key] } }, byKey] };
}

/** Moves repeated schemas into definitions, each named after the first property that has it. */
function share(root: JsonObject): JsonObject {
  const uses = new Map<string, number>();
  rewrite(root, (schema) => {
    const text = JSON.stringify(schema);
    uses.set(text, (uses.get(text) ?? 0) + 1);
    return schema;
  });
  const names = new Map<string, string>();
  const definitions: JsonObject = {};
  const shared = (value: Json, name = ''): Json => {
    if (Array.isArray(value)) return value.map((item) => shared(item, name));
    if (!isObject(value)) return value;
    const text = JSON.stringify(value);
    const inner = () =>
      Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shared(part, nameOf(key, name))]));
    if (!isSchema(value) || text.length < 300 || (uses.get(text) ?? 0) < 2) return inner();
    let own = names.get(text);
    if (own === undefined) {
      own = freeName(name, definitions);
      names.set(text, own);
      definitions[own] = {};
      definitions[own] = inner();
    }
    return { $ref: `#/definitions/${own}` };
  };
  const rest = shared(root);
  if (!isObject(rest) || !isObject(rest.definitions)) throw new Error('the schema has no definitions');
  return { ...rest, definitions: { ...rest.definitions, ...definitions } };
}

const isSchema = (value: JsonObject): boolean =>
  typeof value.type === 'string' || typeof value.description === 'string';

/** The name for what is inside `key`: keywords name nothing. */
const nameOf = (key: string, above: string): string =>
  /^(properties|patternProperties|additionalProperties|items|anyOf|[^A-Za-z].*)$/.test(key) ? above : key;

function freeName(name: string, taken: JsonObject): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}${number}`;
    if (!Object.hasOwn(taken, candidate)) return candidate;
  }
}

/** The content of platform/schema.json. */
export function schemaText(vocabulary: Schema): string {
  const board = jsonOf(vocabulary);
  const overlay = rewrite(board, loosen);
  if (!isObject(overlay)) throw new Error('the vocabulary is no object');
  const schema = share({
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:redfishd:platform',
    title: 'Platform descriptor of redfishd',
    description: 'One board: its buses, chips, lines, hosts, fans and inventory.',
    allOf: [
      { if: { required: ['variantOf'] }, else: { $ref: '#/definitions/board' } },
      { if: { not: { required: ['variantOf'] } }, else: { $ref: '#/definitions/overlay' } },
    ],
    definitions: { board, overlay: { ...overlay, required: ['id', 'variantOf'] } },
  });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
