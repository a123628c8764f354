/** All nodes of a board, and what is done with one of them by its id. */
import type { Duplex } from 'node:stream';
import { chassisControl, type IpmiRequest, type IpmiResponse, openSol, run } from 'node-ipmi';
import { DeviceError } from '../../../drivers/errors.ts';
import type { NodeFacts } from '../../platform/vocabulary/index.ts';
import type { BoardContext } from '../context.ts';
import type { HardwareFaults } from '../hardware-faults.ts';
import type { PowerLimit } from '../model/node.ts';
import type { BootOverride } from '../model/power.ts';
import { chassisScope } from '../model/revisions.ts';
import type { Inventory } from '../parts/inventory.ts';
import type { BoardHost } from '../power/host.ts';
import type { HostController } from '../power/host-power.ts';
import type { BoardSensor } from '../sensing/sensor.ts';
import type { Sensors } from '../sensing/sensors.ts';
import { StalenessChecks } from '../sensing/staleness.ts';
import { answerNode, type BmcRequests } from './bmc-requests.ts';
import { applyBoot, flagBytes, isBootPending } from './boot.ts';
import { BoardNode } from './node.ts';
import { phaseOf } from './polling-phase.ts';
import { applyLimit } from './power-limit.ts';
import type { FoundSensor } from './records.ts';
import type { IpmiTransports } from './transports.ts';

/** How long the levels are polled fast after a pin of a bridge IC has changed, milliseconds. */
const pinTime = 1_000;

export interface NodesParts extends BoardContext {
  readonly transports: IpmiTransports;
  readonly sensors: Sensors;
  readonly inventory: Inventory;
  readonly faults: HardwareFaults;
  /** Hosts of the board by id; they are added after the nodes. */
  readonly hosts: ReadonlyMap<string, BoardHost>;
  /** How far the log of a node was taken over before, if ever. */
  readonly mark: (node: string) => string | undefined;
  readonly answerHost: AnswerHost;
}

/** Answers a host by its own table of commands; `record` takes what it logs. Undefined for a host without one. */
export type AnswerHost = (
  host: string,
  request: IpmiRequest,
  record: (bytes: Uint8Array) => Promise<void>,
) => Promise<IpmiResponse> | undefined;

export class Nodes {
  readonly #parts: NodesParts;
  readonly #nodes = new Map<string, BoardNode>();
  readonly #sensors = new Map<string, ReadonlyMap<string, BoardSensor>>();
  readonly #staleness = new StalenessChecks((now) => {
    for (const node of this.#nodes.values()) node.checkStale(now);
  });

  constructor(parts: NodesParts) {
    this.#parts = parts;
    parts.signals.on('availabilityChanged', () => {
      for (const node of this.#nodes.values()) node.reevaluate();
    });
  }

  get all(): ReadonlyMap<string, BoardNode> {
    return this.#nodes;
  }

  /** Adds a node; it is polled from `start` on, or at once after that. `label` is the prefix of its sensors' names. */
  add(facts: NodeFacts, chassis: string, label: string | undefined): BoardNode {
    const { transports, signals, now, log, lines, availability } = this.#parts;
    const { inventory, faults, hosts, mark } = this.#parts;
    const { id, host = '', link } = facts;
    const node: BoardNode = new BoardNode(facts, chassis, {
      transports,
      now,
      log,
      changed: () => signals.emit('stateChanged', chassisScope(chassis)),
      emit: (event) => signals.deliver('event', event),
      unavailability: () => availability.of(chassis),
      isHostOff: () => hosts.get(host)?.power.good === false,
      declare: (found) => this.#declare(node, found),
      inventory: (read) => inventory.readNode(id, read),
      reachable: (reachable) => signals.emit('nodeReachable', { node: id, reachable }),
      reportFault: (sensor, error) => faults.sensor(sensor, error),
      label: label ?? facts.name ?? id,
      mark: mark(id),
      phase: phaseOf(this.#nodes.size),
    });
    this.#nodes.set(id, node);
    lines.addNode(id, node.lines);
    if (link.kind === 'ipmb') {
      const requests = this.#bmcRequests(node, host);
      transports.answer(link, (request, from) => answerNode(request, from, requests));
    }
    if (this.#staleness.isStarted) node.start();
    return node;
  }

  /** Removes a node and all its sensors. */
  async remove(id: string): Promise<void> {
    const node = this.#nodes.get(id);
    if (node === undefined) return;
    const removed = node.remove();
    this.#nodes.delete(id);
    this.#declare(node, []);
    this.#sensors.delete(id);
    this.#parts.lines.removeNode(id);
    await removed;
  }

  start(): void {
    for (const node of this.#nodes.values()) node.start();
    this.#staleness.start();
  }

  async stop(): Promise<void> {
    this.#staleness.stop();
    await Promise.all([...this.#nodes.values()].map((node) => node.stop()));
    this.#parts.transports.close();
  }

  /** Chassis Control of a node. */
  controllerOf(id: string): HostController {
    return {
      control: async (action) => {
        const node = this.#of(id);
        await node.use((target) => run(target, chassisControl, action));
        node.pollFast();
      },
    };
  }

  /** Opens the serial console of a node. @throws DeviceError, IpmiError */
  async console(id: string): Promise<Duplex> {
    const { lan } = await this.#of(id).connect();
    if (lan === null)
      throw new DeviceError(
        'unsupported',
        id,
        'its link is no network: serial over LAN needs `link: { kind: lan }`',
      );
    return openSol(lan, { takeover: true });
  }

  /** @throws DeviceError, BoardRefusal */
  async setBoot(id: string, boot: BootOverride): Promise<void> {
    await this.#of(id).use((target) => applyBoot(target, boot));
  }

  /** Whether the controller still holds a boot override. @throws DeviceError */
  isBootPending(id: string): Promise<boolean> {
    return this.#of(id).use(isBootPending);
  }

  /** @throws DeviceError, BoardRefusal */
  async setPowerLimit(id: string, limit: PowerLimit): Promise<void> {
    const node = this.#of(id);
    await node.use((target) => applyLimit(target, limit));
    await node.refreshIdentity();
  }

  #of(id: string): BoardNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new DeviceError('no-bus', id, 'the board has no such node');
    return node;
  }

  /** Declares the sensors of a node to the board. */
  #declare(node: BoardNode, found: readonly FoundSensor[]): ReadonlyMap<string, BoardSensor> {
    const before = this.#sensors.get(node.id) ?? new Map();
    const declared = this.#parts.sensors.replaceNode(node, node.period, before, found);
    this.#sensors.set(node.id, declared);
    return declared;
  }

  /** Handler of requests from the node, or its host, over the IPMB. */
  #bmcRequests(node: BoardNode, host: string): BmcRequests {
    const { hosts, persisted, now, answerHost } = this.#parts;
    return {
      now,
      answerHost: (request) => answerHost(host, request, (bytes) => node.received(bytes)),
      record: (bytes) => node.received(bytes),
      postCodes: (codes) => {
        const target = hosts.get(host);
        if (target?.facts.postCodes?.node !== undefined) target.postCodes?.receive(codes);
      },
      pinMoved: () => node.pollFast(pinTime),
      bootFlags: () => {
        const bytes = flagBytes(persisted.boot(host));
        hosts.get(host)?.bootControl.flagsRead();
        return bytes;
      },
    };
  }
}
