/** The profile engine against micro-cases with known truth; read by path, never shipped. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@redfishd/client';
import { describe, expect, it } from 'vitest';
import { type LoadedProfile, readProfile, resolveProfiles } from '../src/profile/check.ts';
import { evaluateProfile, overall } from '../src/profile/evaluate.ts';
import { Tree } from '../src/profile/tree.ts';

interface MicroCase {
  readonly id: string;
  readonly title: string;
  readonly expect: string;
  readonly certainty: string;
  readonly resources: JsonObject | null;
  readonly profile?: JsonObject;
  readonly files?: Readonly<Record<string, JsonObject>>;
  readonly root?: JsonObject;
  readonly tree: Readonly<Record<string, JsonObject>>;
  readonly allow?: Readonly<Record<string, string>>;
}

const shared = process.env.REDFISHD_SHARED ?? join(import.meta.dirname, '../../../../shared');
const path = join(shared, 'suite/micro-cases.json');
const { cases } = existsSync(path)
  ? (JSON.parse(readFileSync(path, 'utf8')) as { cases: readonly MicroCase[] })
  : { cases: [] };

const header = {
  SchemaDefinition: 'RedfishInteroperabilityProfile.v1_9_0',
  ProfileName: 'T',
  ProfileVersion: '1.0.0',
  Purpose: 'p',
  OwningEntity: 'o',
  ContactInfo: 'c@example.org',
};

/** PASS, FAIL, … or PROFILE when a file is refused. */
function verdictOf(micro: MicroCase): string {
  const profile = {
    ...header,
    ...micro.profile,
    ...(micro.resources === null ? {} : { Resources: micro.resources }),
  };
  const { loaded, problems } = readProfile('T.json', JSON.stringify(profile, undefined, 1));
  if (!loaded) return problems.length ? 'PROFILE' : 'none';
  const others: LoadedProfile[] = [];
  for (const [file, body] of Object.entries(micro.files ?? {})) {
    const other = readProfile(file, JSON.stringify(body));
    if (!other.loaded) return 'PROFILE';
    others.push(other.loaded);
  }
  const { set, problems: unresolved } = resolveProfiles(loaded, others);
  if (unresolved.length) return 'PROFILE';
  const root = {
    '@odata.id': '/redfish/v1',
    '@odata.type': '#ServiceRoot.v1_20_0.ServiceRoot',
    RedfishVersion: '1.20.0',
    ...micro.root,
  };
  const tree = new Tree({
    resources: new Map([['/redfish/v1', root], ...Object.entries(micro.tree)]),
    allow: new Map(Object.entries(micro.allow ?? {}).map(([uri, list]) => [uri, list.split(', ')])),
  });
  return overall(evaluateProfile(set, tree));
}

describe.skipIf(!cases.length)(`micro-cases of DSP0272${cases.length ? '' : ` (absent: ${path})`}`, () => {
  it.each(cases.map((micro) => [micro.id, micro.title, micro] as const))('%s %s', (_id, _title, micro) => {
    expect(verdictOf(micro)).toBe(micro.expect);
  });
});
