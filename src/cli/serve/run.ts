/** Runs the daemon until the process is told to end, and starts it again when it is reset or mains returns. */
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import pino from 'pino';
import { AccountError } from '../../accounts/account-error.ts';
import { logDefects } from '../../base/defects.ts';
import { type Logger, pinoLogger } from '../../base/logger.ts';
import { type Daemon, type DaemonOptions, startDaemon } from '../../daemon/index.ts';
import { type ServiceManager, serviceManager } from '../../daemon/notify.ts';
import { boardSite, type Site, twinSite } from '../../daemon/site.ts';
import { loadPlatformCached } from '../../platform/cache.ts';
import type { Platform } from '../../platform/vocabulary/index.ts';
import type { Io } from '../command.ts';
import { controlSocket, defaultState } from '../state.ts';
import { firstAdministrator, InitialPassword } from './administrator.ts';
import { boardMachine, type Machine, twinMachine } from './machine.ts';
import { releaseWarning } from './node-release.ts';
import type { ServeOptions } from './options.ts';
import { welcome } from './welcome.ts';

/** What stays the same over all starts of the daemon in this process. */
interface Run {
  readonly options: ServeOptions;
  readonly io: Io;
  readonly state: string;
  readonly platform: Platform;
  readonly machine: Machine;
  readonly administrator: DaemonOptions['administrator'];
  readonly manager: ServiceManager;
  /** Resolves when the process is told to end. */
  readonly stopRequested: Promise<void>;
  readonly log: Logger;
}

/** Why the daemon was stopped. */
type Ending = 'stop' | 'restart' | 'mains';

/** @returns the exit status once the daemon has ended. @throws Error that names what to do */
export async function serveUntilStopped(options: ServeOptions, io: Io): Promise<number> {
  const state = options.state ?? defaultState(io.env, basename(options.platform, '.yaml'), options.twin);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const platform = await loadPlatformCached(options.platform, join(state, 'platform.json'));
  const log = logger(options.logLevel);
  const warning = releaseWarning(process.versions.node, new Date());
  if (warning !== undefined) log.warn(warning);
  logDefects((error) => log.error('an internal error: please report it', { err: error }));
  const administrator = firstAdministrator(io.env);
  const stopRequested = signals();
  const manager = serviceManager(io.env, (error) =>
    log.warn('the service manager cannot be notified', { err: error }),
  );
  const machine = options.twin
    ? await twinMachine(platform, controlSocket(state), log.child('twin'))
    : await boardMachine();
  try {
    await serveAgainAndAgain({
      options,
      io,
      state,
      platform,
      machine,
      administrator,
      manager,
      stopRequested,
      log,
    });
    return 0;
  } finally {
    await machine.close();
  }
}

async function serveAgainAndAgain(run: Run): Promise<void> {
  let mainsRestored: boolean | undefined = run.options.twin ? false : undefined;
  for (;;) {
    const ending = await serveOnce(run, mainsRestored);
    if (ending === 'stop') return;
    mainsRestored = ending === 'mains';
    if (!mainsRestored) continue;
    // A controller without power serves nothing.
    run.log.warn('mains is lost: the daemon starts again when it returns');
    const stopped = run.stopRequested.then(() => true);
    if (await Promise.race([stopped, run.machine.mains(true).then(() => false)])) return;
  }
}

async function serveOnce(run: Run, mainsRestored: boolean | undefined): Promise<Ending> {
  const { options, io, platform, machine, manager, stopRequested } = run;
  // A controller of virtual machines is a program on somebody's desk, too.
  const site = options.twin || isVirtual(platform) ? twinSite() : boardSite();
  const daemon = await start(run, site, mainsRestored);
  const password = new InitialPassword(run.state, run.administrator.userName);
  password.keep(daemon);
  io.out(welcome(platform, daemon.address, password.login(options.twin)));
  manager.ready(`serves ${platform.name} at port ${daemon.address.port}`);
  const endWatch = manager.watch(daemon.liveness);
  const ending = await Promise.race<Ending>([
    stopRequested.then(() => 'stop'),
    site.restartRequested.then(() => 'restart'),
    machine.mains(false).then(() => 'mains'),
  ]);
  if (ending === 'stop') manager.stopping();
  endWatch();
  await daemon.stop();
  return ending;
}

/** All hosts are virtual machines: neither the network of this machine nor its power belongs to the controller. */
const isVirtual = ({ hosts = [] }: Platform): boolean =>
  hosts.length > 0 && hosts.every(({ power }) => power.kind === 'qemu');

/** @throws Error; one about the administrator names the file or variable that its name or password came from */
async function start(run: Run, site: Site, mainsRestored: boolean | undefined): Promise<Daemon> {
  const { options, io, platform, machine, state, administrator, log } = run;
  try {
    return await startDaemon({
      platform,
      hardware: machine.hardware,
      site,
      state,
      host: options.host,
      port: options.port,
      version: io.version,
      administrator,
      mainsRestored,
      httpRedirect: options.httpRedirect,
      corsOrigins: options.corsOrigins,
      eventDestinations: options.eventDestinations,
      limits: options.limits,
      http2: options.http2,
      log,
    });
  } catch (error) {
    if (!(error instanceof AccountError)) throw error;
    const file = io.env.REDFISHD_ADMIN_PASSWORD_FILE ?? 'a generated password';
    throw new Error(
      `the administrator "${administrator.userName}" cannot be created with ${file}: ${error.message}`,
      { cause: error },
    );
  }
}

const logger = (level: string): Logger =>
  pinoLogger(pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2)));

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
