/** All who are told of events: subscribers that are called, and streams that are open. */
import { randomBytes } from 'node:crypto';
import { Listeners } from '../base/listeners.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalEntry } from '../journal/record.ts';
import type { Settings } from '../store/settings.ts';
import type { Store } from '../store/store.ts';
import { Delivery, type DeliveryState, type RetryRules } from './delivery.ts';
import { Feed } from './feed.ts';
import { Places } from './places.ts';
import { Reader } from './reader.ts';
import { Sender, type SenderParts } from './sender.ts';
import { EventStream } from './stream.ts';
import { type EventFacts, type Subscription, wants } from './subscription.ts';
import { Subscriptions } from './subscriptions.ts';
import { type Waiting, WaitingReports } from './waiting.ts';

/** A report of metrics, as subscribers get it. */
export interface Report {
  /** URI of its definition. */
  readonly definition: string;
  /** The whole MetricReport. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the words of the protocol are made by; the hub knows none of them. */
export interface EventWords {
  readonly factsOf: (event: JournalEntry) => EventFacts;
  readonly render: SenderParts['render'];
  readonly heartbeat: (context: string | null) => string;
}

export interface HubOptions {
  readonly store: Store;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly words: EventWords;
  readonly hostName: () => string;
  readonly log: (message: string, detail: object) => void;
}

/** What the reader of a stream asks for. */
export interface StreamWish {
  /** How the stream is shown among the destinations. */
  readonly subscription: Subscription;
  readonly wants: (event: EventFacts) => boolean;
  /** Whether it wants the reports of a definition, by its URI. */
  readonly wantsReport: (definition: string) => boolean;
  /** Id of the last event that the reader has had; undefined for what comes from now on. */
  readonly after: number | undefined;
}

/** One destination as clients see it: a subscriber, or a stream that is open. */
export interface Destination {
  readonly id: string;
  readonly stream: EventStream | null;
  readonly subscription: Subscription;
  readonly state: DeliveryState;
}

interface Subscriber {
  readonly id: string;
  subscription: Subscription;
  readonly delivery: Delivery;
  heartbeat: NodeJS.Timeout | undefined;
}

export const maxSubscriptions = 64;
export const maxStreams = 80;
const enabledKey = 'events.enabled';
const rulesKey = 'events.retry';
const defaultRules: RetryRules = { attempts: 3, interval: 30 };
export const ruleRanges = { attempts: { min: 0, max: 100 }, interval: { min: 1, max: 3600 } } as const;

export class EventHub {
  readonly #options: HubOptions;
  readonly #factsOf: EventWords['factsOf'];
  readonly #feed: Feed;
  readonly #stored: Subscriptions;
  readonly #reports: WaitingReports;
  readonly #subscribers = new Map<string, Subscriber>();
  readonly #streams = new Map<
    string,
    { readonly stream: EventStream; readonly subscription: Subscription }
  >();
  readonly #changed = new Listeners<void>();
  readonly #places: Places;
  readonly #sender: Sender;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#factsOf = once(options.words.factsOf);
    this.#feed = new Feed(options.journal);
    this.#stored = new Subscriptions(options.store);
    this.#reports = new WaitingReports(options.store, options.log);
    this.#places = new Places(this.#stored, options.log);
    this.#sender = new Sender({ render: options.words.render, hostName: options.hostName });
    for (const { id, subscription, after, suspended } of this.#stored.list())
      this.#add(id, subscription, after, suspended);
    options.journal.keepFor(() =>
      Math.min(
        Number.MAX_SAFE_INTEGER,
        ...[...this.#subscribers.values()].map(({ delivery }) => delivery.after),
        ...[...this.#streams.values()].map(({ stream }) => stream.after),
      ),
    );
    this.#feed.onEvents(() => this.#wake());
  }

  /** Begins to deliver what is due. */
  start(): void {
    this.#wake();
  }

  /** Called when anything that clients see of subscriptions has changed. */
  onChange(listener: () => void): () => void {
    return this.#changed.add(listener);
  }

  get enabled(): boolean {
    return this.#options.settings.get(enabledKey) !== 'no';
  }

  /** @throws StoreError */
  enable(on: boolean): void {
    this.#options.settings.set(enabledKey, on ? 'yes' : 'no');
    if (!on) this.endStreams();
    this.#wake();
  }

  get rules(): RetryRules {
    const decode = (value: unknown) => value as RetryRules;
    return this.#options.settings.json(rulesKey, decode, defaultRules);
  }

  /** @throws StoreError */
  setRules(rules: RetryRules): void {
    this.#options.settings.setJson(rulesKey, rules);
  }

  /** Counted since the start: events that subscribers have taken, and tries that failed. */
  get counts(): { readonly delivered: number; readonly failures: number; readonly streams: number } {
    return { ...this.#sender.counts, streams: this.#streams.size };
  }

  get streams(): number {
    return this.#streams.size;
  }

  get subscriptions(): number {
    return this.#subscribers.size;
  }

  ids(): string[] {
    return [...this.#subscribers.keys(), ...this.#streams.keys()];
  }

  find(id: string): Destination | undefined {
    const subscriber = this.#subscribers.get(id);
    if (subscriber !== undefined) {
      const { subscription, delivery } = subscriber;
      return { id, stream: null, subscription, state: delivery.state };
    }
    const open = this.#streams.get(id);
    return open && { id, ...open, state: { suspended: false, fault: null } };
  }

  /** Begins with what happens from now on. @throws StoreError */
  subscribe(subscription: Subscription): string {
    const id = newId();
    const after = this.#feed.newest;
    this.#stored.put({ id, subscription, after, suspended: false });
    this.#add(id, subscription, after, false);
    this.#changed.emit();
    return id;
  }

  /** @throws StoreError */
  change(id: string, subscription: Subscription): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber === undefined) return;
    const { delivery } = subscriber;
    this.#stored.put({ id, subscription, after: delivery.after, suspended: delivery.state.suspended });
    subscriber.subscription = subscription;
    delivery.again();
    this.#changed.emit();
  }

  /** Ends a subscription, or a stream. @throws StoreError */
  remove(id: string): void {
    const open = this.#streams.get(id);
    if (open !== undefined) {
      open.stream.close();
      return;
    }
    if (!this.#subscribers.has(id)) return;
    this.#stored.delete(id);
    const subscriber = this.#subscribers.get(id);
    this.#subscribers.delete(id);
    subscriber?.delivery.stop();
    clearInterval(subscriber?.heartbeat);
    this.#reports.changed(() => this.#waiting());
    this.#changed.emit();
  }

  /** @throws StoreError */
  suspend(id: string): void {
    this.#setSuspended(id, true);
    this.#subscribers.get(id)?.delivery.suspend();
    this.#changed.emit();
  }

  /**
   * Delivers again. `since`, where it is given, leaves out what happened before.
   * @throws StoreError
   */
  resume(id: string, since?: Date): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber === undefined) return;
    this.#setSuspended(id, false);
    if (since !== undefined) this.#skip(subscriber, since);
    subscriber.delivery.resume();
    this.#changed.emit();
  }

  /** Opens a stream. */
  open({ subscription, wants, wantsReport, after }: StreamWish): EventStream {
    const { words } = this.#options;
    const id = newId();
    const reader = new Reader(this.#feed, wants, this.#factsOf, after ?? this.#feed.newest);
    const stream = new EventStream(id, reader, {
      wantsReport,
      render: (events, lost) => words.render(events, subscription, lost),
      closed: () => {
        this.#streams.delete(id);
        this.#changed.emit();
      },
    });
    this.#streams.set(id, { stream, subscription });
    this.#changed.emit();
    return stream;
  }

  /** Gives a report of metrics to all who want it. */
  publish({ definition, body }: Report): void {
    const own = ({ context }: Subscription) =>
      JSON.stringify(context === null ? body : { ...body, Context: context });
    for (const { subscription, delivery } of this.#subscribers.values()) {
      const { format, metricReportDefinitions: named } = subscription;
      if (format === 'MetricReport' && (named.length === 0 || named.includes(definition)))
        delivery.report(own(subscription));
    }
    for (const { stream, subscription } of this.#streams.values())
      if (stream.wantsReport(definition)) stream.extra(own(subscription));
  }

  /** Ends all streams; their readers come again. */
  endStreams(): void {
    for (const { stream } of this.#streams.values()) stream.close();
  }

  close(): void {
    this.endStreams();
    for (const { delivery, heartbeat } of this.#subscribers.values()) {
      delivery.stop();
      clearInterval(heartbeat);
    }
    this.#places.close();
    this.#reports.save(this.#waiting());
    this.#feed.close();
  }

  #add(id: string, subscription: Subscription, after: number, suspended: boolean): void {
    const { words, log } = this.#options;
    const reader = new Reader(
      this.#feed,
      selectionOf(() => subscriber.subscription),
      this.#factsOf,
      after,
    );
    const stop = (why: string, act: () => void) => () => {
      log(`events cannot be delivered: ${why}`, { subscription: id, destination: subscription.destination });
      try {
        act();
      } catch (error) {
        log('the state of a subscription cannot be stored', { error: String(error) });
      }
      this.#changed.emit();
    };
    const delivery = new Delivery(() => subscriber.subscription, suspended, {
      reader,
      rules: () => this.rules,
      enabled: () => this.enabled,
      send: (piece, signal) => this.#sender.events(subscriber.subscription, piece, signal),
      sendExtra: (body, signal) => this.#sender.extra(subscriber.subscription, body, signal),
      waiting: this.#reports.of(id),
      waits: () => this.#reports.changed(() => this.#waiting()),
      save: (place) => this.#places.set(id, place),
      changed: () => this.#changed.emit(),
      terminate: stop('the subscription is ended', () => this.remove(id)),
      suspend: stop('the subscription is suspended', () => this.#setSuspended(id, true)),
    });
    const subscriber: Subscriber = { id, subscription, delivery, heartbeat: undefined };
    this.#subscribers.set(id, subscriber);
    const { heartbeat } = subscription;
    if (heartbeat === null) return;
    const beat = () => delivery.beat(words.heartbeat(subscriber.subscription.context));
    subscriber.heartbeat = setInterval(beat, heartbeat * 60_000).unref();
  }

  #setSuspended(id: string, suspended: boolean): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber === undefined) return;
    const { subscription, delivery } = subscriber;
    this.#stored.put({ id, subscription, after: delivery.after, suspended });
  }

  #skip({ delivery }: Subscriber, since: Date): void {
    for (;;) {
      const events = this.#feed.read(delivery.after, 256);
      const late = events.findIndex(({ time }) => time >= since);
      const before = late < 0 ? events.at(-1) : events[late - 1];
      if (before !== undefined) delivery.skipTo(before.id);
      if (late >= 0 || events.length === 0) return;
    }
  }

  #waiting(): Waiting {
    const all = [...this.#subscribers.values()].map(({ id, delivery }) => [id, delivery.waiting] as const);
    return new Map(all.filter(([, bodies]) => bodies.length > 0));
  }

  #wake(): void {
    if (!this.enabled) return;
    for (const { delivery } of this.#subscribers.values()) delivery.wake();
    for (const { stream } of this.#streams.values()) stream.wake();
  }
}

/** A selection that is looked up anew each time: a client may change it. */
const selectionOf =
  (subscription: () => Subscription) =>
  (event: EventFacts): boolean =>
    wants(subscription(), event);

/** The same for an event that is looked at again: each reader asks about each. */
function once(factsOf: EventWords['factsOf']): EventWords['factsOf'] {
  const known = new WeakMap<JournalEntry, EventFacts>();
  return (event) => {
    const found = known.get(event) ?? factsOf(event);
    known.set(event, found);
    return found;
  };
}

const newId = (): string => randomBytes(6).toString('hex');
