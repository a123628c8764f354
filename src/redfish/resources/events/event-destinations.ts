/** Who is told of events (EventDestination.v1_16_0): subscribers, and streams for as long as they are open. */
import { maxSubscriptions } from '../../../events/hub.ts';
import type { Destination } from '../../../events/options.ts';
import { eventTypes, protocols, type Subscription, usesTls } from '../../../events/subscription.ts';
import { message, RedfishError } from '../../../messages/messages.ts';
import { collection, resource } from '../../app.ts';
import type { EventDestinationBody, ResourceStatus } from '../../generated/types.ts';
import { link, links } from '../../mapping/common.ts';
import { headerFaults, headersOf, subscriptionFaults, subscriptionOf } from '../../mapping/subscription.ts';
import { subscriptionUri } from '../../uris.ts';

export const eventDestination = resource({
  uri: '/redfish/v1/EventService/Subscriptions/{EventDestinationId}',
  schema: 'EventDestination',
  shows: 'time',
  ids: (app) => app.events.ids(),
  find: (app, { EventDestinationId }) => app.events.find(EventDestinationId),
  body: ({ stream, subscription, state }, { uri }): EventDestinationBody => ({
    Name: stream === null ? 'Event subscription' : 'Event stream',
    Context: subscription.context,
    Destination: subscription.destination,
    Protocol: subscription.protocol,
    SubscriptionType:
      stream === null ? (subscription.protocol === 'Redfish' ? 'RedfishEvent' : 'Syslog') : 'SSE',
    EventFormatType: subscription.format,
    DeliveryRetryPolicy: stream === null ? subscription.retryPolicy : undefined,
    // They are secrets: whoever set them knows them.
    HttpHeaders: stream === null ? [] : undefined,
    VerifyCertificate: stream === null ? subscription.verifyCertificate : undefined,
    Certificates: stream === null && usesTls(subscription) ? link(`${uri}/Certificates`) : undefined,
    RegistryPrefixes: subscription.registryPrefixes,
    ExcludeRegistryPrefixes: subscription.excludeRegistryPrefixes,
    MessageIds: subscription.messageIds,
    ExcludeMessageIds: subscription.excludeMessageIds,
    ResourceTypes: subscription.resourceTypes,
    OriginResources: links(subscription.originResources),
    'OriginResources@odata.count': subscription.originResources.length,
    SubordinateResources: subscription.subordinateResources,
    Severities: subscription.severities,
    EventTypes: subscription.eventTypes.length === 0 ? undefined : subscription.eventTypes,
    MetricReportDefinitions: links(subscription.metricReportDefinitions),
    'MetricReportDefinitions@odata.count': subscription.metricReportDefinitions.length,
    IncludeOriginOfCondition: subscription.includeOrigin,
    SendHeartbeat: subscription.heartbeat !== null,
    HeartbeatIntervalMinutes: subscription.heartbeat ?? undefined,
    Status: statusOf(subscription, state),
  }),
  writes: [
    {
      properties: ['Context', 'DeliveryRetryPolicy', 'HttpHeaders', 'VerifyCertificate'],
      unless: ({ stream }) => stream !== null,
      check: (_model, changes) => headerFaults(changes.get('HttpHeaders')),
      apply: ({ id, subscription }, changes, { app }) => {
        const { context, retryPolicy, headers, verifyCertificate } = subscription;
        // Certificates may come and go meanwhile.
        const change = (written: Partial<Subscription>) =>
          app.events.change(id, { ...(app.events.find(id)?.subscription ?? subscription), ...written });
        const Context = changes.get('Context');
        const HttpHeaders = changes.get('HttpHeaders');
        change({
          context: Context === undefined ? context : Context,
          retryPolicy: changes.has('DeliveryRetryPolicy')
            ? (changes.get('DeliveryRetryPolicy') ?? 'RetryForever')
            : retryPolicy,
          headers: HttpHeaders === undefined ? headers : headersOf(HttpHeaders),
          verifyCertificate: changes.has('VerifyCertificate')
            ? changes.get('VerifyCertificate') === true
            : verifyCertificate,
        });
        return () => change({ context, retryPolicy, headers, verifyCertificate });
      },
    },
  ],
  actions: {
    'EventDestination.SuspendSubscription': {
      parameters: {},
      when: ({ stream }) => stream === null,
      run: async ({ id }, _args, { app }) => {
        app.events.suspend(id);
        return undefined;
      },
    },
    'EventDestination.ResumeSubscription': {
      parameters: { DeliverBufferedEventDuration: { type: 'String', pattern: durationPattern() } },
      when: ({ stream }) => stream === null,
      run: async ({ id }, { DeliverBufferedEventDuration }, { app }) => {
        const span = DeliverBufferedEventDuration;
        app.events.resume(
          id,
          typeof span === 'string' ? new Date(Date.now() - millisecondsOf(span)) : undefined,
        );
        return undefined;
      },
    },
  },
  remove: ({ id }, { app }) => app.events.remove(id),
});

export const eventDestinations = collection({
  uri: '/redfish/v1/EventService/Subscriptions',
  schema: 'EventDestinationCollection',
  name: 'Event subscriptions',
  members: eventDestination,
  create: {
    required: ['Destination', 'Protocol'],
    optional: [
      'Context',
      'SubscriptionType',
      'EventFormatType',
      'DeliveryRetryPolicy',
      'HttpHeaders',
      'VerifyCertificate',
      'RegistryPrefixes',
      'ExcludeRegistryPrefixes',
      'MessageIds',
      'ExcludeMessageIds',
      'ResourceTypes',
      'OriginResources',
      'SubordinateResources',
      'Severities',
      'EventTypes',
      'MetricReportDefinitions',
      'IncludeOriginOfCondition',
      'SendHeartbeat',
      'HeartbeatIntervalMinutes',
    ],
    allowable: {
      Protocol: protocols,
      SubscriptionType: ['RedfishEvent', 'Syslog'],
      EventTypes: [...eventTypes, 'MetricReport'],
    },
    run: (body, { app }) => {
      const protocol = protocols.find((each) => each === body.Protocol) ?? 'Redfish';
      const faults = subscriptionFaults(body, protocol, app);
      if (faults.length > 0) throw new RedfishError(faults, 400);
      if (app.events.subscriptions >= maxSubscriptions)
        throw new RedfishError([message('Base.EventSubscriptionLimitExceeded', [])], 503);
      return { uri: subscriptionUri(app.events.subscribe(subscriptionOf(body, protocol))) };
    },
  },
});

/** A subscriber that fails says so, and since when. */
function statusOf({ destination }: Subscription, { suspended, fault }: Destination['state']): ResourceStatus {
  const State = suspended ? 'Disabled' : 'Enabled';
  if (fault === null) return { State, Health: 'OK' };
  const said = message('Base.CouldNotEstablishConnection', [destination]);
  const condition = {
    Timestamp: fault.since.toISOString(),
    MessageId: said.MessageId,
    MessageArgs: said.MessageArgs,
    Message: `${said.Message} Cause: ${fault.message}.`,
    Severity: 'Warning' as const,
  };
  return { State, Health: 'Warning', Conditions: [condition] };
}

/** ISO 8601 durations as Redfish has them: days and smaller. */
function durationPattern(): string {
  return 'P(?=.)(\\d+D)?(T(?=.)(\\d+H)?(\\d+M)?(\\d+(\\.\\d+)?S)?)?';
}

function millisecondsOf(duration: string): number {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(duration);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = (match ?? [])
    .slice(1)
    .map((each) => Number(each ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
