/** What happened, as the journal keeps it: messages of the registries with who, where and why. */
import type { Board } from '../../board/model/board.ts';
import type { BoardEvent } from '../../board/model/event.ts';
import type { PostCode } from '../../board/model/power.ts';
import type { JournalMessages } from '../../journal/options.ts';
import type { JournalRecord, Severity } from '../../journal/record.ts';
import type { MessageCall } from '../../messages/keys.ts';
import { type Message, message } from '../../messages/messages.ts';
import type { NetworkReport } from '../../network/network.ts';
import type { StoreError } from '../../store/errors.ts';
import type { TaskEvent } from '../../tasks/task.ts';
import type { TriggerEvent } from '../../telemetry/trigger.ts';
import type { AuditRecord } from '../service/service.ts';
import { interfaceUri, managerUri, originUri, systemUri, triggerUri } from '../uris.ts';

/** The part of a journal record that a message says. */
export const recordOf = (
  said: Message,
): { messageId: string; args: readonly string[]; message: string; severity: Severity } => ({
  messageId: said.MessageId,
  args: said.MessageArgs,
  message: said.Message,
  severity: said.MessageSeverity,
});

/** The records of a board event: one in the manager's event log, and one in the log of the host concerned. */
export function boardRecords(board: Board, event: BoardEvent): JournalRecord[] {
  const said = message(event.message, event.args);
  const shared = {
    ...recordOf(said),
    message: event.detail === undefined ? said.Message : `${said.Message} ${event.detail}`,
    severity: event.severity,
    origin: originUri(board, event.origin),
    condition: event.condition ?? null,
    resolves: event.resolves ?? false,
  };
  const { record, host } = event;
  if (record !== undefined) {
    const own = {
      ...shared,
      detail: { raw: record.raw },
      ...(record.time === null ? {} : { time: record.time }),
      ...(record.mark === undefined ? {} : { mark: { source: nodeSource(record.node), mark: record.mark } }),
    };
    // What the controller of a host has logged belongs in the log of that host, and is told of once.
    return [host === undefined ? { ...own, log: 'EventLog' } : { ...own, log: 'SEL', system: host }];
  }
  const eventLog: JournalRecord = { ...shared, log: 'EventLog' };
  return event.host === undefined ? [eventLog] : [eventLog, { ...shared, log: 'SEL', system: event.host }];
}

/** What the log of a node is called where it is kept how far it was taken over. */
export const nodeSource = (node: string): string => `node/${node}`;
/** What the journal says of itself. */
export function journalWords(manager: string): JournalMessages {
  const origin = managerUri(manager);
  return {
    clockStepped(before, after) {
      const seconds = (after.getTime() - before.getTime()) / 1000;
      const said = message('Redfishd.ClockStepped', [before.toISOString(), after.toISOString(), seconds]);
      return { log: 'EventLog', ...recordOf(said), origin };
    },
    machineStarted({ time }) {
      const said = recordOf(message('HeartbeatEvent.RedfishServiceStarted', []));
      const detail = `The controller has started anew; the last record before is of ${time.toISOString()}.`;
      return { log: 'EventLog', ...said, message: `${said.message} ${detail}`, origin };
    },
    faulty(fault) {
      const said = recordOf(journalFault(fault));
      const detail = `${fault.message}. Records wait in memory, the most severe ones longest.`;
      const record = { ...said, message: `${said.message} ${detail}`, severity: 'Warning' } as const;
      return { log: 'EventLog', ...record, origin, condition: 'journal' };
    },
    storesAgain({ reason, since, lost }) {
      const said = recordOf(message('ResourceEvent.ResourceErrorsCorrected', ['store', reason]));
      const detail = `Nothing could be stored from ${since.toISOString()} on; ${lost} records of that time are lost.`;
      const severity = lost === 0 ? 'OK' : 'Warning';
      const record = { ...said, message: `${said.message} ${detail}`, severity } as const;
      return { log: 'EventLog', ...record, origin, condition: 'journal', resolves: true };
    },
  };
}

/** What is wrong while the journal cannot be stored. */
export const journalFault = (fault: StoreError): Message =>
  message('ResourceEvent.ResourceErrorsDetected', ['store', fault.reason]);

/** `0x92`; wider codes have as many whole bytes as they need. */
export function codeText(code: number): string {
  const digits = code.toString(16).toUpperCase();
  return `0x${digits.padStart(digits.length + (digits.length % 2), '0')}`;
}

/** The record of a code that the firmware of a host has written. */
export function postCodeRecord({ host, boot, elapsed, code }: PostCode): JournalRecord {
  const seconds = elapsed === null ? 'unknown' : (elapsed / 1000).toFixed(3);
  const said = message('Redfishd.BIOSPOSTCode', [boot, seconds, codeText(code)]);
  return { log: 'PostCodes', system: host, ...recordOf(said) };
}

/** The audit record of a write: who asked for what, and how it ended. */
export function auditRecord(write: AuditRecord): JournalRecord {
  const ok = write.status < 400;
  const said = message(ok ? successOf(write) : 'Base.GeneralError', []);
  const what =
    write.action === null ? `${write.method} ${write.target}` : `${write.action} of ${write.target}`;
  const why = write.messages.length === 0 ? '' : ` (${write.messages.join(', ')})`;
  return {
    log: 'AuditLog',
    messageId: write.messages[0] ?? said.MessageId,
    args: [],
    message: `${what} by ${write.userName ?? 'nobody'} from ${write.address}: ${ok ? 'done' : 'refused'}, status ${write.status}${why}`,
    severity: ok ? 'OK' : 'Warning',
    origin: write.created ?? write.target,
    user: write.userName,
    address: write.address,
    detail: { method: write.method, action: write.action, status: write.status, messages: write.messages },
  };
}

/** Refusals that were counted, because they came faster than they are recorded. */
export function refusalsRecord(count: number, since: Date, networks: readonly string[]): JournalRecord {
  return {
    log: 'AuditLog',
    messageId: message('Base.AccessDenied', ['']).MessageId,
    args: [],
    message: `${count} further requests and logins were refused since ${since.toISOString()}, from ${networks.join(', ')}`,
    severity: 'Warning',
    detail: { count, since: since.toISOString(), networks },
  };
}

function successOf({ method, action }: AuditRecord) {
  if (action !== null) return 'Base.Success';
  if (method === 'POST') return 'ResourceEvent.ResourceCreated';
  return method === 'DELETE' ? 'ResourceEvent.ResourceRemoved' : 'ResourceEvent.ResourceChanged';
}

/** What became of a change of the network after its request had been answered. */
export function networkRecord(
  manager: string,
  { outcome, name, reason, interface: id }: NetworkReport,
): JournalRecord {
  const said =
    outcome === 'applied'
      ? message('ResourceEvent.ResourceChanged', [])
      : message('ResourceEvent.ResourceErrorsDetected', [
          name,
          outcome === 'undone' ? 'change undone' : 'change that could not be undone',
        ]);
  const record = recordOf(said);
  return {
    log: 'EventLog',
    ...record,
    message: reason === '' ? record.message : `${record.message} Cause: ${reason}.`,
    origin: id === undefined ? `${managerUri(manager)}/NetworkProtocol` : interfaceUri(manager, id),
  };
}

/** What subscribers are told of a task. */
export function taskRecord(
  event: TaskEvent,
  { id, user }: { readonly id: string; readonly user: string | null },
): JournalRecord {
  const said = message(`TaskEvent.${event}`, [id]);
  return { log: 'Event', ...recordOf(said), origin: `/redfish/v1/TaskService/Tasks/${id}`, user };
}

/** What subscribers are told of a change of the tree. */
export function changeRecord(
  kind: 'created' | 'changed' | 'removed',
  uri: string,
  user: string | null,
): JournalRecord {
  const said = {
    created: message('ResourceEvent.ResourceCreated', []),
    changed: message('ResourceEvent.ResourceChanged', []),
    removed: message('ResourceEvent.ResourceRemoved', []),
  }[kind];
  return { log: 'Event', ...recordOf(said), origin: uri, user };
}

/** The audit record of a serial console that somebody opened or closed. */
export function consoleRecord(event: {
  readonly kind: 'opened' | 'closed';
  readonly host: string;
  readonly types: boolean;
  readonly userName: string;
  readonly address: string;
  readonly reason?: string;
}): JournalRecord {
  const { kind, host, types, userName, address, reason } = event;
  const how = types ? 'to type' : 'to read';
  return {
    log: 'AuditLog',
    ...recordOf(message('Base.Success', [])),
    message: `The serial console of ${host} was ${kind} ${how}, by ${userName} from ${address}${reason === undefined ? '' : `: ${reason}`}.`,
    origin: systemUri(host),
    user: userName,
    address,
  };
}

/** The record of a watchdog that cannot be held or fed, or can again. */
export function watchdogRecord(manager: string, fault: string | null): JournalRecord {
  const said =
    fault === null
      ? message('ResourceEvent.ResourceStatusChangedOK', ['watchdog', 'Enabled'])
      : message('Platform.DeviceManagementInterfaceError', ['watchdog', fault]);
  return {
    log: 'EventLog',
    ...recordOf(said),
    severity: fault === null ? 'OK' : 'Warning',
    origin: managerUri(manager),
    condition: 'watchdog',
    resolves: fault === null,
  };
}

/** The audit record of a login that succeeded or failed. */
export function loginRecord(userName: string, address: string, ok: boolean): JournalRecord {
  const said = ok
    ? message('AccountSecurity.SuccessfulLogin', [userName, address, 'Redfish'])
    : message('AccountSecurity.InvalidCredentials', [userName, 'Redfish']);
  return { log: 'AuditLog', ...recordOf(said), user: userName, address };
}

/**
 * The record of a trigger that was met, or of what met it being over; undefined for one that neither logs nor sends
 * events. Subscribers are told of all that is logged.
 */
export function triggerRecord(fired: TriggerEvent): JournalRecord | undefined {
  const { trigger, metric, kind } = fired;
  if (!trigger.TriggerActions.some((each) => each !== 'RedfishMetricReport')) return undefined;
  const called = triggerMessage(fired);
  const said = message(called.message, called.args);
  const numeric = kind.what === 'threshold' || kind.what === 'normal';
  return {
    log: trigger.TriggerActions.includes('LogToLogService') ? 'EventLog' : 'Event',
    ...recordOf(said),
    ...(kind.what === 'discrete' ? { severity: kind.severity } : {}),
    origin: metric?.property.split('#')[0] ?? triggerUri(trigger.Id),
    condition: numeric && metric !== null ? `trigger:${trigger.Id}:${metric.property}` : null,
    resolves: numeric && said.MessageSeverity === 'OK',
  };
}

/** Messages for the crossing of a numeric threshold. The registry has none for falling back over a warning. */
const numericMessages = {
  above: {
    UpperCritical: 'Telemetry.TriggerNumericAboveUpperCritical',
    UpperWarning: 'Telemetry.TriggerNumericAboveUpperWarning',
    LowerWarning: null,
    LowerCritical: 'Telemetry.TriggerNumericAboveLowerCritical',
  },
  below: {
    UpperCritical: 'Telemetry.TriggerNumericBelowUpperCritical',
    UpperWarning: null,
    LowerWarning: 'Telemetry.TriggerNumericBelowLowerWarning',
    LowerCritical: 'Telemetry.TriggerNumericBelowLowerCritical',
  },
} as const;

function triggerMessage({ trigger, metric, value, kind }: TriggerEvent): MessageCall {
  const name = metric === null ? 'Event' : (metric.id ?? metric.property);
  const shown = String(value);
  const crossing = kind.what === 'threshold' ? numericMessages[kind.side][kind.name] : null;
  if (kind.what === 'threshold' && crossing !== null)
    return { message: crossing, args: [name, shown, kind.reading, trigger.Id] };
  if (kind.what === 'threshold' || kind.what === 'normal')
    return { message: 'Telemetry.TriggerNumericReadingNormal', args: [name, shown, trigger.Id] };
  const met = kind.what === 'event' ? kind.messageId : shown;
  return { message: 'Telemetry.TriggerDiscreteConditionMet', args: [name, met, trigger.Id] };
}
