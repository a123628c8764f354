/** Query parameters on a small tree, one by one and together. */
import { describe, expect, it } from 'vitest';
import { fixture, type Reply, somebody } from './fixture.ts';

const chassis = '/redfish/v1/Chassis';
const entries = '/redfish/v1/Managers/bmc/LogServices/Log/Entries';
const filter = (text: string) => `$filter=${encodeURIComponent(text)}`;
const uris = ({ body }: Reply): string[] =>
  body.Members.map((member: { '@odata.id': string }) => member['@odata.id'].split('/').at(-1));

describe('only', () => {
  it('shows the one member, and the collection where there are more or none', async () => {
    const { ask } = fixture();
    const sole = await ask('GET', '/redfish/v1/Managers?only');
    expect(sole.body).toEqual((await ask('GET', '/redfish/v1/Managers/bmc')).body);
    expect(sole.headers).toMatchObject({
      'Content-Location': '/redfish/v1/Managers/bmc',
      ETag: sole.body['@odata.etag'],
    });
    expect(sole.headers.Link).toContain('/Manager>');
    expect((await ask('GET', `${chassis}?only`)).body).toEqual((await ask('GET', chassis)).body);
    const none = fixture([]);
    expect((await none.ask('GET', `${chassis}?only=`)).body.Members).toEqual([]);
  });

  it('does not show what its member would not', async () => {
    const { ask, things } = fixture();
    for (const id of ['Administrator', 'Operator', 'None']) things.accounts.delete(id);
    const accounts = '/redfish/v1/AccountService/Accounts?only';
    expect((await ask('GET', accounts, { as: somebody('Operator') })).status).toBe(403);
    expect((await ask('GET', accounts, { as: somebody('ReadOnly') })).status).toBe(200);
  });

  it.each([
    [`${chassis}?only&$top=1`, 'QueryCombinationInvalid'],
    [`${chassis}?only&$expand=.`, 'QueryCombinationInvalid'],
    [`${chassis}?excerpt&only`, 'QueryCombinationInvalid'],
    [`${chassis}?only=yes`, 'QueryParameterValueFormatError'],
    [`${chassis}/a?only`, 'QueryNotSupportedOnResource'],
  ])('%s is refused', async (uri, key) => {
    const reply = await fixture().ask('GET', uri);
    expect([reply.status, reply.keys]).toEqual([400, [key]]);
  });
});

describe('excerpt', () => {
  it('shows what the schema says is the essence, of the kind at hand', async () => {
    const { ask } = fixture();
    const inlet = await ask('GET', `${chassis}/a/Sensors/inlet?excerpt`);
    expect(Object.keys(inlet.body)).toEqual(['@odata.id', '@odata.type', '@odata.etag', 'Reading']);
    const power = await ask('GET', `${chassis}/a/Sensors/power?excerpt`);
    expect(power.body).toMatchObject({ Reading: 20, PowerFactor: 0.9 });
    expect(power.body.Thresholds).toBeUndefined();
  });

  it('shows the whole of what has none, and the essence of its members', async () => {
    const { ask } = fixture();
    expect((await ask('GET', `${chassis}/a?excerpt`)).body).toEqual((await ask('GET', `${chassis}/a`)).body);
    const expanded = await ask('GET', `${chassis}/a/Sensors?excerpt&$expand=.`);
    const single = await ask('GET', `${chassis}/a/Sensors/inlet?excerpt`);
    expect(expanded.body.Members[0]).toEqual(single.body);
    const deep = await ask(
      'GET',
      `${chassis}/a?excerpt&$expand=.($levels=2)&$select=Sensors/Members/Reading`,
    );
    expect(deep.body.Sensors.Members[1]).toMatchObject({ Reading: 20 });
    expect(deep.body.Sensors.Members[1].PowerFactor).toBeUndefined();
  });

  it('has no value', async () => {
    expect(await fixture().ask('GET', '/redfish/v1/?excerpt=foo')).toMatchObject({
      status: 400,
      keys: ['QueryParameterValueFormatError'],
    });
  });
});

describe('$expand', () => {
  it('goes by scope and levels', async () => {
    const { ask } = fixture();
    const root = async (query: string) => (await ask('GET', `/redfish/v1/?$expand=${query}`)).body;
    expect((await root('.')).Chassis.Members[0]).toEqual({ '@odata.id': `${chassis}/a` });
    expect((await root('.($levels=2)')).Chassis.Members[0].Name).toBe('Box a');
    expect((await root('.($levels=2)')).Chassis.Members[0].Power).toEqual({
      '@odata.id': `${chassis}/a/Power`,
    });
    expect((await root('.($levels=3)')).Chassis.Members[0].Power.Name).toBe('Power');
    expect((await root('.($levels=3)')).Chassis.Members[0].Links.ManagedBy[0].Name).toBeUndefined();
    expect((await root('*($levels=3)')).Chassis.Members[0].Links.ManagedBy[0].Name).toBe('Manager');
    expect((await root('~')).Chassis.Members).toBeUndefined();
    const links = (await ask('GET', `${chassis}/a?$expand=~`)).body;
    expect([links.Links.ManagedBy[0].Name, links.Power.Name]).toEqual(['Manager', undefined]);
  });

  it('leaves a link that leads back, and one into a resource', async () => {
    const { ask } = fixture();
    const { body } = await ask('GET', `${chassis}/a/Sensors/inlet?$expand=*($levels=6)`);
    expect(body.RelatedItem[0].Name).toBe('Box a');
    expect(body.RelatedItem[0].Sensors.Members[0]).toEqual({ '@odata.id': `${chassis}/a/Sensors/inlet` });
    expect(body.RelatedItem[0].Power.PowerControl[0].MemberId).toBe('0');
  });

  it('is refused where the answer would be too large', async () => {
    const { ask } = fixture(Array.from({ length: 2000 }, (_, index) => `box${index}`));
    expect((await ask('GET', `${chassis}?$expand=.`)).status).toBe(200);
    const reply = await ask('GET', `${chassis}?$expand=.($levels=3)`);
    expect([reply.status, reply.keys]).toEqual([507, ['InsufficientStorage']]);
  });

  it.each(['$expand=x', '$expand=.($levels=0)', '$expand=.($levels=7)', '$expand=.(levels=1)', '$expand='])(
    '%s is refused',
    async (query) => {
      expect((await fixture().ask('GET', `${chassis}?${query}`)).status).toBe(400);
    },
  );
});

describe('$select', () => {
  it('keeps what is named, who it is, and what belongs to it', async () => {
    const { ask } = fixture();
    const { body } = await ask(
      'GET',
      `${chassis}/a?$select=AssetTag,Status/Health,Nothing,Links/ManagedBy/x`,
    );
    expect(body).toEqual({
      '@odata.id': `${chassis}/a`,
      '@odata.type': expect.stringContaining('Chassis'),
      '@odata.etag': expect.any(String),
      AssetTag: '',
      Status: { Health: 'OK' },
      Links: { ManagedBy: [{ '@odata.id': '/redfish/v1/Managers/bmc' }] },
    });
  });

  it('of a collection keeps how many there are and where they go on', async () => {
    const { ask } = fixture();
    const { body } = await ask('GET', `${chassis}?$select=Name&$top=1`);
    expect(Object.keys(body)).toEqual([
      '@odata.id',
      '@odata.type',
      '@odata.etag',
      'Name',
      'Members@odata.count',
      'Members@odata.nextLink',
    ]);
    expect(body['Members@odata.nextLink']).toBe(
      `${chassis}?$select=Name&$skip=1&$top=1`.replace('$s', '%24s'),
    );
  });

  it('speaks of members where they are shown', async () => {
    const { ask } = fixture();
    for (const select of ['AssetTag', 'Members/AssetTag']) {
      const { body } = await ask('GET', `${chassis}?$expand=.&$select=${select}`);
      expect(Object.keys(body.Members[0])).toEqual(['@odata.id', '@odata.type', '@odata.etag', 'AssetTag']);
      expect(body['Members@odata.count']).toBe(3);
    }
    const whole = await ask('GET', `${chassis}?$expand=.&$select=Members`);
    expect(whole.body.Members).toEqual((await ask('GET', `${chassis}?$expand=.`)).body.Members);
    const nested = await ask('GET', `${chassis}/a?$expand=.&$select=Power/Name`);
    expect(nested.body.Power).toEqual({
      ...{ '@odata.id': `${chassis}/a/Power`, '@odata.type': expect.any(String) },
      ...{ '@odata.etag': expect.any(String), Name: 'Power' },
    });
  });
});

describe('$filter, $skip and $top', () => {
  it('work in that order, and count what passes', async () => {
    const { ask } = fixture(['a', 'b', 'c', 'd', 'e']);
    const reply = await ask('GET', `${chassis}?${filter("Id ne 'b'")}&$skip=1&$top=2`);
    expect(uris(reply)).toEqual(['c', 'd']);
    expect(reply.body['Members@odata.count']).toBe(4);
    expect(uris(await ask('GET', String(reply.body['Members@odata.nextLink'])))).toEqual(['e']);
    expect(uris(await ask('GET', `${chassis}?$skip=9`))).toEqual([]);
    const none = await ask('GET', `${chassis}?$top=0`);
    expect([none.body.Members, none.body['Members@odata.nextLink']]).toEqual([[], undefined]);
  });

  it.each([
    "Status/Health eq 'OK'",
    'AssetTag ne null',
    "Name eq 'Entry 4' or Id eq '9'",
    "Severity eq 'Critical'",
  ])('find the entries of a log with %s, whether the store can or not', async (text) => {
    const { ask } = fixture();
    const seen: string[] = [];
    let pages = 0;
    for (let uri = `${entries}?${filter(text)}&$top=4&$select=Name`; uri !== ''; pages++) {
      const reply = await ask('GET', uri);
      expect(reply.status).toBe(200);
      expect(Object.keys(reply.body.Members[0] ?? {})).not.toContain('Severity');
      seen.push(...uris(reply));
      uri = String(reply.body['Members@odata.nextLink'] ?? '');
    }
    const all = (await ask('GET', `${entries}?$top=20`)).body.Members as { Id: string }[];
    const expected: Readonly<Record<string, (id: number) => boolean>> = {
      "Status/Health eq 'OK'": () => false,
      'AssetTag ne null': () => false,
      "Name eq 'Entry 4' or Id eq '9'": (id) => id === 4 || id === 9,
      "Severity eq 'Critical'": (id) => id % 3 === 0,
    };
    expect(all).toHaveLength(20);
    const wanted = Array.from({ length: 50 }, (_, index) => index + 1).filter((id) => expected[text]?.(id));
    expect(seen).toEqual(wanted.map(String));
    expect(pages).toBe(Math.max(1, Math.ceil(wanted.length / 4)));
  });

  it('go on in a log where they were, though its beginning has gone by then', async () => {
    const { ask, things } = fixture();
    const first = await ask('GET', `${entries}?$top=10`);
    things.entries.splice(0, 15);
    things.entries.push(51);
    const second = await ask('GET', String(first.body['Members@odata.nextLink']));
    expect(uris(second)).toEqual(Array.from({ length: 10 }, (_, index) => String(index + 16)));
    expect(second.body['Members@odata.count']).toBe(36);
  });

  it('show a log in pages of bounded length', async () => {
    const { ask } = fixture();
    const reply = await ask('GET', `${entries}?$top=1000`);
    expect(reply.body.Members).toHaveLength(20);
    expect(reply.body['Members@odata.nextLink']).toContain('$skiptoken=20&$top=1000');
  });

  it.each([
    [`${chassis}?$skiptoken=a`, 'QueryNotSupportedOnResource'],
    [`${chassis}/a?$filter=${encodeURIComponent("Id eq 'a'")}`, 'QueryNotSupportedOnResource'],
    [`${chassis}/a?$top=0`, 'QueryNotSupportedOnResource'],
    [`${chassis}?$top=1&$top=2`, 'QueryCombinationInvalid'],
    [`${chassis}?$filter=Id+eq+a`, 'QueryParameterValueFormatError'],
    [
      `${chassis}?$top=x&$skip=-1&$expand=y`,
      'QueryParameterValueTypeError QueryParameterOutOfRange QueryParameterValueFormatError',
    ],
  ])('%s is refused', async (uri, keys) => {
    const reply = await fixture().ask('GET', uri);
    expect([reply.status, reply.keys.join(' ')]).toEqual([400, keys]);
  });

  it('leave alone what is no parameter of the protocol', async () => {
    const { ask } = fixture();
    expect((await ask('GET', `${chassis}?format=pretty&_=1`)).body).toEqual((await ask('GET', chassis)).body);
    const unknown = await ask('GET', `${chassis}?$orderby=Name`);
    expect([unknown.status, unknown.keys]).toEqual([501, ['QueryParameterUnsupported']]);
  });
});

describe('an ETag', () => {
  const revalidated = async (uri: string, change: (things: ReturnType<typeof fixture>['things']) => void) => {
    const { ask, things } = fixture();
    const etag = String((await ask('GET', uri)).headers.ETag);
    const before = (await ask('GET', uri, { ifNoneMatch: `"x", ${etag}` })).status;
    change(things);
    return [before, (await ask('GET', uri, { ifNoneMatch: etag })).status];
  };
  const retag = ({ boxes }: { boxes: ReturnType<typeof fixture>['things']['boxes'] }) => {
    Object.assign(boxes.get('a') ?? {}, { tag: 'x' });
  };

  it.each([
    `${chassis}/a`,
    `${chassis}/a?$select=AssetTag`,
    `${chassis}?$expand=.`,
    `${chassis}?$expand=.&$select=AssetTag`,
  ])('of %s saves an answer until something changes', async (uri) => {
    expect(await revalidated(uri, retag)).toEqual([304, 200]);
  });

  it('never keeps a client from new readings, nor from what stands in another resource', async () => {
    const reread = ({ boxes }: Parameters<typeof retag>[0]) => {
      Object.assign(boxes.get('a') ?? {}, { reading: 99 });
    };
    expect(await revalidated(`${chassis}/a/Sensors/inlet`, reread)).toEqual([200, 200]);
    expect(await revalidated(`${chassis}/a/Sensors?$expand=.`, reread)).toEqual([200, 200]);
    expect(await revalidated('/redfish/v1/?$expand=.($levels=2)', retag)).toEqual([200, 200]);
    expect(await revalidated(`${chassis}?$expand=.($levels=2)`, reread)).toEqual([200, 200]);
  });

  it('of a collection moves with its members', async () => {
    const add = ({ boxes }: Parameters<typeof retag>[0]) => {
      boxes.delete('a');
    };
    expect(await revalidated(chassis, add)).toEqual([304, 200]);
    expect(await revalidated(`${chassis}?$expand=.`, add)).toEqual([304, 200]);
  });

  it('stands in the header and in the body', async () => {
    const { ask } = fixture();
    for (const uri of [
      chassis,
      `${chassis}/a`,
      `${chassis}?$expand=.`,
      `${chassis}/a?$select=Name`,
      entries,
    ]) {
      const { headers, body } = await ask('GET', uri);
      expect(headers.ETag, uri).toBe(body['@odata.etag']);
    }
  });

  it('comes with what the answer would have had', async () => {
    const { ask } = fixture();
    const { headers } = await ask('GET', `${chassis}/a`);
    const same = await ask('GET', `${chassis}/a`, { ifNoneMatch: '*' });
    expect([same.status, same.headers, same.body]).toEqual([304, headers, null]);
  });
});
