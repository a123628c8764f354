/** Wires the parts of the daemon together, starts them in order, and ends them in the reverse. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import type { Hardware } from '../../drivers/hardware.ts';
import { Accounts } from '../accounts/accounts.ts';
import { Logins } from '../accounts/logins.ts';
import { Roles } from '../accounts/roles.ts';
import { Sessions } from '../accounts/sessions.ts';
import { AggregationSources } from '../aggregation/aggregation-sources.ts';
import { pinoLogger } from '../base/logger.ts';
import { createBoard } from '../board/board.ts';
import type { Board } from '../board/model.ts';
import { Archives } from '../diagnostics/archives.ts';
import { Discovery } from '../discovery/discovery.ts';
import { EventHub } from '../events/hub.ts';
import { createApp } from '../http/app.ts';
import { authenticator } from '../http/authenticate.ts';
import { consoles as serveConsoles } from '../http/console.ts';
import { refusalOf } from '../http/errors.ts';
import { defaultLimits, type Limits } from '../http/limits.ts';
import { listenMovable, type MovableListener } from '../http/movable.ts';
import { listenRedirect, type Redirect } from '../http/redirect.ts';
import { type Listener, listen } from '../http/server.ts';
import { Journal } from '../journal/journal.ts';
import { message } from '../messages/messages.ts';
import { ownRegistry } from '../messages/own.ts';
import { HttpsPort } from '../network/https-port.ts';
import { linuxNetwork } from '../network/linux.ts';
import { Network } from '../network/network.ts';
import { systemSoftware } from '../network/software.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import type { App } from '../redfish/app.ts';
import { odataType } from '../redfish/generated/versions.ts';
import { metricsOf } from '../redfish/mapping/metrics.ts';
import { predefinedReports } from '../redfish/mapping/predefined-reports.ts';
import {
  auditRecord,
  boardRecords,
  changeRecord,
  consoleRecord,
  journalWords,
  loginRecord,
  networkRecord,
  nodeSource,
  postCodeRecord,
  recordOf,
  taskRecord,
  triggerRecord,
  watchdogRecord,
} from '../redfish/records/board.ts';
import { EventWriter, eventFacts, heartbeatPayload } from '../redfish/records/events.ts';
import { declarations } from '../redfish/resources/index.ts';
import { redfishVersion } from '../redfish/resources/root/service-root.ts';
import { monitoredTask, taskWords } from '../redfish/resources/tasks/tasks.ts';
import { reportResource } from '../redfish/resources/telemetry/metric-reports.ts';
import { metadataDocument, serviceDocument } from '../redfish/service/metadata.ts';
import { Service } from '../redfish/service/service.ts';
import {
  accountUri,
  managerUri,
  metricReportDefinitionUri,
  sessionUri,
  subscriptionUri,
} from '../redfish/uris.ts';
import { StoreError } from '../store/errors.ts';
import { Settings } from '../store/settings.ts';
import { openStore } from '../store/store.ts';
import { Tasks } from '../tasks/tasks.ts';
import { boardFamilies } from '../telemetry/board-families.ts';
import { eventFamilies } from '../telemetry/event-families.ts';
import { exposition } from '../telemetry/exposition.ts';
import { journalFamilies } from '../telemetry/journal-families.ts';
import { LoopLag, processFamilies } from '../telemetry/process-families.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { Certificates } from '../tls/certificates.ts';
import { ClientCertificates } from '../tls/clients.ts';
import { twinNetwork } from '../twin/network.ts';
import { Liveness } from './liveness.ts';
import { holdWatchdog } from './watchdog.ts';

export interface DaemonOptions {
  readonly platform: Platform;
  readonly hardware: Hardware;
  /** On the twin a reset of the manager restarts the daemon; on a board it reboots the controller. */
  readonly twin: boolean;
  readonly state: string;
  readonly host: string;
  readonly port: number;
  readonly version: string;
  /** The administrator to make when there is no account yet. */
  readonly administrator: { readonly userName: string; readonly password?: string | undefined };
  /** Mains has just returned: the power restore policy applies. By default the kernel's boot id tells. */
  readonly mainsRestored?: boolean;
  /** Address of a plain HTTP listener that sends clients to HTTPS; none when left out. */
  readonly httpRedirect?: { readonly host: string; readonly port: number } | undefined;
  /** Origins of web pages that may use the service from a browser; none when left out. */
  readonly corsOrigins?: readonly string[];
  /** Hosts to which events may be sent; any when left out. */
  readonly eventDestinations?: readonly string[] | undefined;
  readonly limits?: Partial<Limits>;
  /** Offers HTTP/2 beside HTTP/1.1. */
  readonly http2?: boolean;
  readonly log: Logger;
}

export interface Daemon {
  readonly board: Board;
  readonly telemetry: Telemetry;
  readonly accounts: Accounts;
  readonly address: Listener['address'];
  /** Of the plain listener, where there is one. */
  readonly redirectAddress: Redirect['address'] | null;
  /** The administrator's password, when this start made the account and nobody had given one. */
  readonly generatedPassword: string | null;
  /** Whether all of it moves: what feeds watchdogs. */
  readonly liveness: Liveness;
  /** Resolves when the daemon is asked to start anew. */
  readonly restartRequested: Promise<void>;
  stop(): Promise<void>;
}

/** Schemas of all that is served, without version. */
const resourceTypes = [
  ...new Set(
    declarations.map((each) => (each.kind === 'resource' ? each.resource.schema : each.collection.schema)),
  ),
].sort();
/** Milliseconds in which POST codes gather before they are stored. */
const postCodesWithin = 1000;
/** How long answers that are under way may take once the daemon ends. */
const grace = 800;

/** Starts the daemon; when that fails nothing is left running. @throws Error that says what to do. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const ends: (() => void | Promise<void>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) {
      try {
        await end();
      } catch (error) {
        options.log.error({ err: error }, 'could not end a part cleanly');
      }
    }
  };
  try {
    return await start(options, ends, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: DaemonOptions,
  ends: (() => void | Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Daemon> {
  const { platform, log, version } = options;
  const store = openStore(options.state);
  ends.push(() => store.close());
  const settings = new Settings(store);
  const roles = new Roles(store);
  const accounts = new Accounts(store, settings, roles);
  const sessions = new Sessions(store, settings, accounts);
  ends.push(() => sessions.close());
  const journal = new Journal(store, {
    messages: journalWords(platform.manager.id),
    log: (text, detail) => log.warn(detail, text),
  });
  ends.push(() => journal.close());
  try {
    journal.closeConditions();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.warn({ err: error }, 'what a former run left open in the logs cannot be closed');
  }
  const logins = new Logins(
    accounts,
    settings,
    ({ userName, address, ok }) => void journal.append(loginRecord(userName, address, ok)),
  );
  const managerPath = managerUri(platform.manager.id);
  if (store.recovered !== null) {
    const { setAside, reason } = store.recovered;
    log.error({ setAside, reason }, 'the store was damaged: it was set aside and a new one begun');
    const said = message('ResourceEvent.ResourceErrorsDetected', ['store', reason]);
    journal.append({ log: 'EventLog', ...recordOf(said), origin: managerPath });
  }
  const generatedPassword = await accounts.bootstrapAdministrator({
    ...options.administrator,
    // A password that somebody chose is theirs; one that we made must not stay on a board.
    mustChange: !options.twin && options.administrator.password === undefined,
  });
  const certificates = await Certificates.open(settings, [hostname(), 'localhost', '127.0.0.1', '::1']);

  const board = createBoard(platform, options.hardware, settings, {
    log: pinoLogger(log).child('board'),
    mainsRestored: options.mainsRestored ?? machineRestarted(settings, log),
    mark: (node) => journal.mark(nodeSource(node)),
  });
  board.onEvent((event) => Promise.all(boardRecords(board, event).map((record) => journal.append(record))));
  board.onPostCodes((codes, over) => {
    for (const code of codes) journal.append(postCodeRecord(code), postCodesWithin);
    if (over) journal.flush();
  });
  const telemetry = new Telemetry({ board, store, settings, predefined: predefinedReports(board) });
  let generation = board.generation;
  board.onChange(() => {
    if (board.generation === generation) return;
    generation = board.generation;
    telemetry.definitions.setDefaults(predefinedReports(board));
  });
  telemetry.onTrigger((fired) => {
    const record = triggerRecord(fired);
    if (record !== undefined) journal.append(record);
  });
  ends.push(journal.onAppend(({ messageId }) => telemetry.heard(messageId)));
  ends.push(() => telemetry.close());
  ends.push(() => board.stop());

  let restart: () => void = () => {};
  const restartRequested = new Promise<void>((resolve) => {
    restart = resolve;
  });
  let listener: MovableListener | undefined;
  let redirect: Redirect | undefined;
  const discovery = new Discovery({
    ...{ settings, redfishVersion },
    // A twin on a desk is found by whoever started it.
    ssdp: !options.twin,
    names: () => {
      const { hostName } = network.read();
      return { service: `${platform.name} ${hostName}`, host: hostName };
    },
    log: (text, detail) => log.warn(detail, text),
  });
  const httpsPort = new HttpsPort(settings, options.port);
  const network = new Network({
    ...{ settings, httpsPort },
    backend: options.twin ? twinNetwork(settings, settings.serviceUuid) : linuxNetwork(),
    report: (report) => {
      log.info(report, 'network change');
      journal.append(networkRecord(platform.manager.id, report));
      discovery.look();
    },
  });
  await network.start();
  ends.push(() => network.close());
  let configuration = 0;
  const moved = () => {
    configuration += 1;
  };
  for (const part of [accounts, roles, sessions, logins, certificates]) part.onChange(moved);
  const words = new EventWriter(platform.manager.id, (uri) =>
    service.hasResource(uri) ? service.look(uri) : undefined,
  );
  const events = new EventHub({
    ...{ store, settings, journal },
    messages: {
      factsOf: (event) => eventFacts((uri) => service.schemaAt(uri), event),
      render: (entries, subscription, lost) => words.payload(entries, subscription, lost),
      heartbeat: heartbeatPayload,
    },
    hostName: () => network.read().hostName,
    log: (text, detail) => log.warn(detail, text),
  });
  ends.push(() => events.close());
  events.onChange(moved);
  telemetry.onReport((report) => {
    const definition = report.definition === null ? '' : metricReportDefinitionUri(report.definition);
    events.publish({ definition, body: reportResource(report) });
  });
  const tell = (kind: 'created' | 'changed' | 'removed', uri: string, user: string | null): Promise<void> =>
    journal.append(changeRecord(kind, uri, user)).then(
      () => undefined,
      () => undefined,
    );
  sessions.onChange(({ kind, session }) => {
    void tell(kind === 'created' ? 'created' : 'removed', sessionUri(session.id), session.userName);
  });
  const tasks = new Tasks(store, taskWords(refusalOf));
  tasks.onEvent(({ event, task }) => void journal.append(taskRecord(event, task)).catch(() => undefined));
  tasks.settle();
  const archives = new Archives(join(options.state, 'diagnostics'));
  const sources = aggregates(platform)
    ? new AggregationSources({
        board,
        settings,
        state: options.state,
        log: (text, detail) => log.warn(detail, text),
      })
    : null;
  const app: App = {
    ...{
      board,
      sources,
      journal,
      events,
      tasks,
      archives,
      settings,
      telemetry,
      accounts,
      roles,
      sessions,
      logins,
      certificates,
      version,
    },
    network,
    discovery,
    software: systemSoftware(version),
    uuid: settings.serviceUuid,
    started: new Date(),
    get httpsPort() {
      return listener?.address.port ?? httpsPort.wanted;
    },
    get httpPort() {
      return redirect?.address.port ?? null;
    },
    resolves: (uri) => service.hasResource(uri),
    resourceTypes,
    allowsDestination: (uri) =>
      options.eventDestinations === undefined || options.eventDestinations.includes(new URL(uri).hostname),
    look: (uri) => service.look(uri),
    restart: async (type) => {
      await journal.append({
        log: 'EventLog',
        ...recordOf(message('ManagerEvent.ManagerReset', [managerPath, type])),
        origin: managerPath,
      });
      if (options.twin) setTimeout(restart, 100);
      else await reboot(type);
    },
  };
  const service: Service<App> = new Service({
    app,
    declarations,
    revision: () =>
      board.revision +
      journal.revision +
      tasks.revision +
      archives.revision +
      telemetry.revision +
      settings.revision +
      (sources?.revision ?? 0) +
      configuration,
    refusalOf,
    // A journal that cannot store it now keeps it, and says so itself.
    audit: (record) =>
      journal.append(auditRecord(record)).then(
        () => undefined,
        () => undefined,
      ),
    monitor: (path) => {
      const uri = monitoredTask(path);
      const task = uri === undefined ? undefined : tasks.get(uri.slice(uri.lastIndexOf('/') + 1));
      return uri === undefined ? undefined : { task: uri, answer: task?.answer ?? null };
    },
    // Sessions tell of themselves, however they begin and end.
    changed: ({ kind, uri, userName }) =>
      uri.startsWith(sessionUri('')) ? Promise.resolve() : tell(kind, uri, userName),
  });
  const clients = new ClientCertificates(certificates);
  const lag = new LoopLag();
  ends.push(() => lag.close());
  const ofJournal = journalFamilies(journal);
  const families = () => [
    ...boardFamilies(board),
    ...ofJournal(),
    ...telemetry.families(),
    ...eventFamilies(events.counts, events.subscriptions),
    ...processFamilies(lag, version),
  ];
  const limits = { ...defaultLimits, ...options.limits };
  const authenticate = authenticator({
    ...{ accounts, roles, sessions, accountUri },
    verify: (userName, password, address) => logins.each(userName, password, address),
    certified: (socket) => clients.userName(socket),
    failed: (userName, address) => void journal.append(loginRecord(userName, address, false)),
  });
  const consoles = serveConsoles({
    // A host that was pulled has no console either.
    find: (host) => (board.hosts.has(host) ? board.consoles.get(host) : undefined),
    authenticate,
    origins: options.corsOrigins ?? [],
    audit: (event) => void journal.append(consoleRecord(event)),
  });
  for (const part of [accounts, roles, sessions]) part.onChange(() => consoles.recheck());
  const http = createApp({
    service,
    metadata: metadataDocument(),
    serviceDocument: serviceDocument(service.tree),
    registry: ownRegistry(odataType.MessageRegistry),
    authenticate,
    consoles,
    events,
    archives,
    manager: platform.manager.id,
    announce: (kind, id, userName) => void tell(kind, subscriptionUri(id), userName),
    mayFollow: (id) => {
      const account = accounts.get(id);
      const role = account?.enabled === true ? roles.get(account.roleId) : undefined;
      return role?.privileges.includes('Login') === true;
    },
    onAccounts: (listener) => {
      accounts.onChange(listener);
      roles.onChange(listener);
    },
    limits,
    corsOrigins: options.corsOrigins ?? [],
    metrics: (format) => exposition(families(), format),
    advertiseBasic: () => logins.basic === 'Enabled',
    log,
  });
  await board.start();
  telemetry.start(metricsOf(app));
  const open = (port: number) =>
    listen(http, { tls: certificates.options, host: options.host, port, limits, http2: options.http2 });
  const listening = await listenMovable(open, httpsPort.wanted).catch((error: unknown) => {
    if (httpsPort.wanted === options.port) throw error;
    // Better the port of the command line than none.
    log.error({ err: error, port: httpsPort.wanted }, 'the port that a client asked for cannot be had');
    return listenMovable(open, options.port);
  });
  listener = listening;
  httpsPort.onMove(async (port) => {
    await listening.move(port);
    discovery.look();
  });
  ends.push(certificates.onChange(() => listening.secure(certificates.options)));
  ends.push(() => listening.close(grace));
  ends.push(() => consoles.close());
  ends.push(() => events.endStreams());
  const { httpRedirect } = options;
  if (httpRedirect !== undefined) {
    const { host, port } = httpRedirect;
    const plain = await listenRedirect(host, port, () => listening.address.port, limits);
    redirect = plain;
    ends.push(() => plain.close());
  }
  const liveness = new Liveness([
    {
      name: 'sampler',
      get alive() {
        return board.sampling;
      },
    },
    {
      name: 'HTTP server',
      get alive() {
        return listening.listening;
      },
    },
  ]);
  const { watchdog } = platform.manager;
  if (watchdog !== undefined) {
    const release = holdWatchdog({
      ...{ liveness, facts: watchdog, watchdogs: options.hardware.watchdogs },
      log: (level, text, detail) => log[level](detail, text),
      report: (fault) => {
        if (fault !== null) log.error({ fault }, 'the watchdog cannot be held');
        void journal.append(watchdogRecord(platform.manager.id, fault));
      },
    });
    ends.push(release);
  }
  events.start();
  discovery.start(() => listening.address);
  ends.push(() => discovery.close());
  return {
    ...{ board, telemetry, accounts, generatedPassword, liveness, restartRequested, stop },
    address: listening.address,
    redirectAddress: redirect?.address ?? null,
  };
}

/** Whether nodes may be added while the daemon runs: where there are some on the network, or the descriptor says so. */
const aggregates = ({ manager, nodes = [] }: Platform): boolean =>
  manager.aggregates ?? nodes.some(({ link }) => link.kind === 'lan');

/** True at the first start of the daemon since the machine itself started. */
function machineRestarted(settings: Settings, log: Logger): boolean {
  let boot: string;
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return false;
  }
  const before = settings.get('manager.boot');
  try {
    if (before !== boot) settings.set('manager.boot', boot);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // Each start of the daemon would look like one of the machine, and switch on what somebody has switched off.
    log.warn(
      { err: error },
      'whether mains was lost cannot be stored: power restore policies are not followed',
    );
    return false;
  }
  // At the very first start nobody has asked for any power state yet.
  return before !== undefined && before !== boot;
}

/** Reboots the controller, in an orderly way or at once. @throws Error when the system refuses. */
async function reboot(type: 'ForceRestart' | 'GracefulRestart'): Promise<void> {
  await promisify(execFile)('systemctl', type === 'ForceRestart' ? ['reboot', '--force'] : ['reboot']);
}
