/** `redfishd serve`: runs the daemon until it is told to end. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import pino, { type Logger } from 'pino';
import type { Hardware } from '../../drivers/hardware.ts';
import { AccountError } from '../accounts/account-error.ts';
import { type Daemon, type DaemonOptions, startDaemon } from '../daemon/index.ts';
import { serviceManager } from '../daemon/notify.ts';
import { loadPlatformCached } from '../platform/cache.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import { controlSocket, defaultState, type ServeOptions, serveOptions, UsageError } from './options.ts';
import { type Login, welcome } from './welcome.ts';

const help = `Usage: redfishd serve --platform FILE [OPTIONS]

  --platform FILE      descriptor of the board, such as platform/tiogapass.yaml
  --twin               run on a simulation of the board instead of its hardware
  --state DIR          where accounts, certificate and logs are kept
  --listen ADDR:PORT   default 127.0.0.1:8443 with --twin, [::]:443 on a board
  --http-redirect ADDR:PORT
                       listen there without TLS too, to send clients to HTTPS, such as [::]:80
  --config FILE        the same options as YAML: platform, twin, state, listen, httpRedirect, logLevel;
                       corsOrigins, web pages that may use the service (https://a.example, ...); what clients
                       may take: connections, connectionsPerAddress, requestsPerSecond (0: no limit),
                       and http2 (true: offered too, for clients that gain by it; it costs more)
  --log-level LEVEL    trace, debug, info (default), warn, error, fatal or silent

The first start makes an administrator. REDFISHD_ADMIN_USER names it (default "admin"),
REDFISHD_ADMIN_PASSWORD_FILE names a file whose first line is its password; without it a random
password is made and kept in DIR/initial-admin-password until it is changed.
`;

interface Machine {
  readonly hardware: Hardware;
  /** Resolves once a twin has, or has not, mains; never on a board, where the controller goes with its power. */
  mains(on: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Resolves with the exit status once the daemon has ended. */
export async function serve(argv: readonly string[], version: string): Promise<number> {
  let options: ServeOptions | null;
  try {
    options = await serveOptions(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`redfishd serve: ${error.message}\n`);
    return 2;
  }
  if (options === null) {
    process.stdout.write(help);
    return 0;
  }
  const state = options.state ?? defaultState(basename(options.platform, '.yaml'), options.twin);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const platform = await loadPlatformCached(options.platform, join(state, 'platform.json'));
  const log = pino(
    { level: options.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination(2),
  );
  const administrator = firstAdministrator();
  const asked = signals();
  const manager = serviceManager(process.env, (error) =>
    log.warn({ err: error }, 'the service manager cannot be told'),
  );
  const machine = options.twin ? await twinMachine(platform, state, log) : await boardMachine();
  let mainsRestored: boolean | undefined = options.twin ? false : undefined;
  try {
    for (;;) {
      const daemon = await start({
        ...{ platform, state, version, log, administrator, twin: options.twin },
        ...{ host: options.host, port: options.port, hardware: machine.hardware },
        ...{ limits: options.limits, http2: options.http2 },
        ...{ httpRedirect: options.httpRedirect, corsOrigins: options.corsOrigins },
        eventDestinations: options.eventDestinations,
        ...(mainsRestored === undefined ? {} : { mainsRestored }),
      });
      const login = rememberPassword(state, administrator.userName, daemon, options.twin);
      process.stdout.write(welcome(platform, daemon.address, login));
      manager.ready(`serves ${platform.name} at port ${daemon.address.port}`);
      const endWatch = manager.watch(daemon.liveness);
      const why = await Promise.race([
        asked.then(() => 'stop' as const),
        daemon.restartRequested.then(() => 'restart' as const),
        machine.mains(false).then(() => 'mains' as const),
      ]);
      if (why === 'stop') manager.stopping();
      endWatch();
      await daemon.stop();
      if (why === 'stop') return 0;
      mainsRestored = why === 'mains';
      if (!mainsRestored) continue;
      // A controller without power answers nobody, and remembers what was before.
      log.warn('mains is lost: nothing runs until it returns');
      const ended = asked.then(() => true);
      if (await Promise.race([ended, machine.mains(true).then(() => false)])) return 0;
    }
  } finally {
    await machine.close();
  }
}

/** As startDaemon; says where a name or password that cannot be used came from. */
async function start(options: DaemonOptions): Promise<Daemon> {
  try {
    return await startDaemon(options);
  } catch (error) {
    if (!(error instanceof AccountError)) throw error;
    const file = process.env.REDFISHD_ADMIN_PASSWORD_FILE ?? 'a random password';
    const name = options.administrator.userName;
    throw new Error(`no administrator can be made of the name "${name}" and ${file}: ${error.message}`, {
      cause: error,
    });
  }
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function signals(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve();
      });
    }
  });
}

async function boardMachine(): Promise<Machine> {
  const { linuxHardware } = await import('../../drivers/linux.ts');
  const hardware = await linuxHardware();
  return { hardware, mains: () => new Promise(() => {}), close: () => hardware.close() };
}

async function twinMachine(platform: Platform, state: string, log: Logger): Promise<Machine> {
  const { createTwin, TwinError } = await import('../twin/twin.ts');
  const { serveControl } = await import('../twin/control.ts');
  const twin = createTwin(platform);
  const control = await serveControl(twin, controlSocket(state)).catch((error: unknown) => {
    if (error instanceof TwinError) throw error;
    log.warn({ err: error }, 'the knobs of the twin cannot be offered');
    return null;
  });
  return {
    hardware: twin,
    mains: (wanted) =>
      new Promise((resolve) => {
        if (twin.status().mains === wanted) resolve();
        else {
          const off = twin.onMains((on) => {
            if (on !== wanted) return;
            off();
            resolve();
          });
        }
      }),
    close: async () => {
      await control?.close();
      await twin.close();
    },
  };
}

/** @throws Error when the password file cannot be used. */
function firstAdministrator(): { readonly userName: string; readonly password?: string } {
  const userName = process.env.REDFISHD_ADMIN_USER || 'admin';
  const file = process.env.REDFISHD_ADMIN_PASSWORD_FILE;
  if (file === undefined || file === '') return { userName };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`REDFISHD_ADMIN_PASSWORD_FILE names ${file}, which cannot be read`, { cause });
  }
  const password = text.split(/\r?\n/)[0] ?? '';
  if (password === '')
    throw new Error(`${file}, named by REDFISHD_ADMIN_PASSWORD_FILE, has an empty first line`);
  return { userName, password };
}

/**
 * How to log in. A generated password waits in a file that only its owner can read, and is forgotten as soon as it is no
 * longer true. It is shown for a twin only: on a board, standard output ends up in a log.
 */
function rememberPassword(state: string, userName: string, daemon: Daemon, twin: boolean): Login {
  const file = join(state, 'initial-admin-password');
  if (daemon.generatedPassword !== null)
    writeFileSync(file, `${daemon.generatedPassword}\n`, { mode: 0o600, flush: true });
  if (!existsSync(file)) return { userName, password: null, file: null };
  daemon.accounts.onChange(({ account, endsSessions }) => {
    if (account.userName === userName && endsSessions) rmSync(file, { force: true });
  });
  return { userName, password: twin ? readFileSync(file, 'utf8').trim() : null, file };
}
