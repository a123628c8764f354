/** Commands about this program: schemas, trust, sessions, configuration. */
import type { Command } from '../command.ts';

export const localCommands: Readonly<Record<string, Command>> = {
  explain: {
    ...{ summary: 'what a resource, property or message means', usage: 'TYPE[.Property]' },
    shape: { columns: ['name', 'description'], key: 'name', value: 'description' },
    local: async () => (await import('../verbs/local.ts')).explain,
  },
  trust: {
    ...{ summary: 'pin the certificate that a BMC shows', usage: '' },
    options: {
      fingerprint: { value: 'SHA256', help: 'what it has to be' },
      replace: { help: 'in place of the one that was trusted before' },
    },
    shape: { columns: ['host', 'fingerprint', 'trusted'], key: 'host', value: 'fingerprint' },
    local: async () => (await import('../verbs/local.ts')).trust,
  },
  logout: {
    ...{ summary: 'end the session that is kept between commands', usage: '' },
    shape: { columns: ['node', 'loggedOut'], key: 'node' },
    verb: async () => (await import('../verbs/accounts.ts')).logout,
  },
  config: {
    ...{
      summary: 'settings in force, and where each comes from',
      usage: '[view|contexts|path]',
      words: ['view', 'contexts', 'path'],
    },
    shape: { columns: ['key', 'value', 'source'], key: 'key', value: 'value' },
    local: async () => (await import('../verbs/local.ts')).configuration,
  },
};
