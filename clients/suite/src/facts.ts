/** Look-ups in `facts.json`: every schema and registry of DMTF, with the version that added each part. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { EnumFact, ObjectFact, TypeFact } from './generated/facts.ts';

export interface Facts {
  readonly types: Readonly<Record<string, TypeFact>>;
  readonly versions: Readonly<Record<string, readonly string[]>>;
  /** The base type of an entity, both as `Schema.Type`. */
  readonly bases: Readonly<Record<string, string>>;
  /** Number of arguments of each message of the newest version of each registry. */
  readonly registries: Readonly<
    Record<string, { readonly version: string; readonly messages: Readonly<Record<string, number>> }>
  >;
}

let known: Facts | undefined;

/** The facts, read once. */
export function facts(): Facts {
  if (known === undefined) {
    const path = createRequire(import.meta.url).resolve('@redfishd/suite/facts.json');
    known = JSON.parse(readFileSync(path, 'utf8')) as Facts;
  }
  return known;
}

/** The facts of an object or resource; undefined for an unknown type and for an enumeration. */
export function objectFact(key: string | undefined): ObjectFact | undefined {
  const fact = key !== undefined && Object.hasOwn(facts().types, key) ? facts().types[key] : undefined;
  return fact?.kind === 'enum' ? undefined : fact;
}

export function enumFact(key: string | undefined): EnumFact | undefined {
  const fact = key !== undefined && Object.hasOwn(facts().types, key) ? facts().types[key] : undefined;
  return fact?.kind === 'enum' ? fact : undefined;
}

/** An own property of a table, whatever name the service sent. */
export const own = <T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;

/** `v1_12_0` as a number that orders by major and minor; errata add nothing to a schema. */
export function rank(version: string): number {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('_').map(Number);
  return major * 10_000 + minor;
}

/** Whether what a version added is part of a resource that claims another one. */
export const within = (added: string | undefined, claimed: string | undefined): boolean =>
  added === undefined || added === '' || claimed === undefined || rank(added) <= rank(claimed);

/** Whether a type is another one, or derives from it. */
export function derives(key: string, base: string): boolean {
  for (let name: string | undefined = key; name !== undefined; name = own(facts().bases, name))
    if (name === base) return true;
  return false;
}
