/** The controllers of a board besides the one that runs the daemon: nodes and satellites, and the links to them. */
import { IpmbBus, type IpmiRequest, type LanOptions } from 'node-ipmi';
import type { IpmiPaths, LanSecrets } from '../../../drivers/ipmi/ipmi.ts';
import type { NodeFacts, Platform, SatelliteFacts } from '../../platform/vocabulary/index.ts';
import { type Carrier, createCarrier } from '../carrier.ts';
import { hostOfNode } from '../catalog.ts';
import type { Faults } from '../faults.ts';
import type { HostModel } from '../host.ts';
import type { TwinHosts } from '../hosts.ts';
import { createIpmb } from '../ipmb.ts';
import { createLan } from '../lan.ts';
import type { PowerTree } from '../power-tree.ts';
import type { TwinSerial } from '../serial.ts';
import { type BuiltNode, build } from './build.ts';
import type { NodeSurroundings, SimulatedNode } from './node.ts';
import { createSatellite } from './satellite.ts';

export interface NodeState {
  readonly id: string;
  /** `ipmb 1 0x20`, `lan 127.0.0.1:41623`; `lan` before the first connection. */
  readonly link: string;
  /** It has power and runs. */
  readonly awake: boolean;
  readonly identifying: 'off' | 'temporary' | 'on';
  /** Number of records in its log. */
  readonly events: number;
}

export interface NodesSurroundings {
  readonly seed: number;
  readonly speed: number;
  readonly now: () => number;
  readonly faults: Faults;
  readonly hosts: TwinHosts;
  readonly power: PowerTree;
  readonly serial: TwinSerial;
  value(sensor: string): number;
  /** Brings the board up to the present moment. */
  settle(): void;
  /** Makes a change of the board, then applies its effects. */
  change(make: () => void): void;
}

/** Period at which nodes check their thresholds, ms. */
const tickPeriod = 1000;
/** 8-bit address of a controller on the network. */
const lanAddress = 0x20;
/** 7-bit address of the manager on an IPMB when the descriptor states none. */
const managerAddress = 0x10;

/** A node on its link. */
interface Mounted {
  readonly facts: NodeFacts;
  readonly host: HostModel | undefined;
  readonly built: BuiltNode;
  readonly carrier: Carrier;
  hadPower: boolean;
}

export class TwinNodes {
  readonly #platform: Platform;
  readonly #around: NodesSurroundings;
  readonly #ipmb: ReturnType<typeof createIpmb>;
  readonly #lan = createLan();
  readonly #mounted: ReadonlyMap<string, Mounted>;
  readonly #carriers: Carrier[] = [];
  readonly #buses: IpmbBus[] = [];
  readonly #ticks: NodeJS.Timeout | undefined;

  constructor(platform: Platform, around: NodesSurroundings) {
    this.#platform = platform;
    this.#around = around;
    this.#ipmb = createIpmb(around.faults);
    for (const satellite of platform.ipmb ?? []) this.#mountSatellite(satellite);
    this.#mounted = new Map((platform.nodes ?? []).map((facts) => [facts.id, this.#mount(facts)]));
    for (const { built } of this.#mounted.values()) {
      built.node.onRestart = () => {
        built.restart();
        this.#lan.restart(built.node);
      };
    }
    if (this.#mounted.size > 0) this.#ticks = setInterval(() => this.#tick(), tickPeriod).unref();
  }

  /** The links as the drivers open them. */
  get paths(): IpmiPaths {
    return {
      ipmb: (bus) => this.#ipmb.open(bus),
      lan: async (id: string, options: LanOptions, secrets: () => Promise<LanSecrets>) => {
        const found = this.#mounted.get(id);
        if (found?.facts.link.kind !== 'lan') return { ...options, ...(await secrets()) };
        return this.#lan.lead(found.built.node, found.carrier, options);
      },
    };
  }

  /** Nodes by id, without satellites. */
  get nodes(): ReadonlyMap<string, SimulatedNode> {
    return new Map([...this.#mounted].map(([id, { built }]) => [id, built.node]));
  }

  get states(): readonly NodeState[] {
    return [...this.#mounted.values()].map(({ facts: { id, link }, built: { node } }) => ({
      id,
      link:
        link.kind === 'ipmb'
          ? `ipmb ${link.bus} 0x${link.address.toString(16)}`
          : ['lan', this.#lan.place(node)].filter(Boolean).join(' '),
      awake: node.isAwake,
      identifying: node.identifying,
      events: node.sel.records.size,
    }));
  }

  /** A host, or the power of a node, may have changed. */
  changed(): void {
    for (const mounted of this.#mounted.values()) {
      const hasPower = this.#hasPower(mounted.facts);
      if (hasPower && !mounted.hadPower) {
        mounted.built.node.restart();
        mounted.built.restore();
      }
      mounted.hadPower = hasPower;
      mounted.built.changed();
    }
  }

  /** Values may have changed: nodes log the thresholds that are crossed. */
  refresh(): void {
    for (const { facts, built } of this.#mounted.values()) if (this.#hasPower(facts)) built.tick();
  }

  /** Greatest load of a host under the power limits of its nodes, 0 to 1. */
  loadLimit(host: string): number {
    const limits = [...this.#mounted.values()]
      .filter((mounted) => mounted.host?.facts.id === host)
      .map(({ built }) => built.loadLimit());
    return Math.min(1, ...limits);
  }

  async close(): Promise<void> {
    clearInterval(this.#ticks);
    for (const { built } of this.#mounted.values()) built.close();
    for (const carrier of this.#carriers) carrier.close();
    for (const bus of this.#buses) bus.close();
    this.#ipmb.close();
    await this.#lan.close();
  }

  #tick(): void {
    this.#around.settle();
    this.refresh();
  }

  #mountSatellite(facts: SatelliteFacts): void {
    const { power, hosts, settle, value } = this.#around;
    const controller = createSatellite(facts, {
      ...{ settle, value },
      isOn(id) {
        const host = id === undefined ? undefined : hosts.all.get(id);
        return host === undefined || hosts.isGood(host);
      },
    });
    const carrier = this.#createCarrier(facts.id, power.isFed);
    const link = this.#ipmb.join(facts.bus, controller.address, { carrier, hasPower: power.isFed });
    const bus = new IpmbBus(link, { address: controller.address });
    bus.onRequest = (request) => controller.send(request);
    this.#buses.push(bus);
  }

  #mount(facts: NodeFacts): Mounted {
    const { id, link } = facts;
    const { hosts, serial } = this.#around;
    const host = hosts.all.get(hostOfNode(this.#platform, facts)?.id ?? '');
    const carrier = this.#createCarrier(id, () => built.node.isAwake);
    const address = link.kind === 'ipmb' ? link.address << 1 : lanAddress;
    const bus = link.kind === 'ipmb' ? this.#joinIpmb(facts, link.bus, address, carrier) : undefined;
    const manager = link.kind === 'ipmb' ? bus?.node((link.own ?? managerAddress) << 1) : undefined;
    const built = build({
      ...{ platform: this.#platform, facts, address, around: this.#surroundings(facts, host) },
      serial: host && serial.line(host.facts.id),
      // The manager may be absent or busy: the message is not repeated.
      send: (request: IpmiRequest) => void manager?.send(request).catch(() => undefined),
    });
    if (bus) bus.onRequest = (request) => built.node.send(request);
    return { facts, host, built, carrier, hadPower: this.#hasPower(facts) };
  }

  #surroundings(facts: NodeFacts, host: HostModel | undefined): NodeSurroundings {
    const { seed, speed, now, faults, hosts, value, settle, change } = this.#around;
    return {
      ...{ seed, speed, now, faults, host, value, settle, change },
      isHostOn: () => host === undefined || hosts.isGood(host),
      hasPower: () => this.#hasPower(facts),
    };
  }

  #joinIpmb(facts: NodeFacts, number: number, address: number, carrier: Carrier): IpmbBus {
    const member = { carrier, hasPower: () => this.#hasPower(facts) };
    const bus = new IpmbBus(this.#ipmb.join(number, address, member), { address });
    this.#buses.push(bus);
    return bus;
  }

  #hasPower({ chassis }: NodeFacts): boolean {
    return this.#around.power.reaches(chassis);
  }

  #createCarrier(node: string, isAwake: () => boolean): Carrier {
    const { seed, faults } = this.#around;
    const carrier = createCarrier({ node, seed, faults, isAwake });
    this.#carriers.push(carrier);
    return carrier;
  }
}
