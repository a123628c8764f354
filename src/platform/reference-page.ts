/** The reference page of the vocabulary, `docs/descriptors.md`: each section with purpose, example, properties, boards. */
import { unitNames } from './units.ts';
import { checks, type Schema } from './vocabulary/schema.ts';

/** A shipped descriptor: its name and its data, overlays merged. */
export interface ShippedBoard {
  readonly name: string;
  readonly data: unknown;
}

/** A property in a table, by its path from the section (`tachs[].tach`). */
interface Row {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

const introduction = `# Descriptor reference

A descriptor is a YAML file that describes one board. \`redfishd check FILE\` checks it, and an editor with a YAML language
server completes and checks it when it begins with \`# yaml-language-server: $schema=./schema.json\`.

- Quantities have a unit: \`250 uOhm\`, \`100 kHz\`, \`1 s\`.
- Ids have up to 64 letters, digits, dots, dashes and underscores, a letter or digit first.
- Chips are listed in [drivers/i2c/CHIPS.md](../drivers/i2c/CHIPS.md).
- A table lists the properties of a section, or of each of its items. \`x[].y\` is \`y\` of each item of the list \`x\`,
  \`x.*.y\` is \`y\` of each member of the mapping \`x\`. The last column names the shipped boards that use the property.

This page is generated from \`src/platform/vocabulary/\` by \`npm run generate\`.
`;

/** The page. `sensor` is described once, and linked from where a sensor is declared. */
export function referencePage(vocabulary: Schema, sensor: Schema, boards: readonly ShippedBoard[]): string {
  const used = new Map<string, Set<string>>();
  for (const { name, data } of boards)
    for (const path of usedPaths(vocabulary, data, ''))
      used.set(path, (used.get(path) ?? new Set()).add(name));
  const users = (path: string) => {
    const names = [...(used.get(path) ?? [])].sort();
    return names.length === boards.length ? 'all' : names.join(', ') || '–';
  };
  const { properties = {}, required = [] } = vocabulary;
  const sections = Object.entries(properties).map(([name, schema]) =>
    section(name, schema, { isRequired: required.includes(name), users }),
  );
  const sensors = section('sensor', sensor, { isRequired: false, users }).replace(
    '## `sensor`',
    '## Sensors',
  );
  return [introduction, ...sections, sensors].join('\n');
}

function section(
  name: string,
  schema: Schema,
  { isRequired, users }: { readonly isRequired: boolean; readonly users: (path: string) => string },
): string {
  const rows = rowsOf(schema, '').filter(({ path }) => path !== '');
  const facts = [
    `${schema.description ?? ''}${isRequired ? ' Required.' : ''}`,
    ...(schema['x-example'] === undefined ? [] : [`\`\`\`yaml\n${schema['x-example']}\n\`\`\``]),
    ...(name === 'sensor' ? [] : [`Type: ${typeOf(schema)}. Used by: ${users(name)}.`]),
    ...rulesOf(schema),
    ...(rows.length === 0 ? [] : [table(name, rows, users)]),
  ];
  return `## \`${name}\`\n\n${facts.join('\n\n')}\n`;
}

function table(name: string, rows: readonly Row[], users: (path: string) => string): string {
  const lines = rows.map(({ path, schema, isRequired }) => {
    const otherwise = isRequired ? '**required**' : (schema['x-default'] ?? '–');
    const cells = [
      `\`${path.replace(/^(\[\]|\*)\./, '')}\``,
      typeOf(schema),
      otherwise,
      schema.description ?? '',
      users(join(name, path)),
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| property | type | default | meaning | used by |', '|---|---|---|---|---|', ...lines].join('\n');
}

const join = (name: string, path: string) =>
  path.startsWith('[') || path === '' ? name + path : `${name}.${path}`;
const member = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

const isSensor = (schema: Schema): boolean => schema.properties?.id?.['x-declares']?.noun === 'sensor';

/** Every property below `schema`. A nested sensor shows only what differs from other sensors. */
function rowsOf(schema: Schema, path: string): Row[] {
  if (schema.items !== undefined) return rowsOf(schema.items, `${path}[]`);
  if (schema.anyOf !== undefined) return formRows(schema.anyOf, path);
  const [value] = Object.values(schema.patternProperties ?? {});
  if (value !== undefined) return rowsOf(value, member(path, '*'));
  const { properties = {}, required = [] } = schema;
  const shown = Object.entries(properties).filter(
    ([name]) => path === '' || !isSensor(schema) || ofSatellites.has(name),
  );
  return shown.flatMap(([name, property]) => {
    const at = member(path, name);
    return [{ path: at, schema: property, isRequired: required.includes(name) }, ...rowsOf(property, at)];
  });
}

/** Properties that a sensor has at a satellite controller only. */
const ofSatellites = new Set(['number', 'quantity']);

/** Properties of several forms: `kind` first, then those of each form, with its kind in the type. */
function formRows(forms: readonly Schema[], path: string): Row[] {
  const names = forms.map((form) => form.properties?.kind?.const ?? '');
  const kind: Schema = {
    type: 'string',
    enum: names,
    description: forms.map((form, index) => `\`${names[index]}\`: ${form.description}`).join(' '),
  };
  const rows = forms.flatMap((form, index) =>
    rowsOf(form, path)
      .filter((row) => row.path !== member(path, 'kind'))
      .map((row) => ({
        ...row,
        schema: { ...row.schema, description: `(${names[index]}) ${row.schema.description}` },
      })),
  );
  return [{ path: member(path, 'kind'), schema: kind, isRequired: true }, ...rows];
}

/** The type of a value, in words. */
function typeOf(schema: Schema): string {
  const { type, items, anyOf, patternProperties, 'x-unit': unit, 'x-ref': noun, 'x-chip': chip } = schema;
  if (isSensor(schema)) return '[sensor](#sensors)';
  if (items !== undefined) return `list of ${plural(typeOf(items))}`;
  const [value] = Object.values(patternProperties ?? {});
  if (value !== undefined) return `${typeOf(value)}, by ${schema.patternErrorMessage}`;
  if (type === 'object' || anyOf !== undefined) return 'mapping';
  if (unit !== undefined) return `quantity: ${unitNames(unit).join(', ')}`;
  if (chip !== undefined) return chip === 'mux' ? 'chip (mux)' : 'chip';
  const direction = schema['x-direction'];
  if (direction !== undefined) return direction === 'in' ? 'input [line](#lines)' : 'output [line](#lines)';
  if (noun !== undefined) return `id of a ${noun}`;
  if (schema['x-declares'] !== undefined) return 'id';
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (type === 'boolean') return 'true or false';
  if (type === 'string') return 'text';
  return `${type === 'integer' ? 'whole number' : 'number'}${boundsOf(schema)}`;
}

const plural = (type: string) =>
  type === 'mapping' ? 'mappings' : type === 'whole number' ? 'whole numbers' : type;

function boundsOf({ minimum, maximum, exclusiveMinimum }: Schema): string {
  if (minimum !== undefined && maximum !== undefined) return `, ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `, at least ${minimum}`;
  if (exclusiveMinimum === undefined) return maximum === undefined ? '' : `, at most ${maximum}`;
  return `, above ${exclusiveMinimum}${maximum === undefined ? '' : `, at most ${maximum}`}`;
}

/** The names of the rules of a section. */
function rulesOf(schema: Schema): string[] {
  const names = new Set<string>();
  const collect = (each: Schema) => {
    for (const name of Object.keys(each[checks]?.rules ?? {})) names.add(name);
    if (isSensor(each) && each !== schema) return;
    const inner = [
      ...Object.values({ ...each.properties, ...each.patternProperties }),
      ...(each.anyOf ?? []),
    ];
    for (const part of each.items === undefined ? inner : [each.items, ...inner]) collect(part);
  };
  collect(schema);
  return names.size === 0
    ? []
    : [
        `Rules: ${[...names]
          .sort()
          .map((name) => `\`${name}\``)
          .join(', ')}.`,
      ];
}

/** Paths, as in the tables, of every property that data has. */
function* usedPaths(schema: Schema, data: unknown, path: string): Iterable<string> {
  if (path !== '') yield path;
  if (typeof data !== 'object' || data === null) return;
  if (Array.isArray(data)) {
    for (const item of data) yield* usedPaths(schema.items ?? {}, item, `${path}[]`);
    return;
  }
  const [value] = Object.values(schema.patternProperties ?? {});
  for (const [name, inner] of Object.entries(data)) {
    if (value !== undefined) {
      yield* usedPaths(value, inner, member(path, '*'));
      continue;
    }
    const property = propertyOf(schema, name, data);
    if (property === undefined) continue;
    const own = isSensor(schema) && path !== '' && !ofSatellites.has(name);
    yield* usedPaths(property, inner, member(own ? 'sensor' : path, name));
  }
}

/** The schema of a property, of the form that the data has. */
function propertyOf(schema: Schema, name: string, data: object): Schema | undefined {
  const kind = 'kind' in data ? data.kind : undefined;
  const form = schema.anyOf?.find((each) => each.properties?.kind?.const === kind) ?? schema;
  return form.properties?.[name];
}
