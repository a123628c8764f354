/** All nodes of a board: what they share, and what comes and goes with them. */

import type { Duplex } from 'node:stream';
import { chassisControl, openSol, run } from 'node-ipmi';
import { DeviceError } from '../../../drivers/errors.ts';
import type { NodeFacts } from '../../platform/vocabulary/index.ts';
import type { Changes } from '../changes.ts';
import type { BootOverride, PowerLimit } from '../model.ts';
import type { HostController } from '../power/host-power.ts';
import type { BoardSensor } from '../sensing/sensor.ts';
import type { Unavailability } from '../sensing/unavailability.ts';
import { applyBoot, flagBytes, isBootPending } from './boot.ts';
import { BoardNode, defaultPoll } from './node.ts';
import { phaseOf } from './pace.ts';
import { applyLimit } from './power.ts';
import type { FoundSensor } from './records.ts';
import { answerNode } from './requests.ts';
import type { Ways } from './ways.ts';

const sweepPeriod = 250;

export interface NodesParts {
  readonly ways: Ways;
  readonly changes: Changes;
  readonly unavailability: (chassis: string) => Unavailability | null;
  readonly isHostOff: (host: string | undefined) => boolean;
  /** The board takes the sensors that a node turned out to have, and lets go of those that it no more has. */
  readonly found: (
    node: BoardNode,
    before: ReadonlyMap<string, BoardSensor>,
    sensors: readonly FoundSensor[],
  ) => ReadonlyMap<string, BoardSensor>;
  readonly inventory: (node: string, read: (number: number) => Promise<Uint8Array>) => Promise<void>;
  readonly moved: (node: BoardNode, there: boolean) => void;
  readonly misread: (sensor: BoardSensor, error: DeviceError | null) => void;
  /** How the host of a node is to boot. */
  readonly boot: (host: string | undefined) => BootOverride;
  /** Its firmware has been told. */
  readonly bootTaken: (host: string) => void;
  readonly postCodes: (host: string, codes: readonly number[]) => void;
  readonly mark: (node: string) => string | undefined;
  readonly now: () => Date;
  readonly log: (message: string, detail: object) => void;
}

export class Nodes {
  readonly #parts: NodesParts;
  readonly #nodes = new Map<string, BoardNode>();
  readonly #sensors = new Map<string, ReadonlyMap<string, BoardSensor>>();
  #sweep: NodeJS.Timeout | undefined;
  #swept = 0;

  constructor(parts: NodesParts) {
    this.#parts = parts;
  }

  get all(): ReadonlyMap<string, BoardNode> {
    return this.#nodes;
  }

  /** Adds a node; it is asked from `start` on, or at once after that. `label` is what its sensors are called by. */
  add(facts: NodeFacts, chassis: string, label: string | undefined): BoardNode {
    const { ways, changes, now, log } = this.#parts;
    const { id, host, link } = facts;
    const node: BoardNode = new BoardNode(facts, chassis, {
      ...{ ways, changes, now, log },
      unavailability: () => this.#parts.unavailability(chassis),
      isHostOff: () => this.#parts.isHostOff(host),
      found: (sensors) => {
        const made = this.#parts.found(node, this.#sensors.get(id) ?? new Map(), sensors);
        this.#sensors.set(id, made);
        return made;
      },
      inventory: (read) => this.#parts.inventory(id, read),
      moved: (there) => this.#parts.moved(node, there),
      misread: this.#parts.misread,
      label: label ?? facts.name ?? id,
      mark: this.#parts.mark(id),
      phase: phaseOf(this.#nodes.size),
    });
    this.#nodes.set(id, node);
    if (link.kind === 'ipmb')
      ways.answer(link, (request, from) =>
        answerNode(request, from, {
          now,
          record: async (bytes) => void (await node.record(bytes)),
          postCodes: (codes) => {
            if (host !== undefined) this.#parts.postCodes(host, codes);
          },
          pinMoved: () => node.hurry(1_000),
          bootFlags: () => {
            const bytes = flagBytes(this.#parts.boot(host));
            if (host !== undefined) this.#parts.bootTaken(host);
            return bytes;
          },
        }),
      );
    if (this.#sweep !== undefined) node.start();
    return node;
  }

  /** Lets go of a node, and of all sensors that it had. */
  async remove(id: string): Promise<void> {
    const node = this.#nodes.get(id);
    if (node === undefined) return;
    const gone = node.remove();
    this.#nodes.delete(id);
    this.#parts.found(node, this.#sensors.get(id) ?? new Map(), []);
    this.#sensors.delete(id);
    await gone;
  }

  start(): void {
    for (const node of this.#nodes.values()) node.start();
    this.#swept = performance.now();
    this.#sweep = setInterval(() => this.#findStale(), sweepPeriod).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    await Promise.all([...this.#nodes.values()].map((node) => node.stop()));
    this.#parts.ways.close();
  }

  reconsider(): void {
    for (const node of this.#nodes.values()) node.reconsider();
  }

  /** The period in which a node is asked, milliseconds. */
  periodOf = ({ facts }: BoardNode): number => facts.poll ?? defaultPoll;

  /** What switches a host by its node. */
  controllerOf(id: string): HostController {
    return {
      control: async (action) => {
        const node = this.#of(id);
        await node.use((target) => run(target, chassisControl, action));
        node.hurry();
      },
    };
  }

  /** Opens the serial console of a node. @throws DeviceError, IpmiError */
  async console(id: string): Promise<Duplex> {
    const { lan } = await this.#of(id).way();
    if (lan === null) throw new DeviceError('unsupported', id, 'no network leads to it');
    return openSol(lan, { takeover: true });
  }

  /** @throws DeviceError, BoardRefusal */
  async setBoot(id: string, boot: BootOverride): Promise<void> {
    await this.#of(id).use((target) => applyBoot(target, boot));
  }

  /** Whether a boot override still waits to be used. @throws DeviceError */
  isBootPending(id: string): Promise<boolean> {
    return this.#of(id).use(isBootPending);
  }

  /** @throws DeviceError, BoardRefusal */
  async setPowerLimit(id: string, limit: PowerLimit): Promise<void> {
    const node = this.#of(id);
    await node.use((target) => applyLimit(target, limit));
    await node.renew();
  }

  #of(id: string): BoardNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new DeviceError('no-bus', id, 'there is no such node');
    return node;
  }

  #findStale(): void {
    const now = performance.now();
    const stood = now - this.#swept > 2 * sweepPeriod;
    this.#swept = now;
    // While the process itself stood still nobody could be heard.
    if (stood) return;
    for (const node of this.#nodes.values()) node.findStale(now);
  }
}
