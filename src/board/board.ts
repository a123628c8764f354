/** The live machine: built from a descriptor and the hardware, kept current in the background. */
import type { Hardware } from '../../drivers/hardware.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import { AddedNodes } from './added-nodes.ts';
import { type BoardOptions, type Components, createComponents } from './components.ts';
import { worst } from './health.ts';
import { type LifeCycle, lifeCycles, within } from './life-cycles.ts';
import type { Board, BoardSettings } from './model/board.ts';
import type { BoardEvent } from './model/event.ts';
import type { NewNode, PowerLimit } from './model/node.ts';
import type { BootOverride } from './model/power.ts';
import { BoardRefusal } from './model/refusal.ts';
import { chassisScope } from './model/revisions.ts';
import type { Sensor, ThresholdSettings } from './model/sensor.ts';
import type { Health } from './model/status.ts';
import { PresentMap } from './parts/present-map.ts';
import type { BoardHost } from './power/host.ts';

export type { BoardOptions } from './components.ts';

/** Longest wait of `start` for the lines, milliseconds; those that take longer open later. */
const linesPatience = 500;
/** Builds the machine of a descriptor. Nothing is touched before `start`. */
export function createBoard(
  platform: Platform,
  hardware: Hardware,
  settings: BoardSettings,
  options: BoardOptions = {},
): Board {
  return new LiveBoard(platform, createComponents(platform, hardware, settings, options), options);
}

class LiveBoard implements Board {
  readonly platform: Platform;
  readonly sensors: Board['sensors'];
  readonly hosts: ReadonlyMap<string, BoardHost>;
  readonly chassis: Board['chassis'];
  readonly consoles: Board['consoles'];
  readonly fans: Board['fans'];
  readonly frus: Board['frus'];
  readonly powerSupplies: Board['powerSupplies'];
  readonly leakDetectors: Board['leakDetectors'];
  readonly drives: Board['drives'];
  readonly nodes: Board['nodes'];
  readonly revisions: Board['revisions'];
  readonly #components: Components;
  readonly #addedNodes: AddedNodes;
  readonly #lifeCycles: readonly LifeCycle[];
  #isStopped = false;

  constructor(platform: Platform, components: Components, { mainsRestored = false }: BoardOptions) {
    this.platform = platform;
    this.#components = components;
    this.#addedNodes = new AddedNodes(components);
    this.#lifeCycles = lifeCycles(platform, components, mainsRestored);
    this.revisions = components.revisions;
    const { presence, chassis, sensors, hosts, fans, inventory, supplies, leakDetectors, nodes, drives } =
      components;
    const present = <T extends { readonly chassis: string }>(all: ReadonlyMap<string, T>) =>
      presence.hasRemovable ? new PresentMap(all, (part) => presence.has(part.chassis)) : all;
    this.chassis = presence.hasRemovable ? new PresentMap(chassis, ({ id }) => presence.has(id)) : chassis;
    this.sensors = present(sensors.all);
    this.hosts = present(hosts.all);
    this.consoles = hosts.consoles;
    this.fans = present(fans.all);
    this.frus = present(inventory.frus);
    this.powerSupplies = present(supplies.all);
    this.leakDetectors = present(leakDetectors);
    this.nodes = present(nodes.all);
    this.drives = new PresentMap(drives, (drive) => drive.present && presence.has(drive.chassis));
  }

  get revision(): number {
    return this.revisions.state() + this.revisions.readings();
  }

  get generation(): number {
    return this.#components.sensors.generation + this.#addedNodes.changes;
  }

  get cooling(): Board['cooling'] {
    const { fans, cooling } = this.#components;
    return { ...fans.cooling, zones: cooling.zones };
  }

  get isCooling(): boolean {
    return this.#components.cooling.isAlive;
  }

  get traffic(): Board['traffic'] {
    return this.#components.sampler.traffic;
  }

  get buses(): Board['buses'] {
    return this.#components.faults.buses;
  }

  get health(): Health {
    return worst([...this.chassis.values(), ...this.buses].map(({ status }) => status.health));
  }

  get sampling(): boolean {
    return this.#components.sampler.isAlive;
  }

  async start(): Promise<void> {
    await within(linesPatience, this.#components.context.lines.open());
    // Stopped meanwhile.
    if (this.#isStopped) return;
    for (const { start } of this.#lifeCycles) start?.();
  }

  async stop(): Promise<void> {
    const { signals, lines } = this.#components.context;
    this.#isStopped = true;
    signals.endReactions();
    await Promise.all(this.#lifeCycles.map(({ stop }) => stop?.()));
    const { ready } = this.platform.manager;
    if (ready !== undefined) lines.show(ready, false);
    lines.close();
  }

  onEvent(listener: (event: BoardEvent) => unknown): () => void {
    return this.#components.context.signals.on('event', listener);
  }

  onPostCodes(listener: Parameters<Board['onPostCodes']>[0]): () => void {
    return this.#components.context.signals.on('postCodesReceived', ({ codes, over }) =>
      listener(codes, over),
    );
  }

  onHostBoot(listener: Parameters<Board['onHostBoot']>[0]): () => void {
    return this.#components.context.signals.on('hostBoot', ({ host, phase }) => listener(host, phase));
  }

  onReading(listener: (sensor: Sensor) => void): () => void {
    return this.#components.context.signals.on('sensorRead', listener);
  }

  onChange(listener: () => void): () => void {
    return this.#components.context.signals.on('changesSettled', listener);
  }

  async reset(id: string, type: Parameters<Board['reset']>[1]): ReturnType<Board['reset']> {
    const host = this.#host(id);
    const started = await host.reset(type);
    for (const node of this.#components.nodes.all.values()) if (node.facts.host === id) node.pollFast();
    return started;
  }

  async resetChassis(
    id: string,
    type: Parameters<Board['resetChassis']>[1],
  ): ReturnType<Board['resetChassis']> {
    const found = this.chassis.has(id) ? this.#components.chassis.get(id)?.switch : undefined;
    if (found === undefined) throw new BoardRefusal('not-supported', `nothing switches the power of ${id}`);
    return found.reset(type);
  }

  async setIdentify(chassis: string, on: boolean): Promise<void> {
    const { indicators, context } = this.#components;
    const before = indicators.identify(chassis);
    if (before === null) throw new BoardRefusal('not-supported', `${chassis} has no identify LED`);
    await indicators.setIdentify(chassis, on);
    try {
      context.persisted.setIdentify(chassis, on);
    } catch (error) {
      indicators.showIdentify(chassis, before);
      throw error;
    }
    context.signals.emit('stateChanged', chassisScope(chassis));
  }

  async setAssetTag(target: Parameters<Board['setAssetTag']>[0], tag: string): Promise<void> {
    if ('host' in target) {
      this.#host(target.host).setAssetTag(tag);
      return;
    }
    if (!this.chassis.has(target.chassis))
      throw new BoardRefusal('not-supported', `there is no chassis ${target.chassis}`);
    const { persisted, signals } = this.#components.context;
    persisted.setAssetTag('chassis', target.chassis, tag);
    signals.emit('stateChanged', chassisScope(target.chassis));
  }

  async setRestorePolicy(host: string, policy: Parameters<Board['setRestorePolicy']>[1]): Promise<void> {
    this.#host(host).setRestorePolicy(policy);
  }

  async setBoot(id: string, boot: Parameters<Board['setBoot']>[1]): Promise<void> {
    const host = this.#host(id);
    const before = host.boot;
    // The controller first: what it refuses is not stored.
    await this.#applyBoot(host, boot);
    try {
      host.bootControl.setOverride(boot);
    } catch (error) {
      await this.#applyBoot(host, before).catch(() => undefined);
      throw error;
    }
  }

  bootOverrideRead(host: string): void {
    this.hosts.get(host)?.bootControl.flagsRead();
  }

  bootOverrideTaken(host: string): void {
    this.hosts.get(host)?.bootControl.taken();
  }

  async changeMedium(host: string, file: string | null): Promise<void> {
    await this.#components.machines.changeMedium(host, file);
  }

  setReady(on: boolean): void {
    const { ready } = this.platform.manager;
    if (ready !== undefined && !this.#isStopped) this.#components.context.lines.show(ready, on);
  }

  async setBootRetry(host: string, settings: Parameters<Board['setBootRetry']>[1]): Promise<void> {
    this.#host(host).bootControl.setRetry(settings);
  }

  async setThresholds(sensor: string, settings: ThresholdSettings): Promise<void> {
    this.#components.sensors.setThresholds(this.#presentSensor(sensor), settings);
  }

  async resetThresholds(sensor: string): Promise<void> {
    this.#components.sensors.resetThresholds(this.#presentSensor(sensor));
  }

  addNode(node: NewNode): void {
    this.#addedNodes.add(node);
  }

  async removeNode(id: string): Promise<void> {
    await this.#addedNodes.remove(id);
  }

  async setPowerLimit(node: string, limit: PowerLimit): Promise<void> {
    await this.#components.nodes.setPowerLimit(node, limit);
  }

  async setCooling(mode: Parameters<Board['setCooling']>[0]): Promise<void> {
    await this.#components.fans.setMode(mode);
  }

  async setFanDuty(fan: string, percent: number): Promise<void> {
    await this.#components.fans.setDuty(fan, percent);
  }

  async setZone(...change: Parameters<Board['setZone']>): Promise<void> {
    this.#components.cooling.setZone(...change);
  }

  async setLoop(...change: Parameters<Board['setLoop']>): Promise<void> {
    this.#components.cooling.setLoop(...change);
  }

  async resetLoop(zone: string, loop: string): Promise<void> {
    this.#components.cooling.resetLoop(zone, loop);
  }

  async setFullSpeed(on: boolean): Promise<void> {
    await this.#components.fans.setFullSpeed(on);
  }

  /** Gives an override to what boots the host, where that is not the host itself that asks. */
  async #applyBoot({ id, facts: { power } }: BoardHost, boot: BootOverride): Promise<void> {
    const { nodes, machines } = this.#components;
    if (power.kind === 'ipmi') await nodes.setBoot(power.node, boot);
    else if (power.kind === 'qemu') await machines.setBoot(id, boot);
  }

  /** A sensor of a removed chassis does not exist. */
  #presentSensor(id: string): string {
    if (!this.sensors.has(id)) throw new BoardRefusal('not-supported', `there is no sensor ${id}`);
    return id;
  }

  #host(id: string): BoardHost {
    const host = this.hosts.get(id);
    if (host === undefined) throw new BoardRefusal('not-supported', `there is no host ${id}`);
    return host;
  }
}
