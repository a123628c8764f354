import type { State } from '../model.ts';

/** Why a part cannot be read now although nothing is wrong with it: no power, not plugged in. */
export interface Unavailability {
  readonly state: Exclude<State, 'Enabled'>;
  readonly reason: string;
}

/** All that may keep a part from being read, by its id. */
export class Unavailabilities {
  readonly #reasons = new Map<string, (() => Unavailability | null)[]>();

  add(id: string, unavailability: () => Unavailability | null): void {
    this.#reasons.set(id, [...(this.#reasons.get(id) ?? []), unavailability]);
  }

  /** What keeps it from being read now, that which was added first before others; null when nothing does. */
  of(id: string): Unavailability | null {
    for (const unavailability of this.#reasons.get(id) ?? []) {
      const found = unavailability();
      if (found !== null) return found;
    }
    return null;
  }
}
