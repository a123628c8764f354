/** Commands about the BMC itself: network, accounts, firmware, and any request. */
import { type Command, confirmWords } from '../command.ts';

export const serviceCommands: Readonly<Record<string, Command>> = {
  net: {
    ...{ summary: 'network of the BMC', usage: '[show|set OPTIONS]', words: ['show', 'set'] },
    options: {
      interface: { value: 'ID', help: 'one interface of several' },
      dhcp: { help: 'address by DHCP' },
      ip: { value: 'A/N', help: 'static IPv4 address with its prefix' },
      gateway: { value: 'G', help: 'gateway of the static address' },
      vlan: { value: 'ID', help: 'VLAN, or none' },
      hostname: { value: 'NAME', help: 'host name of the BMC' },
    },
    confirm: confirmWords({ set: 'change the network' }),
    shape: {
      columns: ['id', 'mac', 'link', 'dhcp', 'ipv4', 'gateway', 'ipv6'],
      wide: ['speedMbps', 'vlan', 'hostName', 'nameServers'],
      ...{ key: 'id', value: 'ipv4' },
    },
    verb: async () => (await import('../verbs/net.ts')).net,
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
    verb: async () => (await import('../verbs/accounts.ts')).user,
  },
  session: {
    ...{ summary: 'sessions of the service', usage: '[list|end ID]', words: ['list', 'end'] },
    shape: { columns: ['id', 'user', 'created', 'address'], wide: ['type'], key: 'id' },
    verb: async () => (await import('../verbs/accounts.ts')).session,
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
    verb: async () => (await import('../verbs/raw.ts')).manager,
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
    verb: async () => (await import('../verbs/raw.ts')).update,
  },
  wait: {
    ...{
      summary: 'wait for a state; exit status 124 after --timeout',
      usage: 'power on|power off|ready|task URI',
    },
    words: ['power', 'ready', 'task'],
    shape: { columns: ['what', 'state'], key: 'what', value: 'state' },
    verb: async () => (await import('../verbs/power.ts')).wait,
  },
  get: {
    ...{ summary: 'a resource as the service sends it', usage: 'PATH[#/pointer]', format: 'json' },
    shape: { columns: ['@odata.id', 'Name'], key: '@odata.id', single: true },
    verb: async () => (await import('../verbs/raw.ts')).get,
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
    verb: async () => (await import('../verbs/raw.ts')).api,
  },
  record: {
    ...{ summary: 'record the whole service without secrets', usage: 'FILE' },
    shape: { columns: ['file', 'resources', 'unreadable'], key: 'file' },
    verb: async () => (await import('../verbs/raw.ts')).record,
  },
  doctor: {
    ...{ summary: 'deviations of the service from Redfish', usage: '' },
    options: { check: { help: 'exit status 1 when there are any' } },
    shape: { columns: ['finding', 'count', 'uri', 'detail'], key: 'finding' },
    verb: async () => (await import('../verbs/raw.ts')).doctor,
  },
};
