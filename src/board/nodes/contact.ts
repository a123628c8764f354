/** The way to one controller, kept open, and when it last said something. */
import { IpmiError, type Target } from 'node-ipmi';
import type { NodeFacts } from '../../platform/vocabulary/index.ts';
import type { Way, Ways } from './ways.ts';

export interface ContactParts {
  readonly ways: Ways;
  /** Nothing more goes to the controller, and what it answers counts no more. */
  readonly isOver: () => boolean;
  /** The daemon ends: a way that is opened only now is closed at once. */
  readonly isStopped: () => boolean;
  /** The controller has answered. */
  readonly heard: () => void;
}

export class Contact {
  readonly #facts: NodeFacts;
  readonly #parts: ContactParts;
  #way: Way | null = null;
  #opening: Promise<Way> | null = null;
  /** When it last answered, or began to be asked, on the monotonic clock. */
  #heard = Number.NEGATIVE_INFINITY;
  /** Requests that wait for an answer. */
  #unanswered = 0;
  /** It has been asked something that it has not answered, nor anything since. */
  #pending = false;

  constructor(facts: NodeFacts, parts: ContactParts) {
    this.#facts = facts;
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#way !== null;
  }

  /** From now on it is asked; what went before does not count. */
  begin(now: number): void {
    this.#heard = now;
  }

  /** Whether it has been asked at all. */
  get hasBegun(): boolean {
    return this.#heard !== Number.NEGATIVE_INFINITY;
  }

  /** For how long it owes an answer, milliseconds. */
  silence(now: number): number {
    return this.#pending ? now - this.#heard : 0;
  }

  /** Whoever needs the way while it is being opened gets the same one. @throws DeviceError */
  open(): Promise<Way> {
    if (this.#way !== null) return Promise.resolve(this.#way);
    this.#opening ??= this.#parts.ways
      .open(this.#facts)
      .then(async (way) => {
        if (!this.#parts.isStopped()) this.#way = way;
        else await way.close();
        return way;
      })
      .finally(() => {
        this.#opening = null;
      });
    return this.#opening;
  }

  /** The controller, each of whose answers is a sign of life. @throws DeviceError */
  async target(): Promise<Target> {
    return this.#heardBy(await this.open());
  }

  /** The same where a way is open already. */
  get openTarget(): Target | null {
    return this.#way === null ? null : this.#heardBy(this.#way);
  }

  /** What is under way fails. The way is opened anew when it is needed. */
  async drop(): Promise<void> {
    const way = this.#way;
    this.#way = null;
    this.#pending = false;
    await way?.close().catch(() => undefined);
  }

  #heardBy({ target }: Way): Target {
    return {
      ...(target.address === undefined ? {} : { address: target.address }),
      send: async (request) => {
        if (this.#parts.isOver()) throw new IpmiError('closed', 'it is not asked any more');
        this.#pending = true;
        this.#unanswered += 1;
        const answer = await target.send(request).finally(() => {
          this.#unanswered -= 1;
        });
        if (!this.#parts.isOver()) {
          this.#heard = performance.now();
          this.#pending = this.#unanswered > 0;
          this.#parts.heard();
        }
        return answer;
      },
    };
  }
}
