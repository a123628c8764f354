/** The real process, `redfishd serve`, for tests that signal, kill or restart it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterThisTest } from './cleanup.ts';
import { type Client, createClient, testPassword, testUser } from './client.ts';

const root = join(import.meta.dirname, '../..');
const main = join(root, 'dist/program/main.js');

export interface SpawnOptions {
  /** A descriptor's path; Tioga Pass when left out. */
  readonly platform?: string;
  /** False: on the machine itself. */
  readonly twin?: boolean;
  readonly state: string;
  /** The first administrator's password; null lets the daemon make one. */
  readonly password?: string | null;
  readonly env?: Readonly<Record<string, string>>;
  /** More words of the command line. */
  readonly args?: readonly string[];
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface SpawnedDaemon extends Client {
  readonly pid: number;
  /** Milliseconds from its start until it listened: a measure of how busy the machine is. */
  readonly startup: number;
  readonly exited: Promise<Exit>;
  /** All that it has written to standard output or standard error. */
  stdout(): string;
  stderr(): string;
  /** Sends a signal, SIGTERM when left out, and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
}

/** The process ended before it listened. */
export class EarlyExit extends Error {
  readonly exit: Exit;
  readonly stderr: string;

  constructor(exit: Exit, stderr: string) {
    super(`redfishd ended before it listened: ${JSON.stringify(exit)}\n${stderr}`);
    this.exit = exit;
    this.stderr = stderr;
  }
}

/**
 * Starts `redfishd serve` on a free port and resolves once it listens. It is killed after the running test.
 * @throws EarlyExit
 */
export async function spawnDaemon(options: SpawnOptions): Promise<SpawnedDaemon> {
  const { platform = 'platform/tiogapass.yaml', twin = true, state, password = testPassword } = options;
  const secrets = mkdtempSync(join(tmpdir(), 'redfishd-test-'));
  const secret = join(secrets, 'password');
  if (password !== null) writeFileSync(secret, `${password}\n`, { mode: 0o600 });
  const words = ['serve', '--platform', platform, ...(twin ? ['--twin'] : []), '--state', state];
  const begun = performance.now();
  const child = spawn(
    process.execPath,
    [main, ...words, '--listen', '127.0.0.1:0', ...(options.args ?? [])],
    {
      cwd: root,
      env: {
        ...process.env,
        ...(password === null ? {} : { REDFISHD_ADMIN_USER: testUser, REDFISHD_ADMIN_PASSWORD_FILE: secret }),
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  afterThisTest(() => void child.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  const exited = new Promise<Exit>((resolve) => {
    child.on('close', (code, signal) => {
      rmSync(secrets, { recursive: true, force: true });
      resolve({ code, signal });
    });
  });
  const url = await listening(child, exited, said);
  const client = createClient(url, password === null ? null : undefined);
  return {
    ...client,
    pid: child.pid ?? 0,
    startup: performance.now() - begun,
    exited,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    kill(signal = 'SIGTERM') {
      child.kill(signal);
      return exited.finally(() => client.close());
    },
  };
}

function listening(
  child: ChildProcess,
  exited: Promise<Exit>,
  said: { stdout: string; stderr: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', () => {
      const url = /at (https:\/\/\S+:\d+)\/redfish\/v1\//.exec(said.stdout)?.[1];
      if (url !== undefined) resolve(url);
    });
    void exited.then((exit) => reject(new EarlyExit(exit, said.stderr)));
  });
}

/** Turns a knob of the twin that runs on a state directory: `redfishd twin …`. */
export async function twinCommand(
  state: string,
  ...words: readonly string[]
): Promise<{ readonly code: number | null; readonly stdout: string }> {
  const child = spawn(process.execPath, [main, 'twin', '--state', state, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout };
}
