/** The daemon: builds its parts in the order in which they need each other, then starts them. */
import { ResourceLookup } from '../redfish/lookup.ts';
import { Lifecycle } from './lifecycle.ts';
import { accountsModule } from './modules/accounts.ts';
import { boardModule } from './modules/board.ts';
import { eventsModule } from './modules/events.ts';
import { httpModule } from './modules/http.ts';
import { networkModule, startDiscovery } from './modules/network.ts';
import { redfishModule } from './modules/redfish.ts';
import { storeModule } from './modules/store.ts';
import { metricsText, startReports, telemetryModule } from './modules/telemetry.ts';
import { watchdogsModule } from './modules/watchdogs.ts';
import type { Daemon, DaemonOptions, ModuleContext } from './options.ts';
import { ServedPorts } from './ports.ts';

export type { Daemon, DaemonOptions } from './options.ts';

/** Starts the daemon; where a part fails, those that have started are stopped. @throws Error that names what to do */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const lifecycle = new Lifecycle(options.log);
  try {
    return await boot({ options, lifecycle });
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function boot(context: ModuleContext): Promise<Daemon> {
  const { lifecycle } = context;
  const lookup = new ResourceLookup();
  const storage = await storeModule(context);
  const access = await accountsModule(context, storage);
  const network = await networkModule(context, storage);
  const { board, hosts } = boardModule(context, storage);
  const telemetry = telemetryModule(context, storage, board);
  const ports = new ServedPorts(network.httpsPort);
  const events = eventsModule(context, storage, { lookup, network: network.network, telemetry });
  const redfish = redfishModule(context, {
    storage,
    access,
    board,
    hosts,
    telemetry,
    network,
    events,
    lookup,
    ports,
  });
  startReports(context, telemetry, redfish);
  const metrics = metricsText(context, { board, journal: storage.journal, telemetry, events });
  const { recording } = storage;
  const parts = { redfish, access, recording, board, events, network, ports, metrics };
  const frontEnd = httpModule(context, parts);
  const liveness = watchdogsModule(context, { board, frontEnd, recording });
  startDiscovery(context, network, frontEnd);
  await lifecycle.start();
  return {
    board,
    telemetry,
    accounts: access.accounts,
    generatedPassword: access.generatedPassword,
    liveness,
    address: frontEnd.address,
    redirectAddress: frontEnd.redirectAddress,
    renderCounts: () => redfish.service.renderCounts,
    stop: () => lifecycle.stop(),
  };
}
