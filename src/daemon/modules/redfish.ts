/** The Redfish service: the resources and all that they are made of. */
import { join } from 'node:path';
import { AggregationSources } from '../../aggregation/aggregation-sources.ts';
import type { Board } from '../../board/model/board.ts';
import { chassisScope, hostScope, type Scope } from '../../board/model/revisions.ts';
import { Archives } from '../../diagnostics/archives.ts';
import type { EventHub } from '../../events/hub.ts';
import { systemSoftware } from '../../firmware/software.ts';
import type { SpeakingHosts } from '../../host/hosts.ts';
import { VirtualMedia } from '../../host/virtual-media.ts';
import { refusalOf } from '../../http/middleware/errors.ts';
import type { Platform } from '../../platform/vocabulary/index.ts';
import type { App } from '../../redfish/app.ts';
import type { ResourceLookup } from '../../redfish/lookup.ts';
import { declarations } from '../../redfish/resources/index.ts';
import { monitoredTask, taskWords } from '../../redfish/resources/tasks/tasks.ts';
import { Revisions } from '../../redfish/service/read/revisions.ts';
import { Service } from '../../redfish/service/service.ts';
import { requestDefaults } from '../../store/defaults.ts';
import { Tasks } from '../../tasks/tasks.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { ModuleContext } from '../options.ts';
import type { ServedPorts } from '../ports.ts';
import type { Access } from './accounts.ts';
import type { NetworkModule } from './network.ts';
import type { Storage } from './store.ts';

export interface RedfishParts {
  readonly storage: Storage;
  readonly access: Access;
  readonly board: Board;
  readonly hosts: SpeakingHosts;
  readonly telemetry: Telemetry;
  readonly network: NetworkModule;
  readonly events: EventHub;
  readonly lookup: ResourceLookup;
  readonly ports: ServedPorts;
}

export interface RedfishModule {
  readonly service: Service<App>;
  readonly app: App;
}

/** Schemas of all that is served, without version. */
const resourceTypes = [
  ...new Set(
    declarations.map((each) => (each.kind === 'resource' ? each.resource.schema : each.collection.schema)),
  ),
].sort();

export function redfishModule({ options }: ModuleContext, parts: RedfishParts): RedfishModule {
  const { storage, lookup } = parts;
  const tasks = new Tasks(storage.store, taskWords(refusalOf));
  tasks.onEvent(storage.recording.task);
  tasks.endInterrupted();
  const app = appOf(options, parts, tasks);
  const service: Service<App> = new Service({
    app,
    declarations,
    revisions: revisionsOf(app, parts.access),
    refusalOf,
    audit: storage.recording.write,
    monitor: (path) => {
      const uri = monitoredTask(path);
      if (uri === undefined) return undefined;
      return { task: uri, answer: tasks.get(uri.slice(uri.lastIndexOf('/') + 1))?.answer ?? null };
    },
    changed: storage.recording.resource,
  });
  lookup.attach(service);
  return { service, app };
}

function appOf(options: ModuleContext['options'], parts: RedfishParts, tasks: Tasks): App {
  const { platform, state, version, site, eventDestinations } = options;
  const { storage, access, board, hosts, telemetry, network, events, lookup, ports } = parts;
  const { settings, journal, recording, clock } = storage;
  const log = options.log.child('nodes');
  return {
    board,
    hosts,
    media: new VirtualMedia({ board, settings, directory: join(state, 'media') }),
    sources: aggregates(platform) ? new AggregationSources({ board, settings, state, log: log.warn }) : null,
    journal,
    events,
    tasks,
    archives: new Archives(join(state, 'diagnostics')),
    settings,
    clock,
    telemetry,
    accounts: access.accounts,
    roles: access.roles,
    sessions: access.sessions,
    logins: access.logins,
    certificates: access.certificates,
    version,
    network: network.network,
    discovery: network.discovery,
    software: systemSoftware(version),
    uuid: settings.serviceUuid,
    started: new Date(),
    get httpsPort() {
      return ports.https;
    },
    get httpPort() {
      return ports.http;
    },
    resourceTypes,
    allowsDestination: (uri) =>
      eventDestinations === undefined || eventDestinations.includes(new URL(uri).hostname),
    resolves: (uri) => lookup.exists(uri),
    read: (uri) => lookup.read(uri),
    resetToDefaults: async (type) => {
      requestDefaults(state, type);
      await recording.restart('GracefulRestart');
      await site.restart('GracefulRestart');
    },
    restart: async (type) => {
      await recording.restart(type);
      await site.restart(type);
    },
  };
}

/** Registers each part that resources show. Log entries are read anew for each request, so the journal counts only while it fails. */
function revisionsOf(app: App, { accounts, roles, sessions, logins, certificates }: Access): Revisions {
  const { board, journal, tasks, archives, telemetry, settings, sources, events, hosts } = app;
  let configuration = 0;
  for (const part of [accounts, roles, sessions, logins, certificates, events])
    part.onChange(() => {
      configuration += 1;
    });
  return new Revisions((params) => board.revisions.readings(params && scopeOf(params))).add(
    () => board.revisions.state(),
    () => (journal.state.fault === null ? 0 : journal.revision + 1),
    () => tasks.revision,
    () => archives.revision,
    () => telemetry.revision,
    () => settings.revision,
    () => hosts.revision,
    () => sources?.revision ?? 0,
    () => configuration,
  );
}

/** The part of the board whose readings a URI is about. */
function scopeOf({ ChassisId, ComputerSystemId }: Readonly<Record<string, string>>): Scope {
  if (ChassisId !== undefined) return chassisScope(ChassisId);
  return ComputerSystemId === undefined ? 'board' : hostScope(ComputerSystemId);
}

/** Whether nodes may be added while the daemon runs: where the descriptor says so, or has nodes on the network. */
const aggregates = ({ manager, nodes = [] }: Platform): boolean =>
  manager.aggregates ?? nodes.some(({ link }) => link.kind === 'lan');
