/** Telemetry: history and statistics of sensors, metric reports, triggers, and the families of `/metrics`. */
import type { Board } from '../../board/model/board.ts';
import type { EventHub } from '../../events/hub.ts';
import type { Journal } from '../../journal/journal.ts';
import { metricsOf } from '../../redfish/mapping/metrics.ts';
import { predefinedReports } from '../../redfish/mapping/predefined-reports.ts';
import { boardFamilies } from '../../telemetry/board-families.ts';
import { eventFamilies } from '../../telemetry/event-families.ts';
import { exposition, type Format } from '../../telemetry/exposition.ts';
import { journalFamilies } from '../../telemetry/journal-families.ts';
import { LoopLag, processFamilies } from '../../telemetry/process-families.ts';
import { Telemetry } from '../../telemetry/telemetry.ts';
import type { ModuleContext } from '../options.ts';
import type { RedfishModule } from './redfish.ts';
import type { Storage } from './store.ts';

/** History begins here; reports and triggers with `startReports`, once there are resources to report on. */
export function telemetryModule(
  { lifecycle }: ModuleContext,
  { store, settings, journal, recording }: Storage,
  board: Board,
): Telemetry {
  const telemetry = new Telemetry({ board, store, settings, predefined: predefinedReports(board) });
  let generation = board.generation;
  board.onChange(() => {
    if (board.generation === generation) return;
    generation = board.generation;
    telemetry.definitions.setDefaults(predefinedReports(board));
  });
  telemetry.onTrigger(recording.trigger);
  const unsubscribe = journal.onAppend(({ messageId }) => telemetry.eventReceived(messageId));
  lifecycle.addStarted('telemetry', () => {
    unsubscribe();
    telemetry.close();
  });
  return telemetry;
}

/** Starts metric reports and triggers. */
export function startReports(
  { lifecycle }: ModuleContext,
  telemetry: Telemetry,
  { app }: RedfishModule,
): void {
  lifecycle.add('metric reports', () => telemetry.start(metricsOf(app)));
}

/** The text of `/metrics` (OpenMetrics or Prometheus) as it is now. */
export function metricsText(
  { options, lifecycle }: ModuleContext,
  parts: {
    readonly board: Board;
    readonly journal: Journal;
    readonly telemetry: Telemetry;
    readonly events: EventHub;
  },
): (format: Format) => string {
  const { board, journal, telemetry, events } = parts;
  const lag = new LoopLag();
  lifecycle.addStarted('event loop monitor', () => lag.close());
  const ofBoard = boardFamilies(board);
  const ofJournal = journalFamilies(journal);
  return (format) =>
    exposition(
      [
        ...ofBoard(),
        ...ofJournal(),
        ...telemetry.families(),
        ...eventFamilies(events.counts, events.subscriptions),
        ...processFamilies(lag, options.version),
      ],
      format,
    );
}
