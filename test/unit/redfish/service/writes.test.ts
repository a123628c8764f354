/** PATCH, POST, DELETE and actions: whole or not at all, and one at a time. */
import { describe, expect, it } from 'vitest';
import { WriteFailure } from '../../../../src/redfish/service/write/writer.ts';
import { fixture } from './fixture.ts';

const box = '/redfish/v1/Chassis/a';
const bmc = '/redfish/v1/Managers/bmc';
const account = '/redfish/v1/AccountService/Accounts/Operator';

describe('a PATCH', () => {
  it('answers with the resource as it is afterwards', async () => {
    const { ask, things } = fixture();
    const reply = await ask('PATCH', box, { body: { AssetTag: 'new', LocationIndicatorActive: true } });
    expect([reply.status, reply.body.AssetTag]).toEqual([200, 'new']);
    expect(reply.headers.ETag).toBe(reply.body['@odata.etag']);
    expect(things.boxes.get('a')).toMatchObject({ tag: 'new', lit: true });
    expect((await ask('GET', box)).headers.ETag).toBe(reply.headers.ETag);
  });

  it('does what can be done beside what can never be, and says what that was', async () => {
    const { ask, things } = fixture();
    const reply = await ask('PATCH', box, {
      body: { AssetTag: 'new', PowerState: 'Off', Flavour: 1, Status: { Health: 'OK', Mood: 'fine' } },
    });
    expect(reply.status).toBe(200);
    expect(things.boxes.get('a')?.tag).toBe('new');
    const said = (messages: readonly { MessageId: string; RelatedProperties: string[] }[]) =>
      messages.map((each) => [each.MessageId.split('.').at(-1), each.RelatedProperties[0]]);
    expect(said(reply.body['@Message.ExtendedInfo'])).toEqual([
      ['PropertyNotWritable', '#/PowerState'],
      ['PropertyUnknown', '#/Flavour'],
      ['PropertyNotWritable', '#/Status'],
    ]);
    expect(said(reply.body['PowerState@Message.ExtendedInfo'])).toEqual([
      ['PropertyNotWritable', '#/PowerState'],
    ]);
    expect(said(reply.body['Flavour@Message.ExtendedInfo'])).toEqual([['PropertyUnknown', '#/Flavour']]);
    expect(reply.body.AssetTag).toBe('new');
    expect(reply.body['@odata.id']).toBe(box);
  });

  it('does nothing when a value will not do, and says all that is wrong', async () => {
    const { ask, things } = fixture();
    const reply = await ask('PATCH', box, {
      body: { AssetTag: 'new', LocationIndicatorActive: 'yes', PowerState: 'Off' },
    });
    expect([reply.status, reply.keys]).toEqual([400, ['PropertyValueTypeError', 'PropertyNotWritable']]);
    expect(reply.messages[0]?.RelatedProperties).toEqual(['#/LocationIndicatorActive']);
    expect(things.boxes.get('a')?.tag).toBe('');
  });

  it.each([
    [{}, 'EmptyJSON'],
    [{ '@odata.id': box, '@odata.etag': 'W/"x"' }, 'NoOperation'],
    [{ PowerState: 'Off' }, 'PropertyNotWritable'],
    [{ Flavour: 'sweet' }, 'PropertyUnknown'],
    ['[]', 'UnrecognizedRequestBody'],
    ['{"AssetTag":', 'MalformedJSON'],
    ['', 'MalformedJSON'],
    ['{"AssetTag":"x","AssetTag":"y"}', 'PropertyDuplicate'],
  ])('with %j is refused: %s', async (body, key) => {
    const { ask, things } = fixture();
    const reply = await ask('PATCH', box, { body });
    expect([reply.status, reply.keys]).toEqual([400, [key]]);
    expect(things.boxes.get('a')?.tag).toBe('');
  });

  it('is done now or not at all', async () => {
    const { ask, things } = fixture();
    const when = (time: string) => ({ AssetTag: time, '@Redfish.OperationApplyTime': time });
    const later = await ask('PATCH', box, { body: when('OnReset') });
    expect([later.status, later.keys, things.boxes.get('a')?.tag]).toEqual([400, ['PropertyUnknown'], '']);
    expect((await ask('PATCH', box, { body: when('Immediate') })).body.AssetTag).toBe('Immediate');
    const reset = (time: string) => ({ ResetType: 'ForceRestart', '@Redfish.OperationApplyTime': time });
    const action = `${bmc}/Actions/Manager.Reset`;
    expect((await ask('POST', action, { body: reset('OnReset') })).keys).toEqual(['ActionParameterUnknown']);
    expect((await ask('POST', action, { body: reset('Immediate') })).status).toBe(204);
    const made = { AssetTag: 'x', '@Redfish.OperationApplyTime': 'OnReset' };
    expect((await ask('POST', '/redfish/v1/Chassis', { body: made })).status).toBe(400);
  });

  it('takes back what was written when a later part fails', async () => {
    const { ask, things } = fixture();
    const cause = new Error('the lamp is broken');
    things.beforeLight = () => {
      throw cause;
    };
    const before = (await ask('GET', box)).headers.ETag;
    const failed = await ask('PATCH', box, {
      body: { AssetTag: 'new', LocationIndicatorActive: true },
    }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(WriteFailure);
    expect(failed).toMatchObject({ properties: ['LocationIndicatorActive'], cause, stuck: [] });
    expect(things.boxes.get('a')).toMatchObject({ tag: '', lit: false });
    expect((await ask('GET', box)).headers.ETag).toBe(before);
  });

  it('says so when it cannot take it back', async () => {
    const { ask, things } = fixture();
    things.beforeLight = () => Promise.reject(new Error('the lamp is broken'));
    things.beforeUndo = () => {
      throw new Error('the tag is stuck');
    };
    const failed = await ask('PATCH', box, {
      body: { AssetTag: 'new', LocationIndicatorActive: true },
    }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ stuck: [new Error('the tag is stuck')] });
    expect(things.boxes.get('a')?.tag).toBe('new');
  });

  it('writes into the elements of an array, and only what is said to be writable there', async () => {
    const { ask, things } = fixture();
    const shown = await ask('GET', `${box}/Power`);
    expect(shown.body['@Redfish.WriteableProperties']).toEqual(['PowerControl']);
    expect(shown.body.PowerControl[0].PowerLimit['@Redfish.WriteableProperties']).toEqual(['LimitInWatts']);
    const PowerControl = [{ PowerLimit: { LimitInWatts: 250 } }];
    expect((await ask('PATCH', `${box}/Power`, { body: { PowerControl } })).status).toBe(200);
    expect(things.boxes.get('a')?.limit).toBe(250);
    const wrong = [{ PowerLimit: { LimitInWatts: 300, LimitException: 'HardPowerOff' } }];
    const refused = await ask('PATCH', `${box}/Power`, { body: { PowerControl: wrong } });
    expect([refused.status, refused.keys]).toEqual([400, ['PropertyNotWritable']]);
    expect(refused.messages[0]?.RelatedProperties).toEqual(['#/PowerControl/0/PowerLimit/LimitException']);
    expect(things.boxes.get('a')?.limit).toBe(250);
  });

  it('goes no deeper than the resource itself', async () => {
    const { ask } = fixture();
    const deep = await ask('PATCH', box, { body: { Power: { PowerControl: [] } } });
    expect([deep.status, deep.keys]).toEqual([400, ['PropertyNotWritable']]);
    expect((await ask('PATCH', '/redfish/v1/Chassis', { body: { Members: [] } })).status).toBe(405);
    expect((await ask('PATCH', `${box}.Deep`, { body: {} })).status).toBe(404);
  });
});

describe('a precondition', () => {
  it('lets one of several writers through', async () => {
    const { ask, things } = fixture();
    things.beforeLight = () => new Promise((resolve) => setTimeout(resolve, 5));
    const ifMatch = String((await ask('GET', box)).headers.ETag);
    const replies = await Promise.all(
      ['one', 'two', 'three', 'four'].map((AssetTag) =>
        ask('PATCH', box, { ifMatch, body: { AssetTag, LocationIndicatorActive: true } }),
      ),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
    const winner = replies.find(({ status }) => status === 200);
    expect(things.boxes.get('a')?.tag).toBe(winner?.body.AssetTag);
  });

  it('fails after a change that is never shown', async () => {
    const { ask } = fixture();
    const ifMatch = String((await ask('GET', account)).headers.ETag);
    const body = { Password: 'nobody-sees-it' };
    expect((await ask('PATCH', account, { ifMatch, body })).status).toBe(200);
    expect((await ask('PATCH', account, { ifMatch, body })).status).toBe(412);
  });

  it('does not fail because a reading moved', async () => {
    const { ask, things } = fixture();
    const ifMatch = String((await ask('GET', `${box}/Power`)).headers.ETag);
    Object.assign(things.boxes.get('a') ?? {}, { reading: 99 });
    const body = { PowerControl: [{ PowerLimit: { LimitInWatts: 1 } }] };
    expect((await ask('PATCH', `${box}/Power`, { ifMatch, body })).status).toBe(200);
  });

  it.each([
    ['*', 200],
    ['W/"other", TAG', 200],
    ['W/TAG', 200],
    ['"other"', 412],
    ['TAGfoobar', 412],
    ['', 412],
  ])('If-Match: %s', async (field, status) => {
    const { ask, things } = fixture();
    const etag = String((await ask('GET', box)).headers.ETag);
    const ifMatch = field.replace('TAG', etag);
    expect((await ask('PATCH', box, { ifMatch, body: { AssetTag: 'x' } })).status).toBe(status);
    expect(things.boxes.get('a')?.tag).toBe(status === 200 ? 'x' : '');
    expect((await ask('DELETE', box, { ifMatch: '"old"' })).status).toBe(412);
  });

  it('may also be that nothing has this ETag', async () => {
    const { ask } = fixture();
    const etag = String((await ask('GET', box)).headers.ETag);
    expect((await ask('PATCH', box, { ifNoneMatch: etag, body: { AssetTag: 'x' } })).status).toBe(412);
    expect((await ask('PATCH', box, { ifNoneMatch: '*', body: { AssetTag: 'x' } })).status).toBe(412);
    expect((await ask('PATCH', box, { ifNoneMatch: '"x"', body: { AssetTag: 'x' } })).status).toBe(200);
  });

  it('is not asked of what is made, nor of an action', async () => {
    const { ask } = fixture();
    const ifMatch = '"whatever"';
    expect((await ask('POST', '/redfish/v1/Chassis', { ifMatch, body: { AssetTag: 'x' } })).status).toBe(201);
    const reset = { ifMatch, body: { ResetType: 'ForceRestart' } };
    expect((await ask('POST', `${bmc}/Actions/Manager.Reset`, reset)).status).toBe(204);
  });
});

describe('a POST', () => {
  it.each([
    '/redfish/v1/Chassis',
    '/redfish/v1/Chassis/',
    '/redfish/v1/Chassis/Members',
    '/redfish/v1/Chassis/Members/',
  ])('to %s makes a member', async (uri) => {
    const { ask, things } = fixture();
    const reply = await ask('POST', uri, { body: { AssetTag: 'x' } });
    expect([reply.status, reply.headers.Location]).toEqual([201, '/redfish/v1/Chassis/new']);
    expect(reply.body).toMatchObject({ '@odata.id': '/redfish/v1/Chassis/new', AssetTag: 'x' });
    expect(things.boxes.has('new')).toBe(true);
  });

  it('to a resource or to a collection that takes none is not allowed', async () => {
    const { ask } = fixture(['Members']);
    expect((await ask('POST', '/redfish/v1/Managers', { body: {} })).status).toBe(405);
    expect((await ask('POST', '/redfish/v1/Managers/bmc/Members', { body: {} })).status).toBe(404);
    // To every other method it is a member of that name.
    expect((await ask('GET', '/redfish/v1/Chassis/Members')).status).toBe(200);
    expect((await ask('PATCH', '/redfish/v1/Chassis/Members', { body: { AssetTag: 'x' } })).status).toBe(200);
  });

  it('with a query is refused, but not with one that means nothing', async () => {
    const { ask } = fixture();
    const refused = await ask('POST', '/redfish/v1/Chassis?$top=1', { body: { AssetTag: 'x' } });
    expect([refused.status, refused.keys]).toEqual([400, ['QueryNotSupportedOnOperation']]);
    expect((await ask('POST', '/redfish/v1/Chassis?$new=1', { body: { AssetTag: 'x' } })).status).toBe(501);
    expect((await ask('POST', '/redfish/v1/Chassis?why=not', { body: { AssetTag: 'x' } })).status).toBe(201);
  });
});

describe('what may be asked', () => {
  it('is said truthfully of each resource', async () => {
    const { ask, things } = fixture();
    Object.assign(things.boxes.get('b') ?? {}, { locked: true });
    const allow = async (uri: string) => (await ask('GET', uri)).headers.Allow;
    expect(await allow(box)).toBe('GET, HEAD, OPTIONS, PATCH, DELETE');
    expect(await allow('/redfish/v1/Chassis/b')).toBe('GET, HEAD, OPTIONS');
    expect(await allow('/redfish/v1/Chassis')).toBe('GET, HEAD, OPTIONS, POST');
    expect(await allow('/redfish/v1/Managers')).toBe('GET, HEAD, OPTIONS');
    const patched = await ask('PATCH', '/redfish/v1/Chassis/b', { body: { AssetTag: 'x' } });
    expect([patched.status, patched.headers.Allow, patched.keys]).toEqual([
      405,
      'GET, HEAD, OPTIONS',
      ['OperationNotAllowed'],
    ]);
    const removed = await ask('DELETE', '/redfish/v1/Chassis/b');
    expect([removed.status, removed.headers.Allow, removed.keys]).toEqual([
      405,
      'GET, HEAD, OPTIONS',
      ['ResourceCannotBeDeleted'],
    ]);
    expect((await ask('DELETE', box)).status).toBe(204);
    expect(things.boxes.has('a')).toBe(false);
  });

  it('is told by OPTIONS, and by HEAD as by GET', async () => {
    const { ask } = fixture();
    for (const uri of [box, '/redfish/v1/Chassis', '/redfish/v1/', `${bmc}/ResetActionInfo`]) {
      const { headers } = await ask('GET', uri);
      expect((await ask('OPTIONS', uri)).headers).toMatchObject({ Allow: headers.Allow, Link: headers.Link });
      expect((await ask('HEAD', uri)).headers).toEqual(headers);
    }
    const action = `${bmc}/Actions/Manager.Reset`;
    expect(await ask('OPTIONS', action)).toMatchObject({ status: 204, headers: { Allow: 'POST, OPTIONS' } });
    expect(await ask('GET', action)).toMatchObject({ status: 405, headers: { Allow: 'POST, OPTIONS' } });
    expect((await ask('OPTIONS', '/redfish/v1/Chassis/nothing')).status).toBe(404);
    expect((await ask('TRACE', box)).status).toBe(405);
  });
});

describe('an action', () => {
  it('says all that it takes', async () => {
    const { ask } = fixture();
    const { body } = await ask('GET', bmc);
    expect(body.Actions).toEqual({
      '#Manager.Reset': {
        target: `${bmc}/Actions/Manager.Reset`,
        '@Redfish.ActionInfo': `${bmc}/ResetActionInfo`,
        'ResetType@Redfish.AllowableValues': ['ForceRestart'],
      },
      '#Manager.ResetToDefaults': {
        target: `${bmc}/Actions/Manager.ResetToDefaults`,
        '@Redfish.ActionInfo': `${bmc}/ResetToDefaultsActionInfo`,
      },
    });
    const info = await ask('GET', `${bmc}/ResetActionInfo`);
    expect(info.body).toMatchObject({
      '@odata.id': `${bmc}/ResetActionInfo`,
      Id: 'ResetActionInfo',
      Parameters: [
        { Name: 'ResetType', DataType: 'String', Required: true, AllowableValues: ['ForceRestart'] },
      ],
    });
    expect(info.headers.Link).toContain('/JsonSchemas/ActionInfo>');
    // What is not declared comes from the schema.
    const other = await ask('GET', `${bmc}/ResetToDefaultsActionInfo`);
    expect(other.body.Parameters[0].AllowableValues).toContain('ResetAll');
  });

  it('may repeat its name in the body, as clients of Redfish 1.0 do', async () => {
    const { ask } = fixture();
    const action = `${bmc}/Actions/Manager.Reset`;
    const named = (Action: string) => ask('POST', action, { body: { Action, ResetType: 'ForceRestart' } });
    expect((await named('Manager.Reset')).status).toBe(204);
    expect(await named('Manager.Shutdown')).toMatchObject({ status: 400 });
  });

  it('is not mentioned by a resource that has none', async () => {
    const { ask } = fixture();
    expect((await ask('GET', box)).body).not.toHaveProperty('Actions');
  });

  it('that this resource does not have is not there, nor what would say of it', async () => {
    const { ask } = fixture();
    for (const [method, uri] of [
      ['POST', `${bmc}/Actions/Manager.ForceFailover`],
      ['GET', `${bmc}/Actions/Manager.ForceFailover`],
      ['GET', `${bmc}/ForceFailoverActionInfo`],
      ['POST', `${bmc}/Actions/Manager.Explode`],
    ] as const)
      expect((await ask(method, uri, { body: {} })).status, `${method} ${uri}`).toBe(404);
  });

  it('is in the audit log, with what became of it', async () => {
    const { ask, audit, things } = fixture();
    await ask('POST', `${bmc}/Actions/Manager.Reset`, { body: { ResetType: 'ForceRestart' } });
    await ask('POST', `${bmc}/Actions/Manager.Reset`, { body: { ResetType: 'Nmi' } });
    expect(things.runs).toEqual(['ForceRestart']);
    expect(audit.map(({ action, status, target }) => [action, status, target])).toEqual([
      ['Manager.Reset', 204, bmc],
      ['Manager.Reset', 400, bmc],
    ]);
  });
});
