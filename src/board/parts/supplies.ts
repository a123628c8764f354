/** Power supplies, and hot-swap controllers that stand for them: what their lines and sensors say. */
import type { Platform } from '../../platform/vocabulary/index.ts';
import { worst } from '../health.ts';
import type { Lines } from '../lines/lines.ts';
import type { PowerSupply } from '../model/chassis.ts';
import { chassisScope } from '../model/revisions.ts';
import type { Sensor } from '../model/sensor.ts';
import type { Status } from '../model/status.ts';
import type { ChassisAvailability } from '../sensing/unavailability.ts';
import type { BoardSignals } from '../signals.ts';
import {
  type PartEvent,
  Pluggable,
  presenceBySensors,
  settleAfterInsertion,
  severityOf,
} from './pluggable.ts';

export type SupplyFacts = NonNullable<Platform['powerSupplies']>[number];

/** Ids of the sensors that measure a supply. */
export function sensorsOfSupply(facts: SupplyFacts): string[] {
  const { inputVoltage, inputCurrent, inputPower } = facts;
  const { outputVoltage, outputCurrent, outputPower, temperature } = facts;
  const all = [
    inputVoltage,
    inputCurrent,
    inputPower,
    outputVoltage,
    outputCurrent,
    outputPower,
    temperature,
  ];
  return all.filter((id) => id !== undefined);
}

class BoardSupply implements PowerSupply {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: SupplyFacts;
  readonly plug: Pluggable;
  readonly #lines: Lines;
  readonly #sensors: readonly Sensor[];

  constructor(
    facts: SupplyFacts,
    chassis: string,
    lines: Lines,
    sensors: readonly Sensor[],
    tell: (supply: BoardSupply, event: PartEvent) => void,
  ) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id;
    this.chassis = chassis;
    this.facts = facts;
    this.#lines = lines;
    this.#sensors = sensors;
    this.plug = new Pluggable((event) => tell(this, event));
  }

  get present(): boolean {
    return this.plug.present;
  }

  get status(): Status {
    if (!this.present) return { state: 'Absent', health: 'OK' };
    if (this.#lines.get(this.facts.good) === false) return { state: 'Enabled', health: 'Critical' };
    return { state: 'Enabled', health: worst(this.#sensors.map(({ status }) => status.health)) };
  }

  /** Follows its sensors: their answers show its presence where no line does, and a critical one that it fails. */
  update(): void {
    const present = this.facts.present === undefined ? presenceBySensors(this.#sensors) : null;
    if (present !== null) this.plug.setPresent(present);
    this.plug.update(this.status.health);
  }
}

export interface SupplyParts {
  readonly lines: Lines;
  readonly sensors: ReadonlyMap<string, Sensor>;
  readonly signals: BoardSignals;
  readonly availability: ChassisAvailability;
}

export class Supplies {
  readonly all: ReadonlyMap<string, BoardSupply>;
  readonly #signals: BoardSignals;

  constructor(list: readonly SupplyFacts[], parts: SupplyParts, defaultChassis: string) {
    const { lines, signals, availability } = parts;
    this.#signals = signals;
    const all = new Map<string, BoardSupply>();
    for (const facts of list) {
      const sensors = sensorsOfSupply(facts).flatMap((id) => parts.sensors.get(id) ?? []);
      const supply = new BoardSupply(facts, facts.chassis ?? defaultChassis, lines, sensors, (...event) =>
        this.#emit(...event),
      );
      all.set(facts.id, supply);
      lines.watch(facts.present, (present) => {
        supply.plug.setPresent(present);
        const available = () => signals.emit('availabilityChanged', undefined);
        available();
        if (present) setTimeout(available, settleAfterInsertion).unref();
      });
      lines.watch(facts.good, () => {
        supply.update();
        signals.emit('stateChanged', chassisScope(supply.chassis));
      });
    }
    this.all = all;
    signals.on('stateSettled', () => {
      for (const supply of all.values()) if (availability.of(supply.chassis) === null) supply.update();
    });
  }

  #emit(supply: BoardSupply, event: PartEvent): void {
    this.#signals.emit('event', {
      message: `Power.PowerSupply${event}`,
      args: [supply.name],
      severity: severityOf[event],
      origin: { kind: 'powerSupply', id: supply.id, chassis: supply.chassis },
      condition: `powerSupply:${supply.id}`,
      resolves: severityOf[event] === 'OK',
    });
  }
}
