/** The shipped checklists: they are read, name what exists, and become valid DSP0272 profiles. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { buildProfile } from '../src/checklist/build.ts';
import { checkService } from '../src/checklist/check.ts';
import { readChecklist } from '../src/checklist/checklist.ts';
import { readChecklists } from '../src/checklist/library.ts';
import { lintNames, type SchemaNames } from '../src/checklist/lint.ts';
import { differences, documentOf, explainRows } from '../src/checklist/present.ts';
import { readWaivers } from '../src/checklist/waivers.ts';
import { readProfile } from '../src/profile/check.ts';
import { Tree } from '../src/profile/tree.ts';

const shared = process.env.REDFISHD_SHARED ?? join(import.meta.dirname, '../../../../shared');
const schema = join(shared, 'redfish/profiles/RedfishInteroperabilityProfile.v1_9_0.json');
const docs = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../typescript/data/docs.json'), 'utf8'),
) as { types: SchemaNames };
const shipped = readChecklists();
const named = shipped.map((loaded) => [loaded.checklist.id, loaded] as const);

describe('the shipped checklists', () => {
  it('cover the kinds of OCP platforms', () => {
    expect(shipped.map(({ checklist }) => checklist.id).sort()).toEqual(
      ['accelerator', 'dc-scm', 'jbox', 'liquid', 'power', 'rack-manager', 'server', 'sled', 'switch'].sort(),
    );
  });

  it.each(named)('%s names resources, properties and actions of the schemas', (_id, loaded) => {
    expect(lintNames(loaded, docs.types)).toEqual([]);
  });

  it.each(named)('%s becomes a profile that the engine reads', (_id, loaded) => {
    const { profile, rows } = buildProfile(loaded, shipped);
    expect(readProfile('built.json', JSON.stringify(profile)).problems).toEqual([]);
    expect(rows.size).toBeGreaterThan(15);
    for (const { row } of rows.values()) expect(row.why).toMatch(/^[A-Z].*\.$/);
  });

  it.skipIf(!existsSync(schema)).each(named)('%s is valid by the schema of DMTF', (_id, loaded) => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const { $schema: _, ...text } = JSON.parse(readFileSync(schema, 'utf8')) as Record<string, object>;
    const validate = ajv.compile(text);
    validate(buildProfile(loaded, shipped).profile);
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each(named)('%s becomes a document with a row per requirement', (_id, loaded) => {
    const text = documentOf(loaded, shipped);
    expect(
      text.split('\n').filter((line) => /^\| [A-Za-z@]/.test(line) && !line.includes('requirement |')),
    ).toHaveLength(buildProfile(loaded, shipped).rows.size);
  });
});

const own = `id: acme
title: Acme
profile: Acme
version: 1.0.0
owner: Acme
contact: acme@example.org
purpose: A member's additions.
source: Acme 1
extends: server
requirements:
  - resource: Chassis
    rows:
      - { property: AssetTag, why: Inventory. }
      - { property: Model, read: Recommended, why: Spare parts. }
`;

describe('a checklist of a member', () => {
  const { loaded } = readChecklist('acme.yaml', own);
  if (!loaded) throw new Error('acme.yaml is not read');
  const chassis = (more: object) =>
    new Tree({
      resources: new Map([['/redfish/v1/Chassis/1', { '@odata.type': '#Chassis.v1_25_0.Chassis', ...more }]]),
    });
  const waiver = (expires: string) =>
    readWaivers(
      'w.yaml',
      `waivers:\n  - { checklist: acme, resource: Chassis, requirement: AssetTag, reason: Board r1., expires: '${expires}' }`,
    );
  const assetTag = (more: object, expires?: string) =>
    checkService(loaded, chassis(more), {
      available: shipped,
      today: '2026-12-01',
      ...(expires === undefined ? {} : { waivers: waiver(expires).waivers }),
    }).filter(({ requirement, resource }) => resource === 'Chassis' && requirement === 'AssetTag');

  it('adds to the checklist that it extends', () => {
    const server = shipped.find(({ checklist }) => checklist.id === 'server');
    if (!server) throw new Error('no server');
    expect(buildProfile(loaded, shipped).rows.size).toBe(buildProfile(server).rows.size + 2);
    expect(differences(server, loaded, shipped)).toEqual([
      expect.objectContaining({ change: 'added', requirement: 'Chassis AssetTag', after: 'Mandatory' }),
      expect.objectContaining({ change: 'added', requirement: 'Chassis Model', after: 'Recommended' }),
    ]);
  });

  it('tells the row of each verdict', () => {
    expect(assetTag({})).toMatchObject([{ verdict: 'FAIL', why: 'Inventory.', from: 'acme.yaml:13:9' }]);
    expect(assetTag({ AssetTag: 'a' })).toMatchObject([{ verdict: 'PASS' }]);
    expect(explainRows(loaded, ['chassis', 'assettag'], shipped)).toMatchObject([{ source: 'Acme 1' }]);
  });

  it('is waived up to the last day of the waiver', () => {
    expect(assetTag({}, '2026-12-01')).toMatchObject([{ verdict: 'WAIVED' }]);
    expect(assetTag({}, '2026-11-30')).toMatchObject([{ verdict: 'FAIL', message: /expired on 2026-11-30/ }]);
    expect(waiver('2026-02-30').problems).toMatchObject([{ message: /calendar/, line: 2 }]);
  });

  it('is refused with every problem, its place and the nearest word', () => {
    const text = own
      .replace('resource: Chassis', 'resorce: Chassis')
      .replace('read: Recommended', 'read: Recomended')
      .replace('property: AssetTag, ', '');
    const { problems } = readChecklist('acme.yaml', text);
    expect(problems.map(({ line, message, suggestion }) => [line, message, suggestion])).toEqual([
      [11, 'unknown key "resorce"', 'did you mean "resource"?'],
      [14, '"Recomended" is not allowed here', 'did you mean "Recommended"?'],
      [11, '"resource" is missing', 'add "resource"'],
    ]);
  });

  it('is refused when names do not exist', () => {
    const wrong = readChecklist('acme.yaml', own.replace('AssetTag', 'AsetTag')).loaded;
    expect(wrong && lintNames(wrong, docs.types)).toMatchObject([
      { line: 13, message: 'Chassis has no property AsetTag', suggestion: 'did you mean "AssetTag"?' },
    ]);
  });
});
