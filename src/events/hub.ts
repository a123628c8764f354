/** The event service: subscriptions that receive events, and open streams. */
import { Listeners } from '../base/listeners.ts';
import type { JournalEntry } from '../journal/record.ts';
import type { Settings } from '../store/settings.ts';
import type { RetryRules } from './delivery.ts';
import { EventLogReader } from './event-log-reader.ts';
import type { Destination, EventMessages, HubOptions, Report } from './options.ts';
import type { EventStream } from './stream.ts';
import { type StreamRequest, Streams } from './streams.ts';
import { Subscribers } from './subscribers.ts';
import type { EventFacts, Subscription } from './subscription.ts';

export const maxSubscriptions = 64;
export const maxStreams = 80;
const enabledKey = 'events.enabled';
const rulesKey = 'events.retry';
const defaultRules: RetryRules = { attempts: 3, interval: 30 };
export const ruleRanges = { attempts: { min: 0, max: 100 }, interval: { min: 1, max: 3600 } } as const;

export class EventHub {
  readonly #settings: Settings;
  readonly #reader: EventLogReader;
  readonly #subscribers: Subscribers;
  readonly #streams: Streams;
  readonly #changed = new Listeners<void>();

  /** @throws StoreError */
  constructor(options: HubOptions) {
    this.#settings = options.settings;
    this.#reader = new EventLogReader(options.journal);
    const factsOf = memoized(options.messages.factsOf);
    const changed = () => this.#changed.emit();
    this.#subscribers = new Subscribers(options, {
      reader: this.#reader,
      factsOf,
      enabled: () => this.enabled,
      rules: () => this.rules,
      changed,
    });
    this.#streams = new Streams(this.#reader, factsOf, options.messages.render, changed);
    options.journal.keepFor(() =>
      Math.min(Number.MAX_SAFE_INTEGER, this.#subscribers.delivered, this.#streams.delivered),
    );
    this.#reader.onEvents(() => this.#wake());
  }

  /** Starts delivery. */
  start(): void {
    this.#wake();
  }

  /** Calls `listener` when anything that clients see of destinations has changed. */
  onChange(listener: () => void): () => void {
    return this.#changed.add(listener);
  }

  get enabled(): boolean {
    return this.#settings.get(enabledKey) !== 'no';
  }

  /** @throws StoreError */
  enable(on: boolean): void {
    this.#settings.set(enabledKey, on ? 'yes' : 'no');
    if (!on) this.endStreams();
    this.#wake();
  }

  get rules(): RetryRules {
    const decode = (value: unknown) => value as RetryRules;
    return this.#settings.json(rulesKey, decode, defaultRules);
  }

  /** @throws StoreError */
  setRules(rules: RetryRules): void {
    this.#settings.setJson(rulesKey, rules);
  }

  /** Since the start: events that subscribers accepted, attempts that failed; and the streams that are open. */
  get counts(): { readonly delivered: number; readonly failures: number; readonly streams: number } {
    return { ...this.#subscribers.counts, streams: this.#streams.size };
  }

  get streams(): number {
    return this.#streams.size;
  }

  get subscriptions(): number {
    return this.#subscribers.size;
  }

  ids(): string[] {
    return [...this.#subscribers.ids(), ...this.#streams.ids()];
  }

  find(id: string): Destination | undefined {
    return this.#subscribers.find(id) ?? this.#streams.find(id);
  }

  /** Adds a subscription to future events. @returns its id @throws StoreError */
  subscribe(subscription: Subscription): string {
    return this.#subscribers.add(subscription);
  }

  /** Replaces a subscription. @throws StoreError */
  change(id: string, subscription: Subscription): void {
    this.#subscribers.replace(id, subscription);
  }

  /** Deletes a subscription, or closes a stream. @throws StoreError */
  remove(id: string): void {
    if (!this.#streams.close(id)) this.#subscribers.remove(id);
  }

  /** @throws StoreError */
  suspend(id: string): void {
    this.#subscribers.suspend(id);
  }

  /** Resumes delivery. `since` leaves out earlier events. @throws StoreError */
  resume(id: string, since?: Date): void {
    this.#subscribers.resume(id, since);
  }

  /** Opens a stream. */
  open(request: StreamRequest): EventStream {
    return this.#streams.open(request);
  }

  /** Sends a metric report to everyone that wants it. */
  publish(report: Report): void {
    this.#subscribers.publish(report);
    this.#streams.publish(report);
  }

  /** Closes all streams; their clients reconnect. */
  endStreams(): void {
    this.#streams.closeAll();
  }

  close(): void {
    this.endStreams();
    this.#subscribers.close();
    this.#reader.close();
  }

  #wake(): void {
    if (!this.enabled) return;
    this.#subscribers.wake();
    this.#streams.wake();
  }
}

/** Computes the facts of an event once, however many readers ask for them. */
function memoized(factsOf: EventMessages['factsOf']): EventMessages['factsOf'] {
  const known = new WeakMap<JournalEntry, EventFacts>();
  return (event) => {
    const found = known.get(event) ?? factsOf(event);
    known.set(event, found);
    return found;
  };
}
