/** Commands about what a BMC manages: systems, their sensors, logs and parts. */
import { type Command, confirmWords } from '../command.ts';
import type { OptionTable } from '../options.ts';
import type { Shape } from '../output.ts';

const wait: OptionTable = { wait: { short: 'w', help: 'wait until the state is reached' } };
const follow: OptionTable = {
  follow: { short: 'f', help: 'go on with events as they happen' },
  count: { value: 'N', help: 'end after N events' },
};
const logColumns = ['created', 'severity', 'message'];
const powerWords = ['status', 'reading', 'on', 'off', 'soft', 'cycle', 'reset', 'restart', 'nmi', 'diag'];
const interrupting = {
  off: 'cut the power',
  cycle: 'cycle the power',
  reset: 'reset the host',
  soft: 'shut the host down',
};

const sensorShape: Shape = {
  columns: ['name', 'reading', 'units', 'health', 'state'],
  wide: ['lowerCritical', 'lowerCaution', 'upperCaution', 'upperCritical', 'type', 'chassis', 'id'],
  key: 'name',
  value: 'reading',
};

export const hostCommands: Readonly<Record<string, Command>> = {
  power: {
    ...{
      summary: 'power state, or change it',
      usage: `[${powerWords.join('|')}]`,
      words: powerWords,
      options: wait,
    },
    shape: ({ words: [word] }) =>
      word === 'reading'
        ? { columns: ['chassis', 'watts', 'limitWatts'], key: 'chassis', value: 'watts' }
        : { columns: ['system', 'state', 'reset'], key: 'system', value: 'state' },
    confirm: confirmWords({
      ...interrupting,
      restart: 'restart the host',
      nmi: 'send an NMI',
      diag: 'send an NMI',
    }),
    verb: async () => (await import('../verbs/power.ts')).power,
  },
  sensors: {
    ...{ summary: 'sensor readings', usage: '[NAME…]' },
    options: {
      type: { value: 'TYPE', help: 'only Temperature, Voltage, Rotational, …' },
      faulty: { help: 'only those whose health is not OK' },
    },
    shape: sensorShape,
    verb: async () => (await import('../verbs/sensors.ts')).sensors,
  },
  thresh: {
    ...{ summary: 'set thresholds of a sensor', usage: 'NAME upperCritical=N|none …' },
    shape: {
      columns: ['name', 'lowerCritical', 'lowerCaution', 'upperCaution', 'upperCritical'],
      wide: ['reading', 'units', 'id'],
      key: 'name',
    },
    verb: async () => (await import('../verbs/sensors.ts')).thresh,
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
    verb: async () => (await import('../verbs/logs.ts')).sel,
  },
  events: {
    ...{ summary: 'events as they happen, over restarts of the BMC', usage: '', options: follow },
    shape: { columns: logColumns, wide: ['messageId', 'origin', 'id'], key: 'id', value: 'message' },
    follows: () => true,
    verb: async () => (await import('../verbs/logs.ts')).events,
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
    verb: async () => (await import('../verbs/power.ts')).boot,
  },
  policy: {
    ...{
      summary: 'power state after AC loss',
      usage: '[always-on|always-off|last]',
      words: ['always-on', 'always-off', 'last'],
    },
    shape: { columns: ['system', 'policy'], key: 'system', value: 'policy' },
    verb: async () => (await import('../verbs/power.ts')).policy,
  },
  console: {
    ...{ summary: 'serial console; ~. at the beginning of a line ends it', usage: '' },
    options: {
      'read-only': { help: 'only show what the host prints' },
      takeover: { help: 'take the keyboard from who has it' },
    },
    shape: { columns: ['system'], key: 'system' },
    follows: () => true,
    verb: async () => (await import('../verbs/console.ts')).serialConsole,
  },
  identify: {
    ...{ summary: 'identification light', usage: '[on|off|SECONDS]', words: ['on', 'off'] },
    shape: { columns: ['id', 'active'], key: 'id', value: 'active' },
    verb: async () => (await import('../verbs/power.ts')).identify,
  },
  status: {
    ...{ summary: 'overview of each system', usage: '' },
    shape: {
      columns: ['system', 'power', 'health', 'state', 'bootProgress', 'model', 'firmware'],
      wide: ['lastReset', 'policy', 'intrusion', 'serial', 'manager', 'managerHealth'],
      ...{ key: 'system', value: 'health' },
    },
    verb: async () => (await import('../verbs/parts.ts')).status,
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
    verb: async () => (await import('../verbs/parts.ts')).inventory,
  },
};
