/** The GPIO lines of the board by their names in the descriptor. Lines that are not available are requested again. */
import { DeviceError } from '../../../drivers/errors.ts';
import type { GpioLine, GpioLines, LineRequest } from '../../../drivers/gpio/lines.ts';
import type { LineFacts } from '../../platform/vocabulary/index.ts';
import { bitLine, powerLine } from '../nodes/node-lines.ts';
import type { BoardSignals } from '../signals.ts';
import { Line } from './line.ts';

/** Milliseconds between requests for lines that are not available, and between checks of those that are. */
const checkPeriod = 10_000;

export interface LinesParts {
  readonly gpio: GpioLines;
  readonly signals: BoardSignals;
  /** Receives the fault of a line; null once it is usable, or once its chip is not `present` any more. */
  readonly report: (name: string, fault: string | null, present: boolean) => void;
  /** Whether what a chassis carries can be reached. */
  readonly isPresent: (chassis: string) => boolean;
}

export class Lines {
  readonly #parts: LinesParts;
  readonly #lines = new Map<string, Line>();
  /** Lines of nodes come from the nodes. */
  readonly #nodes = new Map<string, GpioLines>();
  #timer: NodeJS.Timeout | undefined;

  constructor(facts: Readonly<Record<string, LineFacts>>, parts: LinesParts) {
    this.#parts = parts;
    for (const [name, each] of Object.entries(facts)) this.#declare(name, each);
    parts.signals.on('availabilityChanged', () => this.#reevaluate());
  }

  /** Declares the node from which the lines that name it are requested. */
  addNode(node: string, lines: GpioLines): void {
    this.#nodes.set(node, lines);
  }

  removeNode(node: string): void {
    this.#nodes.delete(node);
  }

  /** Adds a line and requests it at once. */
  add(name: string, facts: LineFacts): void {
    void this.#declare(name, facts).open();
  }

  /** Gives a line back for good. */
  remove(name: string): void {
    const line = this.#lines.get(name);
    this.#lines.delete(name);
    line?.end();
  }

  /**
   * Requests every line and resolves when all local requests have ended; failed ones are repeated until `close`. Lines of
   * nodes are not waited for: they open when their node responds, which may be never.
   */
  async open(): Promise<void> {
    this.#timer = setInterval(() => {
      for (const line of this.#lines.values()) line.check();
    }, checkPeriod).unref();
    const [remote, local] = partition([...this.#lines.values()], ({ facts }) => facts.node !== undefined);
    for (const line of remote) void line.open();
    // What a chassis carries is requested once it is known whether the chassis is present.
    const [carried, fixed] = partition(local, ({ facts }) => facts.chassis !== undefined);
    for (const lines of [fixed, carried]) await Promise.all(lines.map((line) => line.open()));
  }

  /** Releases what is asserted for a job, and gives all lines back. */
  close(): void {
    clearInterval(this.#timer);
    for (const line of this.#lines.values()) line.end();
  }

  /** Logical value of a line; null when it cannot be read. */
  get(name: string | undefined): boolean | null {
    return (name === undefined ? undefined : this.#lines.get(name))?.get() ?? null;
  }

  /** Drives an output. @throws DeviceError */
  set(name: string, value: boolean): void {
    this.#of(name).set(value);
  }

  /** Makes an output take `value`, now or as soon as it can. */
  show(name: string, value: boolean): void {
    this.#lines.get(name)?.show(value);
  }

  /** Asserts an output while `job` runs and always releases it. @throws DeviceError, what the job throws */
  async during<T>(name: string, job: () => Promise<T>): Promise<T> {
    return this.#of(name).during(job);
  }

  /** Calls `listener` with each change of an input or of the driven value, and once when the line opens. */
  watch(name: string | undefined, listener: (value: boolean) => void): void {
    if (name !== undefined) this.#lines.get(name)?.watch(listener);
  }

  #of(name: string): Line {
    const line = this.#lines.get(name);
    if (line === undefined)
      throw new DeviceError('no-bus', `line ${name}`, 'the descriptor has no line of that name');
    return line;
  }

  #declare(name: string, facts: LineFacts): Line {
    const { chassis, node } = facts;
    const line = new Line(name, facts, {
      request: (driven) => this.#request(name, facts, driven),
      // A node that does not respond reports that itself.
      report: (fault, present) => {
        if (node === undefined) this.#parts.report(name, fault, present);
      },
      isPresent: () => chassis === undefined || this.#parts.isPresent(chassis),
    });
    this.#lines.set(name, line);
    return line;
  }

  /** Chassis have come or gone, and with them the lines that they carry. */
  #reevaluate(): void {
    for (const line of this.#lines.values()) if (line.facts.chassis !== undefined) line.reevaluate();
  }

  async #request(name: string, facts: LineFacts, driven: boolean | null): Promise<GpioLine> {
    const { node } = facts;
    const source = node === undefined ? this.#parts.gpio : this.#nodes.get(node);
    if (source === undefined)
      throw new DeviceError('no-bus', `line ${name}`, `the descriptor has no node "${node}"`);
    return source.request(requestOf(name, facts, driven));
  }
}

/** What is requested of the chip or node; a value driven before takes precedence, as the chip may have been reset. */
function requestOf(name: string, facts: LineFacts, driven: boolean | null): LineRequest {
  const { node, bit, direction, activeLow = false, keep, bias, debounce } = facts;
  const ofNode = bit === undefined ? powerLine : bitLine(bit);
  return {
    line: node === undefined ? (facts.line ?? name) : ofNode,
    direction,
    activeLow,
    ...(direction === 'out' && { initial: driven ?? facts.initial ?? false }),
    ...(keep !== undefined && driven === null && { keep }),
    ...(bias !== undefined && { bias }),
    ...(debounce !== undefined && { debounce }),
  };
}

/** Splits a list into those that satisfy `test` and those that do not. */
function partition<T>(list: readonly T[], test: (each: T) => boolean): readonly [T[], T[]] {
  const yes: T[] = [];
  const no: T[] = [];
  for (const each of list) (test(each) ? yes : no).push(each);
  return [yes, no];
}
