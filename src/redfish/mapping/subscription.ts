/** Requests for event subscriptions: their faults, and the subscription that a valid one asks for. */
import { eventTypes, everything, type Protocol, type Subscription } from '../../events/subscription.ts';
import { type Message, message, registryNames } from '../../messages/messages.ts';
import type { App } from '../app.ts';
import type { EventDestinationBody, EventDestinationHttpHeaderProperty, Link } from '../generated/types.ts';
import { listed } from './written.ts';

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

/** The body of a request for a new subscription. */
type Creation = Partial<EventDestinationBody> & { readonly Destination: string };
type Listed<T> = readonly (T | null)[] | null | undefined;

const uris = (list: Listed<Link>): readonly string[] => listed(list).map((each) => each['@odata.id']);

export const headersOf = (
  list: Listed<EventDestinationHttpHeaderProperty>,
): readonly (readonly [string, string])[] =>
  listed(list).flatMap((each) => Object.entries(each).map(([name, text]) => [name, String(text)] as const));

/** Returns the subscription of a valid request. */
export function subscriptionOf(body: Creation, protocol: Protocol): Subscription {
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

/** Returns the faults of a request that could never be delivered as asked. */
export function subscriptionFaults(
  body: Creation,
  protocol: Protocol,
  app: Pick<App, 'allowsDestination' | 'resourceTypes'>,
): Message[] {
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

/** Returns the faults of HTTP headers. Header values are secret: no message contains one. */
export function headerFaults(list: Listed<EventDestinationHttpHeaderProperty>): Message[] {
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
  // Credentials in a URI would be visible to every reader of the subscription.
  if (url.hostname === '' || url.username !== '' || url.password !== '') return false;
  const schemes = protocol === 'Redfish' ? ['http:', 'https:'] : ['syslog:'];
  return schemes.includes(url.protocol);
}
