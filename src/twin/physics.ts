/**
 * Heat, air and electricity of the board, as simply as will do.
 *
 * - A host draws a quarter of its full power when idle, all of it at load 1, a trickle when off. Currents and powers
 *   follow at once, voltages sag by one percent at full load.
 * - Fans follow their duty, the warmth of a host follows its power divided by the air that moves, both with a
 *   first-order lag. A temperature is the inlet air plus the usual rise of its place, times that warmth.
 * - A little noise, the same for the same seed and second.
 *
 * State is brought up to date when somebody looks (`step`); in between nothing runs.
 */
import type { KnownSensor } from './catalog.ts';
import type { Faults } from './faults.ts';
import { usualInlet } from './nominal.ts';
import { fraction, wobble } from './random.ts';

/** Of the power at full load. */
export const idleShare = 0.25;
const standbyShare = 0.03;
/** Heat leaves even without a fan, 1 / 0.35 times as warm. */
const stillAir = 0.35;
const sag = 0.01;

/** Milliseconds. */
const warmthLag = 20_000;
const fanLag = 800;
/** How often noise changes, and how often that of a sensor made noisy by a fault does. */
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

/** Part of the board that is warmed by one host. */
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
  /** One for each host, in order; one for the board where there is none. */
  zones(): readonly Zone[];
  /** Duty that drives the fan, 0 to 1; 0 where the fan is missing or has no power. */
  drive(fan: string): number;
  /** There is power at the place of this sensor, hosts apart. */
  supplied(sensor: string): boolean;
}

export interface Physics {
  /** Sums up what happened until now, or `until` then; to be called before any cause changes. */
  step(until?: number): void;
  /** The physical value now, in the unit of the quantity. */
  value(sensor: string): number;
  /** Pins a value; undefined gives the sensor back to the model. */
  pin(sensor: string, value: number | undefined): void;
  isPinned(sensor: string): boolean;
  /** Holds the sensor at its present value until `thaw`. */
  freeze(sensor: string): void;
  thaw(sensor: string): void;
  inlet: number;
  /** Of a fan, 0 to 1 of its full speed. */
  spin(fan: string): number;
}

export function createPhysics(inputs: PhysicsInputs): Physics {
  const { now, speed, seed, sensors, nominals, faults } = inputs;
  const spins = new Map(inputs.fans.map((fan) => [fan, inputs.drive(fan)]));
  const energies = new Map<string, number>();
  const pinned = new Map<string, number>();
  const frozen = new Map<string, number>();
  let warmth: number[] = [];
  let stepped = now();

  const activity = ({ powered, load }: Zone) => (powered ? idleShare + (1 - idleShare) * load : standbyShare);
  const mean = (values: readonly number[]) =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  const airflow = () => (spins.size === 0 ? 1 : mean([...spins.values()]));
  const warmthGoal = (zone: Zone) => activity(zone) / (stillAir + (1 - stillAir) * airflow());
  warmth = inputs.zones().map(warmthGoal);

  function step(until = now()): void {
    const elapsed = until - stepped;
    if (elapsed <= 0) return;
    stepped += elapsed;
    const towards = (value: number, goal: number, lag: number) =>
      goal + (value - goal) * Math.exp((-elapsed * speed) / lag);
    for (const [fan, spin] of spins) spins.set(fan, towards(spin, inputs.drive(fan), fanLag));
    warmth = inputs.zones().map((zone, index) => towards(warmth[index] ?? 0, warmthGoal(zone), warmthLag));
    for (const sensor of sensors.values()) {
      if (sensor.quantity !== 'EnergyJoules') continue;
      const joules = (drawn(sensor) * elapsed) / 1000;
      energies.set(sensor.id, (energies.get(sensor.id) ?? 0) + joules);
    }
  }

  /** Of the zone that the sensor belongs to; of all, where it is nobody's. */
  function inZone<T>({ host }: KnownSensor, values: readonly T[]): readonly T[] {
    const index = inputs.zones().findIndex((zone) => zone.host === host);
    return host === undefined || index < 0 ? values : values.slice(index, index + 1);
  }

  const isLive = (sensor: KnownSensor) =>
    inputs.supplied(sensor.id) &&
    (sensor.host === undefined ||
      sensor.standby === true ||
      inZone(sensor, inputs.zones()).some(({ powered }) => powered));

  /** Current, power, fans of nodes: the share of the nominal value that flows now. */
  const drawn = (sensor: KnownSensor) =>
    isLive(sensor) ? (nominals.get(sensor.id) ?? 0) * mean(inZone(sensor, inputs.zones()).map(activity)) : 0;

  function ideal(sensor: KnownSensor): number {
    const nominal = nominals.get(sensor.id) ?? 0;
    const { at, facts, quantity, below = 0, constant } = sensor;
    if (constant) return nominal;
    switch (quantity) {
      case 'Temperature':
        return physics.inlet + nominal * mean(inZone(sensor, warmth)) - below;
      case 'Voltage': {
        if (facts.context === 'Battery') return nominal;
        return isLive(sensor) ? nominal * (1 - sag * mean(inZone(sensor, inputs.zones()).map(activity))) : 0;
      }
      case 'Current':
      case 'Power':
        return drawn(sensor);
      case 'EnergyJoules':
        return energies.get(sensor.id) ?? 0;
      case 'Rotational': {
        // No two rotors are quite alike.
        const alike = 1 - 0.02 * fraction(seed, sensor.id);
        if (typeof at !== 'object') return nominal;
        // A node drives its own fans by the work that it does.
        if ('node' in at) return alike * drawn(sensor);
        return 'fan' in at ? nominal * alike * (spins.get(at.fan) ?? 0) : nominal;
      }
      default:
        return isLive(sensor) ? nominal : 0;
    }
  }

  function modelled(sensor: KnownSensor): number {
    const value = ideal(sensor);
    const unit = sensor.quantity === 'Temperature' ? 1 : value;
    const tick = Math.floor(now() / noisePeriod);
    return value + (noiseOf[sensor.quantity] ?? 0) * unit * wobble(seed, `${sensor.id} ${tick}`);
  }

  const physics: Physics = {
    inlet: usualInlet,
    step,
    value(id) {
      step();
      const held = frozen.get(id);
      if (held !== undefined) return held;
      const sensor = sensors.get(id);
      if (!sensor) return 0;
      const value = pinned.get(id) ?? modelled(sensor);
      const noisy = faults.find('noisy', (fault) => fault.sensor === id);
      if (!noisy) return value;
      const tick = Math.floor(now() / faultNoisePeriod);
      return value + noisy.amplitude * wobble(seed, `${noisy.id} ${id} ${tick}`);
    },
    pin(id, value) {
      if (value === undefined) pinned.delete(id);
      else pinned.set(id, value);
    },
    isPinned: (id) => pinned.has(id),
    freeze: (id) => {
      if (!frozen.has(id)) frozen.set(id, physics.value(id));
    },
    thaw: (id) => {
      frozen.delete(id);
    },
    spin(fan) {
      step();
      return spins.get(fan) ?? 0;
    },
  };
  return physics;
}
