/** One power supply, or a hot-swap controller that is described as one: its presence, and its failure. */
import type { Platform } from '../../platform/vocabulary/index.ts';
import { worst } from '../health.ts';
import type { Lines } from '../lines/lines.ts';
import type { PowerSupply } from '../model/chassis.ts';
import type { Sensor } from '../model/sensor.ts';
import type { Status } from '../model/status.ts';
import type { ChassisAvailability } from '../sensing/unavailability.ts';
import type { BoardSignals } from '../signals.ts';
import { type PartEvent, Pluggable, presenceBySensors, severityOf } from './pluggable.ts';

export type SupplyFacts = NonNullable<Platform['powerSupplies']>[number];

/** Ids of the sensors that measure a supply. */
export function sensorsOfSupply(facts: SupplyFacts): string[] {
  const { inputVoltage, inputCurrent, inputPower } = facts;
  const { outputVoltage, outputCurrent, outputPower, temperature } = facts;
  const input = [inputVoltage, inputCurrent, inputPower];
  const output = [outputVoltage, outputCurrent, outputPower];
  return [...input, ...output, temperature].filter((id) => id !== undefined);
}

export interface SupplyParts {
  readonly lines: Lines;
  readonly sensors: ReadonlyMap<string, Sensor>;
  readonly signals: BoardSignals;
  readonly availability: ChassisAvailability;
}

export class BoardSupply implements PowerSupply {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: SupplyFacts;
  readonly plug: Pluggable;
  readonly #parts: SupplyParts;
  readonly #sensors: readonly Sensor[];

  constructor(facts: SupplyFacts, chassis: string, parts: SupplyParts) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id;
    this.chassis = chassis;
    this.facts = facts;
    this.#parts = parts;
    this.#sensors = sensorsOfSupply(facts).flatMap((id) => parts.sensors.get(id) ?? []);
    this.plug = new Pluggable((event) => this.#emit(event));
  }

  get present(): boolean {
    return this.plug.present;
  }

  get status(): Status {
    if (!this.present) return { state: 'Absent', health: 'OK' };
    if (this.#parts.lines.get(this.facts.good) === false) return { state: 'Enabled', health: 'Critical' };
    return { state: 'Enabled', health: worst(this.#sensors.map(({ status }) => status.health)) };
  }

  /** Follows its sensors: their answers show its presence where no line does, and a critical one that it fails. */
  update(): void {
    // The sensors in a chassis that is not available show nothing of the supply.
    const isShownBySensors =
      this.facts.present === undefined && this.#parts.availability.of(this.chassis) === null;
    const present = isShownBySensors ? presenceBySensors(this.#sensors) : null;
    if (present !== null) this.plug.setPresent(present);
    this.plug.update(this.status.health);
  }

  #emit(event: PartEvent): void {
    this.#parts.signals.emit('event', {
      message: `Power.PowerSupply${event}`,
      args: [this.name],
      severity: severityOf[event],
      origin: { kind: 'powerSupply', id: this.id, chassis: this.chassis },
      condition: `powerSupply:${this.id}`,
      resolves: severityOf[event] === 'OK',
    });
  }
}
