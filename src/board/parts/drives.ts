/** Drives: there while a line says so, or while the chip that measures them answers. */
import type { Platform } from '../../platform/vocabulary/index.ts';
import type { Changes } from '../changes.ts';
import { worst } from '../health.ts';
import type { Lines } from '../lines/lines.ts';
import type { Drive, Sensor, Status } from '../model.ts';
import type { Unavailability } from '../sensing/unavailability.ts';

export type DriveFacts = NonNullable<Platform['drives']>[number];

export interface DriveParts {
  readonly lines: Lines;
  readonly changes: Changes;
  readonly sensors: ReadonlyMap<string, Sensor>;
  /** Called when a line says that the drive has been plugged in or pulled. */
  readonly onPresence: () => void;
}

/** Ids of the sensors that a drive has. */
export const sensorsOfDrive = ({ temperature, lifeUsed }: DriveFacts): string[] =>
  [temperature, lifeUsed].filter((id) => id !== undefined);

export class BoardDrive implements Drive {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: DriveFacts;
  readonly #changes: Changes;
  readonly #sensors: readonly Sensor[];
  #seen: boolean | null = null;

  constructor(facts: DriveFacts, chassis: string, { lines, changes, sensors, onPresence }: DriveParts) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id.replaceAll('_', ' ');
    this.chassis = chassis;
    this.facts = facts;
    this.#changes = changes;
    this.#sensors = sensorsOfDrive(facts).flatMap((id) => sensors.get(id) ?? []);
    lines.watch(facts.present, (present) => {
      this.#see(present);
      onPresence();
    });
  }

  /** Where only its own answers tell, it is there from the first of them on. */
  get present(): boolean {
    return this.#seen ?? (this.facts.present !== undefined || this.#sensors.length === 0);
  }

  /** Why nothing of it can be read; null while it is there. What has not answered yet is asked, of course. */
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

  /** Sensors have moved: one that answers makes its drive come, one whose chip is not there makes it go. */
  look(): void {
    if (this.facts.present !== undefined) return;
    const states = this.#sensors.map(({ status }) => status.state);
    if (states.includes('Enabled')) this.#see(true);
    else if (states.length > 0 && states.every((state) => state === 'Absent')) this.#see(false);
  }

  #see(present: boolean): void {
    const before = this.#seen;
    this.#seen = present;
    if (before === present) return;
    this.#changes.touch();
    // The first look tells what is, not what happened.
    if (before === null) return;
    this.#changes.emit({
      message: `ResourceEvent.${present ? 'ResourceCreated' : 'ResourceRemoved'}`,
      args: [],
      severity: 'OK',
      origin: { kind: 'drive', id: this.id, chassis: this.chassis },
      detail: `${this.name} ${present ? 'was plugged in' : 'was pulled out'}.`,
    });
  }
}
