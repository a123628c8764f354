/** The first administrator: its name and password from the environment, and the file that keeps a generated password. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Daemon, DaemonOptions } from '../../daemon/index.ts';
import type { Login } from './welcome.ts';

const userVariable = 'REDFISHD_ADMIN_USER';
const fileVariable = 'REDFISHD_ADMIN_PASSWORD_FILE';

/** @throws Error when the password file cannot be used */
export function firstAdministrator(env: NodeJS.ProcessEnv): DaemonOptions['administrator'] {
  const userName = env[userVariable] || 'admin';
  const file = env[fileVariable];
  if (file === undefined || file === '') return { userName };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`${fileVariable} names ${file}, which cannot be read`, { cause });
  }
  const password = text.split(/\r?\n/)[0] ?? '';
  if (password === '') throw new Error(`${file}, named by ${fileVariable}, has an empty first line`);
  return { userName, password };
}

/** A generated password, in a file that only its owner can read, until it is changed. */
export class InitialPassword {
  readonly #file: string;
  readonly #userName: string;

  constructor(state: string, userName: string) {
    this.#file = join(state, 'initial-admin-password');
    this.#userName = userName;
  }

  /** Writes the file when this start of the daemon generated a password, and removes it when that is changed. */
  keep({ generatedPassword, accounts }: Daemon): void {
    if (generatedPassword !== null)
      writeFileSync(this.#file, `${generatedPassword}\n`, { mode: 0o600, flush: true });
    if (!existsSync(this.#file)) return;
    accounts.onChange(({ account, endsSessions }) => {
      if (account.userName === this.#userName && endsSessions) rmSync(this.#file, { force: true });
    });
  }

  /** How to log in. @param isTwin only then the password is shown: on a board, standard output goes to a log */
  login(isTwin: boolean): Login {
    const userName = this.#userName;
    if (!existsSync(this.#file)) return { userName, password: null, file: null };
    const password = isTwin ? readFileSync(this.#file, 'utf8').trim() : null;
    return { userName, password, file: this.#file };
  }
}
