/** The machine's watchdog: held while the daemon runs, fed while it is alive, disarmed when it ends in an orderly way. */
import type { Watchdog, Watchdogs } from '../../drivers/watchdog/watchdog.ts';
import type { Liveness } from './liveness.ts';

/** Time-out where the descriptor has none, milliseconds. */
const defaultTimeout = 60_000;
const defaultDevice = '/dev/watchdog0';
/** A watchdog is fed so often in its time-out: one feed may come late. */
const feedsPerTimeout = 3;
/** A watchdog that cannot be had is asked for again so often. */
const retryPeriod = 30_000;

export interface HeldWatchdogOptions {
  readonly watchdogs: Watchdogs;
  readonly facts: { readonly device?: string; readonly timeout?: number };
  readonly liveness: Liveness;
  readonly log: (level: 'info' | 'warn' | 'error', text: string, detail: object) => void;
  /** Told why it cannot be held or fed, and null once it can. */
  readonly report: (fault: string | null) => void;
}

/** Takes the watchdog and feeds it; returns the function that disarms it. */
export function holdWatchdog({ watchdogs, facts, liveness, log, report }: HeldWatchdogOptions): () => void {
  const { device = defaultDevice, timeout = defaultTimeout } = facts;
  let held: Watchdog | undefined;
  let endFeeding: () => void = () => {};
  let retry: NodeJS.Timeout | undefined;
  let told: string | null = null;
  const tell = (fault: string | null) => {
    if (fault === told) return;
    told = fault;
    report(fault);
  };
  const lost = (error: unknown) => {
    tell(error instanceof Error ? error.message : String(error));
    endFeeding();
    held = undefined;
    retry = setTimeout(take, retryPeriod).unref();
  };
  const take = () => {
    try {
      const watchdog = watchdogs.open(device, timeout);
      held = watchdog;
      tell(null);
      log('info', 'the watchdog is held', { device, timeout: watchdog.timeout });
      if (watchdog.hasReset) log('warn', 'it was the watchdog that reset the controller last', { device });
      const feed = () => {
        try {
          watchdog.feed();
        } catch (error) {
          lost(error);
        }
      };
      endFeeding = liveness.feeds(watchdog.timeout / feedsPerTimeout, feed, (dead) => {
        if (dead === null) log('info', 'the watchdog is fed again', { device });
        else log('error', 'the watchdog is not fed: parts of the daemon have stopped', { device, dead });
      });
    } catch (error) {
      lost(error);
    }
  };
  take();
  return () => {
    clearTimeout(retry);
    endFeeding();
    try {
      held?.close(true);
    } catch (error) {
      log('warn', 'the watchdog cannot be disarmed', { device, error: String(error) });
    }
    held = undefined;
  };
}
