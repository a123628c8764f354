/** Turns CSDL types into facts. */
import {
  annotation,
  baseChain,
  type Csdl,
  keyOf,
  members,
  records,
  revision,
  schemaOf,
  versionOf,
  within,
} from './csdl.ts';
import type { ActionFact, EnumFact, ObjectFact, ParameterFact, PropertyFact, TypeFact } from './facts.ts';
import type { Element } from './xml.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const primitives: Readonly<Record<string, Pick<PropertyFact, 'type' | 'format'>>> = {
  'Edm.Boolean': { type: 'boolean' },
  'Edm.DateTimeOffset': { type: 'string', format: 'date-time' },
  'Edm.Decimal': { type: 'number' },
  'Edm.Duration': { type: 'string', format: 'duration' },
  'Edm.Guid': { type: 'string', format: 'uuid' },
  'Edm.Int64': { type: 'integer' },
  'Edm.PrimitiveType': { type: 'any' },
  'Edm.String': { type: 'string' },
};

/**
 * The facts of one type as of its latest version, everything inherited included.
 * @param key `Schema.Type`, such as `Sensor.Thresholds`
 * @throws Error where the CSDL lacks a type that it names
 */
export function typeFact(csdl: Csdl, key: string): TypeFact {
  const fullName = csdl.latest.get(key);
  const element = fullName && csdl.definitions.get(fullName);
  if (!element) throw new Error(`The CSDL defines no ${key}`);
  if (element.name === 'EnumType' || element.name === 'TypeDefinition') return enumFact(element);
  return objectFact(csdl, fullName);
}

function enumFact(element: Element): EnumFact {
  const values: Record<string, string> = {};
  const deprecated: string[] = [];
  for (const { name, element: member } of members(element)) {
    values[name] = revision(member, 'Added') ?? '';
    if (revision(member, 'Deprecated')) deprecated.push(name);
  }
  return { kind: 'enum', values, ...(deprecated.length ? { deprecated } : {}) };
}

function objectFact(csdl: Csdl, fullName: string): ObjectFact {
  const chain = baseChain(csdl, fullName);
  const entity = chain.at(-1)?.[1].name === 'EntityType';
  const fact: Mutable<ObjectFact> = { kind: entity ? 'entity' : 'object', properties: {} };
  const properties: Record<string, PropertyFact> = {};
  const own = schemaOf(fullName);
  for (const [name, element] of chain) {
    for (const child of element.children) {
      if (child.name !== 'Property' && child.name !== 'NavigationProperty') continue;
      properties[child.attributes.Name ?? ''] = propertyFact(
        csdl,
        child,
        schemaOf(name) === own ? versionOf(name) : undefined,
      );
    }
    const open = annotation(element, 'OData.AdditionalProperties')?.attributes.Bool;
    if (open) fact.open = open === 'true';
    const patterns = records(element, 'Redfish.DynamicPropertyPatterns');
    if (patterns.length) {
      fact.dynamic = patterns.map((entry) => ({
        pattern: unescaped(entry.Pattern ?? ''),
        ...typeFacts(csdl, entry.Type ?? ''),
      }));
    }
    if (revision(element, 'Deprecated')) fact.deprecated = true;
    for (const [name, term] of [
      ['insert', 'Insert'],
      ['update', 'Update'],
      ['delete', 'Delete'],
    ] as const) {
      const able = records(element, `Capabilities.${term}Restrictions`)[0];
      if (able) fact[name] = Object.values(able)[0] === 'true';
    }
    for (const [name, term] of [
      ['uris', 'Redfish.Uris'],
      ['deprecatedUris', 'Redfish.DeprecatedUris'],
    ] as const) {
      const uris = [...within(annotation(element, term), 'String')].map((uri) => uri.text.trim());
      if (uris.length) fact[name] = uris;
    }
  }
  if (!fact.open) delete fact.open;
  fact.properties = properties;
  const version = versionOf(fullName);
  if (entity && version) fact.version = version;
  const actions = properties.Actions && entity ? actionFacts(csdl, own) : {};
  if (Object.keys(actions).length) fact.actions = actions;
  return fact;
}

/** What the name of a type says of a value: its JSON type, its format, or the type whose facts to look up. */
function typeFacts(csdl: Csdl, typeName: string): Pick<PropertyFact, 'type'> & Partial<PropertyFact> {
  const item = /^Collection\((.*)\)$/.exec(typeName)?.[1];
  if (item !== undefined) return { ...typeFacts(csdl, item), array: true };
  const primitive = primitives[typeName];
  if (primitive) return { ...primitive };
  const key = keyOf(typeName);
  const fullName = csdl.latest.get(key);
  const element = fullName === undefined ? undefined : csdl.definitions.get(fullName);
  if (!element) {
    csdl.missing(typeName);
    return { type: 'any' };
  }
  if (element.name === 'EnumType') return { type: 'enum', ref: key };
  if (element.name !== 'TypeDefinition') return { type: 'object', ref: key };
  if (annotation(element, 'Redfish.Enumeration')) return { type: 'enum', ref: key };
  return { ...typeFacts(csdl, element.attributes.UnderlyingType ?? ''), ...constraints(element) };
}

/** Some patterns are escaped as if CSDL were JSON; no schema means a backslash as such. */
const unescaped = (pattern: string): string => pattern.replaceAll('\\\\', '\\');

/** The validation terms of a property, a parameter or a type definition. */
function constraints(element: Element): Partial<PropertyFact> {
  const fact: Partial<Mutable<PropertyFact>> = {};
  const minimum = annotation(element, 'Validation.Minimum')?.attributes.Int;
  const maximum = annotation(element, 'Validation.Maximum')?.attributes.Int;
  const pattern = annotation(element, 'Validation.Pattern')?.attributes.String;
  if (minimum !== undefined) fact.minimum = Number(minimum);
  if (maximum !== undefined) fact.maximum = Number(maximum);
  if (pattern !== undefined) fact.pattern = unescaped(pattern);
  if (annotation(element, 'OData.IsURL')) fact.format = 'uri';
  if (annotation(element, 'Redfish.IPv6Format')) fact.format = 'ipv6';
  return fact;
}

/** A link's target may be a type of another standards body, which the folder does not define. */
function linkFact(typeName: string): PropertyFact {
  const item = /^Collection\((.*)\)$/.exec(typeName)?.[1];
  return { type: 'link', ref: keyOf(item ?? typeName), ...(item === undefined ? {} : { array: true }) };
}

function propertyFact(csdl: Csdl, element: Element, version: string | undefined): PropertyFact {
  const { attributes } = element;
  const excerptCopy = annotation(element, 'Redfish.ExcerptCopy');
  const link =
    element.name === 'NavigationProperty' && !annotation(element, 'OData.AutoExpand') && !excerptCopy;
  const fact: Mutable<PropertyFact> = link
    ? linkFact(attributes.Type ?? '')
    : { ...typeFacts(csdl, attributes.Type ?? ''), ...constraints(element) };
  const permission = annotation(element, 'OData.Permissions')?.attributes.EnumMember?.split('/')[1];
  if (permission) fact.permission = permission as NonNullable<PropertyFact['permission']>;
  if (attributes.Nullable === 'false') fact.nullable = false;
  if (annotation(element, 'Redfish.Required')) fact.required = true;
  if (annotation(element, 'Redfish.RequiredOnCreate')) fact.requiredOnCreate = true;
  const unit = annotation(element, 'Measures.Unit')?.attributes.String;
  if (unit !== undefined) fact.unit = unit;
  const added = revision(element, 'Added') ?? (version === 'v1_0_0' ? undefined : version);
  if (added !== undefined) fact.added = added;
  const deprecated = revision(element, 'Deprecated');
  if (deprecated !== undefined) fact.deprecated = deprecated;
  const excerpt = annotation(element, 'Redfish.Excerpt');
  if (excerpt) fact.excerpt = excerpt.attributes.String?.split(',') ?? [];
  if (annotation(element, 'Redfish.ExcerptCopyOnly')) fact.excerptCopyOnly = true;
  if (excerptCopy) fact.excerptCopy = excerptCopy.attributes.String ?? '';
  return fact;
}

function actionFacts(csdl: Csdl, schema: string): Record<string, ActionFact> {
  const facts: Record<string, ActionFact> = {};
  for (const action of csdl.actions.get(schema) ?? []) {
    // The first parameter names the type that the action is bound to.
    const [, ...parameters] = action.children.filter((child) => child.name === 'Parameter');
    const returns = action.children.find((child) => child.name === 'ReturnType')?.attributes.Type;
    const added = revision(action, 'Added');
    facts[action.attributes.Name ?? ''] = {
      parameters: Object.fromEntries(
        parameters.map((parameter) => [parameter.attributes.Name ?? '', parameterFact(csdl, parameter)]),
      ),
      ...(returns ? { returns: keyOf(returns) } : {}),
      ...(added ? { added } : {}),
      ...(revision(action, 'Deprecated') ? { deprecated: true } : {}),
    };
  }
  return facts;
}

/** A parameter that may not be null must be given (DSP0266 "POST (action)"; DSP8010 marks it so). */
function parameterFact(csdl: Csdl, element: Element): ParameterFact {
  const fact: Mutable<ParameterFact> = {
    ...typeFacts(csdl, element.attributes.Type ?? ''),
    ...constraints(element),
  };
  // A resource as a parameter is handed over as a link to it.
  if (fact.ref && csdl.definitions.get(csdl.latest.get(fact.ref) ?? '')?.name === 'EntityType')
    fact.type = 'link';
  if (element.attributes.Nullable === 'false') fact.required = true;
  const added = revision(element, 'Added');
  if (added !== undefined) fact.added = added;
  return fact;
}

/** Every type that the facts of the given types refer to, other than by a link, themselves included. */
export function closure(csdl: Csdl, keys: Iterable<string>): Map<string, TypeFact> {
  const facts = new Map<string, TypeFact>();
  const open = [...keys];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (facts.has(key)) continue;
    const fact = typeFact(csdl, key);
    facts.set(key, fact);
    if (fact.kind === 'enum') continue;
    const actions = Object.values(fact.actions ?? {});
    const values = [
      ...Object.values(fact.properties),
      ...(fact.dynamic ?? []),
      ...actions.flatMap((action) => Object.values(action.parameters)),
    ];
    for (const value of values) if (value.ref && value.type !== 'link') open.push(value.ref);
    for (const action of actions) if (action.returns) open.push(action.returns);
  }
  return facts;
}
