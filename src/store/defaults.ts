/**
 * The return to factory settings (Manager.ResetToDefaults). A request leaves a file and takes effect at the next start, before
 * anything else opens the store: a power cut in the middle makes the next start do it again, and nothing runs on half of it.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openStore, type Store } from './store.ts';

/** What is kept: nothing; the network; the network, accounts and roles (Manager.v1_8_0 ResetToDefaultsType). */
export const defaultsTypes = ['ResetAll', 'PreserveNetwork', 'PreserveNetworkAndUsers'] as const;
export type DefaultsType = (typeof defaultsTypes)[number];

const markerOf = (directory: string) => join(directory, 'reset-to-defaults');

/** Files of the running process, of which the store is not made. */
const ofProcess: ReadonlySet<string> = new Set(['redfishd.pid', 'twin.sock', 'reset-to-defaults']);
/** Records of what happened outlast everything but `ResetAll`. */
const logs: ReadonlySet<string> = new Set(['journal', 'journal_overwritten']);
/** Settings that say who the service is and what it had switched on: without them hosts would change their power. */
const identity = /^(service\.uuid|manager\.boot|board\.(host|chassis)\.[^.]+\.power)$/;
const network = /^(network\.|https\.port$|discovery$|twin\.network$|twin\.clock\.)/;
const users = /^(accounts|logins|sessions)\./;

/** Asks for the next start to return to factory settings, durably. @throws Error when the file cannot be written */
export function requestDefaults(directory: string, type: DefaultsType): void {
  const made = `${markerOf(directory)}.new`;
  writeFileSync(made, type, { mode: 0o600, flush: true });
  renameSync(made, markerOf(directory));
  const folder = openSync(directory, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** What was asked for; null: nothing. */
export function requestedDefaults(directory: string): DefaultsType | null {
  try {
    const text = readFileSync(markerOf(directory), 'utf8').trim();
    return defaultsTypes.find((type) => type === text) ?? null;
  } catch {
    return null;
  }
}

/** Carries out what was asked for. The store must not be open. @throws StoreError, Error of the file system */
export function applyDefaults(directory: string, type: DefaultsType): void {
  if (type === 'ResetAll') {
    for (const name of readdirSync(directory))
      if (!ofProcess.has(name)) rmSync(join(directory, name), { recursive: true, force: true });
  } else {
    const store = openStore(directory);
    try {
      empty(store, type === 'PreserveNetworkAndUsers');
    } finally {
      store.close();
    }
    for (const name of ['nodes', 'diagnostics'])
      rmSync(join(directory, name), { recursive: true, force: true });
  }
  rmSync(markerOf(directory), { force: true });
}

function empty(store: Store, keepsUsers: boolean): void {
  const tables = store.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  const kept = new Set([...logs, 'settings', ...(keepsUsers ? ['accounts', 'roles'] : [])]);
  const keys = store.all<{ key: string }>('SELECT key FROM settings').map(({ key }) => key);
  const stays = (key: string) => identity.test(key) || network.test(key) || (keepsUsers && users.test(key));
  store.transaction(() => {
    for (const { name } of tables) if (!kept.has(name)) store.run(`DELETE FROM ${name}`);
    for (const key of keys) if (!stays(key)) store.run('DELETE FROM settings WHERE key = ?', key);
  });
}
