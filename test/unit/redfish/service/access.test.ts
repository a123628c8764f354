/** Who learns what, and in which order: not logged in, not allowed, not there, not possible. */
import { describe, expect, it } from 'vitest';
import { fixture, somebody } from './fixture.ts';

const box = '/redfish/v1/Chassis/a';
const bmc = '/redfish/v1/Managers/bmc';
const own = '/redfish/v1/AccountService/Accounts/ReadOnly';

describe('without credentials', () => {
  it.each([
    ['GET', box],
    ['GET', '/redfish/v1/Chassis/nothing'],
    ['GET', '/redfish/v1/Nothing'],
    ['GET', '/redfish/v1/Chassis/a/Power/nothing/at/all'],
    ['HEAD', '/redfish/v1/Nothing'],
    ['OPTIONS', box],
    ['OPTIONS', '/redfish/v1/Nothing'],
    ['POST', '/redfish/v1/Nothing'],
    ['POST', '/redfish/v1/Chassis'],
    ['POST', `${bmc}/Actions/Manager.Reset`],
    ['PATCH', box],
    ['DELETE', '/redfish/v1'],
    ['PUT', box],
    ['PROPFIND', box],
    ['GET', `${box}?$unknown=1`],
    ['GET', `${bmc}/Actions/Manager.Reset`],
  ])('%s %s says only that', async (method, uri) => {
    const reply = await fixture().ask(method, uri, { as: null, body: '{' });
    expect([reply.status, reply.keys]).toEqual([401, ['NoValidSession']]);
    expect(reply.headers.Allow).toBeUndefined();
  });

  it('says it also to one who knows the ETag', async () => {
    const { ask } = fixture();
    const { headers } = await ask('GET', box);
    expect((await ask('GET', box, { as: null, ifNoneMatch: String(headers.ETag) })).status).toBe(401);
  });

  it('shows the root, and of what it links to only the links', async () => {
    const { ask } = fixture();
    const plain = await ask('GET', '/redfish/v1/', { as: null });
    expect(plain.status).toBe(200);
    const expanded = await ask('GET', '/redfish/v1/?$expand=*($levels=6)', { as: null });
    expect(expanded.body).toEqual(plain.body);
  });
});

describe('without the privilege', () => {
  it.each([
    ['PATCH', '/redfish/v1/Chassis/nothing', 'ReadOnly'],
    ['DELETE', '/redfish/v1/Chassis/nothing', 'ReadOnly'],
    ['POST', '/redfish/v1/Managers/nothing/Actions/Manager.Reset', 'Operator'],
    ['PATCH', '/redfish/v1/AccountService/Accounts/nothing', 'Operator'],
    ['GET', '/redfish/v1/AccountService/Accounts/nothing', 'None'],
    ['GET', box, 'None'],
    ['POST', '/redfish/v1/Chassis', 'ReadOnly'],
  ])('%s %s is refused to %s, whether it is there or not', async (method, uri, role) => {
    const reply = await fixture().ask(method, uri, { as: somebody(role), body: {} });
    expect([reply.status, reply.keys]).toEqual([403, ['InsufficientPrivilege']]);
  });

  it('what nobody can do is not allowed, to whoever may look', async () => {
    const { ask } = fixture();
    for (const role of ['ReadOnly', 'Administrator']) {
      const reply = await ask('PUT', box, { as: somebody(role), body: {} });
      expect([reply.status, reply.keys, reply.headers.Allow]).toEqual([
        405,
        ['OperationNotAllowed'],
        'GET, HEAD, OPTIONS, PATCH, DELETE',
      ]);
    }
    expect((await ask('PUT', box, { as: somebody('None'), body: {} })).status).toBe(403);
    expect((await ask('PUT', '/redfish/v1/Chassis/nothing', { body: {} })).status).toBe(404);
  });

  it('others’ accounts are not shown, nor found by a filter, nor expanded', async () => {
    const { ask } = fixture();
    const as = somebody('ReadOnly');
    expect((await ask('GET', own, { as })).status).toBe(200);
    expect((await ask('GET', '/redfish/v1/AccountService/Accounts/Administrator', { as })).status).toBe(403);
    const all = '/redfish/v1/AccountService/Accounts';
    const expanded = await ask('GET', `${all}?$expand=.`, { as });
    const shown = expanded.body.Members.filter((member: object) => 'UserName' in member);
    expect(shown.map((member: { UserName: string }) => member.UserName)).toEqual(['readonly']);
    expect(expanded.body['Members@odata.count']).toBe(4);
    const filtered = await ask('GET', `${all}?$filter=${encodeURIComponent("UserName ne 'x'")}`, { as });
    expect(filtered.body.Members).toEqual([{ '@odata.id': own }]);
  });

  it('one’s own account is open in what the registry opens', async () => {
    const { ask, things } = fixture();
    const as = somebody('ReadOnly');
    expect((await ask('PATCH', own, { as, body: { Password: 'whatever-it-is' } })).status).toBe(200);
    const refused = await ask('PATCH', own, {
      as,
      body: { Password: 'other-words', RoleId: 'Administrator' },
    });
    expect([refused.status, refused.keys]).toEqual([403, ['InsufficientPrivilege']]);
    // Not even a value that will not do may be tried out.
    expect((await ask('PATCH', own, { as, body: { RoleId: 5 } })).status).toBe(403);
    expect(things.accounts.get('ReadOnly')).toMatchObject({ role: 'ReadOnly', revision: 2 });
  });
});

describe('with a password that must be changed', () => {
  const as = somebody('Administrator', true);
  const mine = '/redfish/v1/AccountService/Accounts/Administrator';

  it.each([
    ['GET', box],
    ['GET', '/redfish/v1/Nothing'],
    ['GET', '/redfish/v1/AccountService/Accounts'],
    ['PATCH', own],
    ['POST', `${bmc}/Actions/Manager.Reset`],
  ])('%s %s is refused with the way out', async (method, uri) => {
    const reply = await fixture().ask(method, uri, { as, body: {} });
    expect([reply.status, reply.keys]).toEqual([403, ['PasswordChangeRequired']]);
    expect(reply.messages[0]?.MessageArgs).toEqual([mine]);
  });

  it('only the own account is there, and only its password can be changed', async () => {
    const { ask } = fixture();
    expect((await ask('GET', mine, { as })).status).toBe(200);
    // Nothing else shows through it, nor through the root.
    const expanded = await ask('GET', `${mine}?$expand=*`, { as });
    expect(expanded.body.Links.Role).toEqual({ '@odata.id': bmc });
    const root = await ask('GET', '/redfish/v1/?$expand=*', { as });
    expect(root.body.Chassis).toEqual({ '@odata.id': '/redfish/v1/Chassis' });
    expect((await ask('PATCH', mine, { as, body: { RoleId: 'ReadOnly' } })).status).toBe(403);
    expect((await ask('DELETE', mine, { as })).status).toBe(405);
    expect((await ask('PATCH', mine, { as, body: { Password: 'a-new-one-at-last' } })).status).toBe(200);
  });
});
