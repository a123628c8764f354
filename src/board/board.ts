/** The live machine: built from a descriptor and the hardware, kept current in the background. */
import type { Hardware } from '../../drivers/hardware.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import { worst } from './health.ts';
import {
  type Board,
  type BoardEvent,
  BoardRefusal,
  type BoardSettings,
  type BusState,
  type Fan,
  type Health,
  type LeakDetector,
  type NewNode,
  type Node,
  type PowerLimit,
  type PowerSupply,
  type Sensor,
} from './model.ts';
import type { BoardChassis } from './parts/chassis.ts';
import { type BoardOptions, Parts } from './parts/parts.ts';
import { PresentMap } from './parts/present-map.ts';
import type { BoardHost } from './power/host.ts';
import type { BoardSensor } from './sensing/sensor.ts';

export type { BoardOptions } from './parts/parts.ts';

/** Longest wait of `start` for the lines, milliseconds; those that take longer come later. */
const linesPatience = 500;
/** Longest wait of `stop` for the sampler and the fans each: a bus that hangs must not keep the daemon from ending. */
const endPatience = 500;

/** Builds the machine of a descriptor. Nothing is touched before `start`. */
export function createBoard(
  platform: Platform,
  hardware: Hardware,
  settings: BoardSettings,
  options: BoardOptions = {},
): Board {
  return new LiveBoard(platform, hardware, settings, options);
}

class LiveBoard implements Board {
  readonly platform: Platform;
  readonly sensors: ReadonlyMap<string, BoardSensor>;
  readonly hosts: ReadonlyMap<string, BoardHost>;
  readonly chassis: ReadonlyMap<string, BoardChassis>;
  readonly consoles: Board['consoles'];
  readonly fans: Board['fans'];
  readonly frus: Board['frus'];
  readonly powerSupplies: Board['powerSupplies'];
  readonly leakDetectors: Board['leakDetectors'];
  readonly drives: Board['drives'];
  readonly nodes: ReadonlyMap<string, Node>;
  readonly #parts: Parts;
  readonly #mainsRestored: boolean;
  #stopped = false;

  constructor(platform: Platform, hardware: Hardware, settings: BoardSettings, options: BoardOptions) {
    this.platform = platform;
    this.#mainsRestored = options.mainsRestored ?? false;
    const parts = new Parts(platform, hardware, settings, options);
    this.#parts = parts;
    const { presence } = parts;
    const there = <T extends { readonly chassis: string }>(all: ReadonlyMap<string, T>) =>
      presence.any ? new PresentMap(all, (part) => presence.has(part.chassis)) : all;
    this.chassis = presence.any ? new PresentMap(parts.chassis, ({ id }) => presence.has(id)) : parts.chassis;
    this.sensors = there(parts.sensors.all);
    this.hosts = there(parts.hosts.all);
    this.consoles = parts.hosts.consoles;
    this.fans = there<Fan>(parts.fans.all);
    this.frus = there(parts.inventory.frus);
    this.powerSupplies = there<PowerSupply>(parts.supplies.all);
    this.leakDetectors = there<LeakDetector>(parts.leakDetectors);
    this.nodes = there<Node>(parts.nodes.all);
    this.drives = new PresentMap(parts.drives, (drive) => drive.present && presence.has(drive.chassis));
  }

  get revision(): number {
    const { revisions } = this.#parts;
    return revisions.state() + revisions.readings();
  }

  get revisions(): Board['revisions'] {
    return this.#parts.revisions;
  }

  get generation(): number {
    return this.#parts.sensors.generation + this.#parts.moves;
  }

  get cooling(): Board['cooling'] {
    return this.#parts.fans.cooling;
  }

  get traffic(): Board['traffic'] {
    return this.#parts.sampler.traffic;
  }

  get buses(): readonly BusState[] {
    return this.#parts.faults.buses;
  }

  get health(): Health {
    return worst([...this.chassis.values(), ...this.buses].map(({ status }) => status.health));
  }

  get sampling(): boolean {
    return this.#parts.sampler.alive;
  }

  async start(): Promise<void> {
    const {
      lines,
      chassis,
      persisted,
      indicators,
      slots,
      fans,
      sampler,
      nodes,
      hosts,
      codeReaders,
      inventory,
    } = this.#parts;
    await within(linesPatience, lines.open());
    if (this.#stopped) return;
    for (const id of chassis.keys()) if (persisted.identify(id)) indicators.showIdentify(id, true);
    slots.start(this.#mainsRestored);
    for (const host of this.hosts.values())
      if (this.#mainsRestored && this.#parts.unavailabilityOf(host.chassis) === null) host.mainsRestored();
    const { ready } = this.platform.manager;
    if (ready !== undefined) lines.show(ready, true);
    void fans.start();
    sampler.start();
    nodes.start();
    for (const console of hosts.consoles.values()) console.start();
    for (const reader of codeReaders) void reader.start();
    inventory.read();
  }

  async stop(): Promise<void> {
    const { reactions, presence, panel, cycles, leakDetectors, inventory, indicators, codeReaders } =
      this.#parts;
    const { slots, sampler, fans, nodes, hosts, lines } = this.#parts;
    this.#stopped = true;
    reactions.stop();
    presence.stop();
    panel?.stop();
    for (const cycle of cycles.values()) cycle.stop();
    for (const detector of leakDetectors.values()) detector.stop();
    inventory.stop();
    indicators.stop();
    for (const console of hosts.consoles.values()) console.stop();
    for (const reader of codeReaders) reader.stop();
    await Promise.all([
      slots.stop(),
      within(endPatience, sampler.stop()),
      within(endPatience, fans.stop()),
      within(endPatience, nodes.stop()),
      ...[...hosts.all.values()].map((host) => host.stop()),
    ]);
    const { ready } = this.platform.manager;
    if (ready !== undefined) lines.show(ready, false);
    lines.close();
  }

  onEvent(listener: (event: BoardEvent) => unknown): () => void {
    return this.#parts.signals.on('event', listener);
  }

  onPostCodes(listener: Parameters<Board['onPostCodes']>[0]): () => void {
    return this.#parts.signals.on('postCodesReceived', ({ codes, over }) => listener(codes, over));
  }

  onReading(listener: (sensor: Sensor) => void): () => void {
    return this.#parts.signals.on('sensorRead', listener);
  }

  onChange(listener: () => void): () => void {
    return this.#parts.signals.on('changesSettled', listener);
  }

  async reset(id: string, type: Parameters<Board['reset']>[1]): ReturnType<Board['reset']> {
    const host = this.#host(id);
    const started = await host.reset(type);
    for (const node of this.#parts.nodes.all.values()) if (node.facts.host === id) node.hurry();
    return started;
  }

  async resetChassis(
    id: string,
    type: Parameters<Board['resetChassis']>[1],
  ): ReturnType<Board['resetChassis']> {
    const found = this.chassis.get(id)?.switch;
    if (found === undefined) throw new BoardRefusal('not-supported', `nothing switches the power of ${id}`);
    return found.reset(type);
  }

  async setIdentify(chassis: string, on: boolean): Promise<void> {
    const before = this.#parts.indicators.identify(chassis);
    if (before === null) throw new BoardRefusal('not-supported', `${chassis} has no identify light`);
    await this.#parts.indicators.setIdentify(chassis, on);
    try {
      this.#parts.persisted.setIdentify(chassis, on);
    } catch (error) {
      this.#parts.indicators.showIdentify(chassis, before);
      throw error;
    }
    this.#parts.changes.touch();
  }

  async setAssetTag(target: Parameters<Board['setAssetTag']>[0], tag: string): Promise<void> {
    if ('host' in target) {
      this.#host(target.host).setAssetTag(tag);
      return;
    }
    if (!this.chassis.has(target.chassis))
      throw new BoardRefusal('not-supported', `there is no chassis ${target.chassis}`);
    this.#parts.persisted.setAssetTag('chassis', target.chassis, tag);
    this.#parts.changes.touch();
  }

  async setRestorePolicy(host: string, policy: Parameters<Board['setRestorePolicy']>[1]): Promise<void> {
    this.#host(host).setRestorePolicy(policy);
  }

  async setBoot(id: string, boot: Parameters<Board['setBoot']>[1]): Promise<void> {
    const host = this.#host(id);
    const { power } = host.facts;
    const before = host.boot;
    // Its controller goes first: what it refuses is not kept.
    if (power.kind === 'ipmi') await this.#parts.nodes.setBoot(power.node, boot);
    try {
      host.setBoot(boot);
    } catch (error) {
      if (power.kind === 'ipmi') await this.#parts.nodes.setBoot(power.node, before).catch(() => undefined);
      throw error;
    }
  }

  async setBootRetry(host: string, settings: Parameters<Board['setBootRetry']>[1]): Promise<void> {
    this.#host(host).setBootRetry(settings);
  }

  addNode(node: NewNode): void {
    this.#parts.addNode(node);
  }

  async removeNode(id: string): Promise<void> {
    await this.#parts.removeNode(id);
  }

  async setPowerLimit(node: string, limit: PowerLimit): Promise<void> {
    await this.#parts.nodes.setPowerLimit(node, limit);
  }

  async setCooling(mode: Parameters<Board['setCooling']>[0]): Promise<void> {
    await this.#parts.fans.setMode(mode);
  }

  async setFanDuty(fan: string, percent: number): Promise<void> {
    await this.#parts.fans.setDuty(fan, percent);
  }

  #host(id: string): BoardHost {
    const host = this.hosts.get(id);
    if (host === undefined) throw new BoardRefusal('not-supported', `there is no host ${id}`);
    return host;
  }
}

/** Waits for `work`, but no longer than `milliseconds`. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, overdue]);
  clearTimeout(timer);
}
