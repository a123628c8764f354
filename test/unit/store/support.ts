import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Accounts } from '../../../src/accounts/accounts.ts';
import { PasswordHasher } from '../../../src/accounts/password.ts';
import { Roles } from '../../../src/accounts/roles.ts';
import type { Clock } from '../../../src/base/clock.ts';
import { Settings } from '../../../src/store/settings.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { afterwards } from '../../support/cleanup.ts';
import { temporary } from '../../support/temporary.ts';

export { temporary };

/** A store that is closed after the test. */
export function open(directory = temporary()): Store {
  const store = openStore(directory);
  afterwards(() => store.close());
  return store;
}

/** What a loss of power would leave of a store that is open: a copy of its files as they are now. */
export function crashImage(directory: string): string {
  const image = temporary();
  // By another process: closing the files in this one would drop the locks that SQLite holds on them.
  execFileSync('cp', ['-a', `${directory}/.`, image]);
  return image;
}

/** A file system of its own for one test; null where this process may not mount. */
export function mountTmpfs(size: string): string | null {
  const directory = join(temporary(), 'mount');
  mkdirSync(directory);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory], { stdio: 'ignore' });
  } catch {
    return null;
  }
  afterwards(() => void execFileSync('umount', [directory]));
  return directory;
}

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  wall: number;
  uptime: number;

  constructor(wall = Date.parse('2026-01-01T00:00:00Z'), uptime = 1_000_000) {
    this.wall = wall;
    this.uptime = uptime;
  }

  now(): number {
    return this.wall;
  }

  monotonic(): number {
    return this.uptime;
  }

  advance(seconds: number): void {
    this.wall += seconds * 1000;
    this.uptime += seconds * 1000;
  }
}

/** Hashes in microseconds, for tests that are about something else. */
export const quickHasher = () => new PasswordHasher({ ln: 1, r: 1, p: 1 });

/** Everything about accounts, on one store. */
export function household(store = open(), clock = new ManualClock(), hasher = quickHasher()) {
  const settings = new Settings(store);
  const roles = new Roles(store);
  const accounts = new Accounts(store, settings, roles, { clock, hasher });
  return { store, clock, settings, roles, accounts };
}

/** The typed error that a promise or a call ends with. */
export async function failure<E extends Error>(
  kind: abstract new (...args: never[]) => E,
  work: () => unknown,
): Promise<E> {
  try {
    await work();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error(`expected ${kind.name}, but it succeeded`);
}
