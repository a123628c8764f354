/** Every role, every method, every declared resource: the service lets through whom DMTF's privilege registry lets. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declarations } from '../../src/redfish/resources/index.ts';
import { type Credentials, testPassword } from '../support/client.ts';
import { crawl } from '../support/crawl.ts';
import { platformOf, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { dmtfRegistry, hasRedfishFolder } from '../unit/redfish/support.ts';

type Operations = Readonly<Record<string, readonly { readonly Privilege: readonly string[] }[]>>;
interface Mapping {
  readonly Entity: string;
  readonly OperationMap: Operations;
  readonly SubordinateOverrides?: readonly {
    readonly Targets: readonly string[];
    readonly OperationMap: Operations;
  }[];
}

/** Roles and what they hold: the standard's own, and some that an administrator could make. */
const roles: Readonly<Record<string, readonly string[]>> = {
  Administrator: ['Login', 'ConfigureManager', 'ConfigureUsers', 'ConfigureComponents', 'ConfigureSelf'],
  Operator: ['Login', 'ConfigureComponents', 'ConfigureSelf'],
  ReadOnly: ['Login', 'ConfigureSelf'],
  Reader: ['Login'],
  Clerk: ['Login', 'ConfigureUsers'],
  Mechanic: ['ConfigureComponents'],
};

/** A declared resource: its template, its type, and the types of what is above it. */
interface Declared {
  readonly template: string;
  readonly schema: string;
  readonly parents: readonly string[];
  readonly open: boolean;
  readonly methods: ReadonlySet<string>;
}

const facts = declarations.map((declaration) =>
  declaration.kind === 'resource'
    ? { declaration, uri: declaration.resource.uri, schema: declaration.resource.schema }
    : { declaration, uri: declaration.collection.uri, schema: declaration.collection.schema },
);
const schemas = new Map<string, string>(facts.map(({ uri, schema }) => [uri, schema]));
const declared: readonly Declared[] = facts.map(({ declaration, uri, schema }) => {
  const segments = uri.split('/');
  const above = segments.slice(0, -1).map((_, index) => segments.slice(0, index + 1).join('/'));
  const methods = new Set(['GET', 'HEAD', 'OPTIONS']);
  if (declaration.kind === 'resource') {
    if (declaration.resource.writes) methods.add('PATCH');
    if (declaration.resource.remove) methods.add('DELETE');
  } else if (declaration.collection.create) methods.add('POST');
  return {
    ...{ template: uri, schema, methods },
    parents: above.flatMap((each) => schemas.get(each) ?? []),
    open: declaration.kind === 'resource' && declaration.resource.open === true,
  };
});
const actions = facts.flatMap(({ declaration, uri }) =>
  declaration.kind === 'resource'
    ? Object.keys(declaration.resource.actions ?? {}).map((action) => ({ owner: uri, action }))
    : [],
);

describe.skipIf(!hasRedfishFolder)('the privilege registry of DMTF', () => {
  let daemon: TestDaemon;
  let users: ReadonlyMap<string, Credentials>;
  let found: readonly string[];
  const { Mappings } = hasRedfishFolder
    ? dmtfRegistry<{ readonly Mappings: readonly Mapping[] }>('PrivilegeRegistry')
    : { Mappings: [] };

  beforeAll(async () => {
    const shipped = platformOf();
    // With all services that there can be.
    const platform = { ...shipped, manager: { ...shipped.manager, aggregates: true } };
    daemon = await startTestDaemon({ platform, daemon: { limits: { requestsPerSecond: 0 } } });
    const service = '/redfish/v1/AccountService';
    const made: [string, Credentials][] = [];
    for (const [RoleId, AssignedPrivileges] of Object.entries(roles)) {
      await daemon.send('POST', `${service}/Roles`, { RoleId, AssignedPrivileges });
      const account = { UserName: RoleId.toLowerCase(), Password: testPassword, RoleId };
      expect((await daemon.send('POST', `${service}/Accounts`, account)).status).toBe(201);
      const login = { UserName: account.UserName, Password: testPassword };
      const { headers } = await daemon.send('POST', '/redfish/v1/SessionService/Sessions', login, {
        as: null,
      });
      made.push([RoleId, { token: String(headers['x-auth-token']) }]);
    }
    users = new Map(made);
    found = [...(await crawl(daemon)).keys()].filter((uri) => !uri.includes('?'));
  });
  afterAll(() => daemon.stop());

  /**
   * Whether the registry lets somebody who holds `privileges` do it to what is not his own, read straight from DMTF's
   * document. ConfigureSelf is about one's own account and sessions.
   */
  function permits(
    schema: string,
    parents: readonly string[],
    method: string,
    privileges: readonly string[],
  ): boolean {
    const mapping = Mappings.find(({ Entity }) => Entity === schema);
    const override = mapping?.SubordinateOverrides?.find(({ Targets, OperationMap }) => {
      let at = 0;
      for (const parent of parents) if (parent === Targets[at]) at++;
      return at === Targets.length && OperationMap[method] !== undefined;
    });
    const alternatives = override?.OperationMap[method] ?? mapping?.OperationMap[method] ?? [];
    return alternatives.some(({ Privilege }) =>
      Privilege.every((each) => each === 'NoAuth' || (each !== 'ConfigureSelf' && privileges.includes(each))),
    );
  }

  /** What is there and matches a template, others' accounts and sessions only. */
  const someOf = (template: string): string | undefined => {
    const pattern = new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}/?$`);
    return found.find((uri) => pattern.test(uri) && !/\/Sessions\/./.test(uri));
  };
  const missing = (template: string): string => template.replace(/\{\w+\}/g, 'nothing');

  it('has every type that the service serves', () => {
    const known = new Set(Mappings.map(({ Entity }) => Entity));
    expect(declared.map(({ schema }) => schema).filter((schema) => !known.has(schema))).toEqual([]);
  });

  it.each(Object.keys(roles))('decides what %s may read', async (role) => {
    const as = users.get(role) ?? null;
    for (const { template, schema, parents, open } of declared) {
      const there = someOf(template);
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        const may =
          open || permits(schema, parents, method === 'OPTIONS' ? 'GET' : method, roles[role] ?? []);
        const own = schema === 'ManagerAccount' && there?.endsWith(`/${role.toLowerCase()}`) === true;
        if (there !== undefined && !own) {
          const { status } = await daemon.send(method, there, undefined, { as });
          expect(status, `${method} ${there}`).toBe(may ? (method === 'OPTIONS' ? 204 : 200) : 403);
        }
        if (!template.includes('{')) continue;
        const { status } = await daemon.send(method, missing(template), undefined, { as });
        expect(status, `${method} ${missing(template)}`).toBe(may ? 404 : 403);
      }
    }
  });

  it.each(Object.keys(roles))('decides what %s may write', async (role) => {
    const as = users.get(role) ?? null;
    for (const { template, schema, parents, methods } of declared) {
      if (!template.includes('{')) continue;
      for (const method of ['PATCH', 'PUT', 'POST', 'DELETE']) {
        // What no resource of the kind can do tells no more than a look at it.
        const needed = methods.has(method) ? method : 'GET';
        const may = permits(schema, parents, needed, roles[role] ?? []);
        const answer = await daemon.send(method, missing(template), {}, { as });
        expect(answer.status, `${method} ${missing(template)}`).toBe(may ? 404 : 403);
      }
    }
    for (const { owner, action } of actions) {
      const { schema = '', parents = [] } = declared.find(({ template }) => template === owner) ?? {};
      const uri = `${missing(owner)}/Actions/${action}`;
      const may = permits(schema, parents, 'POST', roles[role] ?? []);
      // Where the owner is always there, a body that no action takes must do.
      const answer = await daemon.send('POST', uri, { NoSuchParameter: 1 }, { as });
      expect(answer.status, `POST ${uri}`).toBe(may ? (owner.includes('{') ? 404 : 400) : 403);
    }
  });

  it.each(Object.keys(roles))('decides what %s may change of the services themselves', async (role) => {
    const as = users.get(role) ?? null;
    for (const { template, schema, parents, methods, open } of declared) {
      if (template.includes('{') || open) continue;
      for (const method of ['PATCH', 'PUT', 'POST', 'DELETE']) {
        const possible = methods.has(method);
        const login = method === 'POST' && schema === 'SessionCollection';
        const may = login || permits(schema, parents, possible ? method : 'GET', roles[role] ?? []);
        const answer = await daemon.send(method, template, {}, { as });
        expect(answer.status, `${method} ${template}`).toBe(may ? (possible ? 400 : 405) : 403);
      }
    }
  });

  it('lets nobody in who does not say who he is', async () => {
    for (const { template, open, schema } of declared) {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'PATCH', 'PUT', 'POST', 'DELETE', 'PROPFIND']) {
        const reads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
        if ((open && reads) || (method === 'POST' && schema === 'SessionCollection')) continue;
        for (const uri of [missing(template), someOf(template) ?? template]) {
          const { status } = await daemon.send(method, uri, reads ? undefined : {}, { as: null });
          expect(status, `${method} ${uri}`).toBe(401);
        }
      }
    }
  });

  it('shows no secret to anybody', async () => {
    for (const as of users.values()) {
      for (const uri of found) {
        const { text, status } = await daemon.get(uri, { as });
        if (status !== 200) continue;
        expect(text, uri).not.toMatch(/Quaint-Marmot|"[0-9a-f]{64}"|scrypt|PRIVATE KEY/);
        for (const [, value] of text.matchAll(/"(?:Password|Token|[A-Za-z]*Passphrase)":("[^"]*"|null)/g))
          expect(value, uri).toBe('null');
      }
    }
  });
});
