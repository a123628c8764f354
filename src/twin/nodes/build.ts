/** The two models of nodes, built from their parts. */
import { IpmiNode, type IpmiRequest, type SerialModel } from 'node-ipmi';
import type { NodeFacts, Platform } from '../../platform/vocabulary/index.ts';
import { nodeSensorId, nodeSensors } from '../catalog.ts';
import { nodeFrus } from '../fru.ts';
import { idleShare } from '../physics.ts';
import { fraction } from '../random.ts';
import { BridgeIc } from './bridge-ic.ts';
import { createChassis } from './chassis.ts';
import { createMeter } from './meter.ts';
import { type NodeSurroundings, SimulatedNode } from './node.ts';
import { recordsOf } from './records.ts';
import { engineIdentity } from './satellite.ts';
import { serverFullPower, serverNumbers, serverPowerName } from './server.ts';

export interface BuiltNode {
  readonly node: SimulatedNode;
  /** The state of its host may have changed. */
  changed(): void;
  /** Logs the thresholds that are crossed; to be called periodically. */
  tick(): void;
  /** Its power came back, or it was reset. */
  restart(): void;
  /** Its power came back. */
  restore(): void;
  /** Greatest load of its host under its power limit, 0 to 1. */
  loadLimit(): number;
  close(): void;
}

export interface BuildOptions {
  readonly platform: Platform;
  readonly facts: NodeFacts;
  /** 8-bit. */
  readonly address: number;
  readonly around: NodeSurroundings;
  readonly serial: SerialModel | undefined;
  /** Sends a request to the manager of the board, when there is a link. */
  send(request: IpmiRequest): void;
}

export const build = (options: BuildOptions): BuiltNode =>
  options.facts.simulate === 'twin-lakes' ? buildTwinLakes(options) : buildServer(options);

/** Reproducible for a seed and node. */
const guid = (seed: number, id: string) =>
  Uint8Array.from({ length: 16 }, (_, index) => Math.floor(256 * fraction(seed, `${id} guid ${index}`)));

const common = ({ platform, facts, address, around }: BuildOptions, events: boolean) => ({
  id: facts.id,
  address,
  table: nodeSensors(facts),
  sensorId: (name: string) => nodeSensorId(facts, name),
  sdrs: recordsOf(nodeSensors(facts), { address, events }),
  frus: nodeFrus(platform, facts, around.seed),
  guid: guid(around.seed, facts.id),
});

/** Enterprise numbers: OCP for invented nodes, Meta for its card. */
const ocp = 42_623;
const meta = 40_981;

function buildServer(options: BuildOptions): BuiltNode {
  const { facts, around, serial } = options;
  const chassis = createChassis(around);
  const meter = createMeter(() => around.value(nodeSensorId(facts, serverPowerName)));
  const present: readonly number[] = [...serverNumbers.powerSupplies, ...serverNumbers.drives];
  const node = new SimulatedNode(
    {
      ...common(options, true),
      firmware: [1, 0x20],
      manufacturer: ocp,
      product: 1,
      chassis,
      power: meter,
      ...(serial === undefined ? {} : { serial }),
      states(number) {
        // S0 or S5; a boot initiated by power up; supplies and drives that are present.
        if (number === serverNumbers.acpiState) return around.isHostOn() ? 0x01 : 0x20;
        if (number === serverNumbers.systemBoot) return around.isHostOn() ? 0x01 : 0;
        return present.includes(number) ? 0x01 : 0;
      },
    },
    around,
  );
  node.restart();
  return {
    node,
    changed() {
      chassis.changed();
      node.refresh(serverNumbers.acpiState);
      node.refresh(serverNumbers.systemBoot);
    },
    tick() {
      node.refresh();
      meter.sample();
    },
    restart: meter.restart,
    restore: () => chassis.restore(node.powerPolicy),
    loadLimit() {
      const { active, data } = node.powerLimit;
      if (!active) return 1;
      const watts = (data[1] ?? 0) | ((data[2] ?? 0) << 8);
      return Math.min(Math.max((watts / serverFullPower - idleShare) / (1 - idleShare), 0), 1);
    },
    close: chassis.close,
  };
}

function buildTwinLakes(options: BuildOptions): BuiltNode {
  const { platform, facts, around, send } = options;
  const bridge = new BridgeIc(facts.bridgeIc ?? 'meta', around, {
    engine: new IpmiNode(engineIdentity),
    send,
    restart: () => node.coldReset(),
  });
  // The real card is switched by lines of the board; it has a chassis only for a host of kind ipmi.
  const isSwitch = (platform.hosts ?? []).some(
    ({ power }) => power.kind === 'ipmi' && power.node === facts.id,
  );
  const chassis = isSwitch ? createChassis(around) : undefined;
  const node = new SimulatedNode(
    {
      ...common(options, false),
      firmware: [1, 0x23],
      manufacturer: meta,
      product: 0x4632,
      routes: bridge.routes,
      ...(chassis === undefined ? {} : { chassis }),
      states(number) {
        const { processor, boot, hot } = twinLakesStates;
        if (number === processor) return 0x80;
        if (hot.includes(number)) return 0x01;
        return number === boot && around.isHostOn() ? 0x01 : 0;
      },
    },
    around,
  );
  node.restart();
  return {
    node,
    changed() {
      chassis?.changed();
      bridge.changed();
    },
    // It has no power limits.
    tick: () => undefined,
    restart: () => bridge.restart(),
    restore: () => chassis?.restore(node.powerPolicy),
    loadLimit: () => 1,
    close() {
      bridge.close();
      chassis?.close();
    },
  };
}

/** Present; booted by power up; not hot. */
const twinLakesStates: {
  readonly processor: number;
  readonly boot: number;
  readonly hot: readonly number[];
} = { processor: 0x65, boot: 0x7e, hot: [0xb2, 0xb3] };
