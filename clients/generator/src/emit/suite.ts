/** Facts of every schema, of every version, and every registry message: what the conformance suite judges by. */
import type { Bundle } from '../bundle.ts';
import { type Csdl, keyOf, versionOf } from '../csdl.ts';
import type { Model } from '../model.ts';
import type { Files } from './files.ts';

/** Versions of each `Schema.Schema`, in the order of the documents. */
function versionsOf(csdl: Csdl): Record<string, string[]> {
  const versions: Record<string, string[]> = {};
  for (const fullName of csdl.definitions.keys()) {
    const version = versionOf(fullName);
    const key = keyOf(fullName);
    const [schema, type] = key.split('.');
    if (version === undefined || schema !== type) continue;
    versions[key] ??= [];
    versions[key].push(version);
  }
  return versions;
}

/** The direct base type of each entity, without versions: what a link to that base may lead to. */
function basesOf(csdl: Csdl): Record<string, string> {
  const bases: Record<string, string> = {};
  for (const [fullName, element] of csdl.definitions) {
    const base = element.attributes.BaseType;
    if (element.name === 'EntityType' && base !== undefined && keyOf(base) !== keyOf(fullName))
      bases[keyOf(fullName)] = keyOf(base);
  }
  return bases;
}

const sorted = <T>(record: Record<string, T>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

const lines = (entries: Iterable<readonly [string, unknown]>): string =>
  `{\n${[...entries].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',\n')}\n}`;

/** `data/facts.json`: `types`, `versions`, `bases`, and `registries` with the number of arguments of each message. */
export function suiteFiles({ csdl, registries }: Bundle, model: Model): Files {
  const messages = [...registries].map(([prefix, registry]): [string, unknown] => [
    prefix,
    {
      version: registry.RegistryVersion,
      messages: Object.fromEntries(
        Object.entries(registry.Messages).map(([key, { ParamTypes }]) => [key, ParamTypes?.length ?? 0]),
      ),
    },
  ]);
  const parts = [
    ['types', lines(model.facts)],
    ['versions', lines(sorted(versionsOf(csdl)))],
    ['bases', lines(sorted(basesOf(csdl)))],
    ['registries', lines(messages)],
  ];
  return { 'data/facts.json': `{${parts.map(([name, text]) => `"${name}":${text}`).join(',\n')}}\n` };
}
