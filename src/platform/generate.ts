/** Writes platform/schema.json from the vocabulary in schema.ts; run by `npm run generate`. */
import { writeFileSync } from 'node:fs';
import { chips } from '../../drivers/i2c/chips/index.ts';
import { schemaFile } from './files.ts';
import { keyOfList } from './overlay.ts';
import { PlatformSchema } from './schema.ts';
import { exampleQuantity, quantityPattern, writtenUnits } from './units.ts';

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

/** Says in JSON Schema's own words what `x-unit` and `x-chip` ask for. */
function spellOut(schema: JsonObject): JsonObject {
  const { 'x-unit': unit, 'x-chip': kind } = schema;
  if (typeof unit === 'string') {
    return {
      ...schema,
      pattern: quantityPattern(unit),
      patternErrorMessage: `a number and its unit: ${writtenUnits(unit).join(', ')}`,
      examples: [exampleQuantity(unit)],
    };
  }
  if (kind === 'device' || kind === 'mux') {
    const fitting = chips.filter((chip) => (chip.kind === 'mux') === (kind === 'mux'));
    return { ...schema, enum: fitting.flatMap((chip) => [...chip.compatible]) };
  }
  return schema;
}

/** An overlay needs nothing but the keys of list items, may remove with null, and may write lists as maps by key. */
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

/** The content of platform/schema.json. */
export function descriptorSchema(): JsonObject {
  const board = rewrite(JSON.parse(JSON.stringify(PlatformSchema)), spellOut);
  const overlay = rewrite(board, loosen);
  if (!isObject(overlay) || !isObject(overlay.properties)) throw new Error('the vocabulary is no object');
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:redfishd:platform',
    title: 'Platform descriptor of redfishd',
    description: 'One board: its buses, chips, lines, hosts, fans and inventory.',
    allOf: [
      { if: { required: ['variantOf'] }, else: { $ref: '#/definitions/board' } },
      { if: { not: { required: ['variantOf'] } }, else: { $ref: '#/definitions/overlay' } },
    ],
    definitions: { board, overlay: { ...overlay, required: ['id', 'variantOf'] } },
  };
}

/** `schema` as the file holds it. */
export const schemaText = (): string => `${JSON.stringify(descriptorSchema(), null, 2)}\n`;

if (process.argv[1] === import.meta.filename) writeFileSync(schemaFile(), schemaText());
