/** The table of commands: help, completion and dispatch come from it. Each loads its code only when it runs. */
import { type Command, confirmWords } from './command.ts';
import type { OptionTable } from './options.ts';

const wait: OptionTable = { wait: { short: 'w', help: 'wait until the state is reached' } };
const follow: OptionTable = {
  follow: { short: 'f', help: 'go on with events as they happen' },
  count: { value: 'N', help: 'end after N events' },
};
const logColumns = ['created', 'severity', 'message'];
const powerWords = ['status', 'on', 'off', 'soft', 'cycle', 'reset', 'restart', 'nmi', 'diag'];
const interrupting = {
  off: 'cut the power',
  cycle: 'cycle the power',
  reset: 'reset the host',
  soft: 'shut the host down',
};

const hosts: Readonly<Record<string, Command>> = {
  power: {
    ...{
      summary: 'power state, or change it',
      usage: `[${powerWords.join('|')}]`,
      words: powerWords,
      options: wait,
    },
    shape: { columns: ['system', 'state', 'reset'], key: 'system', value: 'state' },
    confirm: confirmWords({
      ...interrupting,
      restart: 'restart the host',
      nmi: 'send an NMI',
      diag: 'send an NMI',
    }),
    verb: async () => (await import('./verbs/power.ts')).power,
  },
  sensors: {
    ...{ summary: 'sensor readings', usage: '[NAME…]' },
    options: {
      type: { value: 'TYPE', help: 'only Temperature, Voltage, Rotational, …' },
      faulty: { help: 'only those whose health is not OK' },
    },
    shape: {
      columns: ['name', 'reading', 'units', 'health', 'state'],
      wide: ['lowerCritical', 'lowerCaution', 'upperCaution', 'upperCritical', 'type', 'chassis', 'id'],
      ...{ key: 'name', value: 'reading' },
    },
    verb: async () => (await import('./verbs/sensors.ts')).sensors,
  },
  sel: {
    ...{ summary: 'event log', usage: '[list|info|show ID|clear]', words: ['list', 'info', 'show', 'clear'] },
    options: {
      last: { value: 'N', help: 'only the last N entries' },
      since: { value: 'TIME', help: 'only entries since a date and time' },
      log: { value: 'ID', help: 'another log than the event log' },
      ...follow,
    },
    shape: ({ words: [word] }) => {
      if (word === 'clear') return { columns: ['id', 'cleared'], key: 'id' };
      if (word === 'info')
        return { columns: ['id', 'name', 'entries', 'overwrite'], key: 'id', single: true };
      return {
        columns: ['id', ...logColumns],
        wide: ['messageId', 'origin'],
        key: 'id',
        value: 'message',
        single: word === 'show',
      };
    },
    confirm: confirmWords({ clear: 'clear the log' }),
    follows: (args) => args.has('follow'),
    verb: async () => (await import('./verbs/logs.ts')).sel,
  },
  events: {
    ...{ summary: 'events as they happen, over restarts of the BMC', usage: '', options: follow },
    shape: { columns: logColumns, wide: ['messageId', 'origin', 'id'], key: 'id', value: 'message' },
    follows: () => true,
    verb: async () => (await import('./verbs/logs.ts')).events,
  },
  boot: {
    ...{
      summary: 'one-time boot',
      usage: '[show|next pxe|disk|cd|setup|http|usb|diag|none]',
      words: ['show', 'next'],
    },
    options: {
      persistent: { help: 'for every boot, not only the next' },
      uefi: { help: 'boot mode UEFI' },
      legacy: { help: 'boot mode Legacy' },
    },
    shape: {
      columns: ['system', 'enabled', 'target', 'mode'],
      wide: ['allowable'],
      key: 'system',
      value: 'target',
    },
    verb: async () => (await import('./verbs/power.ts')).boot,
  },
  policy: {
    ...{
      summary: 'power state after AC loss',
      usage: '[always-on|always-off|last]',
      words: ['always-on', 'always-off', 'last'],
    },
    shape: { columns: ['system', 'policy'], key: 'system', value: 'policy' },
    verb: async () => (await import('./verbs/power.ts')).policy,
  },
  identify: {
    ...{ summary: 'identification light', usage: '[on|off|SECONDS]', words: ['on', 'off'] },
    shape: { columns: ['id', 'active'], key: 'id', value: 'active' },
    verb: async () => (await import('./verbs/power.ts')).identify,
  },
  status: {
    ...{ summary: 'overview of each system', usage: '' },
    shape: {
      columns: ['system', 'power', 'health', 'state', 'bootProgress', 'model', 'firmware'],
      wide: ['lastReset', 'policy', 'intrusion', 'serial', 'manager', 'managerHealth'],
      ...{ key: 'system', value: 'health' },
    },
    verb: async () => (await import('./verbs/parts.ts')).status,
  },
  inventory: {
    ...{ summary: 'parts with their numbers', usage: '[KIND…]' },
    words: [
      'system',
      'chassis',
      'manager',
      'assembly',
      'processor',
      'memory',
      'drive',
      'pcie',
      'power-supply',
      'fan',
    ],
    shape: {
      columns: ['kind', 'id', 'name', 'manufacturer', 'model', 'partNumber', 'serialNumber', 'health'],
      wide: ['state', 'firmware', 'location'],
      ...{ key: 'id', value: 'serialNumber' },
    },
    verb: async () => (await import('./verbs/parts.ts')).inventory,
  },
};

const services: Readonly<Record<string, Command>> = {
  net: {
    ...{ summary: 'network of the BMC', usage: '' },
    shape: {
      columns: ['id', 'mac', 'link', 'dhcp', 'ipv4', 'gateway', 'ipv6'],
      wide: ['speedMbps', 'vlan', 'hostName', 'nameServers'],
      ...{ key: 'id', value: 'ipv4' },
    },
    verb: async () => (await import('./verbs/parts.ts')).net,
  },
  user: {
    ...{
      summary: 'accounts',
      usage: '[list|add NAME|passwd NAME|role NAME ROLE|enable|disable|unlock|delete NAME]',
    },
    words: ['list', 'add', 'passwd', 'role', 'enable', 'disable', 'unlock', 'delete'],
    options: {
      role: {
        value: 'ROLE',
        help: 'role of a new account (default ReadOnly)',
        words: ['Administrator', 'Operator', 'ReadOnly'],
      },
      'new-password': { value: 'REF', help: 'file:PATH, env:NAME or exec:COMMAND; asked for on a terminal' },
      'new-password-stdin': { help: 'new password in the first line of standard input' },
    },
    shape: { columns: ['user', 'role', 'enabled', 'locked'], wide: ['id'], key: 'user' },
    confirm: confirmWords({ delete: 'delete the account', del: 'delete the account' }),
    verb: async () => (await import('./verbs/accounts.ts')).user,
  },
  session: {
    ...{ summary: 'sessions of the service', usage: '[list|end ID]', words: ['list', 'end'] },
    shape: { columns: ['id', 'user', 'created', 'address'], wide: ['type'], key: 'id' },
    verb: async () => (await import('./verbs/accounts.ts')).session,
  },
  manager: {
    ...{ summary: 'the BMC itself', usage: '[list|reset [graceful|force]]', words: ['list', 'reset'] },
    shape: {
      columns: ['id', 'firmware', 'health', 'dateTime', 'model'],
      wide: ['type', 'uuid', 'lastReset'],
      key: 'id',
      value: 'firmware',
    },
    confirm: confirmWords({ reset: 'restart the BMC' }),
    verb: async () => (await import('./verbs/raw.ts')).manager,
  },
  update: {
    ...{ summary: 'upload firmware and wait for the update', usage: 'FILE' },
    options: {
      target: { value: 'URI', many: true, help: 'what to update; else the service decides' },
      'apply-time': {
        value: 'TIME',
        help: 'when',
        words: ['Immediate', 'OnReset', 'AtMaintenanceWindowStart'],
      },
    },
    shape: { columns: ['file', 'state', 'task'], key: 'file', value: 'state' },
    confirm: ({ words: [file] }) => (file === undefined ? undefined : `update with ${file}`),
    verb: async () => (await import('./verbs/raw.ts')).update,
  },
  wait: {
    ...{
      summary: 'wait for a state; exit status 124 after --timeout',
      usage: 'power on|power off|ready|task URI',
    },
    words: ['power', 'ready', 'task'],
    shape: { columns: ['what', 'state'], key: 'what', value: 'state' },
    verb: async () => (await import('./verbs/power.ts')).wait,
  },
  get: {
    ...{ summary: 'a resource as the service sends it', usage: 'PATH[#/pointer]', format: 'json' },
    shape: { columns: ['@odata.id', 'Name'], key: '@odata.id', single: true },
    verb: async () => (await import('./verbs/raw.ts')).get,
  },
  api: {
    ...{
      summary: 'any request',
      usage: '[GET|POST|PATCH|PUT|DELETE] PATH',
      format: 'json',
      words: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'],
    },
    options: {
      field: {
        short: 'F',
        value: 'NAME=VALUE',
        many: true,
        help: 'property of the body; JSON or a string; a.b nests',
      },
      input: { value: 'FILE|-', help: 'the body' },
    },
    shape: { columns: ['@odata.id', 'Name'], key: '@odata.id', single: true },
    verb: async () => (await import('./verbs/raw.ts')).api,
  },
  record: {
    ...{ summary: 'record the whole service without secrets', usage: 'FILE' },
    shape: { columns: ['file', 'resources', 'unreadable'], key: 'file' },
    verb: async () => (await import('./verbs/raw.ts')).record,
  },
  doctor: {
    ...{ summary: 'deviations of the service from Redfish', usage: '' },
    options: { check: { help: 'exit status 1 when there are any' } },
    shape: { columns: ['finding', 'count', 'uri', 'detail'], key: 'finding' },
    verb: async () => (await import('./verbs/raw.ts')).doctor,
  },
};

const own: Readonly<Record<string, Command>> = {
  explain: {
    ...{ summary: 'what a resource, property or message means', usage: 'TYPE[.Property]' },
    shape: { columns: ['name', 'description'], key: 'name', value: 'description' },
    local: async () => (await import('./verbs/local.ts')).explain,
  },
  trust: {
    ...{ summary: 'pin the certificate that a BMC shows', usage: '' },
    options: {
      fingerprint: { value: 'SHA256', help: 'what it has to be' },
      replace: { help: 'in place of the one that was trusted before' },
    },
    shape: { columns: ['host', 'fingerprint', 'trusted'], key: 'host', value: 'fingerprint' },
    local: async () => (await import('./verbs/local.ts')).trust,
  },
  logout: {
    ...{ summary: 'end the session that is kept between commands', usage: '' },
    shape: { columns: ['node', 'loggedOut'], key: 'node' },
    verb: async () => (await import('./verbs/accounts.ts')).logout,
  },
  config: {
    ...{
      summary: 'settings in force, and where each comes from',
      usage: '[view|contexts|path]',
      words: ['view', 'contexts', 'path'],
    },
    shape: { columns: ['key', 'value', 'source'], key: 'key', value: 'value' },
    local: async () => (await import('./verbs/local.ts')).configuration,
  },
};

export const commands: Readonly<Record<string, Command>> = { ...hosts, ...services, ...own };

/** Other names: ipmitool's, and short ones. */
export const aliases: Readonly<Record<string, string>> = {
  fru: 'inventory',
  sensor: 'sensors',
  sdr: 'sensors',
  users: 'user',
  mc: 'manager',
};
