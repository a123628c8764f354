/** Logs are views of the journal: a SEL and POST codes of each system, the event and audit logs of the manager. */

import { decodeSelRecord, EVENT_TYPE } from 'node-ipmi';
import type { JournalEntry, LogName, LogRef } from '../../../journal/record.ts';
import { message, RedfishError } from '../../../messages/messages.ts';
import { type App, collection, resource } from '../../app.ts';
import type { LogEntryBody, LogServiceBody } from '../../generated/types.ts';
import { link, localOffset, now } from '../../mapping/common.ts';
import {
  type Condition,
  codesCondition,
  conditionsOf,
  healthOf,
  journalConditions,
} from '../../mapping/journal-status.ts';
import { journalFilter } from '../../mapping/log-filter.ts';
import { recordOf } from '../../records/board.ts';
import type { JsonObject } from '../../service/json.ts';
import type { Collection, Params, Resource } from '../../service/resource.ts';
import { managerAt } from '../managers/managers.ts';

interface LogFacts {
  readonly id: LogName;
  readonly name: string;
  readonly entryType: 'Event' | 'SEL';
  readonly purpose: 'Diagnostic' | 'Operations' | 'Security';
}

interface Log {
  readonly facts: LogFacts;
  readonly ref: LogRef;
  /** What keeps entries from coming. */
  readonly trouble?: Condition | undefined;
}

const sel: LogFacts = { id: 'SEL', name: 'System event log', entryType: 'SEL', purpose: 'Operations' };
const postCodes: LogFacts = {
  id: 'PostCodes',
  name: 'POST codes',
  entryType: 'Event',
  purpose: 'Diagnostic',
};
const managerLogs: readonly LogFacts[] = [
  { id: 'EventLog', name: 'Event log', entryType: 'Event', purpose: 'Operations' },
  { id: 'AuditLog', name: 'Audit log', entryType: 'Event', purpose: 'Security' },
];

/** Most entries in one page. */
const maxPage = 1000;

type LogsAt = (app: App, params: Params) => readonly Log[];
type LogAt = (app: App, params: Params) => Log | undefined;

/** Declares the log services below one kind of resource. @param others ids of log services of other kinds there */
function logServices(
  above: string,
  logsAt: LogsAt,
  others: readonly string[] = [],
): (Resource<App> | Collection<App>)[] {
  const logAt: LogAt = (app, params) =>
    logsAt(app, params).find(({ facts }) => facts.id === params.LogServiceId);
  const uri = `${above}/LogServices`;
  const entry = logEntry(uri, logAt);
  const entries = logEntries(uri, logAt, entry);
  const service = logService(uri, logsAt, logAt, others);
  const services = collection({
    uri,
    schema: 'LogServiceCollection',
    name: 'Log services',
    members: service,
    exists: (app, params) => logsAt(app, params).length > 0,
  });

  return [services, service, entries, entry];
}

function logEntry(uri: string, logAt: LogAt) {
  return resource({
    uri: `${uri}/{LogServiceId}/Entries/{LogEntryId}`,
    schema: 'LogEntry',
    // There are many, and each is read seldom: what is kept of them would only push out what is read often.
    live: true,
    find: (app, params) => {
      const log = logAt(app, params);
      const id = params.LogEntryId;
      const found = log && /^[1-9]\d{0,15}$/.test(id) ? app.journal.get(Number(id)) : undefined;
      return log && found && belongs(found, log.ref) ? { log, entry: found } : undefined;
    },
    body: ({ log, entry: model }, { app }): LogEntryBody => ({
      Name: `${log.facts.name} entry ${model.id}`,
      EntryType: log.facts.entryType,
      Created: model.time.toISOString(),
      Severity: model.severity,
      MessageId: model.messageId,
      MessageArgs: model.args,
      Message: model.message,
      Resolved: model.resolved,
      Username: model.user ?? undefined,
      OriginAddress: model.address === null ? undefined : addressUri(model.address),
      ...selFacts(model.detail),
      ...originOf(app, model.origin),
    }),
    writes: [
      {
        properties: ['Resolved'],
        apply: ({ entry: model }, changes, { app }) => {
          app.journal.setResolved(model.id, changes.get('Resolved') === true);
          return () => {
            app.journal.setResolved(model.id, model.resolved);
          };
        },
      },
    ],
    remove: ({ entry: model }, { app }) => {
      app.journal.delete(model.id);
    },
  });
}

function logEntries(uri: string, logAt: LogAt, entry: ReturnType<typeof logEntry>) {
  return collection({
    uri: `${uri}/{LogServiceId}/Entries`,
    schema: 'LogEntryCollection',
    name: 'Log entries',
    members: entry,
    expanded: true,
    maxPage,
    exists: (app, params) => logAt(app, params) !== undefined,
    page: (app, params, { skip, top, after, filter }) => {
      const log = logAt(app, params);
      if (log === undefined) return { total: 0, ids: [] };
      const condition = filter && journalFilter(filter);
      if (filter !== undefined && condition === undefined) return undefined;
      const { total, entries: page } = app.journal.page(log.ref, {
        ...{ skip, top },
        ...(after === undefined ? {} : { after: idOf(after) }),
        ...(condition === undefined ? {} : { filter: condition }),
      });
      return { total, ids: page.map(({ id }) => String(id)) };
    },
  });
}

function logService(uri: string, logsAt: LogsAt, logAt: LogAt, others: readonly string[]) {
  return resource({
    uri: `${uri}/{LogServiceId}`,
    schema: 'LogService',
    live: true,
    ids: (app, params) => {
      const own = logsAt(app, params).map(({ facts }) => facts.id);
      return own.length === 0 ? [] : [...own, ...others];
    },
    find: logAt,
    body: ({ facts, trouble }, { app, uri: at }): LogServiceBody => ({
      Name: facts.name,
      ServiceEnabled: true,
      LogEntryType: facts.entryType,
      LogPurposes: [facts.purpose],
      MaxNumberOfRecords: app.journal.cap(facts.id),
      OverWritePolicy: 'WrapsWhenFull',
      DateTime: now(app.clock),
      DateTimeLocalOffset: localOffset(app.clock),
      Entries: link(`${at}/Entries`),
      Status: statusOf([
        ...journalConditions(app.journal.state),
        ...(trouble === undefined ? [] : [trouble]),
      ]),
    }),
    actions: {
      'LogService.ClearLog': {
        parameters: {},
        run: async ({ facts, ref }, _args, { app, uri: at, principal, address }) => {
          app.journal.clear(ref);
          // Who emptied a log must stay known, also when it was the audit log itself.
          await app.journal.append({
            log: 'AuditLog',
            ...recordOf(message('LogService.LogCleared', [facts.name])),
            origin: at,
            user: principal?.userName ?? null,
            address,
          });
          return undefined;
        },
      },
    },
  });
}

const statusOf = (conditions: readonly Condition[]): JsonObject => ({
  State: 'Enabled',
  Health: healthOf(conditions),
  ...conditionsOf(conditions),
});

/** The id in a continuation of ours. @throws RedfishError 400 */
function idOf(token: string): number {
  if (/^\d{1,15}$/.test(token)) return Number(token);
  throw new RedfishError([message('Base.QueryParameterValueError', ['$skiptoken'])], 400);
}

/** What a record of the event log of an IPMI controller says beyond its message (IPMI 2.0, section 32). */
function selFacts(detail: unknown): JsonObject {
  const raw = typeof detail === 'object' && detail !== null && 'raw' in detail ? detail.raw : undefined;
  if (typeof raw !== 'string') return {};
  const record = decodeSelRecord(Buffer.from(raw, 'hex'));
  if (record.kind !== 'event') return { OemRecordFormat: `0x${record.recordType.toString(16)}` };
  const { sensorNumber, generator, asserted, eventType } = record;
  return {
    SensorNumber: sensorNumber,
    GeneratorId: `0x${generator.address.toString(16).padStart(4, '0')}`,
    // Of crossings the schema wants the words of each, which the message has.
    ...(eventType === EVENT_TYPE.threshold ? {} : { EntryCode: asserted ? 'Assert' : 'Deassert' }),
  };
}

const belongs = (entry: JournalEntry, ref: LogRef): boolean =>
  entry.log === ref.log && (ref.system == null || entry.system === ref.system);

/** The client as the schema wants it, a URI. */
const addressUri = (address: string): string => `https://${address.includes(':') ? `[${address}]` : address}`;

/** A link that leads nowhere any more is said to do so. */
function originOf(app: App, origin: string | null) {
  if (origin === null) return {};
  return app.resolves(origin)
    ? { OriginOfConditionUnavailable: false, Links: { OriginOfCondition: link(origin) } }
    : { OriginOfConditionUnavailable: true };
}

export const systemLogs = logServices(
  '/redfish/v1/Systems/{ComputerSystemId}',
  (app, { ComputerSystemId }) => {
    const host = ComputerSystemId === undefined ? undefined : app.board.hosts.get(ComputerSystemId);
    if (host === undefined) return [];
    const own: Log = { facts: sel, ref: { log: 'SEL', system: host.id } };
    if (host.postCodes === null) return [own];
    const { fault } = host.postCodes;
    const trouble = fault === null ? undefined : codesCondition(fault);
    return [own, { facts: postCodes, ref: { log: 'PostCodes', system: host.id }, trouble }];
  },
);

export const managerLogServices = logServices(
  '/redfish/v1/Managers/{ManagerId}',
  (app, params) =>
    managerAt(app, params) === undefined
      ? []
      : managerLogs.map((facts) => ({
          facts,
          ref: { log: facts.id === 'AuditLog' ? 'AuditLog' : 'EventLog' },
        })),
  ['Dump'],
);
