/** The live machine: built from a descriptor and the hardware, kept current in the background. */
import type { Hardware } from '../../drivers/hardware.ts';
import type { LineFacts, Platform } from '../platform/schema.ts';
import { ByChassis } from './by-chassis.ts';
import { Changes } from './changes.ts';
import { BoardChassis, type Part } from './chassis.ts';
import { HostConsole } from './console.ts';
import { BoardDrive, sensorsOfDrive } from './drives.ts';
import { Fans } from './fans.ts';
import { Faults } from './faults.ts';
import { worst } from './health.ts';
import { type Hold, Holds } from './hold.ts';
import { BoardHost } from './host.ts';
import { Indicators } from './indicators.ts';
import { Inventory } from './inventory.ts';
import { kernelLamp, lineLamp } from './lamps.ts';
import { BoardLeakDetector } from './leaks.ts';
import { Lines } from './lines.ts';
import { Memory } from './memory.ts';
import {
  type Board,
  type BoardEvent,
  BoardRefusal,
  type BoardSettings,
  type BusState,
  type Fan,
  type Health,
  type LeakDetector,
  type Node,
  type PowerLimit,
  type PowerSupply,
  type Sensor,
} from './model.ts';
import { nodeLamp } from './nodes/lamp.ts';
import type { BoardNode } from './nodes/node.ts';
import { Nodes } from './nodes/nodes.ts';
import type { FoundSensor } from './nodes/records.ts';
import { Ways } from './nodes/ways.ts';
import { PostCodeReader } from './post-codes.ts';
import { nodePowerLine } from './power.ts';
import { Presence } from './presence.ts';
import { createReaders } from './readers.ts';
import { Sampler } from './sampler.ts';
import { BoardSensor } from './sensor.ts';
import { type Slot, Slots } from './slots.ts';
import { Supplies, sensorsOfSupply } from './supplies.ts';
import { There } from './there.ts';

export interface BoardOptions {
  readonly log?: (message: string, detail?: object) => void;
  readonly now?: () => Date;
  /** Mains has just come back, so the power restore policies apply; a mere restart of the daemon switches nothing. */
  readonly mainsRestored?: boolean;
  /** How far the log of a node was taken over before: the mark of the last of its records that was kept. */
  readonly mark?: (node: string) => string | undefined;
}

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
  readonly consoles: ReadonlyMap<string, HostConsole>;
  readonly fans: Board['fans'];
  readonly frus: Board['frus'];
  readonly powerSupplies: Board['powerSupplies'];
  readonly leakDetectors: Board['leakDetectors'];
  readonly drives: Board['drives'];
  readonly nodes: ReadonlyMap<string, Node>;
  generation = 0;
  readonly #nodes: Nodes;
  readonly #drives: readonly BoardDrive[];
  /** What is in each chassis, and the sensors of each host. */
  readonly #contents = new ByChassis<Part>();
  readonly #ofHost = new Map<string, Set<BoardSensor>>();
  readonly #allSensors = new Map<string, BoardSensor>();
  /** All that there can be, whether it is plugged in or not. */
  readonly #all: {
    readonly hosts: ReadonlyMap<string, BoardHost>;
    readonly chassis: ReadonlyMap<string, BoardChassis>;
    readonly leaks: ReadonlyMap<string, BoardLeakDetector>;
  };
  readonly #codeReaders: readonly PostCodeReader[];
  readonly #presence: Presence;
  readonly #slots: Slots;
  readonly #changes = new Changes((error) =>
    this.#log('a listener to the board has failed', { error: String(error) }),
  );
  readonly #log: NonNullable<BoardOptions['log']>;
  readonly #mainsRestored: boolean;
  readonly #memory: Memory;
  readonly #lines: Lines;
  readonly #faults: Faults;
  readonly #fans: Fans;
  readonly #supplies: Supplies;
  readonly #indicators: Indicators;
  readonly #inventory: Inventory;
  readonly #sampler: Sampler;
  /** Why nothing in a chassis can be read; null when it can. */
  readonly #holdOf: (chassis: string | undefined) => Hold | null;
  /** What may keep a sensor from being read. */
  readonly #holds = new Holds();
  readonly #product: RegExp;
  #recognised = false;
  #stopped = false;

  constructor(platform: Platform, hardware: Hardware, settings: BoardSettings, options: BoardOptions) {
    this.platform = platform;
    this.#log = options.log ?? (() => undefined);
    this.#mainsRestored = options.mainsRestored ?? false;
    this.#product = new RegExp(platform.probe?.product ?? '');
    const changes = this.#changes;
    const memory = new Memory(settings);
    this.#memory = memory;
    const lines = new Lines(
      { gpio: hardware.gpio, nodes: (node) => this.#nodes.all.get(node)?.signals },
      { ...platform.lines, ...powerLines(platform) },
      (name, fault, there) => this.#faults.line(name, fault, there),
      (chassis) => holdOf(chassis) === null,
    );
    this.#lines = lines;
    const presence = new Presence(platform.chassis, lines, {
      moved: (...move) => this.#moved(...move),
      changed: () => this.#reconsider(),
      settled: (inside) => {
        for (const id of inside) slots.all.get(id)?.plugged();
        this.#settled(inside);
      },
    });
    this.#presence = presence;
    const slots = new Slots(
      platform.chassis,
      {
        ...{ lines, memory, changes, log: this.#log },
        isThere: (id) => presence.hold(id) === null,
        hostIn: (chassis) => platform.hosts?.find((host) => host.chassis === chassis)?.id,
        moved: (slot) => this.#switched(slot),
        settled: ({ id }) => {
          this.#reconsider();
          this.#settled(
            platform.chassis.flatMap((each) => (presence.isInside(each.id, id) ? [each.id] : [])),
          );
        },
      },
      (chassis, other) => presence.isInside(chassis, other),
    );
    this.#slots = slots;
    const holdOf = (chassis: string | undefined) => presence.hold(chassis) ?? slots.hold(chassis);
    this.#holdOf = holdOf;
    const ways = new Ways(hardware.ipmi);
    const readers = createReaders(platform, hardware, lines, ways);
    this.#faults = new Faults(platform, readers.adapters, changes, this.#log);
    const first = platform.chassis[0]?.id ?? '';
    const sensors = this.#allSensors;
    for (const {
      facts,
      device,
      chassis = first,
      quantity,
      period,
      poweredBy,
      unsupported,
    } of readers.sensors) {
      const origin = { device, chassis, quantity, period, host: poweredBy };
      const sensor = new BoardSensor(facts, origin, changes);
      if (unsupported !== null) sensor.lose('UnavailableOffline', unsupported);
      this.#takeSensor(sensor, poweredBy);
    }
    const nodes = new Nodes({
      ...{ ways, changes, log: this.#log, now: options.now ?? (() => new Date()) },
      hold: (id) => holdOf(id),
      isHostOff: (id) => hosts.get(id ?? '')?.power.good === false,
      found: (node, before, found) => this.#found(node, before, found),
      inventory: (node, read) => this.#inventory.readNode(node, read),
      moved: (node, isThere) => this.#nodeMoved(node, isThere),
      misread: (sensor, error) => this.#faults.sensor(sensor, error),
      boot: (id) => memory.boot(id ?? ''),
      postCodes: (id, codes) => {
        const host = hosts.get(id);
        if (host?.facts.postCodes?.node !== undefined) host.postCodes?.take(codes);
      },
      mark: options.mark ?? (() => undefined),
    });
    this.#nodes = nodes;
    const hosts = new Map(
      (platform.hosts ?? []).map((facts) => {
        const { power, id } = facts;
        const host = new BoardHost(facts, {
          ...{ lines, memory, changes, log: this.#log },
          health: () => worst([...(this.#ofHost.get(id) ?? [])].map(({ status }) => status.health)),
          onPower: () => this.#reconsider(),
          ...(power.kind === 'ipmi' ? { controller: nodes.controllerOf(power.node) } : {}),
          isFed: () => slots.feeds(facts.chassis),
        });
        return [id, host];
      }),
    );
    this.#codeReaders = [...hosts.values()].flatMap(({ id, facts, postCodes }) => {
      const device = facts.postCodes?.device;
      if (device === undefined || postCodes === null) return [];
      const lost = (cause: string) => this.#log(`no POST codes come from ${id}`, { host: id, cause });
      return [new PostCodeReader(device, () => hardware.postCodes.open(device), postCodes, lost)];
    });
    const consoles = new Map<string, HostConsole>();
    for (const { id, console } of platform.hosts ?? []) {
      if (console === undefined) continue;
      const { device, baud = 115_200, node = '' } = console;
      const open =
        device === undefined ? () => nodes.console(node) : () => hardware.serial.open(device, baud);
      // A session over the network is one that somebody else may want.
      const keepOpen = device !== undefined;
      consoles.set(id, new HostConsole(id, { open, keepOpen, memory, changes, log: this.#log }));
    }
    this.consoles = consoles;
    for (const facts of platform.nodes ?? []) this.#contents.add(nodes.add(facts, facts.chassis ?? first));
    const onPresence = () => this.#reconsider();
    const { hwmon } = hardware;
    this.#fans = new Fans(platform, { hwmon, lines, memory, changes, sensors, onPresence }, first);
    const supplies = platform.powerSupplies ?? [];
    this.#supplies = new Supplies(supplies, { lines, sensors, changes, onPresence }, first);
    this.#indicators = new Indicators(
      platform.indicators ?? [],
      ({ led, node, line = '' }) => {
        const controller = nodes.all.get(node ?? '');
        if (controller !== undefined) return nodeLamp(controller);
        return led === undefined
          ? lineLamp(line, lines)
          : kernelLamp(hardware.leds.led(led), (fault) => this.#faults.light(led, fault));
      },
      ({ chassis, host }) => chassis ?? hosts.get(host ?? '')?.chassis ?? first,
    );
    this.#inventory = new Inventory(
      platform,
      {
        ...{ buses: readers.buses, hwmon, changes },
        hold: ({ id, chassis }, device) => {
          const away = holdOf(chassis) ?? holdOf(device?.chassis);
          if (away !== null) return away;
          const supply = supplies.find(({ fru }) => fru === id);
          const plug = supply === undefined ? undefined : this.#supplies.all.get(supply.id)?.plug;
          return plug?.hold ?? hosts.get(device?.poweredBy ?? '')?.hold ?? null;
        },
        onRound: () => this.#recognise(),
      },
      first,
    );
    this.#sampler = new Sampler({
      lanes: readers.lanes,
      sensors,
      hold: (id) => this.#holds.of(id),
      device: (reader, error) =>
        this.#faults.device(reader, error, sensors.get(reader.sensors[0] ?? '')?.chassis),
      misread: (sensor, error) => this.#faults.sensor(sensor, error),
      gone: (reader, misread) => {
        this.#faults.gone(reader, sensors.get(reader.sensors[0] ?? '')?.chassis);
        for (const sensor of misread) this.#faults.goneSensor(sensor);
      },
      now: options.now ?? (() => new Date()),
    });
    const { frus } = this.#inventory;
    const leaks = new Map(
      (platform.leakDetectors ?? []).map((facts) => [
        facts.id,
        new BoardLeakDetector(facts, facts.chassis ?? first, {
          ...{ lines, changes },
          isThere: (id) => presence.has(id),
          react: (detector, type) => this.#react(detector, type),
        }),
      ]),
    );
    for (const part of [...leaks.values(), ...this.#fans.all.values(), ...this.#supplies.all.values()])
      this.#contents.add(part);
    const chassis = new Map<string, BoardChassis>();
    const parts = {
      ...{ memory, indicators: this.#indicators, contents: this.#contents, chassis, slots },
      frus: this.#inventory.byChassis,
      hosts: new ByChassis(hosts.values()),
      isThere: (id: string) => presence.has(id),
    };
    for (const facts of platform.chassis) chassis.set(facts.id, new BoardChassis(facts, parts));
    this.#all = { hosts, chassis, leaks };
    const there = <T>(all: ReadonlyMap<string, T>, chassisOf: (part: T) => string): ReadonlyMap<string, T> =>
      presence.any ? new There(all, (part) => presence.has(chassisOf(part))) : all;
    const own = (part: { readonly chassis: string }) => part.chassis;
    this.chassis = there(chassis, ({ id }) => id);
    this.sensors = there(sensors, own);
    this.hosts = there(hosts, own);
    this.fans = there<Fan>(this.#fans.all, own);
    this.frus = there(frus, own);
    this.powerSupplies = there<PowerSupply>(this.#supplies.all, own);
    this.leakDetectors = there<LeakDetector>(leaks, own);
    this.nodes = there<Node>(nodes.all, own);
    this.#drives = (platform.drives ?? []).map(
      (facts) => new BoardDrive(facts, facts.chassis ?? first, { lines, changes, sensors, onPresence }),
    );
    this.drives = new There<BoardDrive>(
      new Map(this.#drives.map((drive) => [drive.id, drive])),
      (drive) => drive.present && presence.has(drive.chassis),
    );
    this.#findHolds(sensors, readers.carriers);
    changes.onState(() => this.#look());
  }

  get revision(): number {
    return this.#changes.revision;
  }

  get cooling(): Board['cooling'] {
    return this.#fans.cooling;
  }

  get traffic(): Board['traffic'] {
    return this.#sampler.traffic;
  }

  get buses(): readonly BusState[] {
    return this.#faults.buses;
  }

  get health(): Health {
    return worst([...this.chassis.values(), ...this.buses].map(({ status }) => status.health));
  }

  get sampling(): boolean {
    return this.#sampler.alive;
  }

  async start(): Promise<void> {
    await within(linesPatience, this.#lines.open());
    if (this.#stopped) return;
    for (const id of this.#all.chassis.keys())
      if (this.#memory.identify(id)) this.#indicators.showIdentify(id, true);
    this.#slots.start(this.#mainsRestored);
    for (const host of this.hosts.values())
      if (this.#mainsRestored && this.#holdOf(host.chassis) === null) host.mainsRestored();
    const { ready } = this.platform.manager;
    if (ready !== undefined) this.#lines.show(ready, true);
    void this.#fans.start();
    this.#sampler.start();
    this.#nodes.start();
    for (const console of this.consoles.values()) console.start();
    for (const reader of this.#codeReaders) void reader.start();
    this.#inventory.read();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#presence.stop();
    for (const detector of this.#all.leaks.values()) detector.stop();
    this.#inventory.stop();
    this.#indicators.stop();
    for (const console of this.consoles.values()) console.stop();
    for (const reader of this.#codeReaders) reader.stop();
    await Promise.all([
      this.#slots.stop(),
      within(endPatience, this.#sampler.stop()),
      within(endPatience, this.#fans.stop()),
      within(endPatience, this.#nodes.stop()),
      ...[...this.#all.hosts.values()].map((host) => host.stop()),
    ]);
    const { ready } = this.platform.manager;
    if (ready !== undefined) this.#lines.show(ready, false);
    this.#lines.close();
  }

  onEvent(listener: (event: BoardEvent) => unknown): () => void {
    return this.#changes.onEvent(listener);
  }

  onPostCodes(listener: Parameters<Board['onPostCodes']>[0]): () => void {
    return this.#changes.onPostCodes(listener);
  }

  onReading(listener: (sensor: Sensor) => void): () => void {
    return this.#changes.onReading(listener);
  }

  onChange(listener: () => void): () => void {
    return this.#changes.onChange(listener);
  }

  async reset(id: string, type: Parameters<Board['reset']>[1]): ReturnType<Board['reset']> {
    const host = this.#host(id);
    const started = await host.reset(type);
    for (const node of this.#nodes.all.values()) if (node.facts.host === id) node.hurry();
    return started;
  }

  async resetChassis(
    id: string,
    type: Parameters<Board['resetChassis']>[1],
  ): ReturnType<Board['resetChassis']> {
    const slot = this.chassis.has(id) ? this.#slots.all.get(id) : undefined;
    if (slot === undefined) throw new BoardRefusal('not-supported', `nothing switches the power of ${id}`);
    return slot.reset(type);
  }

  async setIdentify(chassis: string, on: boolean): Promise<void> {
    const before = this.#indicators.identify(chassis);
    if (before === null) throw new BoardRefusal('not-supported', `${chassis} has no identify light`);
    await this.#indicators.setIdentify(chassis, on);
    try {
      this.#memory.setIdentify(chassis, on);
    } catch (error) {
      this.#indicators.showIdentify(chassis, before);
      throw error;
    }
    this.#changes.touch();
  }

  async setAssetTag(target: Parameters<Board['setAssetTag']>[0], tag: string): Promise<void> {
    if ('host' in target) {
      this.#host(target.host).setAssetTag(tag);
      return;
    }
    if (!this.chassis.has(target.chassis))
      throw new BoardRefusal('not-supported', `there is no chassis ${target.chassis}`);
    this.#memory.setAssetTag('chassis', target.chassis, tag);
    this.#changes.touch();
  }

  async setRestorePolicy(host: string, policy: Parameters<Board['setRestorePolicy']>[1]): Promise<void> {
    this.#host(host).setRestorePolicy(policy);
  }

  async setBoot(id: string, boot: Parameters<Board['setBoot']>[1]): Promise<void> {
    const host = this.#host(id);
    const { power } = host.facts;
    const before = host.boot;
    // Its controller goes first: what it refuses is not kept.
    if (power.kind === 'ipmi') await this.#nodes.setBoot(power.node, boot);
    try {
      host.setBoot(boot);
    } catch (error) {
      if (power.kind === 'ipmi') await this.#nodes.setBoot(power.node, before).catch(() => undefined);
      throw error;
    }
  }

  async setPowerLimit(node: string, limit: PowerLimit): Promise<void> {
    await this.#nodes.setPowerLimit(node, limit);
  }

  async setCooling(mode: Parameters<Board['setCooling']>[0]): Promise<void> {
    await this.#fans.setMode(mode);
  }

  async setFanDuty(fan: string, percent: number): Promise<void> {
    await this.#fans.setDuty(fan, percent);
  }

  #host(id: string): BoardHost {
    const host = this.hosts.get(id);
    if (host === undefined) throw new BoardRefusal('not-supported', `there is no host ${id}`);
    return host;
  }

  #findHolds(
    sensors: ReadonlyMap<string, BoardSensor>,
    carriers: ReadonlyMap<string, string | undefined>,
  ): void {
    if (this.#presence.any || this.#slots.all.size > 0) {
      for (const { id, chassis } of sensors.values())
        this.#holds.add(id, () => this.#holdOf(chassis) ?? this.#holdOf(carriers.get(id)));
    }
    for (const { plug, sensors } of this.#fans.all.values()) {
      for (const sensor of sensors) this.#holds.add(sensor, () => plug.hold ?? plug.settling);
    }
    for (const drive of this.#drives)
      for (const id of sensorsOfDrive(drive.facts)) this.#holds.add(id, () => drive.hold);
    for (const { plug, facts } of this.#supplies.all.values()) {
      for (const sensor of sensorsOfSupply(facts)) this.#holds.add(sensor, () => plug.hold ?? plug.settling);
    }
    for (const { id, poweredBy } of sensors.values()) {
      const host = poweredBy === null ? undefined : this.#all.hosts.get(poweredBy);
      if (host !== undefined) this.#holds.add(id, () => host.hold);
    }
  }

  #takeSensor(sensor: BoardSensor, host: string | null): void {
    this.#allSensors.set(sensor.id, sensor);
    this.#contents.add(sensor);
    if (host === null) return;
    const own = this.#ofHost.get(host) ?? new Set();
    this.#ofHost.set(host, own.add(sensor));
  }

  #dropSensor(sensor: BoardSensor): void {
    this.#allSensors.delete(sensor.id);
    this.#contents.delete(sensor);
    for (const own of this.#ofHost.values()) own.delete(sensor);
  }

  /** A node turned out to have these sensors: those that are known stay what they are. */
  #found(
    node: BoardNode,
    before: ReadonlyMap<string, BoardSensor>,
    found: readonly FoundSensor[],
  ): ReadonlyMap<string, BoardSensor> {
    const { id: device, chassis, facts: node_ } = node;
    const now = new Map<string, BoardSensor>();
    for (const { facts, quantity } of found) {
      const known = before.get(facts.id);
      if (known !== undefined && known.quantity === quantity) {
        known.fit(facts);
        now.set(facts.id, known);
        continue;
      }
      // The name belongs to somebody else on this board.
      if (known === undefined && this.#allSensors.has(facts.id)) continue;
      const origin = {
        ...{ device, chassis, quantity, period: this.#nodes.periodOf(node) },
        // A controller with a log of its own says itself what happens to its host.
        host: node_.bridgeIc === undefined ? null : (node_.host ?? null),
      };
      const sensor = new BoardSensor(facts, origin, this.#changes);
      if (known !== undefined) this.#dropSensor(known);
      this.#takeSensor(sensor, node_.host ?? null);
      now.set(facts.id, sensor);
    }
    let moved = now.size !== before.size;
    for (const [id, sensor] of before) {
      if (now.get(id) === sensor) continue;
      moved = true;
      sensor.unplug('its node does not have it any more');
      if (!now.has(id)) this.#dropSensor(sensor);
    }
    for (const [id, sensor] of now) moved ||= before.get(id) !== sensor;
    if (moved) {
      this.generation += 1;
      this.#changes.touch();
    }
    return now;
  }

  /** A node answers, or does not any more: whose power it tells of is known again, or is not. */
  #nodeMoved({ id }: BoardNode, isThere: boolean): void {
    for (const { facts, power } of this.#all.hosts.values()) {
      const told =
        facts.power.kind === 'ipmi'
          ? facts.power.node
          : this.platform.lines?.[facts.power.kind === 'gpio' ? facts.power.good : '']?.node;
      if (told !== id) continue;
      if (isThere) power.look();
      else power.lose();
    }
  }

  /** A chassis has been plugged in or pulled: what is in it goes with it. */
  #moved(id: string, present: boolean, inside: readonly string[]): void {
    if (this.#stopped) return;
    const chassis = inside.filter((each) => !present || this.#presence.has(each));
    const hosts = [...this.#all.hosts.values()].filter((host) => chassis.includes(host.chassis));
    const name = this.#all.chassis.get(id)?.name ?? id;
    for (const origin of [
      ...chassis.map((each) => ({ kind: 'chassis', id: each }) as const),
      ...hosts.map((host) => ({ kind: 'host', id: host.id }) as const),
    ]) {
      this.#changes.emit({
        message: `ResourceEvent.${present ? 'ResourceCreated' : 'ResourceRemoved'}`,
        args: [],
        severity: 'OK',
        origin,
        detail: `${name} was ${present ? 'plugged in' : 'pulled out'}.`,
      });
    }
  }

  /** What is in these chassis has had its time to start, be it after it was plugged in or was given power. */
  #settled(inside: readonly string[]): void {
    if (this.#stopped) return;
    for (const host of this.#all.hosts.values())
      if (inside.includes(host.chassis) && this.#holdOf(host.chassis) === null) host.pluggedIn();
  }

  /** The power of a slot has come or gone, and with it that of the hosts in it. */
  #switched({ id, name, asked, hold }: Slot): void {
    if (this.#stopped) return;
    for (const host of hold?.state === 'StandbyOffline' ? this.hosts.values() : []) {
      if (host.power.good !== true || !this.#presence.isInside(host.chassis, id)) continue;
      this.#changes.emit({
        message: 'ResourceEvent.ResourcePoweredOff',
        args: [host.name],
        severity: asked ? 'OK' : 'Warning',
        origin: { kind: 'host', id: host.id },
        host: host.id,
        detail: `${name} has no power any more.`,
      });
    }
    this.#reconsider();
  }

  /** A leak has lasted: the hosts in its chassis, and in those within, are switched off. */
  #react(detector: BoardLeakDetector, type: 'ForceOff' | 'GracefulShutdown'): void {
    for (const { id, chassis, power } of this.hosts.values()) {
      if (power.good !== true || !this.#presence.isInside(chassis, detector.chassis)) continue;
      // A host that cannot be asked is switched off.
      const way = power.supported.includes(type) ? type : 'ForceOff';
      this.#log('a leak switches a host off', { host: id, detector: detector.id, type: way });
      power
        .reset(way)
        .catch((error: unknown) =>
          this.#log('a host cannot be switched off because of a leak', { host: id, error: String(error) }),
        );
    }
  }

  /** Power or presence has changed. */
  #reconsider(): void {
    if (this.#stopped) return;
    this.#changes.touch();
    this.#slots.follow();
    this.#lines.reconsider();
    for (const host of this.#all.hosts.values())
      if (!this.#presence.has(host.chassis) || !this.#slots.feeds(host.chassis)) host.pulled();
    for (const detector of this.#all.leaks.values()) detector.look();
    this.#sampler.reconsider();
    this.#nodes.reconsider();
    this.#inventory.reconsider();
  }

  /** The state of some part has moved, and others follow it. */
  #look(): void {
    if (this.#stopped) return;
    this.#fans.look();
    this.#supplies.look();
    for (const drive of this.#drives) drive.look();
    this.#indicators.show('power', (chassis, host) =>
      [...this.#all.hosts.values()].some(
        ({ id, chassis: own, power }) =>
          power.good === true && (host === undefined ? own === chassis : id === host),
      ),
    );
    this.#indicators.show('fault', (chassis) => this.#all.chassis.get(chassis)?.status.health !== 'OK');
  }

  /** Says so when the board is another than the descriptor describes. */
  #recognise(): void {
    const { probe, name, manager } = this.platform;
    const fru = probe === undefined ? undefined : this.frus.get(probe.fru);
    const names = [fru?.model, fru?.boardModel].filter((each) => each != null);
    // An inventory that says nothing may be damaged, or be read at another time.
    if (this.#recognised || probe === undefined || names.length === 0) return;
    this.#recognised = true;
    if (names.some((each) => this.#product.test(each))) return;
    const detail = `This board says it is "${names.join('", "')}", and the descriptor is for ${name}: its sensors and limits may be wrong.`;
    this.#log(detail);
    this.#changes.emit({
      message: 'ResourceEvent.ResourceErrorsDetected',
      args: ['Model', 'descriptor for another board'],
      severity: 'Critical',
      origin: { kind: 'manager', id: manager.id },
      detail,
    });
  }
}

/** The lines that show whether the controllers of hosts say that they have power. */
function powerLines({ hosts = [] }: Platform): Record<string, LineFacts> {
  const nodes = hosts.flatMap(({ power }) => (power.kind === 'ipmi' ? [power.node] : []));
  return Object.fromEntries(nodes.map((node) => [nodePowerLine(node), { direction: 'in', node }]));
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
