import type { State } from '../model.ts';

/** Why a part cannot be read now although nothing is wrong with it: no power, not plugged in. */
export interface Hold {
  readonly state: Exclude<State, 'Enabled'>;
  readonly why: string;
}

/** All that may keep a part from being read, by its id. */
export class Holds {
  readonly #holds = new Map<string, (() => Hold | null)[]>();

  add(id: string, hold: () => Hold | null): void {
    this.#holds.set(id, [...(this.#holds.get(id) ?? []), hold]);
  }

  /** What keeps it from being read now, that which was added first before others; null when nothing does. */
  of(id: string): Hold | null {
    for (const hold of this.#holds.get(id) ?? []) {
      const found = hold();
      if (found !== null) return found;
    }
    return null;
  }
}
