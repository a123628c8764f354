/** The GPIO lines of the board by the names of the descriptor; those that cannot be had are asked for again. */
import { DeviceError } from '../../../drivers/errors.ts';
import type { GpioLine, GpioLines } from '../../../drivers/gpio/lines.ts';
import type { LineFacts } from '../../platform/vocabulary/index.ts';
import { bitSignal, powerSignal } from '../nodes/signals.ts';

/** How often lines that cannot be had are asked for, and those that are held are looked at. */
const retryPeriod = 10_000;
/** So many changes of an input in so many milliseconds are noise, and heard no more until they end. */
const storm = { edges: 200, within: 100 };
/** How long a stormy input must be calm, and how long an output may show something else, before that counts. */
const patience = 1000;

interface Held {
  readonly facts: LineFacts;
  line: GpioLine | null;
  requesting: boolean;
  fault: string | null;
  /** What an output is to show as soon as it can; null when it is driven by commands alone. */
  shown: boolean | null;
  /** What an output was last set to; null before it was had. */
  driven: boolean | null;
  /** An output that never shows what it is set to: nothing can be learnt from reading it. */
  isBlind: boolean;
  /** What listeners were last told. */
  told: boolean | null;
  /** Ends the hearing of an input; null while it is not heard. */
  deafen: (() => void) | null;
  /** Changes in the present window, and when that began. */
  edges: number;
  since: number;
  /** Runs while an input may be calm, or an output may be right again. */
  timer: NodeJS.Timeout | undefined;
  readonly listeners: Set<(value: boolean) => void>;
}

/** Told of a line that cannot be had, and why; null once it can, or once the chip it is on is not `there` any more. */
export type LineReport = (name: string, fault: string | null, there: boolean) => void;

/** Who offers lines: the controller itself, and nodes that tell of their hosts. */
export interface LineSources {
  readonly gpio: GpioLines;
  readonly nodes: (node: string) => GpioLines | undefined;
}

export class Lines {
  readonly #sources: LineSources;
  readonly #held = new Map<string, Held>();
  /** Lines that are asserted for the time of a job. */
  readonly #asserted = new Set<string>();
  readonly #report: LineReport;
  readonly #isThere: (chassis: string) => boolean;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  /** `report` is told of a line that cannot be had, and of its coming; `isThere` says whether a chassis can be asked. */
  constructor(
    sources: LineSources,
    facts: Readonly<Record<string, LineFacts>>,
    report: LineReport,
    isThere: (chassis: string) => boolean = () => true,
  ) {
    this.#sources = sources;
    // Why a node does not tell is said of the node.
    this.#report = (name, ...told) => {
      if (this.#held.get(name)?.facts.node === undefined) report(name, ...told);
    };
    this.#isThere = isThere;
    for (const [name, each] of Object.entries(facts)) this.#declare(name, each);
  }

  /** Adds a line, which is asked for at once. */
  add(name: string, facts: LineFacts): void {
    void this.#request(name, this.#declare(name, facts));
  }

  /** Gives a line back for good. */
  remove(name: string): void {
    const held = this.#held.get(name);
    this.#held.delete(name);
    if (held !== undefined) this.#giveBack(held);
  }

  #declare(name: string, facts: LineFacts): Held {
    const held: Held = {
      facts,
      line: null,
      requesting: false,
      fault: null,
      shown: null,
      driven: null,
      isBlind: false,
      told: null,
      deafen: null,
      edges: 0,
      since: 0,
      timer: undefined,
      listeners: new Set(),
    };
    this.#held.set(name, held);
    return held;
  }

  /** Requests every line; those that fail are tried again in the background until `close`. */
  async open(): Promise<void> {
    this.#retry = setInterval(() => {
      for (const [name, held] of this.#held) {
        if (held.line === null) void this.#request(name, held);
        else this.#look(name, held);
      }
    }, retryPeriod).unref();
    // What a chassis carries is asked for once it is known whether the chassis is there.
    const [fixed, carried] = [false, true].map((isCarried) =>
      [...this.#held].filter(
        ([, { facts }]) => facts.node === undefined && (facts.chassis !== undefined) === isCarried,
      ),
    );
    // Those come when their nodes answer, which may be never.
    for (const [name, held] of this.#held) if (held.facts.node !== undefined) void this.#request(name, held);
    for (const some of [fixed, carried])
      await Promise.all((some ?? []).map(([name, held]) => this.#request(name, held)));
  }

  /** Chassis have come or gone, and with them the lines that they carry. */
  reconsider(): void {
    for (const [name, held] of this.#held) {
      if (held.facts.chassis === undefined) continue;
      if (this.#isThere(held.facts.chassis)) {
        if (held.line === null) void this.#request(name, held);
      } else this.#drop(name, held);
    }
  }

  /** Its chip has gone: whatever it was, it is no fault. */
  #drop(name: string, held: Held): void {
    this.#giveBack(held);
    held.driven = null;
    held.isBlind = false;
    this.#asserted.delete(name);
    if (held.fault !== null) this.#report(name, null, false);
    held.fault = null;
  }

  /** Logical value of a line; null when it cannot be read. */
  get(name: string | undefined): boolean | null {
    const held = name === undefined ? undefined : this.#held.get(name);
    if (held?.line == null) return null;
    try {
      return held.line.get();
    } catch {
      return null;
    }
  }

  /** Drives an output. @throws DeviceError */
  set(name: string, value: boolean): void {
    const held = this.#held.get(name);
    if (held?.line == null)
      throw new DeviceError('no-bus', `line ${name}`, held?.fault ?? 'it has not been opened');
    held.line.set(value);
    held.driven = value;
    if (held.shown !== null) held.shown = value;
    // As for an input, whose edges come in a turn of their own.
    queueMicrotask(() => this.#tell(held, value));
  }

  /** Has an output show `value`, now or as soon as it can. */
  show(name: string, value: boolean): void {
    const held = this.#held.get(name);
    if (held === undefined || held.shown === value) return;
    held.shown = value;
    this.#catchUp(held);
  }

  /** Asserts an output while `job` runs; it is released whatever comes of it. @throws DeviceError, what the job throws */
  async during<T>(name: string, job: () => Promise<T>): Promise<T> {
    this.set(name, true);
    this.#asserted.add(name);
    try {
      return await job();
    } finally {
      // `close` may have released it meanwhile.
      if (this.#asserted.delete(name)) this.#release(name);
    }
  }

  /** Calls `listener` with each change of an input, with what an output is set to, and once when the line comes. */
  watch(name: string | undefined, listener: (value: boolean) => void): void {
    if (name !== undefined) this.#held.get(name)?.listeners.add(listener);
  }

  /** Releases what is asserted for a time, and gives all lines back. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#retry);
    for (const name of this.#asserted) {
      try {
        this.set(name, false);
      } catch {
        // Nobody is left to try again.
      }
    }
    this.#asserted.clear();
    for (const held of this.#held.values()) this.#giveBack(held);
  }

  #giveBack(held: Held): void {
    clearTimeout(held.timer);
    held.deafen = null;
    held.told = null;
    held.line?.close();
    held.line = null;
  }

  #release(name: string): void {
    try {
      this.set(name, false);
    } catch (error) {
      const held = this.#held.get(name);
      if (held !== undefined) held.shown = false;
      throw error;
    }
  }

  /** A line that cannot be driven now is driven at the next look. */
  #catchUp(held: Held): void {
    const { line, shown } = held;
    try {
      if (line === null || shown === null || line.get() === shown) return;
      line.set(shown);
      held.driven = shown;
    } catch {
      // The next look tries again.
    }
  }

  /** Finds what no edge tells: a chip that has gone or was reset, an edge that was lost. */
  #look(name: string, held: Held): void {
    this.#catchUp(held);
    const { line, driven } = held;
    let value: boolean;
    try {
      if (line === null) return;
      value = line.get();
    } catch (error) {
      this.#lost(name, held, error);
      return;
    }
    if (held.facts.direction === 'in') {
      if (held.deafen === null) this.#listenAgain(name, held);
      else if (held.told !== null && held.told !== value) this.#tell(held, value);
    } else if (driven !== null && driven !== value && !held.isBlind) this.#driveAgain(name, held, driven);
  }

  /** The chip that a line is on has gone; it is asked for until it is back. */
  #lost(name: string, held: Held, error: unknown): void {
    this.#giveBack(held);
    const fault = error instanceof Error ? error.message : String(error);
    if (held.fault === null) this.#report(name, fault, true);
    held.fault = fault;
    void this.#request(name, held);
  }

  /** An output does not show what it was set to: somebody else pulls at it for a moment, or its chip was reset. */
  #driveAgain(name: string, held: Held, driven: boolean): void {
    const shows = () => {
      held.line?.set(driven);
      return held.line?.get() === driven;
    };
    try {
      if (shows()) return;
    } catch (error) {
      this.#lost(name, held, error);
      return;
    }
    clearTimeout(held.timer);
    held.timer = setTimeout(() => {
      try {
        if (held.line === null || held.driven !== driven || shows()) return;
      } catch {
        // Said below.
      }
      void this.#renew(name, held, driven);
    }, patience).unref();
  }

  /** A chip that was reset has forgotten that the line is an output: a new request says so again. */
  async #renew(name: string, held: Held, driven: boolean): Promise<void> {
    this.#giveBack(held);
    await this.#request(name, held, (line) => {
      if (line.get() !== driven) {
        // No chip is the cause: this one does not read its outputs back.
        held.isBlind = true;
        return;
      }
      this.#report(
        name,
        'it did not show what it was set to; its chip was reset, and it has been set again',
        true,
      );
      this.#tell(held, !driven);
      this.#report(name, null, true);
    });
  }

  /** An input changes so often that nothing else would be done, and what it says means nothing: the last value holds. */
  #deafen(name: string, held: Held): void {
    held.deafen?.();
    held.deafen = null;
    const fault = `it changes more than ${(1000 * storm.edges) / storm.within} times a second; it is not heeded until it is calm`;
    if (held.fault === null) this.#report(name, fault, true);
    held.fault = fault;
  }

  #listenAgain(name: string, held: Held): void {
    this.#listen(name, held);
    clearTimeout(held.timer);
    held.timer = setTimeout(() => {
      if (held.deafen === null) return;
      if (held.fault !== null) this.#report(name, null, true);
      held.fault = null;
      const value = this.get(name);
      if (value !== null && value !== held.told) this.#tell(held, value);
    }, patience).unref();
  }

  #listen(name: string, held: Held): void {
    held.edges = 0;
    held.deafen =
      held.line?.onChange((value) => {
        if (held.deafen === null) return;
        const now = performance.now();
        if (now - held.since > storm.within) {
          held.since = now;
          held.edges = 0;
        }
        held.edges += 1;
        if (held.edges > storm.edges) this.#deafen(name, held);
        else this.#tell(held, value);
      }) ?? null;
  }

  /** `had` looks at the line once it is there. */
  async #request(name: string, held: Held, had?: (line: GpioLine) => void): Promise<void> {
    const { chassis } = held.facts;
    const isGone = () =>
      this.#closed || this.#held.get(name) !== held || (chassis !== undefined && !this.#isThere(chassis));
    if (held.requesting || held.line !== null || isGone()) return;
    held.requesting = true;
    try {
      const line = await this.#open(name, held);
      if (isGone()) line.close();
      else this.#take(name, held, line, had);
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      if (isGone()) return;
      if (held.fault === null) this.#report(name, fault, true);
      held.fault = fault;
    } finally {
      held.requesting = false;
    }
  }

  async #open(name: string, { facts, driven }: Held): Promise<GpioLine> {
    const initial = driven ?? facts.initial ?? false;
    const { node, bit } = facts;
    const source = node === undefined ? this.#sources.gpio : this.#sources.nodes(node);
    if (source === undefined)
      throw new DeviceError('no-bus', `line ${name}`, `there is no node "${node}" to ask for it`);
    const own = bit === undefined ? powerSignal : bitSignal(bit);
    return source.request({
      line: node === undefined ? (facts.line ?? name) : own,
      direction: facts.direction,
      activeLow: facts.activeLow ?? false,
      ...(facts.direction === 'out' ? { initial } : {}),
      // What it was set to before goes before what it shows: it may have been reset.
      ...(facts.keep === undefined || driven !== null ? {} : { keep: facts.keep }),
      ...(facts.bias === undefined ? {} : { bias: facts.bias }),
      ...(facts.debounce === undefined ? {} : { debounce: facts.debounce }),
    });
  }

  #take(name: string, held: Held, line: GpioLine, had?: (line: GpioLine) => void): void {
    let now: boolean | null = null;
    const isInput = held.facts.direction === 'in';
    held.line = line;
    if (isInput || held.listeners.size > 0 || had !== undefined) {
      try {
        if (isInput) this.#listen(name, held);
        now = isInput || held.driven === null ? line.get() : held.driven;
        had?.(line);
      } catch (error) {
        this.#giveBack(held);
        throw error;
      }
    }
    if (!isInput) held.driven ??= held.facts.keep === true ? now : (held.facts.initial ?? false);
    if (held.fault !== null) this.#report(name, null, true);
    held.fault = null;
    this.#catchUp(held);
    if (now !== null) this.#tell(held, now);
  }

  #tell(held: Held, value: boolean): void {
    held.told = value;
    for (const listener of held.listeners) listener(value);
  }
}
