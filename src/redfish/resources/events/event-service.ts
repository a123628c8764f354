/** EventService: delivery of events, and test events. */
import { ruleRanges } from '../../../events/hub.ts';
import type { JournalRecord } from '../../../journal/record.ts';
import {
  isMessageKey,
  message,
  messageDefinition,
  RedfishError,
  registryNames,
} from '../../../messages/messages.ts';
import { resource } from '../../app.ts';
import type { ActionParameters, EventServiceBody } from '../../generated/types.ts';
import { enabled, link } from '../../mapping/common.ts';
import { recordOf } from '../../records/board.ts';
import type { TestFacts } from '../../records/events.ts';
import { Storing } from '../../service/write/storing.ts';
import { root } from '../../uris.ts';

const messageIdPattern = '[A-Za-z0-9]+\\.\\d+\\.\\d+\\.[A-Za-z0-9.]+';
const severities = ['OK', 'Warning', 'Critical'] as const;
export const sseUri = `${root}EventService/SSE`;

const retryRules = [
  ['DeliveryRetryAttempts', ruleRanges.attempts],
  ['DeliveryRetryIntervalSeconds', ruleRanges.interval],
] as const;

export const eventService = resource({
  uri: '/redfish/v1/EventService',
  schema: 'EventService',
  find: (app) => app.events,
  body: (events, { app }): EventServiceBody => ({
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
        retryRules.flatMap(([name, { min, max }]) => {
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
      // The journal keeps the order, and stores what comes together in one transaction.
      isOrdered: true,
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
        const record = { ...testRecord(args), user: principal?.userName ?? null };
        return new Storing(app.journal.append(record));
      },
    },
    'EventService.TestEventSubscription': {
      isOrdered: true,
      parameters: {},
      run: async (_events, _args, { app, principal, uri }) => {
        const said = recordOf(message('ResourceEvent.TestMessage', []));
        const record = { log: 'Event', ...said, origin: uri, user: principal?.userName ?? null } as const;
        return new Storing(app.journal.append(record));
      },
    },
  },
});

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** An event that says what a client asks it to say. @throws RedfishError 400 for a time that is none */
function testRecord(args: ActionParameters['EventService.SubmitTestEvent']): JournalRecord {
  const { MessageId: messageId, MessageArgs: values = [], EventTimestamp: timestamp } = args;
  const parts = messageId.split('.');
  const key = `${parts[0]}.${parts.at(-1)}`;
  const known = isMessageKey(key) ? messageDefinition(key) : undefined;
  const wanted = args.MessageSeverity ?? args.Severity ?? known?.severity ?? 'OK';
  if (timestamp !== undefined && !timePattern.test(timestamp))
    throw new RedfishError(
      [
        message('Base.ActionParameterValueFormatError', [
          timestamp,
          'EventTimestamp',
          'EventService.SubmitTestEvent',
        ]),
      ],
      400,
    );
  const test: TestFacts = {
    ...(args.EventId === undefined ? {} : { EventId: args.EventId }),
    ...(timestamp === undefined ? {} : { EventTimestamp: timestamp }),
    ...(args.EventType === undefined ? {} : { EventType: args.EventType }),
    ...(args.EventGroupId === undefined ? {} : { EventGroupId: args.EventGroupId }),
  };
  const filled = known?.text.replace(/%(\d+)/g, (whole, at: string) => values[Number(at) - 1] ?? whole);
  return {
    log: 'Event',
    messageId,
    args: values,
    message: args.Message ?? filled ?? messageId,
    severity: severities.find((each) => each === wanted) ?? 'OK',
    origin: args.OriginOfCondition ?? null,
    detail: { test },
  };
}
