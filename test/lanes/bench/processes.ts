/** Starts what is measured as processes of their own, and reads what the kernel says of them. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { selfSigned } from '../../../src/tls/make.ts';

const project = resolve(import.meta.dirname, '../../..');
export const administrator = { userName: 'admin', password: 'Quaint-Marmot-57-plinth' } as const;

export interface Running {
  readonly port: number;
  readonly pid: number;
  /** Milliseconds from exec to the first answer with status 200. */
  readonly started: number;
  stop(): Promise<void>;
}

export function startDaemon(platform: string, state: string, port: number): Promise<Running> {
  const password = join(state, '..', 'password');
  writeFileSync(password, `${administrator.password}\n`);
  // What is measured is the service and not its patience with one client.
  const config = join(state, '..', 'redfishd.yaml');
  writeFileSync(config, 'requestsPerSecond: 0\n');
  const words = [
    ...heap,
    'dist/program/main.js',
    'serve',
    '--twin',
    '--platform',
    platform,
    '--state',
    state,
    '--listen',
    `127.0.0.1:${port}`,
    '--config',
    config,
  ];
  return start(
    [...words, '--log-level', 'warn'],
    { REDFISHD_ADMIN_PASSWORD_FILE: password },
    () => port,
    '/redfish/v1/',
  );
}

/** Bare Koa with a certificate of the kind that the daemon makes for itself. */
export async function startBareKoa(state: string, body: string): Promise<Running> {
  const { chain, key } = await selfSigned(['localhost']);
  const files = Object.entries({ 'https.crt': chain, 'https.key': key, 'body.json': body }).map(
    ([name, text]) => {
      const file = join(state, '..', name);
      writeFileSync(file, text, { mode: 0o600 });
      return file;
    },
  );
  const words = ['test/lanes/bench/bare-koa.mjs', ...files];
  return start(words, {}, (text) => Number(text.trim()) || undefined, '/');
}

/** The limits of the heap that systemd/redfishd.service gives: where there is more memory, garbage lies longer. */
const heap =
  readFileSync(join(project, 'systemd/redfishd.service'), 'utf8').match(/--max-[a-z-]+=\d+/g) ?? [];

/** The daemon with the nodes of a descriptor on the network; its log goes to a file. */
export function startLanDaemon(platform: string, state: string, port: number, log: string): Promise<Running> {
  const words = [
    ...heap,
    'test/lanes/bench/lan-daemon.mjs',
    platform,
    state,
    String(port),
    ...Object.values(administrator),
  ];
  const to = openSync(log, 'w');
  const running = start(words, {}, () => port, '/redfish/v1/', to);
  closeSync(to);
  return running;
}

export interface LanNodes {
  readonly ports: readonly number[];
  /** Commands that they have answered. */
  commands(): Promise<number>;
  stop(): Promise<void>;
}

/** So many controllers on loopback, all in one process. */
export async function startLanNodes(count: number, user: string, password: string): Promise<LanNodes> {
  const child = fork(join(import.meta.dirname, 'lan-nodes.mjs'), [String(count), user, password]);
  const told = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`lan-nodes.mjs ended with ${code}`)));
      child.once('message', (message) => {
        child.removeAllListeners('exit');
        resolve(message as T);
      });
    });
  const { ports } = await told<{ readonly ports: readonly number[] }>();
  return {
    ports,
    commands: async () => {
      child.send('commands');
      return (await told<{ readonly commands: number }>()).commands;
    },
    stop: () => stop(child),
  };
}

async function start(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  portOf: (output: string) => number | undefined,
  path: string,
  errors: 'inherit' | number = 'inherit',
): Promise<Running> {
  const begin = performance.now();
  const child = spawn(process.execPath, words, {
    cwd: project,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', errors],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${words.join(' ')} ended with ${child.exitCode}`);
    const port = portOf(output);
    if (port !== undefined && (await answers(port, path))) {
      return { port, pid: child.pid ?? 0, started: performance.now() - begin, stop: () => stop(child) };
    }
    await new Promise((wait) => setTimeout(wait, 3));
  }
}

function answers(port: number, path: string): Promise<boolean> {
  return new Promise((done) => {
    const asked = request(
      { port, host: '127.0.0.1', path, rejectUnauthorized: false, agent: false },
      (answer) => {
        answer.resume();
        answer.on('end', () => done(answer.statusCode === 200));
      },
    );
    asked.on('error', () => done(false));
    asked.end();
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    child.once('exit', () => done());
    child.kill('SIGTERM');
  });
}

/** Resident memory in MiB. */
export const residentMemory = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

/** Seconds of CPU that the process has used, from /proc/PID/stat (clock ticks of 10 ms). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** A port that nothing listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
