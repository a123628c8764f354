/** The live machine: built from a descriptor and the hardware, kept current in the background. */
import type { Hardware } from '../../drivers/hardware.ts';
import type { Platform } from '../platform/schema.ts';
import { Changes } from './changes.ts';
import { type BoardChassis, buildChassis } from './chassis.ts';
import { HostConsole } from './console.ts';
import { BoardDrive, sensorsOfDrive } from './drives.ts';
import { Fans } from './fans.ts';
import { Faults } from './faults.ts';
import { worst } from './health.ts';
import { Holds } from './hold.ts';
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
  type PowerSupply,
  type Sensor,
} from './model.ts';
import { PostCodeReader } from './post-codes.ts';
import { Presence } from './presence.ts';
import { createReaders } from './readers.ts';
import { Sampler } from './sampler.ts';
import { BoardSensor } from './sensor.ts';
import { Supplies, sensorsOfSupply } from './supplies.ts';
import { There } from './there.ts';

export interface BoardOptions {
  readonly log?: (message: string, detail?: object) => void;
  readonly now?: () => Date;
  /** Mains has just come back, so the power restore policies apply; a mere restart of the daemon switches nothing. */
  readonly mainsRestored?: boolean;
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
  readonly #drives: readonly BoardDrive[];
  /** All that there can be, whether it is plugged in or not. */
  readonly #all: {
    readonly hosts: ReadonlyMap<string, BoardHost>;
    readonly chassis: ReadonlyMap<string, BoardChassis>;
    readonly leaks: ReadonlyMap<string, BoardLeakDetector>;
  };
  readonly #codeReaders: readonly PostCodeReader[];
  readonly #presence: Presence;
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
      hardware.gpio,
      platform.lines ?? {},
      (name, fault, there) => this.#faults.line(name, fault, there),
      (chassis) => presence.hold(chassis) === null,
    );
    this.#lines = lines;
    const presence = new Presence(platform.chassis, lines, {
      moved: (...move) => this.#moved(...move),
      changed: () => this.#reconsider(),
      settled: (inside) => {
        for (const host of hosts.values()) if (inside.includes(host.chassis)) host.pluggedIn();
      },
    });
    this.#presence = presence;
    const readers = createReaders(platform, hardware, lines);
    this.#faults = new Faults(platform, readers.adapters, changes, this.#log);
    const first = platform.chassis[0]?.id ?? '';
    const sensors = new Map<string, BoardSensor>();
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
      sensors.set(facts.id, sensor);
    }
    const hosts = new Map(
      (platform.hosts ?? []).map((facts) => {
        const own = [...sensors.values()].filter(({ poweredBy }) => poweredBy === facts.id);
        const host = new BoardHost(facts, {
          ...{ lines, memory, changes, log: this.#log },
          health: () => worst(own.map(({ status }) => status.health)),
          onPower: () => this.#reconsider(),
        });
        return [facts.id, host];
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
      const { device, baud = 115_200 } = console;
      const open = () => hardware.serial.open(device, baud);
      consoles.set(id, new HostConsole(id, { open, keepOpen: true, memory, changes, log: this.#log }));
    }
    this.consoles = consoles;
    const onPresence = () => this.#reconsider();
    const { hwmon } = hardware;
    this.#fans = new Fans(platform, { hwmon, lines, memory, changes, sensors, onPresence }, first);
    const supplies = platform.powerSupplies ?? [];
    this.#supplies = new Supplies(supplies, { lines, sensors, changes, onPresence }, first);
    this.#indicators = new Indicators(
      platform.indicators ?? [],
      ({ led, line = '' }) =>
        led === undefined
          ? lineLamp(line, lines)
          : kernelLamp(hardware.leds.led(led), (fault) => this.#faults.light(led, fault)),
      ({ chassis, host }) => chassis ?? hosts.get(host ?? '')?.chassis ?? first,
    );
    this.#inventory = new Inventory(
      platform,
      {
        ...{ buses: readers.buses, hwmon, changes },
        hold: ({ id, chassis }, device) => {
          const pulled = presence.hold(chassis) ?? presence.hold(device.chassis);
          if (pulled !== null) return pulled;
          const supply = supplies.find(({ fru }) => fru === id);
          const plug = supply === undefined ? undefined : this.#supplies.all.get(supply.id)?.plug;
          return plug?.hold ?? hosts.get(device.poweredBy ?? '')?.hold ?? null;
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
    const contents = [
      ...leaks.values(),
      ...sensors.values(),
      ...this.#fans.all.values(),
      ...this.#supplies.all.values(),
    ];
    const chassis = buildChassis(platform.chassis, {
      ...{ memory, indicators: this.#indicators, contents, frus },
      hosts: [...hosts.values()],
      isThere: (id) => presence.has(id),
    });
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
    for (const host of this.hosts.values()) if (this.#mainsRestored) host.mainsRestored();
    const { ready } = this.platform.manager;
    if (ready !== undefined) this.#lines.show(ready, true);
    void this.#fans.start();
    this.#sampler.start();
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
      within(endPatience, this.#sampler.stop()),
      within(endPatience, this.#fans.stop()),
      ...[...this.#all.hosts.values()].map((host) => host.stop()),
    ]);
    const { ready } = this.platform.manager;
    if (ready !== undefined) this.#lines.show(ready, false);
    this.#lines.close();
  }

  onEvent(listener: (event: BoardEvent) => void): () => void {
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
    return this.#host(id).power.reset(type);
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

  async setBoot(host: string, boot: Parameters<Board['setBoot']>[1]): Promise<void> {
    this.#host(host).setBoot(boot);
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
    if (this.#presence.any) {
      for (const { id, chassis } of sensors.values())
        this.#holds.add(id, () => this.#presence.hold(chassis) ?? this.#presence.hold(carriers.get(id)));
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
    this.#lines.reconsider();
    for (const host of this.#all.hosts.values()) if (!this.#presence.has(host.chassis)) host.pulled();
    for (const detector of this.#all.leaks.values()) detector.look();
    this.#sampler.reconsider();
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

/** Waits for `work`, but no longer than `milliseconds`. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, overdue]);
  clearTimeout(timer);
}
