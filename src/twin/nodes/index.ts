/** The controllers of a board besides the one that the daemon runs on: nodes and satellites, and the ways to them. */
import { IpmbBus, type LanOptions } from 'node-ipmi';
import type { IpmiPaths, LanSecrets } from '../../../drivers/ipmi/ipmi.ts';
import type { NodeFacts, Platform } from '../../platform/vocabulary/index.ts';
import { type Carrier, createCarrier } from '../carrier.ts';
import { hostOfNode } from '../catalog.ts';
import type { Faults } from '../faults.ts';
import type { Feed } from '../feed.ts';
import type { HostModel } from '../host.ts';
import { createIpmb } from '../ipmb.ts';
import { createLan } from '../lan.ts';
import type { TwinSerial } from '../serial.ts';
import { type BuiltNode, build } from './build.ts';
import type { SimulatedNode } from './node.ts';
import { createSatellite } from './satellite.ts';

export interface TwinNodes {
  readonly paths: IpmiPaths;
  /** Every node by its id; satellites are none. */
  readonly nodes: ReadonlyMap<string, SimulatedNode>;
  /** A host, or the power of a node, may have changed. */
  changed(): void;
  /** Any value may have changed: nodes log what crosses a threshold. */
  refresh(): void;
  /** Load that the power limits of nodes leave to a host, 0 to 1. */
  loadLimit(host: string): number;
  readonly states: readonly NodeState[];
  close(): Promise<void>;
}

export interface NodeState {
  readonly id: string;
  /** `ipmb 1 0x20`, `lan 127.0.0.1:41623`; `lan` before anybody asked for it. */
  readonly link: string;
  /** It has power and runs. */
  readonly awake: boolean;
  readonly identifying: 'off' | 'temporary' | 'on';
  /** Records in its log. */
  readonly events: number;
}

export interface NodesSurroundings {
  readonly seed: number;
  readonly speed: number;
  readonly now: () => number;
  readonly faults: Faults;
  readonly hosts: ReadonlyMap<string, HostModel>;
  readonly feed: Feed;
  readonly serial: TwinSerial;
  value(sensor: string): number;
  /** What the power-good of a host shows. */
  isGood(host: HostModel): boolean;
  settle(): void;
  change(make: () => void): void;
}

/** How often nodes look for crossed thresholds by themselves, ms. */
const tickPeriod = 1000;
/** 8-bit address of a controller behind a network. */
const lanAddress = 0x20;

interface Mounted {
  readonly facts: NodeFacts;
  readonly host: HostModel | undefined;
  readonly built: BuiltNode;
  readonly carrier: Carrier;
  hasPower(): boolean;
  hadPower: boolean;
}

export function createNodes(board: Platform, around: NodesSurroundings): TwinNodes {
  const { seed, speed, now, faults, hosts, feed, serial } = around;
  const ipmb = createIpmb(faults);
  const mounted = new Map<string, Mounted>();
  const carriers: Carrier[] = [];
  const buses: IpmbBus[] = [];

  const carrierOf = (node: string, isAwake: () => boolean) => {
    const carrier = createCarrier({ node, seed, faults, isAwake });
    carriers.push(carrier);
    return carrier;
  };

  for (const satellite of board.ipmb ?? []) {
    const controller = createSatellite(satellite, {
      settle: around.settle,
      value: around.value,
      isOn(id) {
        const host = id === undefined ? undefined : hosts.get(id);
        return host === undefined || around.isGood(host);
      },
    });
    const carrier = carrierOf(satellite.id, feed.isFed);
    const link = ipmb.join(satellite.bus, controller.address, { carrier, hasPower: feed.isFed });
    const bus = new IpmbBus(link, { address: controller.address });
    bus.onRequest = (request) => controller.send(request);
    buses.push(bus);
  }

  for (const facts of board.nodes ?? []) {
    const { id, link, chassis } = facts;
    const host = hosts.get(hostOfNode(board, facts)?.id ?? '');
    const hasPower = () => feed.reaches(chassis);
    const carrier = carrierOf(id, () => built.node.isAwake);
    const address = link.kind === 'ipmb' ? link.address << 1 : lanAddress;
    const bus =
      link.kind === 'ipmb'
        ? new IpmbBus(ipmb.join(link.bus, address, { carrier, hasPower }), { address })
        : undefined;
    const controller = link.kind === 'ipmb' ? bus?.node((link.own ?? 0x10) << 1) : undefined;
    const built = build({
      board,
      facts,
      address,
      serial: host && serial.line(host.facts.id),
      // Nobody may be there, or too busy: it was told, and that is all.
      tell: (request) => void controller?.send(request).catch(() => undefined),
      around: {
        seed,
        speed,
        now,
        faults,
        host,
        isHostOn: () => host === undefined || around.isGood(host),
        hasPower,
        value: around.value,
        settle: around.settle,
        change: around.change,
      },
    });
    if (bus) {
      bus.onRequest = (request) => built.node.send(request);
      buses.push(bus);
    }
    mounted.set(id, { facts, host, built, carrier, hasPower, hadPower: hasPower() });
  }

  const lan = createLan();
  for (const { built } of mounted.values()) {
    const { node } = built;
    node.onRestart = () => {
      built.restart();
      lan.restart(node);
    };
  }

  function refresh(): void {
    for (const { built, hasPower } of mounted.values()) if (hasPower()) built.tick();
  }
  const ticks =
    mounted.size === 0
      ? undefined
      : setInterval(() => {
          around.settle();
          refresh();
        }, tickPeriod).unref();

  return {
    paths: {
      ipmb: (bus) => ipmb.open(bus),
      async lan(id: string, options: LanOptions, secrets: () => Promise<LanSecrets>) {
        const found = mounted.get(id);
        if (found?.facts.link.kind !== 'lan') return { ...options, ...(await secrets()) };
        return lan.lead(found.built.node, found.carrier, options);
      },
    },
    nodes: new Map([...mounted].map(([id, { built }]) => [id, built.node])),
    changed() {
      for (const each of mounted.values()) {
        const has = each.hasPower();
        if (has && !each.hadPower) {
          each.built.node.restart();
          each.built.restore();
        }
        each.hadPower = has;
        each.built.changed();
      }
    },
    refresh,
    loadLimit(host) {
      let limit = 1;
      for (const each of mounted.values())
        if (each.host?.facts.id === host) limit = Math.min(limit, each.built.loadLimit());
      return limit;
    },
    get states() {
      return [...mounted.values()].map(({ facts: { id, link }, built: { node } }) => ({
        id,
        link:
          link.kind === 'ipmb'
            ? `ipmb ${link.bus} 0x${link.address.toString(16)}`
            : ['lan', lan.place(node)].filter(Boolean).join(' '),
        awake: node.isAwake,
        identifying: node.identifying,
        events: node.sel.records.size,
      }));
    },
    async close() {
      clearInterval(ticks);
      for (const { built } of mounted.values()) built.close();
      for (const carrier of carriers) carrier.close();
      for (const bus of buses) bus.close();
      ipmb.close();
      await lan.close();
    },
  };
}
