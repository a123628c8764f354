/** Who is told of events (EventDestination.v1_16_0): subscribers, and streams for as long as they are open. */
import { maxSubscriptions } from '../../../events/hub.ts';
import type { Destination } from '../../../events/options.ts';
import {
  eventTypes,
  everything,
  type Protocol,
  protocols,
  type Subscription,
  usesTls,
} from '../../../events/subscription.ts';
import { type Message, message, RedfishError, registryNames } from '../../../messages/messages.ts';
import { type App, collection, resource } from '../../app.ts';
import type {
  EventDestinationBody,
  EventDestinationHttpHeaderProperty,
  Link,
  ResourceStatus,
} from '../../generated/types.ts';
import { link, links } from '../../mapping/common.ts';
import { listed } from '../../mapping/written.ts';
import { subscriptionUri } from '../../uris.ts';

/** Entries of each list of a subscription. */
const maxTexts = 64;
const lists = [
  'RegistryPrefixes',
  'ExcludeRegistryPrefixes',
  'ResourceTypes',
  'Severities',
  'MessageIds',
  'ExcludeMessageIds',
  'OriginResources',
  'MetricReportDefinitions',
] as const;
const maxText = 2048;
/** HTTP headers that belong to the connection or to the content, and not to a client. */
const forbidden =
  /^(host|content-length|content-type|transfer-encoding|connection|upgrade|expect|te|trailer)$/i;
const field = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

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
      const faults = faultsOf(body, protocol, app);
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

type Creation = Partial<EventDestinationBody> & { readonly Destination: string };
type Listed<T> = readonly (T | null)[] | null | undefined;

const uris = (list: Listed<Link>): readonly string[] => listed(list).map((each) => each['@odata.id']);

const headersOf = (
  list: Listed<EventDestinationHttpHeaderProperty>,
): readonly (readonly [string, string])[] =>
  listed(list).flatMap((each) => Object.entries(each).map(([name, text]) => [name, String(text)] as const));

function subscriptionOf(body: Creation, protocol: Protocol): Subscription {
  return {
    ...everything,
    context: body.Context ?? null,
    includeOrigin: body.IncludeOriginOfCondition === true,
    destination: body.Destination,
    protocol,
    format: body.EventFormatType === 'MetricReport' ? 'MetricReport' : 'Event',
    metricReportDefinitions: uris(body.MetricReportDefinitions),
    headers: headersOf(body.HttpHeaders),
    retryPolicy: body.DeliveryRetryPolicy ?? 'RetryForever',
    verifyCertificate: body.VerifyCertificate === true,
    certificates: [],
    heartbeat: body.SendHeartbeat === true ? (body.HeartbeatIntervalMinutes ?? 60) : null,
    registryPrefixes: listed(body.RegistryPrefixes),
    excludeRegistryPrefixes: listed(body.ExcludeRegistryPrefixes),
    messageIds: listed(body.MessageIds),
    excludeMessageIds: listed(body.ExcludeMessageIds),
    resourceTypes: listed(body.ResourceTypes),
    originResources: uris(body.OriginResources),
    subordinateResources: body.SubordinateResources === true,
    severities: listed(body.Severities),
    eventTypes: eventTypes.filter((each) => body.EventTypes?.includes(each)),
  };
}

/** What a subscription asks that cannot be: better refused now than silently never delivered. */
function faultsOf(body: Creation, protocol: Protocol, app: App): Message[] {
  const faults: Message[] = [];
  const at = (name: string) => ({ relatedProperties: [`#/${name}`] });
  const destination = body.Destination;
  if (!isDestination(destination, protocol))
    faults.push(message('Base.PropertyValueFormatError', [destination, 'Destination'], at('Destination')));
  else if (!app.allowsDestination(destination))
    faults.push(message('Base.PropertyValueNotInList', [destination, 'Destination'], at('Destination')));
  const isSyslog = protocol !== 'Redfish';
  if (body.SubscriptionType !== undefined && (body.SubscriptionType === 'Syslog') !== isSyslog)
    faults.push(
      message('Base.PropertyValueConflict', ['SubscriptionType', 'Protocol'], at('SubscriptionType')),
    );
  if (isSyslog && body.EventFormatType === 'MetricReport')
    faults.push(
      message('Base.PropertyValueConflict', ['EventFormatType', 'Protocol'], at('EventFormatType')),
    );
  // A line of text holds no resource, and a report is about none.
  const stranger = isSyslog ? 'Protocol' : body.EventFormatType === 'MetricReport' ? 'EventFormatType' : null;
  if (body.IncludeOriginOfCondition === true && stranger !== null)
    faults.push(
      message(
        'Base.PropertyValueConflict',
        ['IncludeOriginOfCondition', stranger],
        at('IncludeOriginOfCondition'),
      ),
    );
  const long: readonly string[] = lists.filter((name) => {
    const list = body[name];
    return Array.isArray(list) && list.length > maxTexts;
  });
  for (const name of long) faults.push(message('Base.PropertyValueError', [name], at(name)));
  const known = (
    name: 'RegistryPrefixes' | 'ExcludeRegistryPrefixes' | 'ResourceTypes' | 'Severities',
    list: readonly string[],
  ) => {
    if (long.includes(name)) return;
    for (const [index, value] of listed<string>(body[name]).entries()) {
      if (!list.includes(value))
        faults.push(
          message('Base.PropertyValueNotInList', [value, `${name}/${index}`], at(`${name}/${index}`)),
        );
    }
  };
  known('RegistryPrefixes', registryNames);
  known('ExcludeRegistryPrefixes', registryNames);
  known('ResourceTypes', app.resourceTypes);
  known('Severities', ['OK', 'Warning', 'Critical']);
  if (typeof body.Context === 'string' && body.Context.length > maxText)
    faults.push(message('Base.StringValueTooLong', ['Context', maxText], at('Context')));
  const beat = body.HeartbeatIntervalMinutes;
  if (typeof beat === 'number' && (beat < 1 || beat > 65_535))
    faults.push(
      message(
        'Base.PropertyValueOutOfRange',
        [beat, 'HeartbeatIntervalMinutes'],
        at('HeartbeatIntervalMinutes'),
      ),
    );
  return [...faults, ...headerFaults(body.HttpHeaders)];
}

/** Values of headers are never told, right or wrong. */
function headerFaults(list: Listed<EventDestinationHttpHeaderProperty>): Message[] {
  const headers = headersOf(list);
  const wrong = headers.some(
    ([name, text]) => !field.test(name) || forbidden.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(text),
  );
  const length = headers.reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  if (!wrong && headers.length <= maxTexts && length <= 4 * maxText) return [];
  return [message('Base.PropertyValueError', ['HttpHeaders'], { relatedProperties: ['#/HttpHeaders'] })];
}

function isDestination(text: string, protocol: Protocol): boolean {
  if (!URL.canParse(text) || text.length > maxText) return false;
  const url = new URL(text);
  // Credentials in a URI are shown to everybody who may read it.
  if (url.hostname === '' || url.username !== '' || url.password !== '') return false;
  const schemes = protocol === 'Redfish' ? ['http:', 'https:'] : ['syslog:'];
  return schemes.includes(url.protocol);
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
