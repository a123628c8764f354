/**
 * The board's GPIO lines as wires with an electrical level. Who asks for a line brings a polarity, as at the real
 * kernel; the descriptor's polarity says what a level means to the board.
 */
import { DeviceError } from '../../drivers/errors.ts';
import type { GpioLine, GpioLines, LineRequest } from '../../drivers/gpio/lines.ts';
import type { LineFacts } from '../platform/vocabulary/index.ts';
import { unknownName } from './names.ts';

/** A change of a line. */
export interface Edge {
  /** Milliseconds of the twin's clock. */
  readonly at: number;
  /** Logical value after the change, by the polarity of the descriptor. */
  readonly asserted: boolean;
  /** Electrical level after the change. */
  readonly level: 0 | 1;
}

/** The board's side of the lines, by their keys in the descriptor. */
export interface TwinLines extends GpioLines {
  asserted(key: string): boolean;
  /** Something on the board drives an input of the controller, since `at`. */
  drive(key: string, asserted: boolean, at: number): void;
  /** Has these inputs change all the time, and nobody drive these outputs until they are requested again. */
  trouble(stormy: ReadonlySet<string>, released: ReadonlySet<string>): void;
  /** @throws TwinError for an unknown line, or one of the other direction */
  check(key: string, direction: 'in' | 'out'): void;
  /** The chips of the outputs on these carriers lose their power: nothing is driven. */
  fall(on: (chassis: string | undefined) => boolean): void;
  /** Something on the board watches an output of the controller; called at once with each change. */
  watch(key: string, listener: (asserted: boolean) => void): void;
  /** Newest last. @throws TwinError for an unknown line; key or kernel name. */
  edges(name: string): readonly Edge[];
}

interface Wire {
  readonly name: string;
  readonly facts: LineFacts;
  level: 0 | 1;
  held: boolean;
  /** Its chip has forgotten that it is an output. */
  released: boolean;
  readonly edges: Edge[];
  readonly watchers: Set<(asserted: boolean) => void>;
  /** Called with the level, in a later turn. */
  readonly listeners: Set<(level: 0 | 1) => void>;
}

const keptEdges = 1000;
/** A storm: 100,000 edges a second. */
const stormPeriod = 5;
const stormEdges = 500;

const levelOf = (asserted: boolean, activeLow = false): 0 | 1 => (asserted !== activeLow ? 1 : 0);
const assertedAt = (level: 0 | 1, activeLow = false) => (level === 1) !== activeLow;

/**
 * `settle` brings the board up to the present moment; it runs before a line is read. `isThere` says whether the chassis
 * that carries the chip of a line is plugged in.
 */
export function createLines(
  declared: Readonly<Record<string, LineFacts>>,
  now: () => number,
  settle: () => void,
  isThere: (chassis: string | undefined) => boolean = () => true,
  requested: (key: string) => void = () => undefined,
): TwinLines {
  let stormy: readonly Wire[] = [];
  let weather: NodeJS.Timeout | undefined;
  const byKey = new Map<string, Wire>();
  const byName = new Map<string, Wire>();
  for (const [key, facts] of Object.entries(declared)) {
    const name = facts.line ?? key;
    const wire: Wire = {
      name,
      facts,
      level: levelOf(false, facts.activeLow),
      held: false,
      released: false,
      edges: [],
      watchers: new Set(),
      listeners: new Set(),
    };
    byKey.set(key, wire);
    byName.set(name, wire);
  }

  function move(wire: Wire, level: 0 | 1, at = now()): void {
    if (wire.level === level) return;
    wire.level = level;
    const asserted = assertedAt(level, wire.facts.activeLow);
    wire.edges.push({ at, asserted, level });
    if (wire.edges.length > keptEdges) wire.edges.shift();
    for (const watcher of wire.watchers) watcher(asserted);
    for (const listener of wire.listeners) queueMicrotask(() => listener(level));
  }

  function open(wire: Wire, { direction, activeLow, initial = false, keep }: LineRequest): GpioLine {
    const own = new Set<(level: 0 | 1) => void>();
    let closed = false;
    wire.held = true;
    wire.released = false;
    const check = () => {
      if (closed) throw new DeviceError('no-bus', wire.name, 'the line has been given back');
      if (!isThere(wire.facts.chassis)) throw new DeviceError('no-bus', wire.name, 'its chip has gone');
    };
    if (direction === 'out' && keep !== true) move(wire, levelOf(initial, activeLow));
    return {
      name: wire.name,
      get() {
        check();
        settle();
        return assertedAt(wire.level, activeLow);
      },
      set(value) {
        check();
        if (direction === 'in') throw new DeviceError('unsupported', wire.name, 'is requested as an input');
        settle();
        if (!wire.released) move(wire, levelOf(value, activeLow));
      },
      onChange(listener) {
        const heard = (level: 0 | 1) => {
          if (own.has(heard)) listener(assertedAt(level, activeLow));
        };
        const end = () => {
          own.delete(heard);
          wire.listeners.delete(heard);
        };
        check();
        own.add(heard);
        wire.listeners.add(heard);
        return end;
      },
      close() {
        if (closed) return;
        closed = true;
        wire.held = false;
        for (const heard of own) wire.listeners.delete(heard);
        own.clear();
      },
    };
  }

  return {
    async request(request) {
      const wire = byName.get(request.line);
      if (!wire || !isThere(wire.facts.chassis))
        throw new DeviceError('no-bus', request.line, 'the machine has no such line');
      if (wire.held) throw new DeviceError('held', wire.name, 'the line is in use');
      if (request.direction === 'out' && wire.facts.direction === 'in') {
        throw new DeviceError(
          'unsupported',
          wire.name,
          'the board drives this line; it can only be an input',
        );
      }
      settle();
      const line = open(wire, request);
      for (const [key, each] of byKey) if (each === wire) requested(key);
      return line;
    },
    async inspect(name) {
      const wire = byName.get(name);
      if (!wire || !isThere(wire.facts.chassis))
        throw new DeviceError('no-bus', name, 'the machine has no such line');
      return { place: `twin line ${name}`, holder: wire.held ? 'somebody else' : null };
    },
    async close() {
      clearInterval(weather);
      for (const wire of byKey.values()) wire.listeners.clear();
    },
    asserted(key) {
      const wire = byKey.get(key);
      return wire !== undefined && assertedAt(wire.level, wire.facts.activeLow);
    },
    drive(key, asserted, at) {
      const wire = byKey.get(key);
      if (wire) move(wire, levelOf(asserted, wire.facts.activeLow), at);
    },
    trouble(stormyKeys, releasedKeys) {
      for (const [key, wire] of byKey) {
        if (!releasedKeys.has(key)) continue;
        wire.released = true;
        move(wire, levelOf(false, wire.facts.activeLow));
      }
      stormy = [...byKey].flatMap(([key, wire]) => (stormyKeys.has(key) ? [wire] : []));
      clearInterval(weather);
      if (stormy.length > 0) {
        weather = setInterval(() => {
          for (const wire of stormy)
            for (let edge = 0; edge < stormEdges; edge++) move(wire, wire.level === 1 ? 0 : 1);
        }, stormPeriod).unref();
      }
    },
    check(key, direction) {
      const wire = byKey.get(key);
      const keys = [...byKey].filter(([, { facts }]) => facts.direction === direction).map(([each]) => each);
      if (wire?.facts.direction !== direction)
        throw unknownName(key, keys, direction === 'in' ? 'input' : 'output');
    },
    fall(on) {
      for (const wire of byKey.values()) {
        const { direction, chassis, activeLow } = wire.facts;
        if (direction === 'out' && on(chassis)) move(wire, levelOf(false, activeLow));
      }
    },
    watch(key, listener) {
      byKey.get(key)?.watchers.add(listener);
    },
    edges(name) {
      settle();
      const wire = byKey.get(name) ?? byName.get(name);
      if (!wire) throw unknownName(name, [...byKey.keys()], 'line');
      return [...wire.edges];
    },
  };
}
