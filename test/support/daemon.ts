/** The whole daemon inside the test's process, on a twin, reached over real TLS. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import type { Hardware } from '../../drivers/hardware.ts';
import { pinoLogger } from '../../src/base/logger.ts';
import { type Daemon, type DaemonOptions, startDaemon } from '../../src/daemon/index.ts';
import { twinSite } from '../../src/daemon/site.ts';
import { loadPlatform } from '../../src/platform/load.ts';
import type { Platform } from '../../src/platform/vocabulary/index.ts';
import { createTwin, type Twin, type TwinOptions } from '../../src/twin/twin.ts';
import { afterThisTest } from './cleanup.ts';
import { type Client, createClient, testPassword, testUser } from './client.ts';

export interface TestDaemonOptions {
  /** A descriptor's path from the root of the project, or what it describes; Tioga Pass when left out. */
  readonly platform?: string | Platform;
  readonly twin?: TwinOptions;
  /** Turns knobs of the twin before the daemon starts on it. */
  readonly prepare?: (twin: Twin) => void;
  /** The hardware that the daemon gets: parts of the twin may be replaced by ones that fail. */
  readonly hardware?: (twin: Twin) => Hardware;
  /** Kept by the caller; a directory of its own, removed at the end, when left out. */
  readonly state?: string;
  /** Outlives the running test: for a daemon that several tests share. The caller stops it in `afterAll`. */
  readonly shared?: boolean;
  /** Further options of the daemon. */
  readonly daemon?: Partial<DaemonOptions>;
}

export interface TestDaemon extends Client {
  readonly twin: Twin;
  readonly board: Daemon['board'];
  readonly accounts: Daemon['accounts'];
  readonly daemon: Daemon;
  readonly state: string;
  /** Lines of the daemon's own log, JSON each. */
  readonly log: readonly string[];
  /** Ends everything; a second call does nothing. */
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '../..');

/** The board of a descriptor by its path from the root of the project. @throws Error with every fault of it */
export const platformOf = (path = 'platform/tiogapass.yaml'): Platform => loadPlatform(join(root, path));

/** A board whose sensors are read every `poll` milliseconds, so that tests need not wait for what they changed. */
export function sampledEvery(poll: number, platform: Platform): Platform {
  const quicker = (_name: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && ('sensors' in value || 'context' in value)
      ? { ...value, poll }
      : value;
  return JSON.parse(JSON.stringify(platform, quicker)) as Platform;
}

/** Starts the daemon on a port of its own. It stops after the running test; one of `beforeAll` is stopped in `afterAll`. */
export async function startTestDaemon(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  const platform = typeof options.platform === 'object' ? options.platform : platformOf(options.platform);
  const state = options.state ?? mkdtempSync(join(tmpdir(), 'redfishd-test-'));
  const twin = createTwin(platform, options.twin);
  options.prepare?.(twin);
  const log: string[] = [];
  const lines = new Writable({
    write(line: Buffer, _, done) {
      log.push(line.toString());
      done();
    },
  });
  const remove = () => {
    if (options.state === undefined) rmSync(state, { recursive: true, force: true });
  };
  let daemon: Daemon;
  try {
    daemon = await startDaemon({
      // Tests ask faster than any client should.
      limits: { requestsPerSecond: 0 },
      platform,
      hardware: options.hardware?.(twin) ?? twin,
      site: twinSite(),
      state,
      host: '127.0.0.1',
      port: 0,
      version: '0.0.0',
      administrator: { userName: testUser, password: testPassword },
      mainsRestored: false,
      log: pinoLogger(pino({ level: 'debug' }, lines)),
      ...options.daemon,
    });
  } catch (error) {
    await twin.close();
    remove();
    throw error;
  }
  const client = createClient(`https://127.0.0.1:${daemon.address.port}`);
  let stopped: Promise<void> | undefined;
  const end = async () => {
    client.close();
    await daemon.stop();
    await twin.close();
    remove();
  };
  const stop = () => {
    stopped ??= end();
    return stopped;
  };
  if (options.shared !== true) afterThisTest(stop);
  return {
    ...client,
    twin,
    daemon,
    state,
    log,
    board: daemon.board,
    accounts: daemon.accounts,
    stop,
  };
}
