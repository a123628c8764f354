/** Facts for the completers of the PowerShell module, as JSON, which both of its editions read. */
import type { PropertyFact, ValueFact } from '../facts.ts';
import type { Model, ObjectModel } from '../model.ts';
import type { Files } from './files.ts';

/** A value: the words it may have, or the name of its type. */
function valueText(model: Model, fact: ValueFact): string | readonly string[] {
  const known = fact.type === 'enum' && fact.ref !== undefined ? model.facts.get(fact.ref) : undefined;
  if (known?.kind === 'enum') return Object.keys(known.values);
  return fact.array ? `${fact.type}[]` : fact.type;
}

/** Writable properties by path, such as `Boot/BootSourceOverrideTarget`. */
function writable(
  model: Model,
  object: ObjectModel,
  properties: ObjectModel['write'],
  above = '',
  depth = 0,
): [string, string | readonly string[]][] {
  return properties.flatMap(([name, fact]: readonly [string, PropertyFact]) => {
    const inner =
      fact.type === 'object' && !fact.array ? model.objects.find(({ key }) => key === fact.ref) : undefined;
    if (inner && depth < 3) return writable(model, object, inner.write, `${above}${name}/`, depth + 1);
    return [[`${above}${name}`, valueText(model, fact)] as [string, string | readonly string[]]];
  });
}

/** One entry per line keeps the difference between two releases readable. */
function section(name: string, entries: readonly (readonly [string, unknown])[]): string {
  const lines = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return `${JSON.stringify(name)}:{\n${lines.join(',\n')}\n}`;
}

export function powershellFiles(model: Model): Files {
  const entities = model.objects.filter(({ fact }) => fact.kind === 'entity');
  const actions = model.actions.map(({ name, parameters }) => {
    const described = parameters.map(([parameter, fact]) => {
      const value = valueText(model, fact);
      return [
        parameter,
        {
          ...(fact.required ? { required: true } : {}),
          ...(typeof value === 'string' ? { type: value } : { values: value }),
        },
      ];
    });
    return [name, Object.fromEntries(described)] as const;
  });
  const writes = entities.flatMap((object) =>
    object.write.length
      ? [[object.name, Object.fromEntries(writable(model, object, object.write))] as const]
      : [],
  );
  const creates = entities.flatMap(({ name, create }) => {
    const required = create.flatMap(([property, fact]) => (fact.requiredOnCreate ? [property] : []));
    return create.length
      ? [[name, { required, properties: create.map(([property]) => property) }] as const]
      : [];
  });
  const resources = entities.map(({ name, fact }) => [name, fact.version ?? ''] as const);
  const messages = model.messages.map(
    ({ key, severity, args }) => [key, { severity, args: args.length }] as const,
  );
  const sections = [
    section('resources', resources),
    section('writes', writes),
    section('creates', creates),
    section('actions', actions),
    section('messages', messages),
  ];
  return { 'redfish-facts.json': `{\n${sections.join(',\n')}\n}\n` };
}
