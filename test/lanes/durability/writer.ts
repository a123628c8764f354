/**
 * Writes to a store until it is killed, and says on stdout, one line each, what has been acknowledged:
 * `setting KEY VALUE`, `journal ID MESSAGE`, `account NAME`, `password NAME PASSWORD`, `session TOKEN`, `ended TOKEN`.
 * Arguments: the directory, and a number that makes names of this run unlike those of others.
 */
import { writeSync } from 'node:fs';
import { Accounts } from '../../../src/accounts/accounts.ts';
import { PasswordHasher } from '../../../src/accounts/password.ts';
import { Roles } from '../../../src/accounts/roles.ts';
import { Sessions } from '../../../src/accounts/sessions.ts';
import { Journal } from '../../../src/journal/journal.ts';
import { Settings } from '../../../src/store/settings.ts';
import { openStore } from '../../../src/store/store.ts';

const [directory = '', run = '0'] = process.argv.slice(2);
const acknowledge = (...words: readonly (string | number)[]) => writeSync(1, `${words.join(' ')}\n`);

const store = openStore(directory);
const settings = new Settings(store);
const journal = new Journal(store, { caps: { EventLog: 100_000 } });
const hasher = new PasswordHasher({ ln: 1, r: 1, p: 1 });
const accounts = new Accounts(store, settings, new Roles(store), { hasher });
const sessions = new Sessions(store, settings, accounts, { total: 1000, perAccount: 1000 });

for (let n = 0; ; n++) {
  settings.set(`assetTag${n % 7}`, `${run}-${n}`);
  acknowledge('setting', `assetTag${n % 7}`, `${run}-${n}`);
  const events = ['a', 'b', 'c'].map(async (letter) => {
    const message = `${run}-${n}${letter}`;
    const id = await journal.append({ log: 'EventLog', messageId: 'Test.1.0.Test', message, severity: 'OK' });
    acknowledge('journal', id, message);
  });
  await Promise.all(events);
  const userName = `u${run}.${n}`;
  await accounts.create({ userName, password: `first of ${userName}`, roleId: 'Operator' });
  acknowledge('account', userName);
  const { session, token } = sessions.create({ id: userName, userName }, { clientAddress: '192.0.2.1' });
  acknowledge('session', token);
  if (n % 3 === 0) {
    sessions.delete(session.id);
    acknowledge('ended', token);
  } else {
    const password = `second of ${userName}`;
    await accounts.update(userName, { password }, { keepSession: session.id });
    acknowledge('password', userName, password);
  }
}
