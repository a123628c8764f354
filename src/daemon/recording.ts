/** The one table of what is appended to the journal, by which part of the daemon, and as which record. */
import type { LoginAttempt } from '../accounts/logins.ts';
import type { SessionChange } from '../accounts/session.ts';
import type { Board } from '../board/model/board.ts';
import type { BoardEvent } from '../board/model/event.ts';
import type { PostCode } from '../board/model/power.ts';
import type { ConsoleEvent } from '../http/endpoints/console.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalRecord } from '../journal/record.ts';
import { Refusals } from '../journal/refusals.ts';
import { message } from '../messages/messages.ts';
import type { NetworkReport } from '../network/network.ts';
import type { RestartType } from '../network/restart.ts';
import {
  auditRecord,
  boardRecords,
  changeRecord,
  consoleRecord,
  loginRecord,
  networkRecord,
  postCodeRecord,
  recordOf,
  refusalsRecord,
  taskRecord,
  triggerRecord,
  watchdogRecord,
} from '../redfish/records/board.ts';
import type { AuditRecord, ResourceChange } from '../redfish/service/service.ts';
import { managerUri, sessionUri, subscriptionUri } from '../redfish/uris.ts';
import type { Task, TaskEvent } from '../tasks/task.ts';
import type { TriggerEvent } from '../telemetry/trigger.ts';

/** Milliseconds in which POST codes gather before they are stored. */
const postCodesWithin = 1000;

export type Recording = ReturnType<typeof recording>;

/**
 * The functions by which each part records what happens to it. Each resolves when the record is stored, or when it has
 * been given up while the store was full; that is reported by the journal itself.
 *
 * @param manager id of the manager in whose logs records are kept
 */
export function recording(journal: Journal, manager: string) {
  const origin = managerUri(manager);
  const append = (record: JournalRecord | undefined): Promise<void> =>
    record === undefined
      ? Promise.resolve()
      : journal.append(record).then(
          () => undefined,
          () => undefined,
        );
  const changed = (kind: ResourceChange['kind'], uri: string, user: string | null) =>
    append(changeRecord(kind, uri, user));
  const refusals = new Refusals(journal, { summary: refusalsRecord });
  const refused = (record: JournalRecord, address: string, userName: string | null) =>
    refusals.record(record, address, userName).catch(() => undefined);
  return {
    /** Stores what was only counted. */
    close: () => refusals.close(),
    /** Rejects where a record is not stored: the board acknowledges events of a node's log only once they are. */
    board: (board: Board, event: BoardEvent): Promise<unknown> =>
      Promise.all(boardRecords(board, event).map((record) => journal.append(record))),
    postCodes(codes: readonly PostCode[], isComplete: boolean): void {
      for (const code of codes) void journal.append(postCodeRecord(code), postCodesWithin).catch(() => {});
      if (isComplete) journal.flush();
    },
    trigger: (fired: TriggerEvent) => append(triggerRecord(fired)),
    login: ({ userName, address, ok }: LoginAttempt) => {
      const record = loginRecord(userName, address, ok);
      return ok ? append(record) : refused(record, address, null);
    },
    session: ({ kind, session }: SessionChange) =>
      changed(kind === 'created' ? 'created' : 'removed', sessionUri(session.id), session.userName),
    subscription: (kind: ResourceChange['kind'], id: string, userName: string | null) =>
      changed(kind, subscriptionUri(id), userName),
    task: ({ event, task }: { readonly event: TaskEvent; readonly task: Task }) =>
      append(taskRecord(event, task)),
    write: (record: AuditRecord) =>
      record.status < 400
        ? append(auditRecord(record))
        : refused(auditRecord(record), record.address, record.userName),
    /** Sessions record their own changes, however they begin and end. */
    resource: ({ kind, uri, userName }: ResourceChange) =>
      uri.startsWith(sessionUri('')) ? Promise.resolve() : changed(kind, uri, userName),
    console: (event: ConsoleEvent) => append(consoleRecord(event)),
    network: (report: NetworkReport) => append(networkRecord(manager, report)),
    watchdog: (fault: string | null) => append(watchdogRecord(manager, fault)),
    restart: (type: RestartType) =>
      append({
        log: 'EventLog',
        ...recordOf(message('ManagerEvent.ManagerReset', [origin, type])),
        origin,
      }),
    storeRecovered: (reason: string) =>
      append({
        log: 'EventLog',
        ...recordOf(message('ResourceEvent.ResourceErrorsDetected', ['store', reason])),
        origin,
      }),
  };
}
