/** All nodes of a board: what they share, and what comes and goes with them. */

import type { Duplex } from 'node:stream';
import { chassisControl, openSol, run } from 'node-ipmi';
import { DeviceError } from '../../../drivers/errors.ts';
import type { NodeFacts } from '../../platform/vocabulary/index.ts';
import type { BoardContext } from '../context.ts';
import type { HardwareFaults } from '../hardware-faults.ts';
import type { BootOverride, PowerLimit } from '../model.ts';
import type { Inventory } from '../parts/inventory.ts';
import type { BoardHost } from '../power/host.ts';
import type { HostController } from '../power/host-power.ts';
import type { BoardSensor } from '../sensing/sensor.ts';
import type { Sensors } from '../sensing/sensors.ts';
import { applyBoot, flagBytes, isBootPending } from './boot.ts';
import { BoardNode, defaultPoll } from './node.ts';
import { phaseOf } from './pace.ts';
import { applyLimit } from './power.ts';
import { answerNode } from './requests.ts';
import type { Ways } from './ways.ts';

const sweepPeriod = 250;

export interface NodesParts extends BoardContext {
  readonly ways: Ways;
  readonly sensors: Sensors;
  readonly inventory: Inventory;
  readonly faults: HardwareFaults;
  /** Hosts of the board by id; they are added after the nodes. */
  readonly hosts: ReadonlyMap<string, BoardHost>;
  /** How far the log of a node was taken over before, if ever. */
  readonly mark: (node: string) => string | undefined;
}

export class Nodes {
  readonly #parts: NodesParts;
  readonly #nodes = new Map<string, BoardNode>();
  readonly #sensors = new Map<string, ReadonlyMap<string, BoardSensor>>();
  #sweep: NodeJS.Timeout | undefined;
  #swept = 0;

  constructor(parts: NodesParts) {
    this.#parts = parts;
    parts.signals.on('availabilityChanged', () => {
      for (const node of this.#nodes.values()) node.reconsider();
    });
  }

  get all(): ReadonlyMap<string, BoardNode> {
    return this.#nodes;
  }

  /** Adds a node; it is asked from `start` on, or at once after that. `label` is what its sensors are called by. */
  add(facts: NodeFacts, chassis: string, label: string | undefined): BoardNode {
    const { ways, changes, signals, now, log, lines, availability } = this.#parts;
    const { sensors, inventory, faults, hosts, persisted, mark } = this.#parts;
    const { id, host = '', link } = facts;
    const node: BoardNode = new BoardNode(facts, chassis, {
      ...{ ways, changes, now, log },
      unavailability: () => availability.of(chassis),
      isHostOff: () => hosts.get(host)?.power.good === false,
      found: (found) => {
        const made = sensors.replaceNode(
          node,
          this.periodOf(node),
          this.#sensors.get(id) ?? new Map(),
          found,
        );
        this.#sensors.set(id, made);
        return made;
      },
      inventory: (read) => inventory.readNode(id, read),
      moved: (reachable) => signals.emit('nodeReachable', { node: id, reachable }),
      misread: (sensor, error) => faults.sensor(sensor, error),
      label: label ?? facts.name ?? id,
      mark: mark(id),
      phase: phaseOf(this.#nodes.size),
    });
    this.#nodes.set(id, node);
    lines.addNode(id, node.signals);
    if (link.kind === 'ipmb')
      ways.answer(link, (request, from) =>
        answerNode(request, from, {
          now,
          record: async (bytes) => void (await node.record(bytes)),
          postCodes: (codes) => {
            const target = hosts.get(host);
            if (target?.facts.postCodes?.node !== undefined) target.postCodes?.take(codes);
          },
          pinMoved: () => node.hurry(1_000),
          bootFlags: () => {
            const bytes = flagBytes(persisted.boot(host));
            hosts.get(host)?.oneTimeBoot.flagsRead();
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
    this.#parts.sensors.replaceNode(node, this.periodOf(node), this.#sensors.get(id) ?? new Map(), []);
    this.#parts.lines.removeNode(id);
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
