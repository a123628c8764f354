/**
 * Chassis that are plugged in and out while the board runs, each with everything in it. Their lines say so by edges;
 * nothing is polled. Other parts ask here whether what they are about is there.
 */
import type { ChassisFacts } from '../../platform/vocabulary/index.ts';
import type { Lines } from '../lines/lines.ts';
import type { Unavailability } from '../sensing/unavailability.ts';
import { Pluggable, settleAfterInsertion } from './pluggable.ts';

export interface PresenceListener {
  /** A chassis, and with it `inside` (itself first), is there now or is gone. Not called for what is so from the start. */
  moved(chassis: string, present: boolean, inside: readonly string[]): void;
  /** Whether something can be read may have changed, be it for the first time or as the parts have settled. */
  changed(): void;
  /** What was plugged in has had its time to start. */
  settled(inside: readonly string[]): void;
}

export class Presence {
  /** Any chassis of this board can be plugged in and out. */
  readonly any: boolean;
  /** What can be pulled, by each chassis that goes with it: itself, and those around it; the outermost first. */
  readonly #plugs = new Map<string, readonly Pluggable[]>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #above: Map<string, string | undefined>;

  constructor(list: readonly ChassisFacts[], lines: Lines, listener: PresenceListener) {
    const above = new Map(list.map(({ id, containedBy }) => [id, containedBy]));
    this.#above = above;
    const own = new Map<string, Pluggable>();
    for (const { id, present, settle = settleAfterInsertion } of list) {
      if (present === undefined) continue;
      const inside = list.flatMap((other) => (around(other.id, above).includes(id) ? [other.id] : []));
      const withItself = [id, ...inside.filter((other) => other !== id)];
      const plug = new Pluggable((event) => listener.moved(id, event === 'Inserted', withItself), settle);
      own.set(id, plug);
      lines.watch(present, (there) => {
        const before = plug.present;
        plug.see(there);
        clearTimeout(this.#timers.get(id));
        if (there && !before) {
          const settled = () => {
            listener.changed();
            listener.settled(withItself);
          };
          this.#timers.set(id, setTimeout(settled, settle).unref());
        }
        listener.changed();
      });
    }
    this.any = own.size > 0;
    for (const { id } of list)
      this.#plugs.set(
        id,
        around(id, above)
          .reverse()
          .flatMap((each) => own.get(each) ?? []),
      );
  }

  /** A chassis was added while the board runs: it comes and goes with what it is in. */
  add({ id, containedBy }: ChassisFacts): void {
    this.#above.set(id, containedBy);
    this.#plugs.set(id, this.#of(containedBy));
  }

  /** Whether a chassis, and all that it is plugged into, is there; one that nothing watches is. */
  has(chassis: string | undefined): boolean {
    return this.#of(chassis).every(({ present }) => present);
  }

  /** Whether a chassis is another, or in it. */
  isInside(chassis: string, other: string): boolean {
    return around(chassis, this.#above).includes(other);
  }

  /** Why nothing in a chassis can be read now; null when it can. */
  unavailability(chassis: string | undefined): Unavailability | null {
    for (const { unavailability, settling } of this.#of(chassis)) {
      const found = unavailability ?? settling;
      if (found !== null) return found;
    }
    return null;
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #of(chassis: string | undefined): readonly Pluggable[] {
    return (chassis === undefined ? undefined : this.#plugs.get(chassis)) ?? [];
  }
}

/** A chassis and those around it, the innermost first. */
function around(id: string, above: ReadonlyMap<string, string | undefined>): string[] {
  const found: string[] = [];
  for (let next: string | undefined = id; next !== undefined && !found.includes(next); next = above.get(next))
    found.push(next);
  return found;
}
