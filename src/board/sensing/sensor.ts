/** One sensor as the rest of the daemon sees it: its reading, status and crossed thresholds, and the events of these. */
import type { SensorFacts, ThresholdFacts } from '../../platform/vocabulary/index.ts';
import { chassisScope, hostScope, type Scope } from '../model/revisions.ts';
import type { Quantity, Sensor, ThresholdName, ThresholdSettings } from '../model/sensor.ts';
import type { Health, State, Status } from '../model/status.ts';
import type { BoardSignals } from '../signals.ts';
import { implausibility } from './plausibility.ts';
import { checkThresholds, crossings, evaluate, healthOf, withSettings } from './thresholds.ts';

/** Units as events name them (UCUM). */
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
  /** Milliseconds. */
  readonly period: number;
  /** Host that powers it, whose log gets its events too; null for what is always powered. */
  readonly host: string | null;
  /** Ids of the sensors that it is calculated from; absent for a measured sensor. */
  readonly inputs?: readonly string[];
}

export class BoardSensor implements Sensor {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly quantity: Quantity;
  readonly context: NonNullable<SensorFacts['context']> | null;
  readonly device: string;
  readonly inputs: readonly string[];
  readonly period: number;
  /** Host that powers it; null when it is always powered. */
  readonly poweredBy: string | null;
  readonly #signals: BoardSignals;
  readonly #scope: Scope;
  #facts: SensorFacts;
  #thresholdSettings: ThresholdSettings;
  /** In force. */
  #thresholds: ThresholdFacts;
  #reading: number | null = null;
  #readingTime: Date | null = null;
  #status: Status = { state: 'Starting', health: 'OK' };
  #crossed: readonly ThresholdName[] = [];
  #fault: string | null = null;
  /** Thresholds that the last event reported as crossed; kept while there are no readings. */
  #reported: readonly ThresholdName[] = [];
  #revision = 0;

  constructor(
    facts: SensorFacts,
    origin: SensorOrigin,
    signals: BoardSignals,
    settings: ThresholdSettings = {},
  ) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id.replaceAll('_', ' ');
    this.chassis = origin.chassis;
    this.quantity = origin.quantity;
    this.context = facts.context ?? null;
    this.device = origin.device;
    this.inputs = origin.inputs ?? [];
    this.period = origin.period;
    this.poweredBy = origin.host;
    this.#facts = facts;
    this.#thresholdSettings = settings;
    this.#thresholds = withSettings(facts.thresholds, settings);
    this.#signals = signals;
    this.#scope = chassisScope(origin.chassis);
  }

  get reading(): number | null {
    return this.#reading;
  }

  get readingTime(): Date | null {
    return this.#readingTime;
  }

  get status(): Status {
    return this.#status;
  }

  get crossed(): readonly ThresholdName[] {
    return this.#crossed;
  }

  get fault(): string | null {
    return this.#fault;
  }

  get revision(): number {
    return this.#revision;
  }

  get thresholds(): Sensor['thresholds'] {
    return this.#thresholds;
  }

  get thresholdSettings(): ThresholdSettings {
    return this.#thresholdSettings;
  }

  get range(): Sensor['range'] {
    return this.#facts.range ?? null;
  }

  /** Uses the scale and limits of the part that was found to be fitted. */
  setFacts(facts: SensorFacts): void {
    if (this.#facts === facts) return;
    this.#facts = facts;
    this.#thresholds = withSettings(facts.thresholds, this.#thresholdSettings);
    this.#stateChanged();
  }

  /** @throws BoardRefusal `out-of-range` where the thresholds with these settings are not in ascending order */
  checkThresholds(settings: ThresholdSettings): void {
    checkThresholds(this.id, withSettings(this.#facts.thresholds, settings));
  }

  /** Replaces the threshold settings, and evaluates the present reading against them. */
  setThresholds(settings: ThresholdSettings): void {
    this.#thresholdSettings = settings;
    this.#thresholds = withSettings(this.#facts.thresholds, settings);
    this.#stateChanged();
    if (this.#reading === null) return;
    const before = this.#reported;
    this.#evaluate(this.#reading);
    this.#emitCrossings(before, this.#reading);
  }

  /**
   * Why a value as the device gave it is outside `range`, or physically impossible without one, for people; null when it
   * is possible.
   */
  implausibility(raw: number, range = this.range): string | null {
    return implausibility(this.#scaled(raw), this.quantity, range);
  }

  /** Sets the reading to a value as the device gave it, and emits an event for each threshold crossed by it. */
  setReading(raw: number, time: Date): void {
    const reading = this.#scaled(raw);
    this.#reading = reading;
    this.#readingTime = time;
    this.#fault = null;
    const before = this.#reported;
    this.#evaluate(reading);
    this.#signals.emit('sensorRead', this);
    // Its listeners keep statistics of it, which are shown with it.
    this.#revision += 1;
    this.#emitCrossings(before, reading);
  }

  /** There is no reading, for the reason `fault`. Whether crossed thresholds still are is unknown. */
  markUnavailable(state: Exclude<State, 'Enabled'>, fault: string | null, health: Health = 'OK'): void {
    const { state: stateBefore, health: healthBefore } = this.#status;
    const isSame = this.#fault === fault && stateBefore === state && healthBefore === health;
    if (this.#reading === null && isSame) return;
    this.#reading = null;
    this.#fault = fault;
    this.#update(state, health, []);
  }

  /** The component that it measures was removed, which ends what was wrong with it. */
  markAbsent(fault: string): void {
    const wasCrossed = this.#reported.length > 0;
    this.markUnavailable('Absent', fault);
    this.#reported = [];
    if (!wasCrossed) return;
    this.#signals.emit('event', {
      message: 'ResourceEvent.ResourceStatusChangedOK',
      args: [this.name, 'Absent'],
      severity: 'OK',
      origin: { kind: 'sensor', id: this.id, chassis: this.chassis },
      condition: `sensor:${this.id}`,
      resolves: true,
    });
  }

  #scaled(raw: number): number {
    const { scale = 1, offset = 0 } = this.#facts;
    return raw * scale + offset;
  }

  #evaluate(reading: number): void {
    const crossed = evaluate(this.#reported, reading, this.#thresholds, this.#facts.hysteresis);
    this.#reported = crossed;
    this.#update('Enabled', healthOf(crossed), crossed);
  }

  #emitCrossings(before: readonly ThresholdName[], reading: number): void {
    if (before === this.#reported) return;
    const args = [this.name, String(Number(reading.toPrecision(6))), units[this.quantity]] as const;
    for (const { key, severity, threshold } of crossings(before, this.#reported)) {
      const limit = threshold === null ? null : this.#thresholds[threshold];
      // The limit belonged to a part that was replaced.
      if (limit === undefined) continue;
      this.#signals.emit('event', {
        ...(threshold === null
          ? { message: key, args }
          : { message: key, args: [...args, String(limit)] as const }),
        severity,
        origin: { kind: 'sensor', id: this.id, chassis: this.chassis },
        condition: `sensor:${this.id}`,
        resolves: threshold === null,
        ...(this.poweredBy !== null && { host: this.poweredBy }),
      });
    }
  }

  #update(state: State, health: Health, crossed: readonly ThresholdName[]): void {
    const { state: stateBefore, health: healthBefore } = this.#status;
    const isSame = stateBefore === state && healthBefore === health;
    const isCrossedSame =
      crossed === this.#crossed ||
      (crossed.length === this.#crossed.length && crossed.every((each) => this.#crossed.includes(each)));
    this.#crossed = crossed;
    this.#revision += 1;
    this.#signals.emit('readingChanged', this.#scope);
    if (isSame && isCrossedSame) return;
    if (!isSame) this.#status = { state, health };
    this.#stateChanged();
  }

  /** Its host shows its health too. */
  #stateChanged(): void {
    this.#revision += 1;
    this.#signals.emit('stateChanged', this.#scope);
    if (this.poweredBy !== null) this.#signals.emit('stateChanged', hostScope(this.poweredBy));
  }
}
