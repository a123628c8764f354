/** One sensor as the rest of the daemon sees it, and how its state follows what the sampler learns. */
import type { PhysicalContext, SensorFacts } from '../../platform/schema.ts';
import type { Changes } from '../changes.ts';
import type { Health, Quantity, Sensor, State, Status, ThresholdName } from '../model.ts';
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
  readonly context: PhysicalContext | null;
  readonly device: string;
  readonly period: number;
  /** Host that powers it; null when it is always there. */
  readonly poweredBy: string | null;
  reading: number | null = null;
  readingTime: Date | null = null;
  status: Status = { state: 'Starting', health: 'OK' };
  crossed: readonly ThresholdName[] = [];
  fault: string | null = null;
  /** What the last event said to be crossed: it holds over a time without readings. */
  #announced: readonly ThresholdName[] = [];
  #facts: SensorFacts;
  readonly #changes: Changes;

  constructor(facts: SensorFacts, origin: SensorOrigin, changes: Changes) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id.replaceAll('_', ' ');
    this.chassis = origin.chassis;
    this.quantity = origin.quantity;
    this.context = facts.context ?? null;
    this.device = origin.device;
    this.period = origin.period;
    this.poweredBy = origin.host;
    this.#facts = facts;
    this.#changes = changes;
  }

  get thresholds(): Sensor['thresholds'] {
    return this.#facts.thresholds ?? {};
  }

  get range(): Sensor['range'] {
    return this.#facts.range ?? null;
  }

  /** The part that measures has been found: a second source has a scale and limits of its own. */
  fit(facts: SensorFacts): void {
    if (this.#facts === facts) return;
    this.#facts = facts;
    this.#changes.touch();
  }

  /** Takes a value as the device gave it. */
  take(raw: number, time: Date): void {
    const { scale = 1, offset = 0, hysteresis } = this.#facts;
    const before = this.#announced;
    this.reading = raw * scale + offset;
    this.readingTime = time;
    this.fault = null;
    this.crossed = evaluate(before, this.reading, this.thresholds, hysteresis);
    this.#announced = this.crossed;
    this.#become('Enabled', healthOf(this.crossed));
    this.#changes.read(this);
    const reading = [this.name, String(Number(this.reading.toPrecision(6))), units[this.quantity]] as const;
    for (const { key, severity, threshold } of crossings(before, this.crossed)) {
      const limit = threshold === null ? null : this.thresholds[threshold];
      // The limit went with the part that had it.
      if (limit === undefined) continue;
      this.#changes.emit({
        ...(threshold === null
          ? { message: key, args: reading }
          : { message: key, args: [...reading, String(limit)] }),
        severity,
        origin: { kind: 'sensor', id: this.id, chassis: this.chassis },
        condition: `sensor:${this.id}`,
        resolves: threshold === null,
        ...(this.poweredBy === null ? {} : { host: this.poweredBy }),
      });
    }
  }

  /** There is no reading, and why. Nobody knows whether what was crossed still is. */
  lose(state: Exclude<State, 'Enabled'>, fault: string | null, health: Health = 'OK'): void {
    if (
      this.reading === null &&
      this.fault === fault &&
      this.status.state === state &&
      this.status.health === health
    )
      return;
    this.reading = null;
    this.fault = fault;
    this.crossed = [];
    this.#become(state, health);
  }

  /** The part that it measures has been taken away: what was wrong with it is over. */
  unplug(fault: string): void {
    const crossed = this.#announced.length > 0;
    this.lose('Absent', fault);
    this.#announced = [];
    if (!crossed) return;
    this.#changes.emit({
      message: 'ResourceEvent.ResourceStatusChangedOK',
      args: [this.name, 'Absent'],
      severity: 'OK',
      origin: { kind: 'sensor', id: this.id, chassis: this.chassis },
      condition: `sensor:${this.id}`,
      resolves: true,
    });
  }

  #become(state: State, health: Health): void {
    if (this.status.state === state && this.status.health === health) {
      this.#changes.touch('reading');
      return;
    }
    this.status = { state, health };
    this.#changes.touch();
  }
}
