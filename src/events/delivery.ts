/** Brings events to one subscriber, in order and each at least once, however often it fails to take them. */
import type { EventBatch, SubscriptionReader } from './subscription-reader.ts';
import type { Subscription } from './subscription.ts';

export interface RetryRules {
  /** Tries after the first. */
  readonly attempts: number;
  /** Seconds between tries. */
  readonly interval: number;
}

export interface DeliveryParts {
  readonly reader: SubscriptionReader;
  /** Sends events, or that some are missing. @throws Error */
  readonly send: (piece: Pick<EventBatch, 'events' | 'lost'>, signal: AbortSignal) => Promise<void>;
  /** Reports that have waited since before the start, the oldest first. */
  readonly waiting: readonly string[];
  /** What reports wait has changed while the subscriber fails, or is none any more. */
  readonly waits: () => void;
  /** Sends something that stands in no journal. @throws Error */
  readonly sendExtra: (body: string, signal: AbortSignal) => Promise<void>;
  readonly rules: () => RetryRules;
  /** Whether events are sent at all now. */
  readonly enabled: () => boolean;
  /** Stores how far the subscriber is. */
  readonly save: (after: number) => void;
  /** Its state, as clients see it, has changed. */
  readonly changed: () => void;
  /** It has failed for good. */
  readonly terminate: () => void;
  /** It was suspended after its last try. */
  readonly suspend: () => void;
}

export interface DeliveryState {
  readonly suspended: boolean;
  /** Why the last try failed; null when it did not. */
  readonly fault: { readonly message: string; readonly since: Date } | null;
}

/** Something that stands in no journal. */
interface Extra {
  readonly body: string;
  /** A report, which is still worth having later; a sign of life is not. */
  readonly lasting: boolean;
}

/** Seconds; the longest wait of RetryForeverWithBackoff. */
const longest = 3600;
/** What stands in no journal and waits for a subscriber that fails; the oldest go. */
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

  /** Reports that it has not taken yet, the oldest first. */
  get waiting(): readonly string[] {
    return this.#extras.flatMap(({ body, lasting }) => (lasting ? body : []));
  }

  /** There may be something to deliver. */
  wake(): void {
    if (this.#busy || this.#timer !== undefined || !this.#mayGoOn()) return;
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

  /** Sends a report as soon as the subscriber takes it. */
  report(body: string): void {
    this.#extra({ body, lasting: true });
  }

  /** Sends a sign of life; one that was not taken before says nothing any more. */
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

  /** Passes over events. */
  skipTo(id: number): void {
    this.#parts.reader.skipTo(id);
    this.#parts.save(this.after);
  }

  /** Goes on where it was. */
  resume(): void {
    this.#state = { suspended: false, fault: null };
    this.#failures = 0;
    this.wake();
  }

  /** Tries now what waits for its next try: somebody may have put right what failed. */
  again(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.wake();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  #mayGoOn(): boolean {
    return !this.#state.suspended && !this.#abort.signal.aborted && this.#parts.enabled();
  }

  async #run(): Promise<void> {
    const { reader, send, sendExtra, save } = this.#parts;
    const { signal } = this.#abort;
    while (this.#mayGoOn()) {
      const extra = this.#extras[0];
      if (extra !== undefined) {
        await sendExtra(extra.body, signal);
        this.#extras = this.#extras.filter((each) => each !== extra);
        if (this.waiting.length === 0) this.#parts.waits();
        this.#worked();
        continue;
      }
      // Readings of metrics only: the journal goes by.
      const piece = this.#subscription().format === 'Event' ? reader.next() : undefined;
      if (piece === undefined) return;
      await send(piece, signal);
      reader.had(piece);
      save(reader.after);
      this.#worked();
    }
  }

  #worked(): void {
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
    if (this.waiting.length > 0) this.#parts.waits();
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
