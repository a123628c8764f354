/**
 * A line as a wire with an electrical level. A request brings its own polarity, as with the kernel; the polarity of the
 * descriptor tells what a level means to the board.
 */
import { DeviceError } from '../../drivers/errors.ts';
import type { GpioLine, LineRequest } from '../../drivers/gpio/lines.ts';
import type { LineFacts } from '../platform/vocabulary/index.ts';

/** A change of a line. */
export interface Edge {
  /** Milliseconds of the simulator's clock. */
  readonly at: number;
  /** Logical value after the change, by the polarity of the descriptor. */
  readonly asserted: boolean;
  /** Electrical level after the change. */
  readonly level: 0 | 1;
}

export interface WireSurroundings {
  settle(): void;
  /** Whether the chip of the line is plugged in. */
  isPresent(): boolean;
}

type LevelListener = (level: 0 | 1) => void;

const maxEdges = 1000;

const levelOf = (asserted: boolean, activeLow = false): 0 | 1 => (asserted !== activeLow ? 1 : 0);
const assertedAt = (level: 0 | 1, activeLow = false) => (level === 1) !== activeLow;

export class Wire {
  /** In the kernel. */
  readonly name: string;
  readonly facts: LineFacts;
  /** The last changes, newest last. */
  readonly edges: Edge[] = [];
  /** Called synchronously at each change. */
  readonly watchers = new Set<(asserted: boolean) => void>();
  isHeld = false;
  readonly #now: () => number;
  /** Called in a later turn. */
  readonly #listeners = new Set<LevelListener>();
  #level: 0 | 1;
  /** Its chip was reset and no longer drives it. */
  #isReleased = false;

  constructor(name: string, facts: LineFacts, now: () => number) {
    this.name = name;
    this.facts = facts;
    this.#now = now;
    this.#level = levelOf(false, facts.activeLow);
  }

  get isAsserted(): boolean {
    return assertedAt(this.#level, this.facts.activeLow);
  }

  /** Drives the wire by the polarity of the descriptor. */
  assert(asserted: boolean, at?: number): void {
    this.#move(levelOf(asserted, this.facts.activeLow), at);
  }

  toggle(): void {
    this.#move(this.#level === 1 ? 0 : 1);
  }

  /** Nothing drives the wire until it is requested again. */
  release(): void {
    this.#isReleased = true;
    this.assert(false);
  }

  close(): void {
    this.#listeners.clear();
  }

  open({ direction, activeLow, initial = false, keep }: LineRequest, around: WireSurroundings): GpioLine {
    const own = new Set<LevelListener>();
    let isClosed = false;
    this.isHeld = true;
    this.#isReleased = false;
    const check = () => {
      if (isClosed) throw new DeviceError('no-bus', this.name, 'the line has been released');
      if (!around.isPresent()) throw new DeviceError('no-bus', this.name, 'its chip is not plugged in');
    };
    if (direction === 'out' && keep !== true) this.#move(levelOf(initial, activeLow));
    return {
      name: this.name,
      get: () => {
        check();
        around.settle();
        return assertedAt(this.#level, activeLow);
      },
      set: (value) => {
        check();
        if (direction === 'in') throw new DeviceError('unsupported', this.name, 'is requested as an input');
        around.settle();
        if (!this.#isReleased) this.#move(levelOf(value, activeLow));
      },
      onChange: (listener) => {
        check();
        const received: LevelListener = (level) => {
          if (own.has(received)) listener(assertedAt(level, activeLow));
        };
        own.add(received);
        this.#listeners.add(received);
        return () => {
          own.delete(received);
          this.#listeners.delete(received);
        };
      },
      close: () => {
        if (isClosed) return;
        isClosed = true;
        this.isHeld = false;
        for (const received of own) this.#listeners.delete(received);
        own.clear();
      },
    };
  }

  #move(level: 0 | 1, at = this.#now()): void {
    if (this.#level === level) return;
    this.#level = level;
    const asserted = this.isAsserted;
    this.edges.push({ at, asserted, level });
    if (this.edges.length > maxEdges) this.edges.shift();
    for (const watcher of this.watchers) watcher(asserted);
    for (const listener of this.#listeners) queueMicrotask(() => listener(level));
  }
}
