/** Sends events by the protocol of a subscription, and counts results. */
import type { JournalEntry } from '../journal/record.ts';
import { post } from './send.ts';
import type { Subscription } from './subscription.ts';
import type { EventBatch } from './subscription-reader.ts';
import { syslog, syslogLine } from './syslog.ts';

export interface SenderParts {
  /** Returns the JSON of a delivery. `lost`: events before these are missing. */
  readonly render: (
    events: readonly JournalEntry[],
    subscription: Pick<Subscription, 'context' | 'includeOrigin'>,
    lost: boolean,
  ) => string;
  readonly hostName: () => string;
}

export class Sender {
  readonly #parts: SenderParts;
  #delivered = 0;
  #failures = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** Since the start: events that subscribers accepted, and attempts that failed. */
  get counts(): { readonly delivered: number; readonly failures: number } {
    return { delivered: this.#delivered, failures: this.#failures };
  }

  /** Sends events. @throws Error that names what the receiver did */
  async events(
    subscription: Subscription,
    { events, lost }: Pick<EventBatch, 'events' | 'lost'>,
    signal: AbortSignal,
  ): Promise<void> {
    const { render, hostName } = this.#parts;
    const { protocol } = subscription;
    if (protocol === 'Redfish')
      await this.#count(post(subscription, render(events, subscription, lost), signal));
    else {
      const lines = events.map(({ time, severity, messageId, message }) =>
        syslogLine({ time, severity, hostName: hostName(), messageId, text: message }, protocol),
      );
      await this.#count(syslog(protocol, subscription, lines, signal));
    }
    this.#delivered += events.length;
  }

  /** Sends a payload outside the journal; syslog has no form for it. @throws Error */
  async extra(subscription: Subscription, body: string, signal: AbortSignal): Promise<void> {
    if (subscription.protocol === 'Redfish') await this.#count(post(subscription, body, signal));
  }

  async #count(sent: Promise<void>): Promise<void> {
    try {
      await sent;
    } catch (error) {
      this.#failures++;
      throw error;
    }
  }
}
