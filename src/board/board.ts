/** The live machine: built from a descriptor and the hardware, kept current in the background. */
import type { DeviceError } from '../../drivers/errors.ts';
import type { Hardware } from '../../drivers/hardware.ts';
import type { Platform } from '../platform/schema.ts';
import { Changes } from './changes.ts';
import { Fans } from './fans.ts';
import { BoardHost } from './host.ts';
import { Indicators } from './indicators.ts';
import { BoardFru } from './inventory.ts';
import { Lines } from './lines.ts';
import { Memory } from './memory.ts';
import {
  type Board,
  type BoardEvent,
  BoardRefusal,
  type BoardSettings,
  type BusState,
  type Chassis,
  type Health,
  type Origin,
  type PowerState,
} from './model.ts';
import { createReaders, type Reader } from './readers.ts';
import { Sampler } from './sampler.ts';
import { BoardSensor } from './sensor.ts';
import { Supplies, worst } from './supplies.ts';

export interface BoardOptions {
  readonly log?: (message: string, detail?: object) => void;
  readonly now?: () => Date;
  /** Mains has just come back, so the power restore policies apply; a mere restart of the daemon switches nothing. */
  readonly mainsRestored?: boolean;
}

/** Inventories are read again this often: parts are swapped while the board runs. */
const inventoryPeriod = 60_000;
/** Longest wait of `start` for the lines; those that take longer come later. */
const linesPatience = 500;

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
  readonly #changes = new Changes();
  readonly #options: BoardOptions;
  readonly #memory: Memory;
  readonly #lines: Lines;
  readonly #fans: Fans;
  readonly #supplies: Supplies;
  readonly #indicators: Indicators;
  readonly #hosts: ReadonlyMap<string, BoardHost>;
  readonly #frus: readonly BoardFru[];
  readonly #sampler: Sampler;
  readonly #busFaults = new Map<number, string>();
  readonly #views = new Map<string, { readonly revision: number; readonly value: unknown }>();
  #inventory: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(platform: Platform, hardware: Hardware, settings: BoardSettings, options: BoardOptions) {
    this.platform = platform;
    this.#options = options;
    this.#memory = new Memory(settings);
    this.#lines = new Lines(hardware.gpio, platform.lines ?? {}, (name, fault) =>
      this.#lineFault(name, fault),
    );
    const lines = this.#lines;
    const changes = this.#changes;
    const memory = this.#memory;
    const first = platform.chassis[0]?.id ?? '';
    const readers = createReaders(platform, hardware, lines);
    const poweredBy = new Map<string, string>();
    const sensors = new Map<string, BoardSensor>();
    for (const declared of readers.sensors) {
      const { facts, device, quantity, period } = declared;
      const host = declared.poweredBy;
      if (host !== null && declared.unsupported === null) poweredBy.set(facts.id, host);
      const sensor = new BoardSensor(
        facts,
        { device, chassis: declared.chassis ?? first, quantity, period, host },
        changes,
      );
      if (declared.unsupported !== null) sensor.lose('UnavailableOffline', declared.unsupported);
      sensors.set(facts.id, sensor);
    }
    this.sensors = sensors;
    this.#fans = new Fans(platform, { hwmon: hardware.hwmon, lines, memory, changes, sensors }, first);
    this.#supplies = new Supplies(platform.powerSupplies ?? [], { lines, sensors, changes }, first);
    this.#hosts = new Map(
      (platform.hosts ?? []).map((facts) => {
        const health = () => this.#healthOfHost(facts.id);
        const host = new BoardHost(facts, { lines, memory, changes }, health, () =>
          this.#sampler.powerChanged(facts.id),
        );
        return [facts.id, host];
      }),
    );
    this.#indicators = new Indicators(
      platform.indicators ?? [],
      lines,
      ({ chassis, host }) =>
        chassis ?? (host === undefined ? undefined : this.#hosts.get(host)?.facts.chassis) ?? first,
    );
    this.#frus = (platform.frus ?? []).flatMap((facts) => {
      const device = platform.devices?.find(({ id }) => id === facts.device);
      return device === undefined
        ? []
        : [
            new BoardFru(
              facts,
              device,
              facts.chassis ?? device.chassis ?? first,
              readers.buses.get(device.bus),
              changes,
            ),
          ];
    });
    this.#sampler = new Sampler({
      lanes: readers.lanes,
      sensors,
      poweredBy,
      gate: (host) => this.#hosts.get(host)?.gate ?? 'on',
      device: (reader, error) => this.#deviceFault(reader, error),
      now: options.now ?? (() => new Date()),
    });
    changes.onState(() => this.#look());
  }

  get revision(): number {
    return this.#changes.revision;
  }

  get chassis(): ReadonlyMap<string, Chassis> {
    return this.#view(
      'chassis',
      () => new Map(this.platform.chassis.map((facts) => [facts.id, this.#chassisView(facts)])),
    );
  }

  get fans(): Board['fans'] {
    return this.#view('fans', () => collect(this.#fans.ids, (id) => this.#fans.view(id)));
  }

  get cooling(): Board['cooling'] {
    return this.#fans.cooling;
  }

  get hosts(): Board['hosts'] {
    return this.#view('hosts', () => new Map([...this.#hosts].map(([id, host]) => [id, host.view])));
  }

  get frus(): Board['frus'] {
    return this.#view('frus', () => new Map(this.#frus.map((fru) => [fru.id, fru.view])));
  }

  get powerSupplies(): Board['powerSupplies'] {
    return this.#view('supplies', () => collect(this.#supplies.ids, (id) => this.#supplies.view(id)));
  }

  get buses(): readonly BusState[] {
    return (this.platform.buses ?? []).map(({ bus, name }) => {
      const fault = this.#busFaults.get(bus) ?? null;
      const state = fault === null ? 'Enabled' : 'UnavailableOffline';
      return {
        bus,
        name: name ?? `i2c-${bus}`,
        status: { state, health: fault === null ? 'OK' : 'Warning' },
        fault,
      };
    });
  }

  get health(): Health {
    return worst([...this.chassis.values(), ...this.buses].map(({ status }) => status.health));
  }

  async start(): Promise<void> {
    const lines = this.#lines.open();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, linesPatience);
    });
    await Promise.race([lines, patience]);
    clearTimeout(timer);
    for (const { id } of this.platform.chassis) if (this.#memory.identify(id)) await this.#relight(id);
    if (this.#options.mainsRestored === true) for (const host of this.#hosts.values()) host.mainsRestored();
    const { ready } = this.platform.manager;
    if (ready !== undefined && this.#lines.get(ready) !== null) this.#lines.set(ready, true);
    void this.#fans.start();
    this.#sampler.start();
    void this.#readInventory().then(() => this.#recognise());
    this.#inventory = setInterval(() => void this.#readInventory(), inventoryPeriod).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#inventory);
    this.#sampler.stop();
    this.#indicators.stop();
    await Promise.all([...this.#hosts.values()].map((host) => host.stop()));
    // A bus that hangs must not keep the daemon from ending.
    await Promise.race([this.#fans.stop(), new Promise((resolve) => setTimeout(resolve, 500).unref())]);
    this.#lines.close();
  }

  onEvent(listener: (event: BoardEvent) => void): () => void {
    return this.#changes.onEvent(listener);
  }

  onChange(listener: () => void): () => void {
    return this.#changes.onChange(listener);
  }

  async reset(id: string, type: Parameters<Board['reset']>[1]): ReturnType<Board['reset']> {
    const host = this.#host(id);
    const started = await host.power.reset(type);
    if (type === 'On' || type === 'ForceOn') host.wanted(true);
    if (type === 'ForceOff' || type === 'GracefulShutdown') host.wanted(false);
    return started;
  }

  async setIdentify(chassis: string, on: boolean): Promise<void> {
    const before = this.#indicators.identify(chassis);
    if (before === null) throw new BoardRefusal('not-supported', `${chassis} has no identify light`);
    this.#indicators.setIdentify(chassis, on);
    try {
      this.#memory.setIdentify(chassis, on);
    } catch (error) {
      this.#indicators.setIdentify(chassis, before);
      throw error;
    }
    this.#changes.touch();
  }

  async setAssetTag(target: Parameters<Board['setAssetTag']>[0], tag: string): Promise<void> {
    if ('host' in target) {
      this.#host(target.host).setAssetTag(tag);
      return;
    }
    this.#memory.setAssetTag('chassis', target.chassis, tag);
    this.#changes.touch();
  }

  async setRestorePolicy(host: string, policy: Parameters<Board['setRestorePolicy']>[1]): Promise<void> {
    this.#host(host).setRestorePolicy(policy);
  }

  async setBoot(host: string, boot: Parameters<Board['setBoot']>[1]): Promise<void> {
    this.#host(host).setBoot(boot);
  }

  setCooling(mode: Parameters<Board['setCooling']>[0]): Promise<void> {
    return this.#fans.setMode(mode);
  }

  setFanDuty(fan: string, percent: number): Promise<void> {
    return this.#fans.setDuty(fan, percent);
  }

  #host(id: string): BoardHost {
    const host = this.#hosts.get(id);
    if (host === undefined) throw new BoardRefusal('not-supported', `there is no host ${id}`);
    return host;
  }

  /** What a part looks like, worked out once for each revision. */
  #view<T>(name: string, make: () => T): T {
    const { revision } = this.#changes;
    const known = this.#views.get(name);
    if (known?.revision === revision) return known.value as T;
    const value = make();
    this.#views.set(name, { revision, value });
    return value;
  }

  #chassisView(facts: Platform['chassis'][number]): Chassis {
    const { id, name } = facts;
    const states = [...this.#hosts.values()]
      .filter((host) => host.facts.chassis === id)
      .map(({ power }) => power.state);
    return {
      id,
      name: name ?? id,
      facts,
      assetTag: this.#memory.assetTag('chassis', id),
      powerState: powerOf(states),
      status: { state: 'Enabled', health: this.#healthOfChassis(id) },
      identify: this.#indicators.identify(id),
    };
  }

  #healthOfChassis(id: string): Health {
    const inside = this.platform.chassis.filter(({ containedBy }) => containedBy === id);
    const parts = [
      ...this.sensors.values(),
      ...this.fans.values(),
      ...this.powerSupplies.values(),
      ...this.frus.values(),
    ];
    return worst([
      ...parts.filter(({ chassis }) => chassis === id).map(({ status }) => status.health),
      ...[...this.#hosts.values()].flatMap(({ facts, power }) =>
        facts.chassis === id && power.fault !== null ? ['Critical' as const] : [],
      ),
      ...inside.map((each) => this.#healthOfChassis(each.id)),
    ]);
  }

  /** A host is as well as what only it powers. */
  #healthOfHost(id: string): Health {
    const own = [...this.sensors.values()].filter(({ poweredBy }) => poweredBy === id);
    return worst(own.map(({ status }) => status.health));
  }

  #look(): void {
    if (this.#stopped) return;
    this.#fans.look();
    this.#supplies.look();
    this.#indicators.show(
      'power',
      ({ host }) => host !== undefined && this.#hosts.get(host)?.power.good === true,
    );
    this.#indicators.show('fault', () => this.health !== 'OK');
  }

  async #relight(chassis: string): Promise<void> {
    try {
      this.#indicators.setIdentify(chassis, true);
    } catch (error) {
      this.#options.log?.('an identify light cannot be lit', { chassis, error: String(error) });
    }
  }

  async #readInventory(): Promise<void> {
    for (const fru of this.#frus) {
      if (this.#stopped) return;
      await fru.read();
    }
  }

  /** Says so when the board is another than the descriptor describes. */
  #recognise(): void {
    const { probe, name } = this.platform;
    const fru = probe === undefined ? undefined : this.frus.get(probe.fru);
    if (probe === undefined || fru?.image == null) return;
    const names = [fru.model, fru.boardModel].filter((each) => each !== null);
    if (names.some((each) => new RegExp(probe.product).test(each))) return;
    const detail = `This board says it is "${names.join('", "')}", and the descriptor is for ${name}: its sensors and limits may be wrong.`;
    this.#options.log?.(detail);
    this.#changes.emit({
      message: 'ResourceEvent.ResourceErrorsDetected',
      args: ['Model', 'descriptor for another board'],
      severity: 'Critical',
      origin: { kind: 'manager', id: this.platform.manager.id },
      detail,
    });
  }

  #lineFault(name: string, fault: string | null): void {
    this.#options.log?.(fault === null ? 'a GPIO line is here now' : 'a GPIO line cannot be had', {
      line: name,
      fault,
    });
    const said =
      fault === null
        ? ['ResourceEvent.ResourceStatusChangedOK', `line ${name}`, 'OK']
        : ['Platform.DeviceManagementInterfaceError', `line ${name}`, fault];
    const [message = '', ...args] = said;
    this.#changes.emit({
      message,
      args,
      severity: fault === null ? 'OK' : 'Warning',
      origin: { kind: 'manager', id: this.platform.manager.id },
      condition: `line:${name}`,
      resolves: fault === null,
    });
  }

  /** A bus that fails is told of once, and not again for each device on it. */
  #deviceFault(reader: Reader, error: DeviceError | null): void {
    const { device, bus } = reader;
    this.#options.log?.(error === null ? 'a device answers again' : 'a device does not answer', {
      device,
      fault: error?.message ?? null,
    });
    if (bus !== null && error === null && this.#busFaults.delete(bus)) {
      this.#tellFault(`bus:${bus}`, `bus ${bus}`, null, { kind: 'bus', id: String(bus) });
      return;
    }
    if (bus !== null && (error?.kind === 'stuck' || error?.kind === 'no-bus')) {
      const known = this.#busFaults.has(bus);
      this.#busFaults.set(bus, error.message);
      if (!known) this.#tellFault(`bus:${bus}`, `bus ${bus}`, error, { kind: 'bus', id: String(bus) });
      return;
    }
    const chassis = [...this.sensors.values()].find((sensor) => sensor.device === device)?.chassis;
    this.#tellFault(`device:${device}`, device, error, {
      kind: 'device',
      id: device,
      ...(chassis === undefined ? {} : { chassis }),
    });
  }

  #tellFault(condition: string, name: string, error: DeviceError | null, origin: Origin): void {
    const key =
      error === null
        ? 'ResourceEvent.ResourceStatusChangedOK'
        : error.kind === 'wrong-data'
          ? 'Platform.DeviceManagementInterfaceError'
          : 'Platform.DeviceManagementInterfaceUnresponsive';
    const args = error === null ? [name, 'OK'] : error.kind === 'wrong-data' ? [name, error.message] : [name];
    this.#changes.emit({
      message: key,
      args,
      severity: error === null ? 'OK' : 'Warning',
      origin,
      condition,
      resolves: error === null,
      ...(error === null || error.kind === 'wrong-data' ? {} : { detail: `${error.message}.` }),
    });
  }
}

/** A chassis without hosts is on, since the controller in it runs. */
function powerOf(states: readonly (PowerState | null)[]): PowerState | null {
  if (states.length === 0) return 'On';
  if (states.includes('On')) return 'On';
  return states.find((state) => state !== 'Off' && state !== null) ?? (states.includes('Off') ? 'Off' : null);
}

/** A map of what is there. */
function collect<T>(ids: Iterable<string>, view: (id: string) => T | undefined): Map<string, T> {
  const found = new Map<string, T>();
  for (const id of ids) {
    const value = view(id);
    if (value !== undefined) found.set(id, value);
  }
  return found;
}
