/** Creates the components of a board from its descriptor, each on what it needs; they talk by signals from then on. */
import type { Hardware } from '../../drivers/hardware.ts';
import { type Logger, silentLogger } from '../base/logger.ts';
import type { LineFacts, Platform } from '../platform/vocabulary/index.ts';
import type { BoardContext } from './context.ts';
import { BoardCooling } from './cooling/cooling.ts';
import { HardwareFaults } from './hardware-faults.ts';
import { Indicators } from './lines/indicators.ts';
import { KernelLamp, LineLamp } from './lines/lamps.ts';
import { BoardLeakDetector } from './lines/leaks.ts';
import { Lines } from './lines/lines.ts';
import { connectStatusLeds } from './lines/status-leds.ts';
import type { BoardSettings } from './model/board.ts';
import { nodeLamp } from './nodes/lamp.ts';
import { type AnswerHost, Nodes } from './nodes/nodes.ts';
import { IpmiTransports } from './nodes/transports.ts';
import { checkBoard } from './parts/board-check.ts';
import { ByChassis } from './parts/by-chassis.ts';
import { BoardChassis, type ChassisMember, type ChassisParts } from './parts/chassis.ts';
import { BoardDrive } from './parts/drives.ts';
import { Fans } from './parts/fans.ts';
import { Inventory } from './parts/inventory.ts';
import { Presence } from './parts/presence.ts';
import { connectPresenceEvents } from './parts/presence-events.ts';
import { Supplies } from './parts/supplies.ts';
import { Topology } from './parts/topology.ts';
import { PersistedState } from './persisted-state.ts';
import { ChassisPowerCycle } from './power/chassis-power-cycle.ts';
import { connectHosts } from './power/host-reactions.ts';
import { Hosts } from './power/hosts.ts';
import { createMachines } from './power/machines.ts';
import { Panel } from './power/panel.ts';
import { nodePowerLine } from './power/sequences/sequences.ts';
import { Slots } from './power/slots.ts';
import { BoardRevisions } from './revisions.ts';
import { openBuses } from './sensing/buses.ts';
import { derivedSensors, followInputs } from './sensing/derived.ts';
import { createReaders } from './sensing/readers.ts';
import { Sampler } from './sensing/sampler.ts';
import { sensorUnavailability } from './sensing/sensor-unavailability.ts';
import { Sensors } from './sensing/sensors.ts';
import { ChassisAvailability } from './sensing/unavailability.ts';
import { BoardSignals } from './signals.ts';

export interface BoardOptions {
  readonly log?: Logger;
  readonly now?: () => Date;
  /** Mains has just returned, so the restore policies apply; a mere restart of the daemon switches nothing. */
  readonly mainsRestored?: boolean;
  /** How far the log of a node was taken over before: the mark of its last record that was kept. */
  readonly mark?: (node: string) => string | undefined;
  /** Answers requests of hosts that came through another controller. */
  readonly answerHost?: AnswerHost;
}

export type Components = ReturnType<typeof createComponents>;

/** Creates everything and touches nothing. The order is that of dependence, and that in which signals arrive. */
export function createComponents(
  platform: Platform,
  hardware: Hardware,
  settings: BoardSettings,
  options: BoardOptions,
) {
  const base = createBase(platform, hardware, settings, options);
  const measured = createMeasured(base, hardware);
  const hosted = createHosted(base, measured, hardware, options);
  const shown = createShown(base, measured, hosted, hardware);
  const { context, faults } = base;
  const { readers, sensors } = measured;
  const sampler = new Sampler({
    ...context,
    ...{ lanes: readers.lanes, sensors: sensors.all, faults },
    unavailabilities: sensorUnavailability({ ...context, ...measured, ...hosted }, readers.carriers),
  });
  return { ...base, ...measured, ...hosted, ...shown, sampler };
}

type Base = ReturnType<typeof createBase>;
type Measured = ReturnType<typeof createMeasured>;
type Hosted = ReturnType<typeof createHosted>;

/** Chassis presence and slots, and the sensors of the descriptor with how they are read. */
function createMeasured({ platform, context, buses, contents, defaultChassis }: Base, hardware: Hardware) {
  const { signals, persisted, lines } = context;
  const presence = new Presence(platform.chassis, context);
  const slots = new Slots(platform.chassis, { ...context, presence });
  const transports = new IpmiTransports(hardware.ipmi, platform.nodes);
  const readers = createReaders(platform, hardware.hwmon, buses, lines, transports);
  const sensors = new Sensors(contents, signals, persisted);
  for (const declaration of [...readers.sensors, ...derivedSensors(platform, readers.sensors)])
    sensors.declare(declaration, defaultChassis);
  followInputs(platform, sensors.all, signals);
  return { presence, slots, transports, readers, sensors };
}

/** What the sensors belong to: hosts, fans, supplies, drives, inventories and nodes. */
function createHosted(base: Base, measured: Measured, hardware: Hardware, options: BoardOptions) {
  const { platform, context, faults, defaultChassis } = base;
  const { presence, slots, transports, sensors } = measured;
  const { serial, postCodes, hwmon } = hardware;
  const hosts = new Hosts({ ...context, presence, slots, sensors, serial, postCodes });
  const { devices = [] } = platform;
  const parts = { ...context, sensors: sensors.all, hwmon, buses: base.buses.all, devices };
  const fans = new Fans(platform, parts, defaultChassis);
  const supplies = new Supplies(platform.powerSupplies ?? [], parts, defaultChassis);
  const drives = byId(
    platform.drives,
    (facts) => new BoardDrive(facts, facts.chassis ?? defaultChassis, parts),
  );
  const inventory = createInventory(base, hwmon, { hosts, supplies });
  checkBoard(platform, inventory.frus, context.signals, context.log);
  const mark = options.mark ?? (() => undefined);
  const answerHost: AnswerHost = (...request) => options.answerHost?.(...request);
  const nodes = new Nodes({
    ...{ ...context, transports, sensors, inventory, faults, mark, answerHost },
    hosts: hosts.all,
  });
  const machines = createMachines(platform.hosts ?? [], {
    ...{ ...context, machines: hardware.machines, hosts: hosts.all },
  });
  for (const facts of platform.hosts ?? []) hosts.add(facts, nodes, machines);
  for (const facts of platform.nodes ?? [])
    nodes.add(facts, facts.chassis ?? defaultChassis, hosts.all.get(facts.host ?? '')?.name);
  connectHosts({ ...context, presence, slots, hosts, declared: platform.lines ?? {} });
  const cooling = new BoardCooling(platform, { ...context, fans, sensors, nodes, hosts }, defaultChassis);
  return { hosts, fans, cooling, supplies, drives, inventory, nodes, machines };
}

/** What sums up and shows the rest: leak detectors, chassis, LEDs and the front panel. */
function createShown(base: Base, { presence, slots }: Measured, hosted: Hosted, hardware: Hardware) {
  const { platform, context, contents, defaultChassis } = base;
  const { signals, topology, lines, persisted } = context;
  const { hosts, fans, supplies, nodes, inventory } = hosted;
  const leakDetectors = byId(
    platform.leakDetectors,
    (facts) => new BoardLeakDetector(facts, facts.chassis ?? defaultChassis, { lines, signals, presence }),
  );
  for (const group of [leakDetectors, fans.all, supplies.all, nodes.all])
    for (const member of group.values()) contents.add(member);
  const indicators = createIndicators(base, hardware, hosted);
  const cycles = createCycles(base);
  const chassis = new Map<string, BoardChassis>();
  const chassisParts: ChassisParts = {
    ...{ persisted, indicators, contents, chassis, slots, cycles, presence },
    ...{ frus: inventory.byChassis, hosts: hosts.byChassis },
  };
  for (const facts of platform.chassis) chassis.set(facts.id, new BoardChassis(facts, chassisParts));
  connectPresenceEvents({ signals, topology, presence, chassis, hosts: hosts.all });
  const panel = createPanel(base, { hosts, slots, chassis, cycles, indicators });
  connectStatusLeds(signals, indicators, hosts.all, chassis);
  return { leakDetectors, indicators, cycles, chassis, chassisParts, panel };
}

/** What all components are built on. */
function createBase(platform: Platform, hardware: Hardware, settings: BoardSettings, options: BoardOptions) {
  const { log = silentLogger, now = () => new Date() } = options;
  const signals = new BoardSignals((error) =>
    log.error('a listener of the board failed', {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }),
  );
  const topology = new Topology(platform.chassis, platform.hosts ?? []);
  const revisions = new BoardRevisions(signals, topology);
  // Whatever can be read or not any more also looks different.
  signals.on('availabilityChanged', () => signals.emit('stateChanged', 'board'));
  const buses = openBuses(platform, hardware);
  const faults = new HardwareFaults(platform, buses.adapters, signals, log);
  const availability = new ChassisAvailability();
  const lines = new Lines(
    { ...platform.lines, ...nodePowerLines(platform) },
    {
      ...{ gpio: hardware.gpio, signals },
      report: (name, fault, present) => faults.line(name, fault, present),
      isPresent: (chassis) => availability.of(chassis) === null,
    },
  );
  const persisted = new PersistedState(settings);
  const context: BoardContext = { signals, topology, persisted, lines, availability, log, now };
  return {
    ...{ platform, context, revisions, buses, faults },
    /** What shows the health of each chassis. */
    contents: new ByChassis<ChassisMember>(),
    defaultChassis: platform.chassis[0]?.id ?? '',
  };
}

/** Lines that show whether the controllers of hosts report power. */
function nodePowerLines({ hosts = [] }: Platform): Record<string, LineFacts> {
  const nodes = hosts.flatMap(({ power }) =>
    power.kind === 'ipmi' ? [power.node] : power.kind === 'qemu' ? [power.qmp] : [],
  );
  return Object.fromEntries(nodes.map((node) => [nodePowerLine(node), { direction: 'in', node }]));
}

function createInventory(
  { platform, context, buses, defaultChassis }: Base,
  hwmon: Hardware['hwmon'],
  { hosts, supplies }: { readonly hosts: Hosts; readonly supplies: Supplies },
): Inventory {
  const { signals, availability } = context;
  const supplyOf = new Map(platform.powerSupplies?.map(({ id, fru }) => [fru, id]));
  return new Inventory(
    platform,
    {
      ...{ buses: buses.all, hwmon, signals },
      unavailability: ({ id, chassis }, device) =>
        availability.of(chassis) ??
        availability.of(device?.chassis) ??
        supplies.all.get(supplyOf.get(id) ?? '')?.plug.unavailability ??
        hosts.all.get(device?.poweredBy ?? '')?.unavailability ??
        null,
    },
    defaultChassis,
  );
}

function createIndicators(
  { platform, context: { lines }, faults, defaultChassis }: Base,
  { leds }: Hardware,
  { nodes, hosts }: { readonly nodes: Nodes; readonly hosts: Hosts },
): Indicators {
  return new Indicators(
    platform.indicators ?? [],
    ({ led, node, line = '' }) => {
      const controller = nodes.all.get(node ?? '');
      if (controller !== undefined) return nodeLamp(controller);
      return led === undefined
        ? new LineLamp(line, lines)
        : new KernelLamp(leds.led(led), (fault) => faults.led(led, fault));
    },
    ({ chassis, host }) => chassis ?? hosts.all.get(host ?? '')?.chassis ?? defaultChassis,
  );
}

function createCycles({
  platform,
  context: { signals },
  buses,
}: Base): ReadonlyMap<string, ChassisPowerCycle> {
  const cycles = new Map<string, ChassisPowerCycle>();
  for (const { id, name = id, cycle } of platform.chassis) {
    const device = platform.devices?.find((each) => each.id === cycle?.device);
    if (device === undefined) continue;
    const parts = { chassis: id, name, buses: buses.all };
    cycles.set(
      id,
      new ChassisPowerCycle(device, { ...parts, event: (event) => signals.emit('event', event) }),
    );
  }
  return cycles;
}

interface PanelSources {
  readonly hosts: Hosts;
  readonly slots: Slots;
  readonly chassis: ReadonlyMap<string, BoardChassis>;
  readonly cycles: ReadonlyMap<string, ChassisPowerCycle>;
  readonly indicators: Indicators;
}

function createPanel(
  { platform, context: { lines, signals, topology } }: Base,
  { hosts, slots, chassis, cycles, indicators }: PanelSources,
): Panel | null {
  const { panel: facts, manager } = platform;
  if (facts === undefined) return null;
  const around = (host: string): BoardChassis[] =>
    topology.around(topology.chassisOf(host) ?? '').flatMap((id) => chassis.get(id) ?? []);
  const [whole] = cycles.values();
  const panel = new Panel(facts, {
    lines,
    manager: manager.id,
    hostOf: (id) => hosts.present(id),
    slotOf: (id) => slots.around(id)[0],
    isIdentified: (host) => around(host).some(({ identify }) => identify === true),
    isHealthy: (host) => around(host).every(({ ownHealth }) => ownHealth === 'OK'),
    cycle: whole === undefined ? null : () => whole.reset('PowerCycle'),
    rest: (line, glow) => indicators.setIdle(line, glow),
    event: (event) => signals.emit('event', event),
    changed: () => signals.emit('stateChanged', 'board'),
  });
  signals.on('stateSettled', () => panel.refresh());
  return panel;
}

function byId<F extends { readonly id: string }, T>(
  list: readonly F[] | undefined,
  create: (facts: F) => T,
): ReadonlyMap<string, T> {
  return new Map(list?.map((facts) => [facts.id, create(facts)]));
}
