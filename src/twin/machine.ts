/** The models of a simulated board, connected to each other: power, inputs of the controller, heat. */
import type { FanFacts, Platform, PowerSupplyFacts } from '../platform/vocabulary/index.ts';
import { TwinBuses } from './buses.ts';
import { type KnownSensor, sensorsOf } from './catalog.ts';
import { createFaults, type Faults } from './faults.ts';
import { TwinFirmware } from './firmware.ts';
import type { HostModel } from './host.ts';
import { TwinHosts } from './hosts.ts';
import { createHwmon, drivenDuty, type TwinHwmon } from './hwmon.ts';
import { showInputs } from './inputs.ts';
import { TwinLines } from './lines.ts';
import { TwinNodes } from './nodes/index.ts';
import { nominals } from './nominal.ts';
import { firmwareLoad, Physics, type Zone } from './physics.ts';
import { createPostCodes, type TwinPostCodes } from './post-codes.ts';
import { createPowerTree, type PowerTree } from './power-tree.ts';
import { createSerial, type TwinSerial } from './serial.ts';

export interface MachineOptions {
  readonly seed: number;
  readonly speed: number;
  /** Monotonic clock, ms. */
  readonly now: () => number;
}

/** Every model by its id. A direct change of a model is made within `change`. */
export class Machine {
  readonly platform: Platform;
  readonly faults: Faults = createFaults();
  readonly sensors: ReadonlyMap<string, KnownSensor>;
  readonly fans: ReadonlyMap<string, FanFacts>;
  readonly supplies: ReadonlyMap<string, PowerSupplyFacts>;
  /** Load of each host, 0 to 1. */
  readonly loads: Map<string, number>;
  /** Ids of fans, supplies, chassis, drives and leak detectors that are not plugged in. */
  readonly absent = new Set<string>();
  /** Ids of leak detectors that are wet. */
  readonly wet = new Set<string>();
  /** Ids of chassis whose latch is open. */
  readonly unlatched = new Set<string>();
  /** Position of the hand switch of the panel. */
  selected = 0;
  readonly power: PowerTree;
  readonly lines: TwinLines;
  readonly hwmon: TwinHwmon;
  readonly serial: TwinSerial;
  readonly postCodes: TwinPostCodes;
  readonly firmware: TwinFirmware;
  readonly hosts: TwinHosts;
  readonly physics: Physics;
  readonly buses: TwinBuses;
  readonly nodes: TwinNodes;
  readonly #options: MachineOptions;
  readonly #mainsListeners = new Set<(on: boolean) => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Inputs follow the models once all of them exist. */
  #isComplete = false;

  constructor(platform: Platform, options: MachineOptions) {
    const { now, seed } = options;
    const value = (id: string) => this.physics.value(id);
    const settle = () => this.hosts.advance();
    this.platform = platform;
    this.#options = options;
    this.sensors = sensorsOf(platform);
    this.fans = new Map((platform.fans ?? []).map((fan) => [fan.id, fan]));
    this.supplies = new Map((platform.powerSupplies ?? []).map((supply) => [supply.id, supply]));
    this.loads = new Map((platform.hosts ?? []).map(({ id }) => [id, 0]));
    this.power = createPowerTree(platform, {
      ...{ faults: this.faults, absent: this.absent },
      asserted: (line) => this.lines.asserted(line),
    });
    const { isSwitchedOn } = this.power;
    this.lines = this.#createLines(settle);
    this.hwmon = createHwmon(platform, {
      ...{ settle: () => this.update(), value },
      asserted: (line) => this.lines.asserted(line),
    });
    this.serial = createSerial(platform, (id) => this.hosts.all.get(id)?.state);
    this.postCodes = createPostCodes(platform, (id) => this.hosts.all.get(id));
    this.firmware = new TwinFirmware(platform, this.faults, (id) => this.hosts?.all.get(id));
    this.hosts = this.#createHosts();
    this.#connectSwitches();
    this.physics = this.#createPhysics();
    this.buses = new TwinBuses(platform, {
      ...{ now, seed, settle, value, isSwitchedOn, faults: this.faults },
      cycled: (device, off) => this.#powerCycle(device, off),
    });
    const { faults, hosts, power, serial } = this;
    this.nodes = new TwinNodes(platform, {
      ...options,
      ...{ faults, hosts, power, serial, value },
      settle: () => this.update(),
      change: (make) => this.change(make),
    });
    this.#isComplete = true;
    this.#showInputs();
  }

  /** Ids of the chassis that can be unplugged. */
  get removable(): readonly string[] {
    return this.platform.chassis.flatMap(({ id, present }) => (present === undefined ? [] : [id]));
  }

  /** Calls `listener` when mains goes or returns; returns the function that unsubscribes. */
  onMains(listener: (on: boolean) => void): () => void {
    this.#mainsListeners.add(listener);
    return () => this.#mainsListeners.delete(listener);
  }

  /** Brings hosts and heat up to the present moment. */
  update(): void {
    this.hosts.advance();
    this.physics.step();
  }

  /** Makes a change of any input of the models, then applies its effects. */
  change<T>(make: () => T): T {
    this.update();
    const { power, lines, hosts, buses, nodes } = this;
    const hadMains = power.hasMains();
    const chassis = this.platform.chassis.map(({ id }) => id);
    const unpowered = chassis.filter((id) => !power.isSwitchedOn(id));
    const result = make();
    const hasMains = power.hasMains();
    lines.setTrouble(this.#faultyLines('storm'), this.#faultyLines('released'));
    if (hadMains && !hasMains) lines.deassertOutputs(() => true);
    lines.deassertOutputs((carrier) => carrier !== undefined && !power.isSwitchedOn(carrier));
    for (const id of unpowered) if (power.isSwitchedOn(id)) buses.reset(id);
    if (hasMains && !hadMains) {
      buses.reset();
      this.hwmon.reset();
    }
    hosts.checkPower();
    hosts.reevaluate();
    this.#showInputs();
    buses.changed();
    nodes.changed();
    nodes.refresh();
    if (hasMains !== hadMains) for (const listener of this.#mainsListeners) listener(hasMains);
    return result;
  }

  /** A person presses a button of the panel, or releases it. */
  holdPanel(button: 'power' | 'reset', isHeld: boolean): void {
    const line = this.platform.panel?.[button];
    if (line !== undefined) this.lines.drive(line, isHeld, this.#options.now());
  }

  /** Duty with which a fan is driven, percent. The buses are made after the physics. */
  readonly dutyOf = (fan: FanFacts): number =>
    drivenDuty(fan, this.hwmon, this.#isComplete ? this.buses : null);

  async close(): Promise<void> {
    this.#mainsListeners.clear();
    for (const timer of this.#timers) clearTimeout(timer);
    this.hosts.close();
    this.serial.close();
    this.postCodes.close();
    this.buses.close();
    await this.nodes.close();
    await this.lines.close();
  }

  #createLines(settle: () => void): TwinLines {
    // Lines of a bridge IC are not wired to the controller.
    const wired = Object.entries(this.platform.lines ?? {}).filter(([, { node }]) => node === undefined);
    return new TwinLines(Object.fromEntries(wired), {
      now: this.#options.now,
      settle,
      isPresent: (chassis) => this.power.isSwitchedOn(chassis),
      requested: (key) => {
        for (const fault of this.faults.list)
          if (fault.kind === 'released' && fault.line === key) this.faults.remove(fault.id);
      },
    });
  }

  #createHosts(): TwinHosts {
    const { now, speed } = this.#options;
    return new TwinHosts(this.platform, {
      ...{ now, speed, faults: this.faults, lines: this.lines },
      hasPower: (chassis) => this.power.reaches(chassis),
      before: (at) => this.physics.step(at),
      changed: (at) => {
        // The last POST code precedes the line that reports completion.
        this.postCodes.changed();
        this.#showInputs(at);
        this.serial.changed();
        this.firmware.changed();
        this.hosts.machines.changed();
        this.buses.changed();
        this.nodes.changed();
      },
    });
  }

  #createPhysics(): Physics {
    const { now, speed, seed } = this.#options;
    return new Physics({
      ...{ now, speed, seed, sensors: this.sensors, faults: this.faults },
      nominals: nominals(this.platform, this.sensors),
      fans: [...this.fans.keys()],
      zones: () => this.#zones(),
      drive: (id) => {
        const fan = this.fans.get(id);
        return fan && this.#turns(fan) ? this.dutyOf(fan) / 100 : 0;
      },
      supplied: (sensor) => this.#isSupplied(sensor),
    });
  }

  /** Slots have power at start, until the controller switches them. */
  #connectSwitches(): void {
    for (const { id, switch: feeder } of this.platform.chassis) {
      if (!feeder) continue;
      this.lines.drive(feeder.line, true, this.#options.now());
      this.lines.watch(feeder.line, () => this.#switched(id));
    }
  }

  /** The switch of a chassis changed: what is in it loses its power, or starts from its reset values. */
  #switched(id: string): void {
    const { power, lines, buses } = this;
    const inside = power.within(id);
    const isUnpowered = (carrier: string | undefined) =>
      carrier !== undefined && inside.includes(carrier) && !power.isSwitchedOn(carrier);
    lines.deassertOutputs(isUnpowered);
    for (const inner of inside) if (power.isSwitchedOn(inner)) buses.reset(inner);
    this.hosts.checkPower();
    this.#showInputs();
    buses.changed();
    this.nodes.changed();
  }

  /** A device cycles the power of the board, which is away for `off` milliseconds. */
  #powerCycle(device: string, off: number): void {
    if (!this.platform.chassis.some(({ cycle }) => cycle?.device === device)) return;
    this.#later(0, () => {
      const lost = this.faults.add({ kind: 'lostMains' });
      this.#later(off / this.#options.speed, () => this.faults.remove(lost));
    });
  }

  #later(ms: number, job: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.change(job);
    }, ms).unref();
    this.#timers.add(timer);
  }

  #showInputs(at = this.#options.now()): void {
    if (this.#isComplete) showInputs(this, at);
  }

  #faultyLines(kind: 'storm' | 'released'): ReadonlySet<string> {
    return new Set(this.faults.list.flatMap((fault) => (fault.kind === kind ? [fault.line] : [])));
  }

  #zones(): readonly Zone[] {
    const hosts = [...this.hosts.all.values()];
    if (hosts.length === 0) return [{ host: undefined, powered: this.power.isFed(), load: 0 }];
    return hosts.map((host) => ({
      host: host.facts.id,
      powered: host.isPowered,
      load: Math.min(this.#loadOf(host), this.#isComplete ? this.nodes.loadLimit(host.facts.id) : 1),
    }));
  }

  #loadOf({ facts: { id }, state }: HostModel): number {
    const works = state === 'running' && !this.faults.onHost('crash', id);
    return works ? (this.loads.get(id) ?? 0) : firmwareLoad;
  }

  #turns({ id, tachs = [] }: FanFacts): boolean {
    if (!this.power.isFed() || this.absent.has(id)) return false;
    if (this.faults.find('deadFan', (fault) => fault.fan === id)) return false;
    return tachs.every(
      ({ sensor: { poweredBy } }) => poweredBy === undefined || this.hosts.all.get(poweredBy)?.isPowered,
    );
  }

  /** The input of a supply is valid with mains, its other readings while it delivers. */
  #isSupplied(sensor: string): boolean {
    for (const supply of this.supplies.values()) {
      const { inputVoltage, inputCurrent, inputPower, outputVoltage, outputCurrent, outputPower } = supply;
      if (sensor === inputVoltage) return this.power.hasMains();
      if ([inputCurrent, inputPower, outputVoltage, outputCurrent, outputPower].includes(sensor))
        return this.power.delivers(supply);
    }
    return this.power.reaches(this.sensors.get(sensor)?.facts.chassis);
  }
}
