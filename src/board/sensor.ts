/** One sensor as the rest of the daemon sees it, and how its state follows what the sampler learns. */
import type { SensorFacts } from '../platform/schema.ts';
import type { Changes } from './changes.ts';
import type { Quantity, Sensor, State, Status, ThresholdName } from './model.ts';
import { crossings, evaluate, healthOf } from './thresholds.ts';

/** Units as events name them. */
const units: Readonly<Record<Quantity, string>> = {
  Temperature: 'Cel',
  Voltage: 'V',
  Current: 'A',
  Power: 'W',
  EnergyJoules: 'J',
  Frequency: 'Hz',
  Rotational: '{rev}/min',
  Percent: '%',
  Humidity: '%',
  Pressure: 'kPa',
};

export interface SensorOrigin {
  readonly device: string;
  readonly chassis: string;
  readonly quantity: Quantity;
  readonly period: number;
  /** Host that powers it, whose log gets its events too; null for what is always there. */
  readonly host: string | null;
}

export class BoardSensor implements Sensor {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly quantity: Quantity;
  readonly context: string | null;
  readonly device: string;
  readonly thresholds: Sensor['thresholds'];
  readonly range: Sensor['range'];
  readonly period: number;
  reading: number | null = null;
  readingTime: Date | null = null;
  status: Status = { state: 'Starting', health: 'OK' };
  crossed: readonly ThresholdName[] = [];
  fault: string | null = null;
  readonly #facts: SensorFacts;
  /** Host that powers it; null when it is always there. */
  readonly poweredBy: string | null;
  readonly #changes: Changes;

  constructor(facts: SensorFacts, origin: SensorOrigin, changes: Changes) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id.replaceAll('_', ' ');
    this.chassis = origin.chassis;
    this.quantity = origin.quantity;
    this.context = facts.context ?? null;
    this.device = origin.device;
    this.thresholds = facts.thresholds ?? {};
    this.range = facts.range ?? null;
    this.period = origin.period;
    this.#facts = facts;
    this.poweredBy = origin.host;
    this.#changes = changes;
  }

  /** Takes a value as the device gave it. */
  take(raw: number, time: Date): void {
    const reading = raw * (this.#facts.scale ?? 1) + (this.#facts.offset ?? 0);
    const before = this.crossed;
    this.reading = reading;
    this.readingTime = time;
    this.fault = null;
    this.crossed = evaluate(before, reading, this.thresholds, this.#facts.hysteresis);
    this.#become('Enabled');
    this.#changes.touch();
    for (const { key, severity, threshold } of crossings(before, this.crossed)) {
      const limit = threshold === null ? [] : [String(this.thresholds[threshold])];
      this.#changes.emit({
        message: `SensorEvent.${key}`,
        args: [this.name, String(Number(reading.toPrecision(6))), units[this.quantity], ...limit],
        severity,
        origin: { kind: 'sensor', id: this.id, chassis: this.chassis },
        condition: `sensor:${this.id}`,
        resolves: threshold === null,
        ...(this.poweredBy === null ? {} : { host: this.poweredBy }),
      });
    }
  }

  /** There is no reading, and why. What was crossed is forgotten: nobody knows whether it still is. */
  lose(state: Exclude<State, 'Enabled'>, fault: string | null, health: Status['health'] = 'OK'): void {
    if (this.status.state === state && this.fault === fault && this.reading === null) return;
    this.reading = null;
    this.fault = fault;
    this.crossed = [];
    this.status = { state, health };
    this.#changes.touch();
  }

  #become(state: State): void {
    const health = healthOf(this.crossed);
    if (this.status.state !== state || this.status.health !== health) this.status = { state, health };
  }
}
