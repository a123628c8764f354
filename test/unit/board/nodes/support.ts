/** Two servers with controllers of their own on two buses of the twin, in the time of the tests. */
import { IpmbBus, type IpmbLink, type Target } from 'node-ipmi';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { createTwin, type Twin } from '../../../../src/twin/twin.ts';
import { type Bench, type BenchOptions, pass, startBench } from '../support.ts';

export const period = 1000;
/** What does not answer is told of within so many milliseconds. */
export const patience = 2 * period + 750;

type Name = 'a' | 'b';

const host = (id: Name) =>
  ({
    ...{ id, chassis: id, power: { kind: 'ipmi', node: `bmc-${id}` } as const },
    postCodes: { node: `bmc-${id}` },
  }) as const;
const node = (id: Name, bus: number) =>
  ({
    ...{ id: `bmc-${id}`, name: `BMC ${id}`, chassis: id, host: id, poll: period },
    link: { kind: 'ipmb', bus, address: 0x20 },
  }) as const;

export const pair: Platform = {
  ...{ id: 'pair', name: 'Pair', manager: { id: 'bmc' } },
  buses: [{ bus: 1 }, { bus: 2 }],
  chassis: [
    { id: 'rack', type: 'Rack' },
    { id: 'a', type: 'Sled', containedBy: 'rack', present: 'A_PRESENT' },
    { id: 'b', type: 'Sled', containedBy: 'rack' },
  ],
  lines: { A_PRESENT: { direction: 'in' } },
  nodes: [node('a', 1), node('b', 2)],
  hosts: [host('a'), host('b')],
  frus: [{ id: 'a', node: 'bmc-a', chassis: 'a' }],
  indicators: [{ id: 'a', kind: 'identify', node: 'bmc-a', chassis: 'a' }],
};

/** What the board has on each bus, and a second master there for the tests. */
export class Taps {
  readonly #taps = new Map<number, IpmbBus>();
  /** 8-bit addresses that requests of the board went to, by bus, since `forget`. */
  readonly sent = new Map<number, number[]>();
  /** What the board gets may be changed on the way. */
  change: (bus: number, message: Uint8Array) => Uint8Array | undefined = (_, message) => message;
  /** How often each bus was opened. */
  opened = 0;

  open(bus: number, link: IpmbLink): IpmbLink {
    this.opened += 1;
    const side: IpmbLink = {
      onMessage: undefined,
      send: (message) => link.send(message),
      close: () => undefined,
    };
    const main: IpmbLink = {
      onMessage: undefined,
      send: (message) => {
        this.sent.set(bus, [...(this.sent.get(bus) ?? []), message[0] ?? 0]);
        return link.send(message);
      },
      close: () => link.close(),
    };
    link.onMessage = (message) => {
      side.onMessage?.(message);
      const changed = this.change(bus, message);
      if (changed !== undefined) main.onMessage?.(changed);
    };
    this.#taps.set(bus, new IpmbBus(side, { address: 0x24, retries: 0 }));
    return main;
  }

  /** The controller at the address of all of them, seen from another master. */
  node(bus: number): Target {
    const tap = this.#taps.get(bus);
    if (tap === undefined) throw new Error(`nobody has opened bus ${bus}`);
    return tap.node(0x40);
  }
}

export interface NodeBench extends Bench {
  readonly taps: Taps;
  node(id: Name): NonNullable<ReturnType<Bench['board']['nodes']['get']>>;
  /** Ids of the sensors of a node, sorted. */
  sensorsOf(id: Name): string[];
  /** One of its sensors was read within the last two periods. */
  isFresh(id: Name): boolean;
}

/** What comes of a promise while time passes; `pending` after a minute. */
export async function settled(work: Promise<unknown>): Promise<string> {
  let over = 'pending';
  void work.then(
    () => {
      over = 'done';
    },
    (error: Error) => {
      over = error.message;
    },
  );
  for (let turn = 0; over === 'pending' && turn < 120; turn++) await pass(500);
  return over;
}

/** Both nodes have been found and read, unless it is to be too early for that. */
export async function startPair(options: BenchOptions = {}, settle = 5000): Promise<NodeBench> {
  const platform = options.platform ?? pair;
  const taps = new Taps();
  const ipmi = (twin: Twin) => ({
    ipmi: { ...twin.ipmi, ipmb: (bus: number) => taps.open(bus, twin.ipmi.ipmb(bus)) },
  });
  const b = await startBench({
    hardware: ipmi,
    ...options,
    ...{ platform, twin: options.twin ?? createTwin(platform) },
  });
  await pass(settle);
  b.told();
  // What a bench has is asked for when it is needed, so it is not copied.
  return Object.assign(Object.create(b) as Bench, {
    taps,
    node(id: Name) {
      const found = b.board.nodes.get(`bmc-${id}`);
      if (found === undefined) throw new Error(`the board has no node bmc-${id}`);
      return found;
    },
    sensorsOf: (id: Name) =>
      [...b.board.sensors.values()].flatMap((each) => (each.device === `bmc-${id}` ? each.id : [])).sort(),
    isFresh(id: Name) {
      const time = b.sensor(`bmc-${id}_Inlet_Temp`).readingTime?.getTime() ?? 0;
      return Date.now() - time <= 2 * Math.max(period, b.sensor(`bmc-${id}_Inlet_Temp`).period);
    },
  });
}
