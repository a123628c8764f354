/** Expected reasons why something has no readings: no power, not inserted, still starting. None of them is a fault. */
import type { State } from '../model/status.ts';

export interface Unavailability {
  readonly state: Exclude<State, 'Enabled'>;
  /** For people, without a period at the end. */
  readonly reason: string;
}

/** The checks that apply to each component, by its id. */
export class Unavailabilities {
  readonly #checks = new Map<string, (() => Unavailability | null)[]>();

  add(id: string, check: () => Unavailability | null): void {
    this.#checks.set(id, [...(this.#checks.get(id) ?? []), check]);
  }

  /** Why a component cannot be read now, by the first check that applies; null when it can. */
  of(id: string): Unavailability | null {
    const checks = this.#checks.get(id);
    if (checks === undefined) return null;
    for (const check of checks) {
      const found = check();
      if (found !== null) return found;
    }
    return null;
  }
}

/** The checks that apply to every chassis; presence and power add theirs as they are created. */
export class ChassisAvailability {
  readonly #checks: ((chassis: string) => Unavailability | null)[] = [];

  add(check: (chassis: string) => Unavailability | null): void {
    this.#checks.push(check);
  }

  /** Why nothing in a chassis can be read now, by the first check that applies; null when it can. */
  of(chassis: string | undefined): Unavailability | null {
    if (chassis === undefined) return null;
    for (const check of this.#checks) {
      const found = check(chassis);
      if (found !== null) return found;
    }
    return null;
  }
}
