/** Events: what is in the journal, delivered to subscribers and streams. */
import { EventHub } from '../../events/hub.ts';
import type { Network } from '../../network/network.ts';
import type { ResourceLookup } from '../../redfish/lookup.ts';
import { EventWriter, eventFacts, heartbeatPayload } from '../../redfish/records/events.ts';
import { reportResource } from '../../redfish/resources/telemetry/metric-reports.ts';
import { metricReportDefinitionUri } from '../../redfish/uris.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { ModuleContext } from '../options.ts';
import type { Storage } from './store.ts';

export function eventsModule(
  { options, lifecycle }: ModuleContext,
  { store, settings, journal }: Storage,
  parts: { readonly lookup: ResourceLookup; readonly network: Network; readonly telemetry: Telemetry },
): EventHub {
  const { lookup, network, telemetry } = parts;
  const writer = new EventWriter(options.platform.manager.id, (uri) =>
    lookup.exists(uri) ? lookup.read(uri) : undefined,
  );
  const events = new EventHub({
    store,
    settings,
    journal,
    messages: {
      factsOf: (event) => eventFacts((uri) => lookup.schemaOf(uri), event),
      render: (entries, subscription, lost) => writer.payload(entries, subscription, lost),
      heartbeat: heartbeatPayload,
    },
    hostName: () => network.read().hostName,
    log: options.log.child('events').warn,
  });
  telemetry.onReport((report) => {
    const definition = report.definition === null ? '' : metricReportDefinitionUri(report.definition);
    events.publish({ definition, body: reportResource(report) });
  });
  lifecycle.add(
    'events',
    () => events.start(),
    () => events.close(),
  );
  return events;
}
