/** The power-on self test (POST) of a host: whether it has finished, and whether it takes too long. */
import type { HostFacts } from '../../platform/vocabulary/index.ts';
import type { Lines } from '../lines/lines.ts';
import type { PowerNotice } from './power-effects.ts';

type PostFacts = NonNullable<HostFacts['post']>;

/** Longest self test where the descriptor has none, in milliseconds. */
const defaultTimeout = 300_000;

export class PowerOnSelfTest {
  readonly #facts: PostFacts;
  readonly #host: string;
  readonly #lines: Lines;
  readonly #notify: (notice: PowerNotice) => void;
  /** Null until power-good could be read. */
  #powered: boolean | null = null;
  /** Runs during the self test, and stays set after it has fired. */
  #timer: NodeJS.Timeout | undefined;
  #isLate = false;
  /** Null while one of the lines cannot be read. */
  complete: boolean | null = null;
  /** When `complete` took its value; null while that is unknown. */
  since: Date | null = null;

  /** `host` is its name in events. */
  constructor(
    facts: PostFacts,
    host: string,
    parts: { readonly lines: Lines; readonly notify: (notice: PowerNotice) => void },
  ) {
    this.#facts = facts;
    this.#host = host;
    this.#lines = parts.lines;
    this.#notify = parts.notify;
    parts.lines.watch(facts.complete, () => this.#evaluate());
  }

  /** Power has come or gone. */
  powered(on: boolean): void {
    this.#powered = on;
    this.begin();
  }

  /** The host starts anew: its firmware has the whole time again. */
  begin(): void {
    this.stop();
    this.#evaluate();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #evaluate(): void {
    const line = this.#lines.get(this.#facts.complete);
    const complete = line === null || this.#powered === null ? null : this.#powered && line;
    if (this.#powered && complete === false) {
      const limit = this.#facts.timeout ?? defaultTimeout;
      this.#timer ??= setTimeout(() => this.#overdue(limit), limit).unref();
    } else this.stop();
    if (complete === true && this.#isLate) this.#finishedLate();
    if (complete === this.complete) return;
    // An operating system that restarts its machine deasserts the line: the only sign of it.
    if (this.complete && this.#powered && complete === false) this.#notify({ kind: 'booting' });
    if (complete === true) this.#notify({ kind: 'bootOver', powered: true });
    this.complete = complete;
    this.since = complete === null ? null : new Date();
    this.#notify({ kind: 'changed' });
  }

  #overdue(limit: number): void {
    this.#isLate = true;
    this.#notify({
      kind: 'event',
      event: {
        message: 'Platform.DeviceBootTimeout',
        args: [this.#host],
        severity: 'Warning',
        condition: `post:${this.#host}`,
        detail:
          `The firmware had not finished after ${limit / 1000} s (line ${this.#facts.complete}): see the console ` +
          'and the POST codes, or raise `post.timeout`.',
      },
    });
    this.#notify({ kind: 'bootFailed' });
  }

  #finishedLate(): void {
    this.#isLate = false;
    this.#notify({
      kind: 'event',
      event: {
        message: 'ResourceEvent.ResourceStatusChangedOK',
        args: [this.#host, 'Enabled'],
        severity: 'OK',
        condition: `post:${this.#host}`,
        resolves: true,
      },
    });
  }
}
