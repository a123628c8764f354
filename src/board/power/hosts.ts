/** The hosts of a board, each with its console and its source of POST codes. */

import type { Duplex } from 'node:stream';
import type { ChassisAction } from 'node-ipmi';
import type { PostCodeDevices } from '../../../drivers/post/post-codes.ts';
import type { SerialPorts } from '../../../drivers/serial/serial.ts';
import type { HostFacts } from '../../platform/vocabulary/index.ts';
import { HostConsole } from '../console.ts';
import type { BoardContext } from '../context.ts';
import { ByChassis } from '../parts/by-chassis.ts';
import type { Presence } from '../parts/presence.ts';
import type { Sensors } from '../sensing/sensors.ts';
import { BoardHost } from './host.ts';
import type { Machines } from './machines.ts';
import { PostCodeReader } from './post-codes.ts';
import type { Slots } from './slots.ts';

export interface HostsParts extends BoardContext {
  readonly presence: Presence;
  readonly sensors: Sensors;
  readonly slots: Slots;
  readonly serial: SerialPorts;
  readonly postCodes: PostCodeDevices;
}

/** What a host needs of the nodes of the board. */
export interface HostNodes {
  controllerOf(node: string): { control(action: ChassisAction): Promise<void> };
  isBootPending(node: string): Promise<boolean>;
  console(node: string): Promise<Duplex>;
}

/** Speed of a serial port where the descriptor has none. */
const defaultBaud = 115_200;

export class Hosts {
  readonly all = new Map<string, BoardHost>();
  readonly byChassis = new ByChassis<BoardHost>();
  readonly consoles = new Map<string, HostConsole>();
  readonly #parts: HostsParts;
  readonly #postCodeReaders: PostCodeReader[] = [];
  #isStarted = false;

  constructor(parts: HostsParts) {
    this.#parts = parts;
  }

  /** Adds a host; once the hosts have started, its console starts at once. */
  add(facts: HostFacts, nodes: HostNodes, machines?: Machines): BoardHost {
    const { lines, persisted, signals, log, sensors, slots } = this.#parts;
    const { id, chassis, power } = facts;
    const host = new BoardHost(facts, {
      ...{ lines, persisted, signals, log },
      onPower: () => signals.emit('availabilityChanged', undefined),
      health: () => sensors.healthOf(id),
      isFed: () => slots.feeds(chassis),
      ...(power.kind === 'qemu' && machines !== undefined && { controller: machines.controllerOf(id) }),
      ...(power.kind === 'ipmi' && {
        controller: nodes.controllerOf(power.node),
        isBootPending: () => nodes.isBootPending(power.node),
      }),
    });
    this.all.set(id, host);
    this.byChassis.add(host);
    this.#addConsole(facts, nodes);
    this.#addPostCodes(host);
    return host;
  }

  async remove(id: string): Promise<void> {
    const host = this.all.get(id);
    if (host === undefined) return;
    this.all.delete(id);
    this.byChassis.delete(host);
    this.consoles.get(id)?.stop();
    this.consoles.delete(id);
    await host.stop();
  }

  /** A host that is present. */
  present(id: string): BoardHost | undefined {
    const host = this.all.get(id);
    return host !== undefined && this.#parts.presence.has(host.chassis) ? host : undefined;
  }

  /** Hosts in present chassis. */
  allPresent(): BoardHost[] {
    return [...this.all.values()].filter(({ chassis }) => this.#parts.presence.has(chassis));
  }

  /** After a loss of mains the restore policy of each available host applies. */
  restore(): void {
    for (const host of this.allPresent())
      if (this.#parts.availability.of(host.chassis) === null) host.mainsRestored();
  }

  start(): void {
    this.#isStarted = true;
    for (const console of this.consoles.values()) console.start();
    for (const reader of this.#postCodeReaders) void reader.start();
  }

  async stop(): Promise<void> {
    for (const console of this.consoles.values()) console.stop();
    for (const reader of this.#postCodeReaders) reader.stop();
    await Promise.all([...this.all.values()].map((host) => host.stop()));
  }

  #addConsole({ id, console: facts }: HostFacts, nodes: HostNodes): void {
    if (facts === undefined) return;
    const { persisted, signals, log, serial } = this.#parts;
    const { device, baud = defaultBaud, node = '' } = facts;
    const open = device === undefined ? () => nodes.console(node) : () => serial.open(device, baud);
    // A session over the network is opened on demand: the controller has one for all its clients.
    const keepOpen = device !== undefined;
    const console = new HostConsole(id, { persisted, signals, log, open, keepOpen });
    this.consoles.set(id, console);
    if (this.#isStarted) console.start();
  }

  #addPostCodes({ id, facts, postCodes }: BoardHost): void {
    const device = facts.postCodes?.device;
    if (device === undefined || postCodes === null) return;
    const { log, postCodes: source } = this.#parts;
    const lost = (cause: string) =>
      log.warn('the POST codes of a host are not available', { host: id, cause });
    this.#postCodeReaders.push(new PostCodeReader(device, () => source.open(device), postCodes, lost));
  }
}
