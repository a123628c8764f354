/** Accounts and sessions. */
import { idOf, type JsonObject } from '@redfishd/client';
import type { Bmc } from '../bmc.ts';
import { secretOf } from '../credentials.ts';
import { CommandError, usageError } from '../exit.ts';
import type { Row } from '../output.ts';
import { ask, inputLine, isTerminal } from '../terminal.ts';

const accountRow = (account: JsonObject): Row => ({
  user: account.UserName ?? null,
  role: account.RoleId ?? null,
  enabled: account.Enabled ?? null,
  locked: account.Locked ?? null,
  id: account.Id ?? null,
});

async function collectionOf(bmc: Bmc): Promise<string> {
  const service = await bmc.follow(bmc.client.root.AccountService);
  const uri = idOf(service?.Accounts);
  if (uri === undefined) throw new CommandError('missing', `${bmc.name} has no AccountService`);
  return uri;
}

/** A new password; never from the command line, which a process list shows. */
async function newPassword(bmc: Bmc, user: string): Promise<string> {
  const { args } = bmc;
  const reference = args.text('new-password');
  if (reference !== undefined) return secretOf(reference, process.env);
  if (args.has('new-password-stdin')) {
    if (args.has('password-stdin'))
      throw usageError('--password-stdin and --new-password-stdin: use a file for one');
    return inputLine();
  }
  if (!isTerminal())
    throw usageError('give --new-password file:PATH, env:NAME or exec:COMMAND, or --new-password-stdin');
  const first = await ask(`New password of ${user}: `, true);
  if ((await ask('Again: ', true)) !== first)
    throw usageError('the two passwords differ; nothing was changed');
  return first;
}

async function accountOf(bmc: Bmc, accounts: readonly JsonObject[], user: string): Promise<JsonObject> {
  const found = accounts.find(({ UserName }) => UserName === user);
  if (found) return found;
  const names = accounts.map(({ UserName }) => UserName).filter(Boolean);
  throw new CommandError('missing', `${bmc.name}: no user ${user}; there are: ${names.join(', ')}`);
}

/** Words that change an account, and how. */
const changes: Readonly<Record<string, (bmc: Bmc, user: string) => Promise<JsonObject> | JsonObject>> = {
  passwd: async (bmc, user) => ({ Password: await newPassword(bmc, user) }),
  password: async (bmc, user) => ({ Password: await newPassword(bmc, user) }),
  role: ({ args }) => {
    const [, , role] = args.words;
    if (role === undefined) throw usageError('user role NAME ROLE: give the role');
    return { RoleId: role };
  },
  enable: () => ({ Enabled: true }),
  disable: () => ({ Enabled: false }),
  unlock: () => ({ Locked: false }),
};

/** `user [list|add|passwd|role|enable|disable|unlock|delete]` */
export async function user(bmc: Bmc): Promise<Row[]> {
  const { args } = bmc;
  const [word = 'list', name] = args.words;
  const known = ['list', 'add', 'delete', 'del', ...Object.keys(changes)];
  if (!known.includes(word)) throw usageError(`user ${word}: give ${known.join(', ')}`);
  if (word !== 'list' && name === undefined) throw usageError(`user ${word}: give the name`);
  const uri = await collectionOf(bmc);
  if (word === 'add') {
    const body = {
      UserName: name,
      Password: await newPassword(bmc, name ?? ''),
      RoleId: args.text('role') ?? 'ReadOnly',
    };
    return [accountRow(await bmc.create(uri, body))];
  }
  const accounts = await bmc.members({ '@odata.id': uri });
  // Services with slots list the empty ones too.
  if (word === 'list') return accounts.filter(({ UserName }) => UserName !== '').map(accountRow);
  const account = await accountOf(bmc, accounts, name ?? '');
  const change = Object.hasOwn(changes, word) ? changes[word] : undefined;
  if (change) return [accountRow(await bmc.patch(account, await change(bmc, name ?? '')))];
  await bmc.remove(account);
  return [{ ...accountRow(account), deleted: true }];
}

/** `session [list|end ID]` */
export async function session(bmc: Bmc): Promise<Row[]> {
  const [word = 'list', id] = bmc.args.words;
  const links = bmc.client.root.Links;
  const sessions = await bmc.members(links?.Sessions);
  const row = (one: JsonObject): Row => ({
    ...{ id: one.Id ?? null, user: one.UserName ?? null, type: one.SessionType ?? null },
    ...{ created: one.CreatedTime ?? null, address: one.ClientOriginIPAddress ?? null },
  });
  if (word === 'list') return sessions.map(row);
  if (word !== 'end' || id === undefined) throw usageError('session: give list, or end ID');
  const found = sessions.find(({ Id }) => Id === id);
  if (!found) throw new CommandError('missing', `${bmc.name}: no session ${id}`);
  await bmc.remove(found);
  return [{ ...row(found), ended: true }];
}

/** `logout`: ends the session that is kept between commands. */
export async function logout(bmc: Bmc): Promise<Row[]> {
  await bmc.client.service.authenticator.forget();
  return [{ node: bmc.name, loggedOut: true }];
}
