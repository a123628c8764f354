/** One fan: its output, its rotors, its presence and failure. */
import type { FanFacts } from '../../platform/vocabulary/index.ts';
import { newRotor, type RotorState, stepRotor } from '../cooling/rotor.ts';
import { worst } from '../health.ts';
import type { Fan } from '../model/chassis.ts';
import { chassisScope } from '../model/revisions.ts';
import type { Sensor } from '../model/sensor.ts';
import type { Status } from '../model/status.ts';
import type { BoardSignals } from '../signals.ts';
import { type FanOutput, type OutputParts, outputOf } from './fan-output.ts';
import { type PartEvent, Pluggable, severityOf } from './pluggable.ts';

export interface FanParts extends OutputParts {
  readonly signals: BoardSignals;
  readonly sensors: ReadonlyMap<string, Sensor>;
}

export class BoardFan implements Fan {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: FanFacts;
  readonly sensors: readonly string[];
  readonly plug: Pluggable;
  readonly output: FanOutput;
  readonly #parts: FanParts;
  readonly #rotors: readonly Sensor[];
  #supervised: readonly RotorState[];
  #duty: number | null = null;
  #fault: string | null = null;
  #target: number | null = null;
  #writing: Promise<void> | null = null;

  constructor(facts: FanFacts, chassis: string, parts: FanParts) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id;
    this.chassis = chassis;
    this.facts = facts;
    this.sensors = facts.rotors ?? (facts.tachs ?? []).map(({ sensor }) => sensor.id);
    this.output = outputOf(facts, parts);
    this.#parts = parts;
    this.#rotors = this.sensors.flatMap((id) => parts.sensors.get(id) ?? []);
    this.#supervised = this.#rotors.map(() => newRotor);
    this.plug = new Pluggable((event) => this.#emit(event));
  }

  get present(): boolean {
    return this.plug.present;
  }

  get duty(): number | null {
    return this.#duty;
  }

  /** Why it cannot be driven; null when it can. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Duty requested last, percent; null before the first. */
  get target(): number | null {
    return this.#target;
  }

  get status(): Status {
    if (!this.present) return { state: 'Absent', health: 'OK' };
    const [first, ...others] = this.#rotors.map(({ status }) => status);
    // A fan is starting or without power only if all its rotors are.
    const isSame = first !== undefined && others.every(({ state }) => state === first.state);
    const isIdle = isSame && (first.state === 'Starting' || first.state === 'StandbyOffline');
    if (isIdle) return { state: first.state, health: this.#fault === null ? 'OK' : 'Critical' };
    const isFailed = this.#fault !== null || this.#supervised.some((rotor) => rotor.isFailed);
    const health = worst(this.#rotors.map(({ status }) => status.health));
    return { state: 'Enabled', health: isFailed ? 'Critical' : health };
  }

  /** Sets the duty, percent; of several concurrent requests the last one holds. @throws DeviceError */
  async drive(percent: number): Promise<void> {
    this.#target = percent;
    this.#writing ??= Promise.resolve().then(() => this.#write());
    await this.#writing;
  }

  /** It is absent, cannot be driven, or does not turn as it should. */
  get isFailed(): boolean {
    return !this.present || this.status.health === 'Critical';
  }

  /** Compares the rotors with the speed that the duty lets expect, `seconds` after the last time. */
  supervise(seconds: number): void {
    const { maxSpeed } = this.facts;
    if (maxSpeed === undefined) return;
    const before = this.#supervised;
    this.#supervised = this.#rotors.map(({ reading }, index) =>
      stepRotor(before[index] ?? newRotor, this.present ? reading : null, this.#duty, maxSpeed, seconds),
    );
    if (this.#supervised.every(({ isFailed }, index) => isFailed === before[index]?.isFailed)) return;
    this.update();
    this.#parts.signals.emit('stateChanged', chassisScope(this.chassis));
  }

  /** Updates its failure: a rotor that stands or races makes the fan fail. */
  update(): void {
    this.plug.update(this.status.health);
  }

  async #write(): Promise<void> {
    const before = this.#fault;
    try {
      for (;;) {
        const percent = this.#target ?? 100;
        try {
          await this.output.drive(percent);
          this.#duty = percent;
          this.#fault = null;
        } catch (error) {
          this.#fault = error instanceof Error ? error.message : String(error);
          if (this.#target === percent) throw error;
        }
        if (this.#target === percent) return;
      }
    } finally {
      // Before anything else can run: a later request must start a write of its own.
      this.#writing = null;
      this.update();
      // A duty is a reading: it changes all the time under automatic control.
      const isSame = this.#fault === before;
      this.#parts.signals.emit(isSame ? 'readingChanged' : 'stateChanged', chassisScope(this.chassis));
    }
  }

  #emit(event: PartEvent): void {
    this.#parts.signals.emit('event', {
      message: `Environmental.Fan${event}`,
      args: [this.name],
      severity: severityOf[event],
      origin: { kind: 'fan', id: this.id, chassis: this.chassis },
      condition: `fan:${this.id}`,
      resolves: severityOf[event] === 'OK',
      ...(event === 'Failed' && this.#fault !== null && { detail: `${this.#fault}.` }),
    });
  }
}
