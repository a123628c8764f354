/** A small service of made-up parts, for tests of the protocol itself: no board, no store, no HTTP. */

import { type Message, RedfishError } from '../../../../src/messages/messages.ts';
import type {
  ChassisBody,
  LogEntryBody,
  ManagerAccountBody,
  ManagerBody,
  PowerBody,
  SensorBody,
  ServiceRootBody,
} from '../../../../src/redfish/generated/types.ts';
import { declaring } from '../../../../src/redfish/service/declare.ts';
import type { Json } from '../../../../src/redfish/service/json.ts';
import type { Principal } from '../../../../src/redfish/service/principal.ts';
import { passes } from '../../../../src/redfish/service/query/filter.ts';
import { Revisions } from '../../../../src/redfish/service/read/revisions.ts';
import type { Collection, Declaration } from '../../../../src/redfish/service/resource.ts';
import { type AuditRecord, Service, type ServiceReply } from '../../../../src/redfish/service/service.ts';
import { WriteFailure } from '../../../../src/redfish/service/write/writer.ts';

export interface Box {
  readonly id: string;
  tag: string;
  lit: boolean;
  locked: boolean;
  limit: number | null;
  reading: number;
}

export interface Things {
  readonly boxes: Map<string, Box>;
  readonly accounts: Map<string, { readonly id: string; name: string; role: string; revision: number }>;
  readonly entries: number[];
  /** What lights a box does first; a test makes it fail. */
  beforeLight: () => void | Promise<void>;
  /** What taking back a tag does first. */
  beforeUndo: () => void;
  readonly runs: string[];
}

const { resource, collection } = declaring<Things>();

const box = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}',
  schema: 'Chassis',
  ids: ({ boxes }) => [...boxes.keys()],
  find: ({ boxes }, { ChassisId }) => boxes.get(ChassisId),
  body: ({ id, tag, lit, limit }, { uri }): ChassisBody => ({
    Name: `Box ${id}`,
    ChassisType: 'Other',
    AssetTag: tag,
    LocationIndicatorActive: lit,
    PowerState: 'On',
    MaxPowerWatts: limit,
    Status: { State: 'Enabled', Health: 'OK' },
    Sensors: { '@odata.id': `${uri}/Sensors` },
    Power: { '@odata.id': `${uri}/Power` },
    Links: { ManagedBy: [{ '@odata.id': '/redfish/v1/Managers/bmc' }] },
  }),
  removable: ({ locked }) => !locked,
  remove: ({ id }, { app }) => {
    app.boxes.delete(id);
  },
  writes: [
    {
      properties: ['AssetTag'],
      unless: ({ locked }) => locked,
      apply: (model, changes, { app }) => {
        const before = model.tag;
        model.tag = String(changes.get('AssetTag'));
        return () => {
          app.beforeUndo();
          model.tag = before;
        };
      },
    },
    {
      properties: ['LocationIndicatorActive'],
      unless: ({ locked }) => locked,
      apply: async (model, changes, { app }) => {
        await app.beforeLight();
        model.lit = changes.get('LocationIndicatorActive') === true;
        return undefined;
      },
    },
  ],
});

const power = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/Power',
  schema: 'Power',
  find: ({ boxes }, { ChassisId }) => boxes.get(ChassisId),
  body: ({ limit, reading }, { uri }): PowerBody => ({
    Name: 'Power',
    PowerControl: [
      {
        '@odata.id': `${uri}#/PowerControl/0`,
        MemberId: '0',
        Name: 'Power',
        PowerConsumedWatts: reading,
        PowerLimit: { LimitInWatts: limit, LimitException: 'NoAction' },
      },
    ],
  }),
  writes: [
    {
      properties: ['PowerControl', 'PowerControl/PowerLimit/LimitInWatts'],
      apply: (model, changes) => {
        const [first] = changes.get('PowerControl') ?? [];
        model.limit = first?.PowerLimit?.LimitInWatts ?? null;
        return undefined;
      },
    },
  ],
});

const sensor = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/Sensors/{SensorId}',
  schema: 'Sensor',
  ids: () => ['inlet', 'power'],
  find: ({ boxes }, { ChassisId, SensorId }) =>
    SensorId === 'inlet' || SensorId === 'power' ? boxes.get(ChassisId) : undefined,
  excerpt: ({ ReadingType }) => String(ReadingType),
  body: ({ reading }, { params }): SensorBody => ({
    Name: `Sensor ${params.SensorId}`,
    ReadingType: params.SensorId === 'power' ? 'Power' : 'Temperature',
    Reading: reading,
    PowerFactor: params.SensorId === 'power' ? 0.9 : undefined,
    Thresholds: { UpperCritical: { Reading: 40 } },
    RelatedItem: [{ '@odata.id': `/redfish/v1/Chassis/${params.ChassisId}` }],
  }),
});

const manager = resource({
  uri: '/redfish/v1/Managers/{ManagerId}',
  schema: 'Manager',
  ids: () => ['bmc'],
  find: (app, { ManagerId }) => (ManagerId === 'bmc' ? app : undefined),
  body: (): ManagerBody => ({
    Name: 'Manager',
    LogServices: { '@odata.id': '/redfish/v1/Managers/bmc/LogServices' },
  }),
  actions: {
    'Manager.Reset': {
      parameters: { ResetType: { type: 'String', required: true, allowable: () => ['ForceRestart'] } },
      run: async ({ runs }, { ResetType }) => {
        runs.push(String(ResetType));
        return undefined;
      },
    },
    'Manager.ForceFailover': {
      parameters: {},
      when: () => false,
      run: async () => undefined,
    },
    'Manager.ResetToDefaults': {
      parameters: { ResetType: { type: 'String', required: true } },
      run: async () => ({ done: true }),
    },
  },
});

const account = resource({
  uri: '/redfish/v1/AccountService/Accounts/{ManagerAccountId}',
  schema: 'ManagerAccount',
  ids: ({ accounts }) => [...accounts.keys()],
  find: ({ accounts }, { ManagerAccountId }) => accounts.get(ManagerAccountId),
  owner: ({ id }) => id,
  revision: ({ revision }) => revision,
  body: ({ name, role }): ManagerAccountBody => ({
    Name: 'Account',
    UserName: name,
    Password: null,
    RoleId: role,
    AccountTypes: ['Redfish'],
    Links: { Role: { '@odata.id': '/redfish/v1/Managers/bmc' } },
  }),
  writes: [
    {
      properties: ['Password', 'RoleId'],
      apply: (model, changes) => {
        if (changes.has('RoleId')) model.role = String(changes.get('RoleId'));
        model.revision += 1;
        return undefined;
      },
    },
  ],
});

const root = resource({
  uri: '/redfish/v1',
  schema: 'ServiceRoot',
  open: true,
  find: (app) => app,
  body: (): ServiceRootBody => ({
    Id: 'RootService',
    Name: 'Root',
    Chassis: { '@odata.id': '/redfish/v1/Chassis' },
    Managers: { '@odata.id': '/redfish/v1/Managers' },
    Links: { Sessions: { '@odata.id': '/redfish/v1/SessionService/Sessions' } },
  }),
});

const entry = resource({
  uri: '/redfish/v1/Managers/{ManagerId}/LogServices/{LogServiceId}/Entries/{LogEntryId}',
  schema: 'LogEntry',
  find: ({ entries }, { LogEntryId }) => entries.find((id) => String(id) === LogEntryId),
  body: (id): LogEntryBody => entryBody(id),
});

const entryBody = (id: number): LogEntryBody => ({
  Name: `Entry ${id}`,
  EntryType: 'Event',
  Severity: id % 3 === 0 ? 'Critical' : 'OK',
  Links: { OriginOfCondition: { '@odata.id': '/redfish/v1/Chassis/a' } },
});

const collections: readonly Collection<Things>[] = [
  collection({
    uri: '/redfish/v1/Chassis',
    schema: 'ChassisCollection',
    name: 'Boxes',
    members: box,
    create: {
      required: ['AssetTag'],
      optional: [],
      run: ({ AssetTag }, { app }) => {
        app.boxes.set('new', { ...emptyBox('new'), tag: String(AssetTag) });
        return { uri: '/redfish/v1/Chassis/new' };
      },
    },
  }),
  collection({
    uri: '/redfish/v1/Chassis/{ChassisId}/Sensors',
    schema: 'SensorCollection',
    name: 'Sensors',
    members: sensor,
    exists: ({ boxes }, { ChassisId }) => boxes.has(ChassisId),
  }),
  collection({
    uri: '/redfish/v1/Managers',
    schema: 'ManagerCollection',
    name: 'Managers',
    members: manager,
  }),
  collection({
    uri: '/redfish/v1/AccountService/Accounts',
    schema: 'ManagerAccountCollection',
    name: 'Accounts',
    members: account,
  }),
  collection({
    uri: '/redfish/v1/Managers/{ManagerId}/LogServices/{LogServiceId}/Entries',
    schema: 'LogEntryCollection',
    name: 'Entries',
    members: entry,
    expanded: true,
    maxPage: 20,
    page: ({ entries }, _params, { skip, top, after, filter }) => {
      // As a store that can filter by severity and by nothing else.
      if (filter !== undefined && !JSON.stringify(filter).includes('Severity')) return undefined;
      const all = entries.filter((id) => filter === undefined || passes(filter, entryBody(id)));
      const rest = all.filter((id) => after === undefined || id > Number(after));
      return { total: all.length, ids: rest.slice(skip, skip + top).map(String) };
    },
  }),
];

const resources = [box, power, sensor, manager, account, root, entry];

const declarations: readonly Declaration<Things>[] = [
  ...resources.map((resource) => ({ kind: 'resource' as const, resource })),
  ...collections.map((collection) => ({ kind: 'collection' as const, collection })),
];

export const emptyBox = (id: string): Box => ({
  id,
  tag: '',
  lit: false,
  locked: false,
  limit: null,
  reading: 20,
});

const roles: Readonly<Record<string, readonly string[]>> = {
  Administrator: ['Login', 'ConfigureManager', 'ConfigureUsers', 'ConfigureComponents', 'ConfigureSelf'],
  Operator: ['Login', 'ConfigureComponents', 'ConfigureSelf'],
  ReadOnly: ['Login', 'ConfigureSelf'],
  None: [],
};

/** Somebody of a role; the id of the account is the name of the role. */
export function somebody(role: keyof typeof roles & string, passwordChangeRequired = false): Principal {
  const privileges = roles[role] ?? [];
  return {
    ...{ account: role, userName: role, role, session: null, certified: false, passwordChangeRequired },
    accountUri: `/redfish/v1/AccountService/Accounts/${role}`,
    privileges: new Set(privileges),
    privilegesOverOthers: new Set(privileges.filter((each) => each !== 'ConfigureSelf')),
  };
}

export interface Asked {
  readonly as?: Principal | null;
  readonly body?: Json;
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // Tests look into bodies of every shape.
  readonly body: ReturnType<typeof JSON.parse>;
  /** Keys of the messages of a refusal. */
  readonly keys: readonly string[];
  readonly messages: readonly Message[];
}

export interface Fixture {
  readonly things: Things;
  readonly audit: readonly AuditRecord[];
  readonly service: Service<Things>;
  /** The administrator asks, unless `as` says who does. */
  ask(method: string, uri: string, asked?: Asked): Promise<Reply>;
}

export function fixture(boxes: readonly string[] = ['a', 'b', 'c']): Fixture {
  const things: Things = {
    boxes: new Map(boxes.map((id) => [id, emptyBox(id)])),
    accounts: new Map(
      Object.keys(roles).map((id) => [id, { id, name: id.toLowerCase(), role: id, revision: 1 }]),
    ),
    entries: Array.from({ length: 50 }, (_, index) => index + 1),
    beforeLight: () => undefined,
    beforeUndo: () => undefined,
    runs: [],
  };
  const audit: AuditRecord[] = [];
  const service = new Service<Things>({
    app: things,
    declarations,
    // Nothing is kept: the tests change things behind the service's back.
    revisions: new Revisions(() => 0).add(() => Math.random()),
    refusalOf: (error) => (error instanceof RedfishError ? error : new RedfishError([], 500)),
    audit: async (record) => {
      audit.push(record);
    },
  });
  const ask: Fixture['ask'] = async (method, uri, { as, body, ifMatch, ifNoneMatch } = {}) => {
    const [path = '', query = ''] = uri.split('?');
    const raw = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    let reply: ServiceReply;
    let messages: readonly Message[] = [];
    try {
      reply = await service.handle({
        ...{ method, path, query, ifMatch, ifNoneMatch, address: '192.0.2.1' },
        principal: as === undefined ? somebody('Administrator') : as,
        body: async () => Buffer.from(raw),
      });
    } catch (error) {
      if (error instanceof WriteFailure) throw error;
      if (!(error instanceof RedfishError)) throw error;
      messages = error.messages;
      reply = { status: error.status, headers: error.headers, body: null };
    }
    const keys = messages.map(({ MessageId }) => MessageId.split('.').at(-1) ?? '');
    return {
      ...{ status: reply.status, headers: reply.headers, keys, messages },
      body: reply.body === null ? null : JSON.parse(String(reply.body)),
    };
  };
  return { things, audit, service, ask };
}
