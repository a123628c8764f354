/**
 * A simple model of heat, air and electricity of the board.
 *
 * - A host draws a quarter of its full power when idle, all of it at load 1, a trickle when off. Currents and powers
 *   follow at once, voltages sag by one percent at full load.
 * - Fans follow their duty with a first-order lag; below a least duty they stall, and start only at a higher one. A fan
 *   that stands lets air of the others flow back.
 * - The warmth of a host follows its power divided by the air that moves, with the lag of the part that is measured: air
 *   in seconds, a processor in 15, memory in a minute, a drive in minutes. A temperature is the inlet air plus the usual
 *   rise of its place, times that warmth.
 * - A little noise, the same for the same seed and second.
 *
 * State is computed on access (`step`); nothing runs in between.
 */
import type { KnownSensor } from './catalog.ts';
import type { Faults } from './faults.ts';
import { usualInlet } from './nominal.ts';
import { fraction, wobble } from './random.ts';

/** Load of a host whose operating system does not run. */
export const firmwareLoad = 0.3;

/** Shares of the power at full load. */
export const idleShare = 0.25;
const standbyShare = 0.03;
/** Without a fan the board gets 1 / 0.35 times as warm. */
const stillAir = 0.35;
const sag = 0.01;

/** Duty, 0 to 1, below which a turning fan stalls, and that a standing one needs to start. */
const stall = { below: 0.05, start: 0.08 };
/** Speed, 0 to 1, below which a fan stands, and the share of the others' air that flows back through one. */
const standing = 0.03;
const backflow = 0.5;

/** Lags of warmth by place, and of fans; milliseconds. */
const lagIn: Readonly<Record<string, number>> = {
  Exhaust: 5_000,
  Back: 5_000,
  CPU: 15_000,
  GPU: 15_000,
  Accelerator: 15_000,
  ASIC: 15_000,
  VoltageRegulator: 15_000,
  Memory: 60_000,
  StorageDevice: 180_000,
};
const usualLag = 20_000;
const lags = [...new Set([...Object.values(lagIn), usualLag])];
const fanLag = 800;
/** Periods at which noise changes: usual noise, and that of the fault `noisy`. */
const noisePeriod = 1000;
const faultNoisePeriod = 20;

/** Noise as a share of the value; of 1 Cel for temperatures. */
const noiseOf: Readonly<Record<string, number>> = {
  Temperature: 0.15,
  Voltage: 0.002,
  Current: 0.01,
  Power: 0.01,
  Rotational: 0.004,
};

/** Part of the board that one host warms. */
export interface Zone {
  readonly host: string | undefined;
  /** The main rails are up. */
  readonly powered: boolean;
  /** 0 to 1. */
  readonly load: number;
}

export interface PhysicsInputs {
  readonly now: () => number;
  readonly speed: number;
  readonly seed: number;
  readonly sensors: ReadonlyMap<string, KnownSensor>;
  readonly nominals: ReadonlyMap<string, number>;
  readonly fans: readonly string[];
  readonly faults: Faults;
  /** One zone per host, in order; one for a board without hosts. */
  zones(): readonly Zone[];
  /** Duty that drives the fan, 0 to 1; 0 for a fan that is absent or has no power. */
  drive(fan: string): number;
  /** Whether the location of the sensor has power, regardless of hosts. */
  supplied(sensor: string): boolean;
}

export class Physics {
  /** Temperature of the intake air, Cel. */
  inlet = usualInlet;
  readonly #inputs: PhysicsInputs;
  /** Speed of each fan, 0 to 1 of its full speed. */
  readonly #spins: Map<string, number>;
  /** Joules drawn so far, by energy sensor. */
  readonly #energies = new Map<string, number>();
  readonly #pinned = new Map<string, number>();
  readonly #frozen = new Map<string, number>();
  /** Of each zone, by lag; 1 is a full load with full airflow. */
  #warmth: ReadonlyMap<number, readonly number[]>;
  #steppedAt: number;

  constructor(inputs: PhysicsInputs) {
    this.#inputs = inputs;
    this.#spins = new Map(inputs.fans.map((fan) => [fan, inputs.drive(fan)]));
    const goals = inputs.zones().map((zone) => this.#warmthGoal(zone));
    this.#warmth = new Map(lags.map((lag) => [lag, goals]));
    this.#steppedAt = inputs.now();
  }

  /** Computes the time until now, or `until`. To be called before any input changes. */
  step(until = this.#inputs.now()): void {
    const { speed, sensors, faults, zones } = this.#inputs;
    const elapsed = until - this.#steppedAt;
    if (elapsed <= 0) return;
    this.#steppedAt += elapsed;
    const towards = (value: number, goal: number, lag: number) =>
      goal + (value - goal) * Math.exp((-elapsed * speed) / lag);
    for (const [fan, spin] of this.#spins)
      if (!faults.find('heldFan', (fault) => fault.fan === fan))
        this.#spins.set(fan, towards(spin, this.#spinGoal(fan, spin), fanLag));
    const goals = zones().map((zone) => this.#warmthGoal(zone));
    this.#warmth = new Map(
      [...this.#warmth].map(([lag, warmth]) => [
        lag,
        goals.map((goal, index) => towards(warmth[index] ?? 0, goal, lag)),
      ]),
    );
    for (const sensor of sensors.values()) {
      if (sensor.quantity !== 'EnergyJoules') continue;
      const joules = (this.#drawn(sensor) * elapsed) / 1000;
      this.#energies.set(sensor.id, (this.#energies.get(sensor.id) ?? 0) + joules);
    }
  }

  /** The physical value now, in the unit of the quantity; 0 for an unknown sensor. */
  value(id: string): number {
    const { sensors, faults, now, seed } = this.#inputs;
    this.step();
    const frozen = this.#frozen.get(id);
    if (frozen !== undefined) return frozen;
    const sensor = sensors.get(id);
    if (!sensor) return 0;
    const value = this.#pinned.get(id) ?? this.#modelled(sensor);
    const noisy = faults.find('noisy', (fault) => fault.sensor === id);
    if (!noisy) return value;
    const tick = Math.floor(now() / faultNoisePeriod);
    return value + noisy.amplitude * wobble(seed, `${noisy.id} ${id} ${tick}`);
  }

  /** Pins a value; undefined returns the sensor to the model. */
  pin(id: string, value: number | undefined): void {
    if (value === undefined) this.#pinned.delete(id);
    else this.#pinned.set(id, value);
  }

  isPinned(id: string): boolean {
    return this.#pinned.has(id);
  }

  /** Holds the sensor at its present value until `thaw`. */
  freeze(id: string): void {
    if (!this.#frozen.has(id)) this.#frozen.set(id, this.value(id));
  }

  thaw(id: string): void {
    this.#frozen.delete(id);
  }

  /** Speed of a fan, 0 to 1 of its full speed. */
  spin(fan: string): number {
    this.step();
    return this.#spins.get(fan) ?? 0;
  }

  #modelled(sensor: KnownSensor): number {
    const value = this.#ideal(sensor);
    const unit = sensor.quantity === 'Temperature' ? 1 : value;
    const tick = Math.floor(this.#inputs.now() / noisePeriod);
    const noise = wobble(this.#inputs.seed, `${sensor.id} ${tick}`);
    return value + (noiseOf[sensor.quantity] ?? 0) * unit * noise;
  }

  #ideal(sensor: KnownSensor): number {
    const nominal = this.#inputs.nominals.get(sensor.id) ?? 0;
    const { facts, quantity, below = 0, constant } = sensor;
    if (constant) return nominal;
    switch (quantity) {
      case 'Temperature':
        return this.inlet + nominal * mean(this.#inZone(sensor, this.#warmthAt(facts.context))) - below;
      case 'Voltage':
        if (facts.context === 'Battery') return nominal;
        return this.#isLive(sensor) ? nominal * (1 - sag * this.#activity(sensor)) : 0;
      case 'Current':
      case 'Power':
        return this.#drawn(sensor);
      case 'EnergyJoules':
        return this.#energies.get(sensor.id) ?? 0;
      case 'Rotational':
        return this.#speed(sensor, nominal);
      default:
        return this.#isLive(sensor) ? nominal : 0;
    }
  }

  /** Revolutions per minute; rotors differ by up to 2 %. */
  #speed({ at, id, rotorOf, ...rest }: KnownSensor, nominal: number): number {
    const tolerance = 1 - 0.02 * fraction(this.#inputs.seed, id);
    const turned = rotorOf ?? (typeof at === 'object' && 'fan' in at ? at.fan : undefined);
    if (turned !== undefined) return tolerance * nominal * this.#counted(turned);
    if (typeof at !== 'object') return nominal;
    // A node drives its fans by its own load.
    if ('node' in at) return tolerance * this.#drawn({ at, id, ...rest });
    return nominal;
  }

  /** Speed that a tachometer counts, 0 to 1. */
  #counted(fan: string): number {
    const isDead = this.#inputs.faults.find('deadTach', (fault) => fault.fan === fan) !== undefined;
    return isDead ? 0 : (this.#spins.get(fan) ?? 0);
  }

  /** Share of the nominal current, power or speed of a node's fans that flows now. */
  #drawn(sensor: KnownSensor): number {
    if (!this.#isLive(sensor)) return 0;
    return (this.#inputs.nominals.get(sensor.id) ?? 0) * this.#activity(sensor);
  }

  #isLive(sensor: KnownSensor): boolean {
    if (!this.#inputs.supplied(sensor.id)) return false;
    if (sensor.host === undefined || sensor.standby === true) return true;
    return this.#inZone(sensor, this.#inputs.zones()).some(({ powered }) => powered);
  }

  #activity(sensor: KnownSensor): number {
    return mean(this.#inZone(sensor, this.#inputs.zones()).map(activityOf));
  }

  /** Those of `values`, one per zone, that concern the sensor: all of them when no host powers it. */
  #inZone<T>({ host }: KnownSensor, values: readonly T[]): readonly T[] {
    const index = this.#inputs.zones().findIndex((zone) => zone.host === host);
    return host === undefined || index < 0 ? values : values.slice(index, index + 1);
  }

  #warmthGoal(zone: Zone): number {
    return activityOf(zone) / (stillAir + (1 - stillAir) * this.#airflow());
  }

  #warmthAt(context: string | undefined): readonly number[] {
    return this.#warmth.get(lagIn[context ?? ''] ?? usualLag) ?? [];
  }

  #spinGoal(fan: string, spin: number): number {
    const duty = this.#inputs.drive(fan);
    return duty < (spin < standing ? stall.start : stall.below) ? 0 : duty;
  }

  /** Air that moves, 0 to 1. */
  #airflow(): number {
    const spins = [...this.#spins.values()];
    if (spins.length === 0) return 1;
    const dead = spins.filter((spin) => spin < standing).length / spins.length;
    return mean(spins) * (1 - backflow * dead);
  }
}

const activityOf = ({ powered, load }: Zone): number =>
  powered ? idleShare + (1 - idleShare) * load : standbyShare;

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
