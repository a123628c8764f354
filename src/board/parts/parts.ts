/** The parts of a board: all that its descriptor says there can be, how they hang together, and what comes while it runs. */
import type { Hardware } from '../../../drivers/hardware.ts';
import type { LineFacts, Platform } from '../../platform/vocabulary/index.ts';
import { Changes } from '../changes.ts';
import { HardwareFaults } from '../hardware-faults.ts';
import { Indicators } from '../lines/indicators.ts';
import { kernelLamp, lineLamp } from '../lines/lamps.ts';
import { BoardLeakDetector } from '../lines/leaks.ts';
import { Lines } from '../lines/lines.ts';
import { type BoardEvent, BoardRefusal, type BoardSettings, type NewNode } from '../model.ts';
import { nodeLamp } from '../nodes/lamp.ts';
import { Nodes } from '../nodes/nodes.ts';
import { Ways } from '../nodes/ways.ts';
import { PersistedState } from '../persisted-state.ts';
import { ChassisPowerCycle } from '../power/chassis-power-cycle.ts';
import type { BoardHost } from '../power/host.ts';
import { Hosts } from '../power/hosts.ts';
import { Panel } from '../power/panel.ts';
import { PostCodeReader } from '../power/post-codes.ts';
import { nodePowerLine } from '../power/sequences/sequences.ts';
import { Slots } from '../power/slots.ts';
import { Reactions } from '../reactions.ts';
import { BoardRevisions } from '../revisions.ts';
import { createReaders, type Readers } from '../sensing/readers.ts';
import { Sampler } from '../sensing/sampler.ts';
import { BoardSensor } from '../sensing/sensor.ts';
import { sensorUnavailability } from '../sensing/sensor-unavailability.ts';
import { Sensors } from '../sensing/sensors.ts';
import type { Unavailability } from '../sensing/unavailability.ts';
import { BoardSignals } from '../signals.ts';
import { BoardCheck } from './board-check.ts';
import { ByChassis } from './by-chassis.ts';
import { BoardChassis, type ChassisMember, type ChassisParts } from './chassis.ts';
import { BoardDrive } from './drives.ts';
import { Fans } from './fans.ts';
import { Inventory } from './inventory.ts';
import { Presence } from './presence.ts';
import { Supplies } from './supplies.ts';
import { Topology } from './topology.ts';

export interface BoardOptions {
  readonly log?: (message: string, detail?: object) => void;
  readonly now?: () => Date;
  /** Mains has just come back, so the power restore policies apply; a mere restart of the daemon switches nothing. */
  readonly mainsRestored?: boolean;
  /** How far the log of a node was taken over before: the mark of the last of its records that was kept. */
  readonly mark?: (node: string) => string | undefined;
}

export class Parts {
  readonly platform: Platform;
  readonly log: NonNullable<BoardOptions['log']>;
  readonly signals: BoardSignals;
  readonly topology: Topology;
  readonly revisions: BoardRevisions;
  readonly changes: Changes;
  readonly reactions: Reactions;
  readonly persisted: PersistedState;
  readonly lines: Lines;
  readonly presence: Presence;
  readonly slots: Slots;
  readonly faults: HardwareFaults;
  readonly sensors: Sensors;
  readonly nodes: Nodes;
  readonly hosts: Hosts;
  readonly codeReaders: readonly PostCodeReader[];
  readonly fans: Fans;
  readonly supplies: Supplies;
  readonly indicators: Indicators;
  readonly inventory: Inventory;
  readonly sampler: Sampler;
  readonly leakDetectors: ReadonlyMap<string, BoardLeakDetector>;
  readonly drives: ReadonlyMap<string, BoardDrive>;
  readonly chassis = new Map<string, BoardChassis>();
  readonly cycles: ReadonlyMap<string, ChassisPowerCycle>;
  readonly panel: Panel | null;
  /** Nodes that were added or removed. */
  moves = 0;
  /** Where whatever names no chassis is. */
  readonly #first: string;
  /** What is in each chassis. */
  readonly #contents = new ByChassis<ChassisMember>();
  /** What a chassis is made of. */
  readonly #ofChassis: ChassisParts;

  constructor(platform: Platform, hardware: Hardware, settings: BoardSettings, options: BoardOptions) {
    const { log = () => undefined, now = () => new Date(), mark = () => undefined } = options;
    this.platform = platform;
    this.log = log;
    this.#first = platform.chassis[0]?.id ?? '';
    const first = this.#first;
    const signals = new BoardSignals((error) =>
      log('a listener to the board has failed', { error: String(error) }),
    );
    this.signals = signals;
    this.topology = new Topology(platform.chassis, platform.hosts ?? []);
    this.revisions = new BoardRevisions(signals, this.topology);
    const changes = new Changes(signals);
    this.changes = changes;
    const reactions = new Reactions(this);
    this.reactions = reactions;
    const onPresence = () => reactions.reconsider();
    const persisted = new PersistedState(settings);
    this.persisted = persisted;
    const lines = new Lines(
      { gpio: hardware.gpio, nodes: (node) => this.nodes.all.get(node)?.signals },
      { ...platform.lines, ...powerLines(platform) },
      (name, fault, there) => this.faults.line(name, fault, there),
      (chassis) => this.unavailabilityOf(chassis) === null,
    );
    this.lines = lines;
    this.presence = new Presence(platform.chassis, lines, {
      moved: (...move) => reactions.moved(...move),
      changed: onPresence,
      settled: (inside) => {
        for (const id of inside) this.slots.all.get(id)?.plugged();
        reactions.settled(inside);
      },
    });
    const { presence } = this;
    this.slots = new Slots(
      platform.chassis,
      {
        ...{ lines, persisted, changes, log },
        isThere: (id) => presence.unavailability(id) === null,
        hostIn: (chassis) => platform.hosts?.find((host) => host.chassis === chassis)?.id,
        moved: (slot) => reactions.switched(slot),
        settled: ({ id }) => {
          reactions.reconsider();
          reactions.settled(
            platform.chassis.flatMap((each) => (presence.isInside(each.id, id) ? [each.id] : [])),
          );
        },
      },
      (chassis, other) => presence.isInside(chassis, other),
    );
    const ways = new Ways(hardware.ipmi, platform.nodes);
    const readers = createReaders(platform, hardware, lines, ways);
    this.faults = new HardwareFaults(platform, readers.adapters, changes, log);
    this.sensors = new Sensors(this.#contents, signals);
    const sensors = this.sensors.all;
    this.#declare(readers);
    this.nodes = this.#createNodes(ways, now, mark);
    this.hosts = new Hosts(platform.hosts ?? [], {
      ...{ lines, persisted, changes, log, slots: this.slots, nodes: this.nodes },
      ...{ sensors: this.sensors, serial: hardware.serial, onPower: onPresence },
    });
    this.codeReaders = this.#createCodeReaders(hardware);
    for (const facts of platform.nodes ?? []) {
      const label = this.hosts.all.get(facts.host ?? '')?.name;
      this.#contents.add(this.nodes.add(facts, facts.chassis ?? first, label));
    }
    const { hwmon } = hardware;
    this.fans = new Fans(platform, { hwmon, lines, persisted, changes, sensors, onPresence }, first);
    const supplies = platform.powerSupplies ?? [];
    this.supplies = new Supplies(supplies, { lines, sensors, changes, onPresence }, first);
    this.indicators = this.#createIndicators(hardware);
    const boardCheck = new BoardCheck(platform, changes, log);
    this.inventory = new Inventory(
      platform,
      {
        ...{ buses: readers.buses, hwmon, changes },
        unavailability: ({ id, chassis }, device) => {
          const away = this.unavailabilityOf(chassis) ?? this.unavailabilityOf(device?.chassis);
          if (away !== null) return away;
          const supply = supplies.find(({ fru }) => fru === id);
          const plug = supply === undefined ? undefined : this.supplies.all.get(supply.id)?.plug;
          return plug?.unavailability ?? this.hosts.all.get(device?.poweredBy ?? '')?.unavailability ?? null;
        },
        onRound: () => boardCheck.look(this.inventory.frus),
      },
      first,
    );
    this.leakDetectors = byId(
      (platform.leakDetectors ?? []).map(
        (facts) =>
          new BoardLeakDetector(facts, facts.chassis ?? first, {
            ...{ lines, changes },
            isThere: (id) => presence.has(id),
            react: (detector, type) => reactions.react(detector, type),
          }),
      ),
    );
    this.drives = byId(
      (platform.drives ?? []).map(
        (facts) => new BoardDrive(facts, facts.chassis ?? first, { lines, changes, sensors, onPresence }),
      ),
    );
    const { fans } = this;
    for (const part of [...this.leakDetectors.values(), ...fans.all.values(), ...this.supplies.all.values()])
      this.#contents.add(part);
    this.cycles = this.#createCycles(readers);
    this.#ofChassis = {
      ...{ persisted, indicators: this.indicators, contents: this.#contents, frus: this.inventory.byChassis },
      ...{ chassis: this.chassis, slots: this.slots, cycles: this.cycles, hosts: this.hosts.byChassis },
      isThere: (id) => presence.has(id),
    };
    for (const facts of platform.chassis)
      this.chassis.set(facts.id, new BoardChassis(facts, this.#ofChassis));
    this.panel = this.#createPanel();
    this.sampler = this.#createSampler(readers, now);
    signals.on('stateSettled', () => reactions.look());
  }

  /** Why nothing in a chassis can be read; null when it can. */
  unavailabilityOf(chassis: string | undefined): Unavailability | null {
    return this.presence.unavailability(chassis) ?? this.slots.unavailability(chassis);
  }

  /** Takes a node in, with a host and a chassis of its own. @throws BoardRefusal */
  addNode({ node, chassis, host, fru }: NewNode): void {
    const taken = this.nodes.all.has(node.id) || this.chassis.has(chassis.id) || this.hosts.all.has(host.id);
    if (taken) throw new BoardRefusal('not-in-this-state', `there is something called ${node.id} already`);
    this.topology.addChassis(chassis);
    this.topology.addHost(host);
    this.presence.add(chassis);
    this.#contents.add(this.nodes.add(node, chassis.id, host.name));
    this.lines.add(nodePowerLine(node.id), { direction: 'in', node: node.id });
    this.indicators.add({ id: node.id, kind: 'identify', node: node.id, chassis: chassis.id });
    this.inventory.addOfNode(fru, chassis.id);
    this.hosts.add(host);
    this.hosts.consoles.get(host.id)?.start();
    this.chassis.set(chassis.id, new BoardChassis(chassis, this.#ofChassis));
    this.moves += 1;
    this.reactions.tellOf(
      'ResourceCreated',
      { chassis: [chassis.id], hosts: [host.id] },
      `${node.name ?? node.id} was added.`,
    );
  }

  /** Lets a node go that was added, and whatever came with it. */
  async removeNode(id: string): Promise<void> {
    const node = this.nodes.all.get(id);
    if (node === undefined) return;
    const { chassis, facts } = node;
    this.#contents.delete(node);
    this.chassis.delete(chassis);
    this.indicators.remove(id);
    this.lines.remove(nodePowerLine(id));
    this.inventory.removeOfNode(id);
    this.moves += 1;
    this.changes.touch();
    await Promise.all([this.hosts.remove(facts.host ?? ''), this.nodes.remove(id)]);
    const gone = { chassis: [chassis], hosts: facts.host === undefined ? [] : [facts.host] };
    this.reactions.tellOf('ResourceRemoved', gone, `${node.name} was removed.`);
  }

  #declare(readers: Readers): void {
    for (const { facts, device, chassis = this.#first, quantity, period, ...rest } of readers.sensors) {
      const { poweredBy, unsupported } = rest;
      const sensor = new BoardSensor(
        facts,
        { device, chassis, quantity, period, host: poweredBy },
        this.signals,
      );
      if (unsupported !== null) sensor.markUnavailable('UnavailableOffline', unsupported);
      this.sensors.add(sensor, poweredBy);
    }
  }

  #createNodes(ways: Ways, now: () => Date, mark: (node: string) => string | undefined): Nodes {
    const { changes, log } = this;
    const nodes: Nodes = new Nodes({
      ...{ ways, changes, log, now, mark },
      unavailability: (id) => this.unavailabilityOf(id),
      isHostOff: (id) => this.hosts.all.get(id ?? '')?.power.good === false,
      found: (node, before, found) => this.sensors.found(node, nodes.periodOf(node), before, found),
      inventory: (node, read) => this.inventory.readNode(node, read),
      moved: (node, isThere) => this.reactions.nodeMoved(node, isThere),
      misread: (sensor, error) => this.faults.sensor(sensor, error),
      boot: (id) => this.persisted.boot(id ?? ''),
      bootTaken: (id) => this.hosts.all.get(id)?.oneTimeBoot.flagsRead(),
      postCodes: (id, codes) => {
        const host = this.hosts.all.get(id);
        if (host?.facts.postCodes?.node !== undefined) host.postCodes?.take(codes);
      },
    });
    return nodes;
  }

  #createCodeReaders({ postCodes: source }: Hardware): PostCodeReader[] {
    return [...this.hosts.all.values()].flatMap(({ id, facts, postCodes }) => {
      const device = facts.postCodes?.device;
      if (device === undefined || postCodes === null) return [];
      const lost = (cause: string) => this.log(`no POST codes come from ${id}`, { host: id, cause });
      return [new PostCodeReader(device, () => source.open(device), postCodes, lost)];
    });
  }

  #createIndicators({ leds }: Hardware): Indicators {
    return new Indicators(
      this.platform.indicators ?? [],
      ({ led, node, line = '' }) => {
        const controller = this.nodes.all.get(node ?? '');
        if (controller !== undefined) return nodeLamp(controller);
        return led === undefined
          ? lineLamp(line, this.lines)
          : kernelLamp(leds.led(led), (fault) => this.faults.light(led, fault));
      },
      ({ chassis, host }) => chassis ?? this.hosts.all.get(host ?? '')?.chassis ?? this.#first,
    );
  }

  #createSampler({ lanes, carriers }: Readers, now: () => Date): Sampler {
    const { faults } = this;
    const sensors = this.sensors.all;
    const reasons = sensorUnavailability(this, carriers);
    return new Sampler({
      ...{ lanes, sensors, now },
      unavailability: (id) => reasons.of(id),
      device: (reader, error) => faults.device(reader, error, sensors.get(reader.sensors[0] ?? '')?.chassis),
      misread: (sensor, error) => faults.sensor(sensor, error),
      gone: (reader, misread) => {
        faults.gone(reader, sensors.get(reader.sensors[0] ?? '')?.chassis);
        for (const sensor of misread) faults.goneSensor(sensor);
      },
    });
  }

  #createCycles({ buses }: Readers): Map<string, ChassisPowerCycle> {
    const { chassis, devices = [] } = this.platform;
    const event = (each: BoardEvent) => this.changes.emit(each);
    return new Map(
      chassis.flatMap(({ id, name = id, cycle }) => {
        const device = devices.find((each) => each.id === cycle?.device);
        return device === undefined
          ? []
          : [[id, new ChassisPowerCycle(device, { chassis: id, name, buses, event })]];
      }),
    );
  }

  #createPanel(): Panel | null {
    const { panel, manager } = this.platform;
    if (panel === undefined) return null;
    const around = (host: string) => {
      const chassis = this.hosts.all.get(host)?.chassis ?? '';
      return [...this.chassis.values()].filter(({ id }) => this.presence.isInside(chassis, id));
    };
    const [whole] = this.cycles.values();
    return new Panel(panel, {
      lines: this.lines,
      manager: manager.id,
      hostOf: (id) => this.hostThere(id),
      slotOf: (chassis) => this.slots.around(chassis)[0],
      isIdentified: (host) => around(host).some(({ identify }) => identify === true),
      isHealthy: (host) => around(host).every(({ ownHealth }) => ownHealth === 'OK'),
      cycle: whole === undefined ? null : () => whole.reset('PowerCycle'),
      rest: (line, glow) => this.indicators.rest(line, glow),
      event: (event) => this.changes.emit(event),
      changed: () => this.changes.touch(),
    });
  }

  /** A host that is plugged in. */
  hostThere(id: string): BoardHost | undefined {
    const host = this.hosts.all.get(id);
    return host !== undefined && this.presence.has(host.chassis) ? host : undefined;
  }
}

function byId<T extends { readonly id: string }>(parts: readonly T[]): Map<string, T> {
  return new Map(parts.map((part) => [part.id, part]));
}

/** The lines that show whether the controllers of hosts say that they have power. */
function powerLines({ hosts = [] }: Platform): Record<string, LineFacts> {
  const nodes = hosts.flatMap(({ power }) => (power.kind === 'ipmi' ? [power.node] : []));
  return Object.fromEntries(nodes.map((node) => [nodePowerLine(node), { direction: 'in', node }]));
}
