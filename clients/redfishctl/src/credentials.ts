/** Secrets: where a password comes from, and the session that is kept between commands. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject, type SessionStore } from '@redfishd/client';
import { usageError } from './exit.ts';
import type { Arguments } from './options.ts';
import { ask, inputLine, isTerminal, notice } from './terminal.ts';

/** A password is all bytes to the first newline: shells and editors add one. */
const firstLineOf = (text: string): string => text.split(/\r?\n/, 1)[0] ?? '';

type Reader = (rest: string, env: Readonly<Record<string, string | undefined>>) => string;

const readers: Readonly<Record<string, Reader>> = {
  file: (path) => {
    try {
      return firstLineOf(readFileSync(path, 'utf8'));
    } catch (error) {
      throw usageError(`the password file cannot be read: ${(error as Error).message}`);
    }
  },
  env: (name, env) => {
    const value = env[name];
    if (!value) throw usageError(`the variable ${name}, which has the password, is not set`);
    return value;
  },
  exec: (command) => {
    try {
      return firstLineOf(
        execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
      );
    } catch {
      throw usageError(`the command that prints the password failed: ${command}`);
    }
  },
};

/** The password behind `file:PATH`, `env:NAME` or `exec:COMMAND`. @throws CommandError `usage` */
export function secretOf(reference: string, env: Readonly<Record<string, string | undefined>>): string {
  const colon = reference.indexOf(':');
  const read = colon < 0 ? undefined : readers[reference.slice(0, colon)];
  if (!read) throw usageError('a password is given by reference: file:PATH, env:NAME or exec:COMMAND');
  return read(reference.slice(colon + 1), env);
}

/** One prompt serves all nodes: their questions would come at the same time. */
let prompted: Promise<string> | undefined;

/** The password of one BMC, fetched only when it is needed. @throws CommandError `usage` when there is none */
export async function passwordFor(
  user: string,
  reference: string | undefined,
  args: Arguments,
): Promise<string> {
  if (args.has('password-stdin')) return inputLine();
  if (args.has('password-env'))
    return secretOf(
      process.env.REDFISHCTL_PASSWORD ? 'env:REDFISHCTL_PASSWORD' : 'env:IPMI_PASSWORD',
      process.env,
    );
  if (reference !== undefined) return secretOf(reference, process.env);
  if (!isTerminal())
    throw usageError(
      `no password for ${user}: give --password-file, --password-stdin or REDFISHCTL_PASSWORD_FILE`,
    );
  prompted ??= ask(`Password of ${user}: `, true);
  return prompted;
}

/** Replaces a file as a whole, with mode 0600 in a folder of mode 0700. */
function writePrivate(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  chmodSync(dirname(path), 0o700);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, path);
}

/** Keeps the session of one user at one service in a file of mode 0600. A file that cannot be read is no session. */
export function sessionFile(folder: string, origin: string, user: string): SessionStore {
  const name = createHash('sha256').update(`${user}@${origin}`).digest('hex').slice(0, 32);
  const path = join(folder, `${name}.json`);
  return {
    load: () => {
      if (!existsSync(path)) return undefined;
      try {
        const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
        if (!isObject(value) || typeof value.token !== 'string') return undefined;
        return { token: value.token, ...(typeof value.uri === 'string' ? { uri: value.uri } : {}) };
      } catch {
        return undefined;
      }
    },
    save: (session) => {
      try {
        if (session === undefined) rmSync(path, { force: true });
        else writePrivate(path, `${JSON.stringify({ origin, user, ...session })}\n`);
      } catch (error) {
        notice(`warning: the session is not kept for the next command: ${(error as Error).message}`);
      }
    },
  };
}
