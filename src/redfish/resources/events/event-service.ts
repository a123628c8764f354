import { type EventHub, ruleRanges } from '../../../events/hub.ts';
import type { JournalRecord } from '../../../journal/record.ts';
import {
  isMessageKey,
  message,
  messageDefinition,
  RedfishError,
  registryNames,
} from '../../../messages/messages.ts';
import { resource } from '../../app.ts';
import { enabled, link } from '../../mapping/common.ts';
import { recordOf } from '../../records/board.ts';
import type { TestFacts } from '../../records/events.ts';
import type { Json } from '../../service/json.ts';
import { root } from '../../uris.ts';

const messageIdPattern = '[A-Za-z0-9]+\\.\\d+\\.\\d+\\.[A-Za-z0-9.]+';
const severities = ['OK', 'Warning', 'Critical'] as const;
export const sseUri = `${root}EventService/SSE`;

export const eventService = resource<EventHub>({
  uri: '/redfish/v1/EventService',
  schema: 'EventService',
  find: (app) => app.events,
  body: (events, { app }) => ({
    Name: 'Event service',
    ServiceEnabled: events.enabled,
    DeliveryRetryAttempts: events.rules.attempts,
    DeliveryRetryIntervalSeconds: events.rules.interval,
    EventFormatTypes: ['Event', 'MetricReport'],
    RegistryPrefixes: registryNames,
    ResourceTypes: app.resourceTypes,
    Severities: severities,
    ExcludeRegistryPrefix: true,
    ExcludeMessageId: true,
    OriginResourcesSupported: true,
    SubordinateResourcesSupported: true,
    IncludeOriginOfConditionSupported: true,
    ServerSentEventUri: sseUri,
    SSEIncludeOriginOfConditionSupported: true,
    SSEFilterPropertiesSupported: {
      EventFormatType: true,
      MessageId: true,
      MetricReportDefinition: true,
      OriginResource: true,
      RegistryPrefix: true,
      ResourceType: true,
      SubordinateResources: true,
    },
    Subscriptions: link(`${root}EventService/Subscriptions`),
    Status: events.enabled ? enabled : { State: 'Disabled' },
  }),
  writes: [
    {
      properties: ['ServiceEnabled'],
      apply: (events, changes) => {
        const before = events.enabled;
        events.enable(changes.get('ServiceEnabled') === true);
        return () => events.enable(before);
      },
    },
    {
      properties: ['DeliveryRetryAttempts', 'DeliveryRetryIntervalSeconds'],
      check: (_events, changes) =>
        Object.entries({
          DeliveryRetryAttempts: ruleRanges.attempts,
          DeliveryRetryIntervalSeconds: ruleRanges.interval,
        }).flatMap(([name, { min, max }]) => {
          const value = changes.get(name);
          if (value === undefined || (Number(value) >= min && Number(value) <= max)) return [];
          return [
            message('Base.PropertyValueOutOfRange', [Number(value), name], {
              relatedProperties: [`#/${name}`],
            }),
          ];
        }),
      apply: (events, changes) => {
        const before = events.rules;
        events.setRules({
          attempts: Number(changes.get('DeliveryRetryAttempts') ?? before.attempts),
          interval: Number(changes.get('DeliveryRetryIntervalSeconds') ?? before.interval),
        });
        return () => events.setRules(before);
      },
    },
  ],
  actions: {
    'EventService.SubmitTestEvent': {
      parameters: {
        MessageId: { type: 'String', required: true, pattern: messageIdPattern },
        Message: { type: 'String' },
        MessageArgs: { type: 'StringArray' },
        MessageSeverity: { type: 'String', allowable: () => severities },
        Severity: { type: 'String' },
        OriginOfCondition: { type: 'String' },
        EventId: { type: 'String' },
        EventGroupId: { type: 'Number' },
        EventTimestamp: { type: 'String' },
        EventType: { type: 'String' },
      },
      run: async (_events, args, { app, principal }) => {
        await app.journal.append({ ...testRecord(args), user: principal?.userName ?? null });
        return undefined;
      },
    },
    'EventService.TestEventSubscription': {
      parameters: {},
      run: async (_events, _args, { app, principal, uri }) => {
        const said = recordOf(message('ResourceEvent.TestMessage', []));
        await app.journal.append({ log: 'Event', ...said, origin: uri, user: principal?.userName ?? null });
        return undefined;
      },
    },
  },
});

/** An event that says what a client asks it to say. @throws RedfishError */
function testRecord(args: Readonly<Record<string, Json>>): JournalRecord {
  const text = (name: string) => (typeof args[name] === 'string' ? String(args[name]) : undefined);
  const messageId = text('MessageId') ?? '';
  const values = Array.isArray(args.MessageArgs) ? args.MessageArgs.map(String) : [];
  const parts = messageId.split('.');
  const key = `${parts[0]}.${parts.at(-1)}`;
  const known = isMessageKey(key) ? messageDefinition(key) : undefined;
  const wanted = text('MessageSeverity') ?? text('Severity') ?? known?.severity ?? 'OK';
  const timestamp = text('EventTimestamp');
  if (
    timestamp !== undefined &&
    !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(timestamp)
  ) {
    const said = message('Base.ActionParameterValueFormatError', [
      ...[timestamp, 'EventTimestamp', 'EventService.SubmitTestEvent'],
    ] as [string, string, string]);
    throw new RedfishError([said], 400);
  }
  const test: TestFacts = {
    ...pick('EventId', text('EventId')),
    ...pick('EventTimestamp', timestamp),
    ...pick('EventType', text('EventType')),
    ...(typeof args.EventGroupId === 'number' ? { EventGroupId: args.EventGroupId } : {}),
  };
  const filled = known?.text.replace(/%(\d+)/g, (whole, at: string) => values[Number(at) - 1] ?? whole);
  return {
    log: 'Event',
    messageId,
    args: values,
    message: text('Message') ?? filled ?? messageId,
    severity: severities.find((each) => each === wanted) ?? 'OK',
    origin: text('OriginOfCondition') ?? null,
    detail: { test },
  };
}

const pick = (name: keyof TestFacts, value: string | undefined) =>
  value === undefined ? {} : { [name]: value };
