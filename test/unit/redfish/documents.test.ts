/** The registries and schemas that the service carries: each file resource leads to its document, and answers agree with them. */
import { Ajv2019 } from 'ajv/dist/2019.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiredPrivileges } from '../../../src/redfish/service/privileges.ts';
import { at } from '../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon.stop());

type Links = readonly { readonly '@odata.id': string }[];
const membersOf = async (uri: string) => at((await daemon.get(uri)).body, '/Members') as Links;
const documentOf = async (uri: string) => {
  const local = at((await daemon.get(uri)).body, '/Location/0/Uri');
  return daemon.get(String(local));
};

it('every message registry is here, whole, under the name and version of its file resource', async () => {
  const all = await membersOf('/redfish/v1/Registries');
  for (const { '@odata.id': uri } of all.filter((each) => !each['@odata.id'].endsWith('PrivilegeRegistry'))) {
    const file = await daemon.get(uri);
    const { status, body } = await documentOf(uri);
    expect(status, uri).toBe(200);
    const { RegistryPrefix, RegistryVersion } = body as Record<string, string>;
    expect(at(file.body, '/Registry')).toBe(`${RegistryPrefix}.${RegistryVersion?.replace(/\.\d+$/, '')}`);
    const messages = Object.values(at(body, '/Messages') as Record<string, Record<string, unknown>>);
    expect(messages.length).toBeGreaterThan(0);
    for (const { Message, NumberOfArgs, ParamTypes } of messages) {
      const places = new Set(String(Message).match(/%\d/g));
      expect((ParamTypes as readonly string[]).length).toBe(NumberOfArgs);
      expect(places.size).toBeLessThanOrEqual(Number(NumberOfArgs));
    }
  }
});

it('every schema is here, compiles, and passes what the service serves of it', async () => {
  const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({
    $id: 'http://redfish.dmtf.org/schemas/v1/odata-v4.json',
    definitions: { idRef: { type: 'object', required: ['@odata.id'] } },
  });
  const judges = new Map<string, ReturnType<typeof ajv.compile>>();
  for (const { '@odata.id': uri } of await membersOf('/redfish/v1/JsonSchemas')) {
    const { status, body } = await documentOf(uri);
    expect(status, uri).toBe(200);
    const { $schema: _meta, ...schema } = body as Record<string, unknown>;
    judges.set(String(schema.title), ajv.compile(schema));
  }
  let judged = 0;
  for (const uri of [
    'Chassis',
    'Systems',
    'Managers',
    'Chassis/chassis/Sensors',
    'AccountService/Accounts',
  ].flatMap((each) => [`/redfish/v1/${each}?$expand=.`])) {
    for (const member of at((await daemon.get(uri)).body, '/Members') as readonly Record<string, unknown>[]) {
      const judge = judges.get(String(member['@odata.type']));
      expect(judge, String(member['@odata.type'])).toBeDefined();
      expect(judge?.(member) ? [] : judge?.errors, String(member['@odata.id'])).toEqual([]);
      judged += 1;
    }
  }
  expect(judged).toBeGreaterThan(10);
});

it('the privilege registry says of each operation what the service asks for', async () => {
  const { status, body } = await documentOf('/redfish/v1/Registries/PrivilegeRegistry');
  expect(status).toBe(200);
  const mappings = at(body, '/Mappings') as readonly {
    readonly Entity: string;
    readonly OperationMap: Readonly<Record<string, readonly { readonly Privilege: readonly string[] }[]>>;
  }[];
  const schemas = new Set(
    (await membersOf('/redfish/v1/JsonSchemas')).map((each) => each['@odata.id'].split('/').at(-1)),
  );
  for (const { Entity, OperationMap } of mappings.filter((each) => schemas.has(each.Entity)))
    for (const [method, sets] of Object.entries(OperationMap))
      expect(
        sets.map(({ Privilege }) => Privilege),
        `${Entity} ${method}`,
      ).toEqual(requiredPrivileges(Entity, method));
  expect(mappings.find(({ Entity }) => Entity === 'ManagerAccount')).toHaveProperty('PropertyOverrides');
});

it('a document that there is not is not found, a name that only looks like one neither', async () => {
  for (const path of ['Registries/Base/Base.0.0.0.json', 'JsonSchemas/Sensor/Base.json', 'JsonSchemas/x/y'])
    expect((await daemon.get(`/redfish/v1/${path}`)).status, path).toBe(404);
});
