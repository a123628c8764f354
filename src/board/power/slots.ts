/** The slots of a board, and which chassis each of them feeds. */
import type { ChassisFacts } from '../../platform/vocabulary/index.ts';
import type { Unavailability } from '../sensing/unavailability.ts';
import { Slot, type SlotParts, type SwitchedFacts } from './slot.ts';

export class Slots {
  readonly all: ReadonlyMap<string, Slot>;
  readonly #above: ReadonlyMap<string, readonly Slot[]>;

  constructor(
    list: readonly ChassisFacts[],
    parts: SlotParts,
    isInside: (chassis: string, other: string) => boolean,
  ) {
    this.all = new Map(
      list.flatMap((facts) => (isSwitched(facts) ? [[facts.id, new Slot(facts, parts)] as const] : [])),
    );
    this.#above = new Map(
      list.map(({ id }) => [id, [...this.all.values()].filter((slot) => isInside(id, slot.id))]),
    );
  }

  /** Why nothing in a chassis can be read; null where it is fed. */
  unavailability(chassis: string | undefined): Unavailability | null {
    for (const { unavailability } of this.around(chassis)) if (unavailability !== null) return unavailability;
    return null;
  }

  /** Whether a chassis and all around it are fed; one that nothing switches is. */
  feeds(chassis: string | undefined): boolean {
    return this.around(chassis).every(({ unavailability }) => unavailability?.state !== 'StandbyOffline');
  }

  /** The switches that a chassis is behind, its own among them. */
  around(chassis: string | undefined): readonly Slot[] {
    return (chassis === undefined ? undefined : this.#above.get(chassis)) ?? [];
  }

  start(mains: boolean): void {
    for (const slot of this.all.values()) slot.start(mains);
  }

  /** What is plugged in, and can be asked, has changed. */
  apply(): void {
    for (const slot of this.all.values()) slot.apply();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.all.values()].map((slot) => slot.stop()));
  }
}

const isSwitched = (facts: ChassisFacts): facts is SwitchedFacts => facts.switch !== undefined;
