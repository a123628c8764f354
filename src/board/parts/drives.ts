/** Drives: present by their presence line, or by the answers of the chip that measures them. */
import type { Platform } from '../../platform/vocabulary/index.ts';
import { worst } from '../health.ts';
import type { Lines } from '../lines/lines.ts';
import type { Drive } from '../model/chassis.ts';
import { chassisScope } from '../model/revisions.ts';
import type { Sensor } from '../model/sensor.ts';
import type { Status } from '../model/status.ts';
import type { Unavailability } from '../sensing/unavailability.ts';
import type { BoardSignals } from '../signals.ts';
import { presenceBySensors } from './pluggable.ts';

export type DriveFacts = NonNullable<Platform['drives']>[number];

export interface DriveParts {
  readonly lines: Lines;
  readonly signals: BoardSignals;
  readonly sensors: ReadonlyMap<string, Sensor>;
}

/** Ids of the sensors that a drive has. */
export const sensorsOfDrive = ({ temperature, lifeUsed }: DriveFacts): string[] =>
  [temperature, lifeUsed].filter((id) => id !== undefined);

export class BoardDrive implements Drive {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: DriveFacts;
  readonly #signals: BoardSignals;
  readonly #sensors: readonly Sensor[];
  #isPresent: boolean | null = null;

  constructor(facts: DriveFacts, chassis: string, { lines, signals, sensors }: DriveParts) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id.replaceAll('_', ' ');
    this.chassis = chassis;
    this.facts = facts;
    this.#signals = signals;
    this.#sensors = sensorsOfDrive(facts).flatMap((id) => sensors.get(id) ?? []);
    lines.watch(facts.present, (present) => {
      this.#setPresent(present);
      signals.emit('availabilityChanged', undefined);
    });
    if (facts.present === undefined)
      signals.on('stateSettled', () => {
        const present = presenceBySensors(this.#sensors);
        if (present !== null) this.#setPresent(present);
      });
  }

  /** Without a presence line it is present from its first answer on. */
  get present(): boolean {
    return this.#isPresent ?? (this.facts.present !== undefined || this.#sensors.length === 0);
  }

  /** Why nothing of it can be read; null while it can, and while only its answers would show its presence. */
  get unavailability(): Unavailability | null {
    return this.facts.present === undefined || this.present
      ? null
      : { state: 'Absent', reason: 'it is not plugged in' };
  }

  get status(): Status {
    if (!this.present) return { state: 'Absent', health: 'OK' };
    const states = this.#sensors.map(({ status }) => status.state);
    const standby = states.length > 0 && states.every((state) => state === 'StandbyOffline');
    const health = worst(this.#sensors.map(({ status }) => status.health));
    return { state: standby ? 'StandbyOffline' : 'Enabled', health };
  }

  #setPresent(present: boolean): void {
    const before = this.#isPresent;
    this.#isPresent = present;
    if (before === present) return;
    this.#signals.emit('stateChanged', chassisScope(this.chassis));
    // The initial value is the baseline and emits no event.
    if (before === null) return;
    this.#signals.emit('event', {
      message: `ResourceEvent.${present ? 'ResourceCreated' : 'ResourceRemoved'}`,
      args: [],
      severity: 'OK',
      origin: { kind: 'drive', id: this.id, chassis: this.chassis },
      detail: `${this.name} ${present ? 'was plugged in' : 'was pulled out'}.`,
    });
  }
}
