/** The GPIO lines of the simulated board, by their keys in the descriptor. */
import { DeviceError } from '../../drivers/errors.ts';
import type { GpioLine, GpioLines, LineInspection, LineRequest } from '../../drivers/gpio/lines.ts';
import type { LineFacts } from '../platform/vocabulary/index.ts';
import { unknownName } from './names.ts';
import { type Edge, Wire } from './wire.ts';

export type { Edge };

export interface LineSurroundings {
  /** Milliseconds of the simulator's clock. */
  readonly now: () => number;
  /** Brings the board up to the present moment; called before a line is read or set. */
  settle(): void;
  /** Whether the chassis that carries the chip of a line is plugged in. */
  isPresent(chassis: string | undefined): boolean;
  /** The controller requested a line. */
  requested(key: string): void;
}

/** A storm makes 100,000 edges a second: so many every so many milliseconds. */
const storm = { edges: 500, period: 5 } as const;

export class TwinLines {
  /** The lines as the drivers request them. */
  readonly transport: GpioLines = {
    request: (request) => this.#request(request),
    inspect: (name) => this.#inspect(name),
    close: () => this.close(),
  };
  readonly #around: LineSurroundings;
  readonly #byKey: ReadonlyMap<string, Wire>;
  readonly #byName: ReadonlyMap<string, Wire>;
  #stormy: readonly Wire[] = [];
  #stormTimer: NodeJS.Timeout | undefined;

  constructor(declared: Readonly<Record<string, LineFacts>>, around: LineSurroundings) {
    this.#around = around;
    this.#byKey = new Map(
      Object.entries(declared).map(([key, facts]) => [key, new Wire(facts.line ?? key, facts, around.now)]),
    );
    this.#byName = new Map([...this.#byKey.values()].map((wire) => [wire.name, wire]));
  }

  async close(): Promise<void> {
    clearInterval(this.#stormTimer);
    for (const wire of this.#byKey.values()) wire.close();
  }

  asserted(key: string): boolean {
    return this.#byKey.get(key)?.isAsserted === true;
  }

  /** The board drives an input of the controller, since `at`. */
  drive(key: string, asserted: boolean, at: number): void {
    this.#byKey.get(key)?.assert(asserted, at);
  }

  /** Makes these inputs change without a pause, and leaves these outputs undriven until they are requested again. */
  setTrouble(stormy: ReadonlySet<string>, released: ReadonlySet<string>): void {
    for (const [key, wire] of this.#byKey) if (released.has(key)) wire.release();
    this.#stormy = [...this.#byKey].flatMap(([key, wire]) => (stormy.has(key) ? [wire] : []));
    clearInterval(this.#stormTimer);
    if (this.#stormy.length === 0) return;
    this.#stormTimer = setInterval(() => {
      for (const wire of this.#stormy) for (let edge = 0; edge < storm.edges; edge++) wire.toggle();
    }, storm.period).unref();
  }

  /** @throws TwinError for an unknown line, or one of the other direction */
  check(key: string, direction: 'in' | 'out'): void {
    if (this.#byKey.get(key)?.facts.direction === direction) return;
    const keys = [...this.#byKey].filter(([, { facts }]) => facts.direction === direction);
    const kind = direction === 'in' ? 'input' : 'output';
    throw unknownName(
      key,
      keys.map(([each]) => each),
      kind,
    );
  }

  /** The chips of outputs on these chassis lost their power: the outputs are deasserted. */
  deassertOutputs(isUnpowered: (chassis: string | undefined) => boolean): void {
    for (const wire of this.#byKey.values())
      if (wire.facts.direction === 'out' && isUnpowered(wire.facts.chassis)) wire.assert(false);
  }

  /** Calls `listener` synchronously at each change of an output of the controller. */
  watch(key: string, listener: (asserted: boolean) => void): void {
    this.#byKey.get(key)?.watchers.add(listener);
  }

  /** The last changes of a line, newest last. @throws TwinError for an unknown key or kernel name */
  edges(name: string): readonly Edge[] {
    this.#around.settle();
    const wire = this.#byKey.get(name) ?? this.#byName.get(name);
    if (!wire) throw unknownName(name, [...this.#byKey.keys()], 'line');
    return [...wire.edges];
  }

  /** @throws DeviceError `no-bus`, `held`, or `unsupported` for an output on a line that the board drives */
  async #request(request: LineRequest): Promise<GpioLine> {
    const wire = this.#existing(request.line);
    if (wire.isHeld) throw new DeviceError('held', wire.name, 'the line is in use');
    if (request.direction === 'out' && wire.facts.direction === 'in') {
      const message = 'the board drives this line; it can only be an input';
      throw new DeviceError('unsupported', wire.name, message);
    }
    this.#around.settle();
    const line = wire.open(request, {
      settle: this.#around.settle,
      isPresent: () => this.#around.isPresent(wire.facts.chassis),
    });
    for (const [key, each] of this.#byKey) if (each === wire) this.#around.requested(key);
    return line;
  }

  async #inspect(name: string): Promise<LineInspection> {
    const wire = this.#existing(name);
    return { place: `twin line ${name}`, holder: wire.isHeld ? 'another process' : null };
  }

  #existing(name: string): Wire {
    const wire = this.#byName.get(name);
    if (wire && this.#around.isPresent(wire.facts.chassis)) return wire;
    throw new DeviceError('no-bus', name, 'the machine has no such line');
  }
}
