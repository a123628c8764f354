/** Laws of the profile engine: requirements only add, order does not matter, and no profile text makes it throw. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProfile } from '../src/profile/check.ts';
import { evaluateProfile, overall } from '../src/profile/evaluate.ts';
import { Tree } from '../src/profile/tree.ts';
import { comparisons, readLevels } from '../src/profile/vocabulary.ts';

const names = ['Model', 'AssetTag', 'ChassisType', 'Status'];
const level = fc.constantFrom(...readLevels.filter((each) => each !== 'Excluded'));
const condition = fc.record(
  {
    CompareProperty: fc.constantFrom(...names),
    CompareType: fc.constantFrom(...comparisons.filter((each) => each !== 'Pattern' && each !== 'Range')),
    CompareValues: fc.array(fc.constantFrom('a', 'Sled', 1, true), { maxLength: 2 }),
    ReadRequirement: level,
  },
  { requiredKeys: ['CompareProperty', 'CompareType'] },
);
const rule = fc.record({ ReadRequirement: level }, { requiredKeys: [] });
const body = fc.record(
  {
    Model: fc.constantFrom('a', null),
    AssetTag: fc.constantFrom('a', '', []),
    ChassisType: fc.constantFrom('Sled', 'Rack'),
    Status: fc.constantFrom({}, { State: 'Absent' }, { State: 'Enabled' }),
  },
  { requiredKeys: [] },
);

const treeOf = (bodies: readonly object[], reverse = false): Tree => {
  const resources = bodies.map((each, index): [string, Record<string, unknown>] => [
    `/redfish/v1/Chassis/${index}`,
    { '@odata.type': '#Chassis.v1_25_0.Chassis', ...each },
  ]);
  return new Tree({ resources: new Map(reverse ? resources.reverse() : resources) });
};

function findings(property: object, tree: Tree) {
  const { loaded } = readProfile(
    'p.json',
    JSON.stringify({
      ...{
        SchemaDefinition: 'RedfishInteroperabilityProfile.v1_9_0',
        ProfileName: 'P',
        ProfileVersion: '1.0.0',
      },
      Resources: { Chassis: { PropertyRequirements: { Model: property } } },
    }),
  );
  if (!loaded) throw new Error('the profile is refused');
  return evaluateProfile({ profiles: [loaded], named: new Map() }, tree);
}

describe('the profile engine', () => {
  it('never lets a condition weaken a requirement', () => {
    fc.assert(
      fc.property(rule, condition, fc.array(body, { minLength: 1, maxLength: 3 }), (base, more, bodies) => {
        const tree = treeOf(bodies);
        const before = overall(findings(base, tree));
        const after = overall(findings({ ...base, ConditionalRequirements: [more] }, tree));
        if (before === 'FAIL' && base.ReadRequirement !== 'Supported') expect(after).toBe('FAIL');
      }),
    );
  });

  it('gives the same findings whatever the order of reads', () => {
    fc.assert(
      fc.property(rule, condition, fc.array(body, { maxLength: 4 }), (base, more, bodies) => {
        const property = { ...base, ConditionalRequirements: [more] };
        expect(findings(property, treeOf(bodies, true))).toEqual(findings(property, treeOf(bodies)));
      }),
    );
  });

  it('refuses or reads any text, with a place for each problem', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const { loaded, problems } = readProfile('any.json', text);
        expect(loaded === undefined).toBe(problems.length > 0);
        for (const { line, column } of problems) expect(Math.min(line, column)).toBeGreaterThan(0);
      }),
    );
  });

  it('tells every problem of a profile at once: place, and the nearest word', () => {
    const text = `{
 "SchemaDefinition": "RedfishInteroperabilityProfile.v1_9_0",
 "ProfileName": "P",
 "ProfileVersion": "1,0,0",
 "Resources": { "Chassis": { "PropertyRequirements": {
  "Model": { "ReadRequirement": "IfImplement" },
  "SKU": "Mandatory",
  "UUID": { "ReadRequirment": "Mandatory" }
 } } }
}`;
    expect(
      readProfile('p.json', text).problems.map(({ line, column, suggestion }) => [line, column, suggestion]),
    ).toEqual([
      [4, 20, ''],
      [6, 33, 'did you mean "IfImplemented"?'],
      [7, 10, ''],
      [8, 13, 'did you mean "ReadRequirement"?'],
    ]);
  });
});
