/** The board's watchdog: open while the daemon runs, fed while it is alive, disarmed when it stops in an orderly way. */
import type { Watchdog, Watchdogs } from '../../drivers/watchdog/watchdog.ts';
import type { Logger } from '../base/logger.ts';
import type { Liveness } from './liveness.ts';

/** Timeout where the descriptor has none, milliseconds. */
const defaultTimeout = 60_000;
const defaultDevice = '/dev/watchdog0';
/** Feeds per timeout: one feed may be late. */
const feedsPerTimeout = 3;
/** Milliseconds until a watchdog that cannot be opened or fed is tried again. */
const retryPeriod = 30_000;

export interface WatchdogOptions {
  readonly watchdogs: Watchdogs;
  readonly facts: { readonly device?: string; readonly timeout?: number };
  readonly liveness: Liveness;
  readonly log: Logger;
  /** Receives the reason why the watchdog cannot be opened or fed, and null once it can. */
  readonly report: (fault: string | null) => void;
}

export class HeldWatchdog {
  readonly #options: WatchdogOptions;
  readonly #device: string;
  #watchdog: Watchdog | undefined;
  #endFeeding = () => {};
  #retry: NodeJS.Timeout | undefined;
  #fault: string | null = null;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#device = options.facts.device ?? defaultDevice;
  }

  /** Opens the watchdog and feeds it; where that fails, tries again until `release`. */
  hold(): void {
    const { watchdogs, facts, liveness, log } = this.#options;
    const device = this.#device;
    try {
      const watchdog = watchdogs.open(device, facts.timeout ?? defaultTimeout);
      this.#watchdog = watchdog;
      this.#report(null);
      log.info('the watchdog is armed', { device, timeout: watchdog.timeout });
      if (watchdog.hasReset) log.warn('the watchdog caused the last reset of the controller', { device });
      const endFeeding = liveness.feeds(
        watchdog.timeout / feedsPerTimeout,
        () => this.#feed(watchdog),
        (dead) => {
          if (dead === null) log.info('the watchdog is fed again', { device });
          else log.error('the watchdog is not fed: parts of the daemon have stopped', { device, dead });
        },
      );
      // The first feed may have failed already.
      if (this.#watchdog === watchdog) this.#endFeeding = endFeeding;
      else endFeeding();
    } catch (error) {
      this.#lost(error);
    }
  }

  /** Disarms the watchdog. */
  release(): void {
    clearTimeout(this.#retry);
    this.#endFeeding();
    try {
      this.#watchdog?.close(true);
    } catch (error) {
      this.#options.log.error('the watchdog cannot be disarmed: it will reset the controller', {
        device: this.#device,
        err: error,
      });
    }
    this.#watchdog = undefined;
  }

  #feed(watchdog: Watchdog): void {
    try {
      watchdog.feed();
    } catch (error) {
      this.#lost(error);
    }
  }

  #lost(error: unknown): void {
    this.#report(error instanceof Error ? error.message : String(error));
    this.#endFeeding();
    this.#watchdog = undefined;
    this.#retry = setTimeout(() => this.hold(), retryPeriod).unref();
  }

  /** Reports a change once, not at every retry. */
  #report(fault: string | null): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    if (fault !== null)
      this.#options.log.error('the watchdog cannot be used', { device: this.#device, fault });
    this.#options.report(fault);
  }
}
