/** The power-on self test of a host: whether it is over, and whether it takes too long. */
import type { HostFacts } from '../../platform/schema.ts';
import type { Lines } from '../lines/lines.ts';
import type { PowerListener } from './power.ts';

type Listener = Pick<PowerListener, 'changed' | 'event' | 'booting' | 'bootOver'>;

/** Longest self test where the descriptor does not say, in milliseconds. */
const defaultTimeout = 300_000;

export class Post {
  readonly #facts: NonNullable<HostFacts['post']>;
  readonly #host: string;
  readonly #lines: Lines;
  readonly #listener: Listener;
  /** Null until power-good could be read. */
  #powered: boolean | null = null;
  /** Runs while the self test does, and stays once it has fired. */
  #timer: NodeJS.Timeout | undefined;
  #late = false;
  /** Null while one of the lines cannot be read. */
  complete: boolean | null = null;
  /** When `complete` became what it is; null where it is not known. */
  since: Date | null = null;

  /** `host` is its name in events. */
  constructor(facts: NonNullable<HostFacts['post']>, host: string, lines: Lines, listener: Listener) {
    this.#facts = facts;
    this.#host = host;
    this.#lines = lines;
    this.#listener = listener;
    lines.watch(facts.complete, () => this.#look());
  }

  /** Power has come or gone. */
  powered(on: boolean): void {
    this.#powered = on;
    this.begin();
  }

  /** The host starts anew: its firmware has all the time again. */
  begin(): void {
    this.stop();
    this.#look();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const line = this.#lines.get(this.#facts.complete);
    const complete = line === null || this.#powered === null ? null : this.#powered && line;
    if (this.#powered && complete === false) {
      const limit = this.#facts.timeout ?? defaultTimeout;
      this.#timer ??= setTimeout(() => this.#overdue(limit), limit).unref();
    } else this.stop();
    if (complete === true && this.#late) this.#arrived();
    if (complete === this.complete) return;
    // An operating system that starts its machine anew takes the line back, and nothing else tells of it.
    if (this.complete && this.#powered && complete === false) this.#listener.booting();
    if (complete === true) this.#listener.bootOver(true);
    this.complete = complete;
    this.since = complete === null ? null : new Date();
    this.#listener.changed();
  }

  #overdue(limit: number): void {
    this.#late = true;
    this.#listener.event({
      message: 'Platform.DeviceBootTimeout',
      args: [this.#host],
      severity: 'Warning',
      condition: `post:${this.#host}`,
      detail: `The firmware had not finished after ${limit / 1000} s.`,
    });
  }

  #arrived(): void {
    this.#late = false;
    this.#listener.event({
      message: 'ResourceEvent.ResourceStatusChangedOK',
      args: [this.#host, 'Enabled'],
      severity: 'OK',
      condition: `post:${this.#host}`,
      resolves: true,
    });
  }
}
