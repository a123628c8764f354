/** Delivers events to one subscriber: in order, each at least once, with retries. */

import type { Subscription } from './subscription.ts';
import type { EventBatch, SubscriptionReader } from './subscription-reader.ts';

export interface RetryRules {
  /** Attempts after the first. */
  readonly attempts: number;
  /** Seconds between attempts. */
  readonly interval: number;
}

export interface DeliveryParts {
  readonly reader: SubscriptionReader;
  /** Sends events, or a notice that some are missing. @throws Error */
  readonly send: (piece: Pick<EventBatch, 'events' | 'lost'>, signal: AbortSignal) => Promise<void>;
  /** Reports left over from the previous run, oldest first. */
  readonly waiting: readonly string[];
  /** The set of waiting reports changed while the subscriber fails, or became empty. */
  readonly waitingChanged: () => void;
  /** Sends a payload that is not in the journal. @throws Error */
  readonly sendExtra: (body: string, signal: AbortSignal) => Promise<void>;
  readonly rules: () => RetryRules;
  /** Whether events are sent at all. */
  readonly enabled: () => boolean;
  /** Stores the id of the last event delivered. */
  readonly save: (after: number) => void;
  /** The state that clients see has changed. */
  readonly changed: () => void;
  /** The retry policy ends the subscription. */
  readonly terminate: () => void;
  /** The retry policy suspends the subscription. */
  readonly suspend: () => void;
}

export interface DeliveryState {
  readonly suspended: boolean;
  /** Why the last attempt failed; null when it succeeded. */
  readonly fault: { readonly message: string; readonly since: Date } | null;
}

/** A payload that is not in the journal. */
interface Extra {
  readonly body: string;
  /** True for a report, false for a heartbeat, which is worthless later. */
  readonly lasting: boolean;
}

/** Seconds: longest wait of RetryForeverWithBackoff. */
const longest = 3600;
/** Payloads outside the journal that wait for a failing subscriber; the oldest are dropped. */
const maxExtras = 16;

export class Delivery {
  readonly #subscription: () => Subscription;
  readonly #parts: DeliveryParts;
  #extras: readonly Extra[];
  readonly #abort = new AbortController();
  #busy = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #state: DeliveryState;

  constructor(subscription: () => Subscription, suspended: boolean, parts: DeliveryParts) {
    this.#subscription = subscription;
    this.#parts = parts;
    this.#state = { suspended, fault: null };
    this.#extras = parts.waiting.map((body) => ({ body, lasting: true }));
  }

  get state(): DeliveryState {
    return this.#state;
  }

  get after(): number {
    return this.#parts.reader.after;
  }

  /** Reports not delivered yet, oldest first. */
  get waiting(): readonly string[] {
    return this.#extras.flatMap(({ body, lasting }) => (lasting ? body : []));
  }

  /** Starts delivery when there may be something to deliver. */
  wake(): void {
    if (this.#busy || this.#timer !== undefined || !this.#mayDeliver()) return;
    this.#busy = true;
    this.#run().then(
      () => {
        this.#busy = false;
      },
      (error: unknown) => {
        this.#busy = false;
        this.#failed(error);
      },
    );
  }

  /** Sends a report as soon as the subscriber accepts it. */
  report(body: string): void {
    this.#extra({ body, lasting: true });
  }

  /** Sends a heartbeat, which replaces an undelivered one. */
  beat(body: string): void {
    this.#extras = this.#extras.filter(({ lasting }) => lasting);
    this.#extra({ body, lasting: false });
  }

  #extra(extra: Extra): void {
    if (this.#state.suspended || !this.#parts.enabled()) return;
    this.#extras = [...this.#extras, extra].slice(-maxExtras);
    this.wake();
  }

  suspend(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#state = { ...this.#state, suspended: true };
  }

  /** Skips events up to an id. */
  skipTo(id: number): void {
    this.#parts.reader.skipTo(id);
    this.#parts.save(this.after);
  }

  /** Resumes after the last event delivered. */
  resume(): void {
    this.#state = { suspended: false, fault: null };
    this.#failures = 0;
    this.wake();
  }

  /** Retries now instead of at the next interval: the subscription may have been corrected. */
  retryNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.wake();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  #mayDeliver(): boolean {
    return !this.#state.suspended && !this.#abort.signal.aborted && this.#parts.enabled();
  }

  async #run(): Promise<void> {
    const { reader, send, sendExtra, save } = this.#parts;
    const { signal } = this.#abort;
    while (this.#mayDeliver()) {
      const extra = this.#extras[0];
      if (extra !== undefined) {
        await sendExtra(extra.body, signal);
        this.#extras = this.#extras.filter((each) => each !== extra);
        if (this.waiting.length === 0) this.#parts.waitingChanged();
        this.#succeeded();
        continue;
      }
      // Subscriptions to metric reports receive no events.
      const piece = this.#subscription().format === 'Event' ? reader.next() : undefined;
      if (piece === undefined) return;
      await send(piece, signal);
      reader.acknowledge(piece);
      save(reader.after);
      this.#succeeded();
    }
  }

  #succeeded(): void {
    this.#failures = 0;
    if (this.#state.fault === null) return;
    this.#state = { ...this.#state, fault: null };
    this.#parts.changed();
  }

  #failed(error: unknown): void {
    if (this.#abort.signal.aborted || this.#state.suspended) return;
    this.#failures++;
    const message = error instanceof Error ? error.message : String(error);
    const { attempts, interval } = this.#parts.rules();
    this.#state = { ...this.#state, fault: { message, since: this.#state.fault?.since ?? new Date() } };
    const { retryPolicy } = this.#subscription();
    const last = this.#failures > attempts;
    if (this.waiting.length > 0) this.#parts.waitingChanged();
    if (last && retryPolicy === 'TerminateAfterRetries') {
      this.#parts.terminate();
      return;
    }
    if (last && retryPolicy === 'SuspendRetries') {
      this.#state = { ...this.#state, suspended: true };
      this.#parts.suspend();
      return;
    }
    const growth = retryPolicy === 'RetryForeverWithBackoff' ? 2 ** Math.min(this.#failures - 1, 20) : 1;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.wake();
      },
      Math.min(interval * growth, Math.max(longest, interval)) * 1000,
    ).unref();
    this.#parts.changed();
  }
}
