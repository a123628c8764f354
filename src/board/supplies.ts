/** Power supplies, and hot-swap controllers that stand for them: what their lines and sensors say. */
import type { Platform } from '../platform/schema.ts';
import type { Changes } from './changes.ts';
import type { Lines } from './lines.ts';
import type { Health, PowerSupply, Sensor, Status } from './model.ts';

type SupplyFacts = NonNullable<Platform['powerSupplies']>[number];

interface SupplyState {
  readonly facts: SupplyFacts;
  readonly chassis: string;
  present: boolean;
  failed: boolean;
}

export class Supplies {
  readonly #supplies = new Map<string, SupplyState>();
  readonly #lines: Lines;
  readonly #sensors: ReadonlyMap<string, Sensor>;
  readonly #changes: Changes;

  constructor(
    facts: readonly SupplyFacts[],
    parts: { lines: Lines; sensors: ReadonlyMap<string, Sensor>; changes: Changes },
    defaultChassis: string,
  ) {
    this.#lines = parts.lines;
    this.#sensors = parts.sensors;
    this.#changes = parts.changes;
    for (const each of facts) {
      const state: SupplyState = {
        facts: each,
        chassis: each.chassis ?? defaultChassis,
        present: true,
        failed: false,
      };
      this.#supplies.set(each.id, state);
      this.#lines.watch(each.present, (present) => this.#presence(state, present));
      this.#lines.watch(each.good, () => this.#watch(state));
    }
  }

  get ids(): Iterable<string> {
    return this.#supplies.keys();
  }

  view(id: string): PowerSupply | undefined {
    const supply = this.#supplies.get(id);
    if (supply === undefined) return undefined;
    const { facts, chassis, present } = supply;
    return { id, name: facts.name ?? id, chassis, facts, present, status: this.#status(supply) };
  }

  /** Sensors have moved: one that is critical makes its supply fail. */
  look(): void {
    for (const supply of this.#supplies.values()) this.#watch(supply);
  }

  #presence(supply: SupplyState, present: boolean): void {
    if (supply.present === present) return;
    supply.present = present;
    this.#tell(supply, present ? 'PowerSupplyInserted' : 'PowerSupplyRemoved', present ? 'OK' : 'Warning');
  }

  #watch(supply: SupplyState): void {
    const failed = this.#status(supply).health === 'Critical';
    if (failed === supply.failed) return;
    supply.failed = failed;
    this.#tell(supply, failed ? 'PowerSupplyFailed' : 'PowerSupplyRestored', failed ? 'Critical' : 'OK');
  }

  #tell({ facts, chassis }: SupplyState, key: string, severity: Health): void {
    this.#changes.emit({
      message: `Power.${key}`,
      args: [facts.name ?? facts.id],
      severity,
      origin: { kind: 'powerSupply', id: facts.id, chassis },
      condition: `powerSupply:${facts.id}`,
      resolves: severity === 'OK',
    });
  }

  #status({ facts, present }: SupplyState): Status {
    if (!present) return { state: 'Absent', health: 'OK' };
    if (facts.good !== undefined && this.#lines.get(facts.good) === false)
      return { state: 'Enabled', health: 'Critical' };
    const { inputVoltage, inputCurrent, inputPower, outputVoltage, outputCurrent, outputPower, temperature } =
      facts;
    const healths = [
      inputVoltage,
      inputCurrent,
      inputPower,
      outputVoltage,
      outputCurrent,
      outputPower,
      temperature,
    ].map((id) => (id === undefined ? 'OK' : (this.#sensors.get(id)?.status.health ?? 'OK')));
    return { state: 'Enabled', health: worst(healths) };
  }
}

/** The worst of some healths; OK of none. */
export function worst(healths: Iterable<Health>): Health {
  let found: Health = 'OK';
  for (const health of healths) {
    if (health === 'Critical') return 'Critical';
    if (health === 'Warning') found = 'Warning';
  }
  return found;
}
