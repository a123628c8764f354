/** The controller's network, the port of HTTPS, and how clients discover the service. */
import { Discovery } from '../../discovery/discovery.ts';
import { HttpsPort } from '../../network/https-port.ts';
import { Network } from '../../network/network.ts';
import { redfishVersion } from '../../redfish/resources/root/service-root.ts';
import type { FrontEnd } from '../front-end.ts';
import type { ModuleContext } from '../options.ts';
import type { Storage } from './store.ts';

export interface NetworkModule {
  readonly network: Network;
  readonly httpsPort: HttpsPort;
  readonly discovery: Discovery;
}

export async function networkModule(
  { options, lifecycle }: ModuleContext,
  { settings, recording }: Storage,
): Promise<NetworkModule> {
  const { platform, port, site } = options;
  const log = options.log.child('network');
  const backend = await site.network(settings);
  const httpsPort = new HttpsPort(settings, port);
  const discovery = new Discovery({
    settings,
    redfishVersion,
    ssdp: site.discoverable,
    names: () => {
      const { hostName } = backend.read();
      return { service: `${platform.name} ${hostName}`, host: hostName };
    },
    log: log.warn,
  });
  const network = new Network({
    settings,
    httpsPort,
    backend,
    report: (report) => {
      log[report.outcome === 'applied' ? 'info' : 'warn']('network change', report);
      void recording.network(report);
      discovery.refresh();
    },
  });
  lifecycle.add(
    'network',
    () => network.start(),
    () => network.close(),
  );
  return { network, httpsPort, discovery };
}

/** Announces the service once it listens. */
export function startDiscovery(
  { lifecycle }: ModuleContext,
  { discovery }: NetworkModule,
  frontEnd: FrontEnd,
): void {
  lifecycle.add(
    'discovery',
    () => discovery.start(() => frontEnd.address),
    () => discovery.close(),
  );
}
