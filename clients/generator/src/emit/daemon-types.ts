/** Types of the daemon's resources: a body and writable paths per served schema, and the parameters of actions. */
import type { EnumFact, ObjectFact, ParameterFact, PropertyFact, TypeFact, ValueFact } from '../facts.ts';

type Facts = ReadonlyMap<string, TypeFact>;
type Names = ReadonlyMap<string, string>;

const head = `import type { Json } from '../service/json.ts';

/** A reference to another resource. */
export type Link = { readonly '@odata.id': string };
/** Members that any object may have: \`Members@odata.count\`, \`@Redfish.Copyright\`. */
type Annotation = \`\${string}@\${string}\`;
/** Paths below a property. */
type Under<P extends string, W> = { readonly [K in keyof W & string as \`\${P}/\${K}\`]: W[K] };

`;

/** Names of all types by key: `SensorBody` of a resource, `SensorThresholds` of what is in it. */
function namesOf(facts: Facts): ReadonlyMap<string, string> {
  const keys = [...facts.keys()].filter((key) => !/Actions$/.test(key));
  const short = (key: string): string => {
    const [schema = '', type = ''] = key.split('.');
    if (schema === type) return facts.get(key)?.kind === 'enum' ? type : `${type}Body`;
    return type.startsWith(schema) && !facts.has(`${type}.${type}`) ? type : schema + type;
  };
  const taken = new Map<string, number>();
  for (const key of keys) taken.set(short(key), (taken.get(short(key)) ?? 0) + 1);
  return new Map(
    keys.map((key) => [key, taken.get(short(key)) === 1 ? short(key) : key.replace('.', '')] as const),
  );
}

const primitive: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  integer: 'number',
  number: 'number',
  string: 'string',
  link: 'Link',
};

/** The type of one value, or of one element of an array. */
function elementText(names: Names, fact: ValueFact & Partial<PropertyFact>): string {
  const name = fact.ref === undefined ? undefined : names.get(fact.ref);
  const one =
    primitive[fact.type] ?? (fact.excerptCopy === undefined || name === undefined ? name : `${name}Excerpt`);
  return one ?? 'Json';
}

function valueText(names: Names, fact: ValueFact & Partial<PropertyFact>, partial = false): string {
  const element = elementText(names, fact);
  const one = partial && fact.type === 'object' && element !== 'Json' ? `Partial<${element}>` : element;
  const nullable = fact.nullable === false || one === 'Json' ? one : `${one} | null`;
  if (fact.array === undefined) return nullable;
  return nullable.includes('|') ? `readonly (${nullable})[]` : `readonly ${one}[]`;
}

/** Objects that hold actions: the service writes them. */
const isActions = (fact: PropertyFact): boolean => /\.\w*Actions$/.test(fact.ref ?? '');

function objectText(names: Names, name: string, fact: ObjectFact, excerpt: boolean): string {
  const members = Object.entries(fact.properties).flatMap(([property, value]) => {
    if (isActions(value) || (value.excerptCopyOnly && !excerpt)) return [];
    if (excerpt && value.excerpt === undefined && !value.excerptCopyOnly) return [];
    // The service fills Id in where a body leaves it out.
    const required = value.required === true && property !== 'Id' && !excerpt;
    const type = valueText(names, value);
    return [`  readonly ${property}${required ? '' : '?'}: ${type}${required ? '' : ' | undefined'};\n`];
  });
  const open = fact.open || fact.dynamic ? 'string' : 'Annotation';
  const index = `  readonly [${open === 'string' ? 'name' : 'annotation'}: ${open}]: Json | undefined;\n`;
  return `export type ${name} = {\n${members.join('')}${index}};\n`;
}

const enumText = (name: string, { values }: EnumFact): string =>
  `export type ${name} = ${Object.keys(values)
    .map((value) => `'${value}'`)
    .join(' | ')};\n`;

/** Whether a client may send a value, or a part of it. */
function isWritable(facts: Facts, fact: PropertyFact, above: readonly string[] = []): boolean {
  if (fact.permission === 'ReadWrite' || fact.permission === 'Write') return true;
  const { type, ref } = fact;
  if (type !== 'object' || ref === undefined || isActions(fact) || above.includes(ref)) return false;
  return writableParts(facts, ref, [...above, ref]).length > 0;
}

function writableParts(facts: Facts, key: string, above: readonly string[]): [string, PropertyFact][] {
  const fact = facts.get(key);
  if (fact === undefined || fact.kind === 'enum') return [];
  return Object.entries(fact.properties).filter(
    ([name, value]) =>
      name !== 'Oem' && value.excerptCopyOnly === undefined && isWritable(facts, value, above),
  );
}

/**
 * What may be listed as written of an object, by path: values that clients may send; objects and arrays that hold some,
 * whole. Arrays of a resource are listed whatever their permission: profiles of other bodies want some writable.
 */
function writableText(facts: Facts, names: Names, key: string): string {
  const fact = facts.get(key);
  if (fact === undefined || fact.kind === 'enum') return '';
  const parts = new Map(writableParts(facts, key, [key]));
  if (key.split('.')[0] === key.split('.')[1])
    for (const [name, value] of Object.entries(fact.properties)) if (value.array) parts.set(name, value);
  const rows = [...parts].map(([name, value]) => `  '${name}': ${valueText(names, value, true)};\n`);
  const inner = [...parts].flatMap(([name, { type, ref }]) =>
    type === 'object' && ref !== undefined && ref !== key && writableParts(facts, ref, [ref]).length > 0
      ? [` & Under<'${name}', ${names.get(ref)}Writable>`]
      : [],
  );
  return `export type ${names.get(key)}Writable = {\n${rows.join('')}}${inner.join('')};\n`;
}

const parameterText = (names: Names, [name, fact]: [string, ParameterFact]): string =>
  `readonly ${name}${fact.required ? '' : '?'}: ${valueText(names, { ...fact, nullable: false }, true)}${fact.required ? '' : ' | undefined'}`;

function actionTexts(names: Names, entities: readonly [string, ObjectFact][]): readonly string[] {
  return entities.flatMap(([schema, { actions = {} }]) =>
    Object.entries(actions).map(([action, { parameters }]) => {
      const list = Object.entries(parameters).map((each) => parameterText(names, each));
      return `  '${schema}.${action}': { ${list.join('; ')} };\n`.replace('{  }', 'object');
    }),
  );
}

/** `types.ts`: no code, only types. @param served schemas by name, without collections */
export function typesModule(facts: Facts, served: readonly string[]): string {
  const names = namesOf(facts);
  const all = [...facts.values()].flatMap((fact) => (fact.kind === 'enum' ? [] : [fact]));
  const excerpts = new Set(
    all.flatMap(({ properties }) =>
      Object.values(properties).flatMap(({ excerptCopy, ref }) => (excerptCopy === undefined ? [] : [ref])),
    ),
  );
  const texts = [...names].sort().flatMap(([key, name]) => {
    const fact = facts.get(key);
    if (fact === undefined) return [];
    if (fact.kind === 'enum') return [enumText(name, fact)];
    const entity = served.some((schema) => key === `${schema}.${schema}`);
    return [
      objectText(names, name, fact, false),
      ...(excerpts.has(key) ? [objectText(names, `${name}Excerpt`, fact, true)] : []),
      ...(entity || writableParts(facts, key, [key]).length > 0 ? [writableText(facts, names, key)] : []),
    ];
  });
  const entities = served.flatMap((schema): [string, ObjectFact][] => {
    const fact = facts.get(`${schema}.${schema}`);
    return fact?.kind === 'entity' ? [[schema, fact]] : [];
  });
  return [
    head,
    ...texts,
    '\n/** What a resource of each schema shows. */\nexport interface Bodies {\n',
    ...entities.map(([schema]) => `  ${schema}: ${schema}Body;\n`),
    '}\n\n/** What a client may write, by the path of a property. */\nexport interface Writables {\n',
    ...entities.map(([schema]) => `  ${schema}: ${schema}BodyWritable;\n`),
    '}\n\n/** The parameters of each action; those that the schema demands are always there. */\nexport interface ActionParameters {\n',
    ...actionTexts(names, entities),
    '}\n',
  ].join('');
}
