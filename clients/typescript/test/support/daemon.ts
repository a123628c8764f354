/** redfishd as a process on its twin, which tests stop and start again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ConnectOptions, connect, type RedfishClient, RedfishError } from '../../src/index.ts';

const root = resolve(import.meta.dirname, '../../../..');
export const credentials = { user: 'admin', password: 'Quaint-Marmot-57-plinth' };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

export class Daemon {
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #platform: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, platform: string) {
    this.#port = port;
    this.#platform = platform;
    this.url = `https://127.0.0.1:${port}`;
    this.#folder = mkdtempSync(join(tmpdir(), 'redfishd-client-'));
    writeFileSync(join(this.#folder, 'password'), `${credentials.password}\n`, { mode: 0o600 });
  }

  /** Starts redfishd and waits until it serves. @param platform a descriptor's path from the root of the project */
  static async start(platform = 'platform/tiogapass.yaml'): Promise<Daemon> {
    const daemon = new Daemon(await freePort(), platform);
    await daemon.run();
    return daemon;
  }

  async run(): Promise<void> {
    const args = ['--twin', '--platform', this.#platform, '--state', join(this.#folder, 'state')];
    const listen = ['--listen', `127.0.0.1:${this.#port}`, '--log-level', 'error'];
    this.#process = spawn(process.execPath, ['dist/src/main.js', 'serve', ...args, ...listen], {
      ...{ cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
      env: { ...process.env, REDFISHD_ADMIN_PASSWORD_FILE: join(this.#folder, 'password') },
    });
    const waiting = await this.connect({ retry: { tries: 1 } });
    await waiting.close();
  }

  /** A client that is logged in; waits for a daemon that still starts. */
  async connect(options: ConnectOptions = {}): Promise<RedfishClient> {
    for (;;) {
      try {
        return await connect(this.url, { credentials, tls: { trust: 'first-use' }, ...options });
      } catch (error) {
        const starting = error instanceof RedfishError && (error.kind === 'network' || error.status === 503);
        if (!starting || this.#process?.exitCode !== null) throw error;
        await new Promise((wake) => setTimeout(wake, 50));
      }
    }
  }

  /** @param signal `SIGKILL` for a loss of power */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
