/** A subscription, and which events it selects (EventDestination.v1_16_0, DSP0266 clause 12). */
import type { Severity } from '../messages/messages.ts';
import type { Anchor } from '../tls/anchors.ts';

/** Redfish DeliveryRetryPolicy. */
export const retryPolicies = [
  'TerminateAfterRetries',
  'SuspendRetries',
  'RetryForever',
  'RetryForeverWithBackoff',
] as const;
export type RetryPolicy = (typeof retryPolicies)[number];

/** Values of the deprecated EventType, which OpenStack Ironic still uses. */
export const eventTypes = [
  'StatusChange',
  'ResourceUpdated',
  'ResourceAdded',
  'ResourceRemoved',
  'Alert',
  'Other',
] as const;
export type EventType = (typeof eventTypes)[number];

export const protocols = ['Redfish', 'SyslogTCP', 'SyslogTLS', 'SyslogUDP', 'SyslogRELP'] as const;
export type Protocol = (typeof protocols)[number];

/** Which events are wanted. An empty list excludes nothing. */
export interface Selection {
  readonly registryPrefixes: readonly string[];
  readonly excludeRegistryPrefixes: readonly string[];
  /** `Registry.Key`; versions are ignored. */
  readonly messageIds: readonly string[];
  readonly excludeMessageIds: readonly string[];
  /** Names of schemas, without version. */
  readonly resourceTypes: readonly string[];
  /** URIs. */
  readonly originResources: readonly string[];
  /** Includes resources below those URIs. */
  readonly subordinateResources: boolean;
  readonly severities: readonly Severity[];
  readonly eventTypes: readonly EventType[];
}

/** Whether a destination is reached over TLS. */
export const usesTls = ({ destination, protocol }: Pick<Subscription, 'destination' | 'protocol'>): boolean =>
  protocol === 'SyslogTLS' || /^https:/i.test(destination);

export interface Subscription extends Selection {
  readonly context: string | null;
  /** Events include the resource of origin, not only its URI. */
  readonly includeOrigin: boolean;
  readonly destination: string;
  readonly protocol: Protocol;
  readonly format: 'Event' | 'MetricReport';
  /** URIs of the wanted report definitions; empty: all. */
  readonly metricReportDefinitions: readonly string[];
  /** Names and values of HTTP headers. Secret: never shown, never logged. */
  readonly headers: readonly (readonly [string, string])[];
  readonly retryPolicy: RetryPolicy;
  readonly verifyCertificate: boolean;
  /** Trusted in addition to Node's authorities. */
  readonly certificates: readonly Anchor[];
  /** Minutes between heartbeats; null: none. */
  readonly heartbeat: number | null;
}

export const everything: Selection = {
  registryPrefixes: [],
  excludeRegistryPrefixes: [],
  messageIds: [],
  excludeMessageIds: [],
  resourceTypes: [],
  originResources: [],
  subordinateResources: false,
  severities: [],
  eventTypes: [],
};

/** The facts of an event that filters compare. */
export interface EventFacts {
  readonly messageId: string;
  readonly severity: Severity;
  readonly origin: string | null;
  /** Schema of the origin; null when it is not a resource of this service. */
  readonly resourceType: string | null;
}

/** `ResourceEvent` of `ResourceEvent.1.4.ResourceChanged`. */
export const registryOf = (messageId: string): string => messageId.slice(0, messageId.indexOf('.'));

/** Names by MessageId: every subscriber asks for those of every event. */
const names = new Map<string, string>();
const maxNames = 1024;

/** A MessageId without its version: `ResourceEvent.ResourceChanged`. */
export function unversioned(messageId: string): string {
  const known = names.get(messageId);
  if (known !== undefined) return known;
  const parts = messageId.split('.');
  const name = parts.length < 3 ? messageId : `${parts[0]}.${parts.at(-1)}`;
  if (names.size >= maxNames) names.clear();
  names.set(messageId, name);
  return name;
}

/** Returns the deprecated EventType of a message. */
export function eventTypeOf(messageId: string): EventType {
  const name = unversioned(messageId);
  if (name === 'ResourceEvent.ResourceCreated') return 'ResourceAdded';
  if (name === 'ResourceEvent.ResourceRemoved') return 'ResourceRemoved';
  if (name === 'ResourceEvent.ResourceChanged') return 'ResourceUpdated';
  return name.startsWith('ResourceEvent.ResourceStatusChanged') ? 'StatusChange' : 'Alert';
}

const trimmed = (uri: string): string => (uri.endsWith('/') ? uri.slice(0, -1) : uri);

/** Whether an origin is one of these resources or, with `below`, under one of them. */
export function isAt(origin: string | null, resources: readonly string[], below: boolean): boolean {
  if (origin === null) return false;
  const uri = trimmed(origin);
  return resources.some((each) => {
    const top = trimmed(each);
    return uri === top || (below && (uri.startsWith(`${top}/`) || uri.startsWith(`${top}#`)));
  });
}

/** Whether an event is wanted. Exclusions win; message ids and registry prefixes add to each other. */
export function wants(selection: Selection, event: EventFacts): boolean {
  const registry = registryOf(event.messageId);
  const name = unversioned(event.messageId);
  const named = (list: readonly string[]) => list.some((each) => unversioned(each) === name);
  const { registryPrefixes, messageIds, severities, resourceTypes, originResources } = selection;
  if (selection.excludeRegistryPrefixes.includes(registry) || named(selection.excludeMessageIds))
    return false;
  if (registryPrefixes.length > 0 || messageIds.length > 0) {
    if (!registryPrefixes.includes(registry) && !named(messageIds)) return false;
  }
  if (severities.length > 0 && !severities.includes(event.severity)) return false;
  if (resourceTypes.length > 0 && !resourceTypes.includes(event.resourceType ?? '')) return false;
  if (originResources.length > 0 && !isAt(event.origin, originResources, selection.subordinateResources))
    return false;
  return selection.eventTypes.length === 0 || selection.eventTypes.includes(eventTypeOf(event.messageId));
}
