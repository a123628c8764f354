/**
 * Chassis that are inserted and removed at run time, each with its contents. Their presence lines report it by edges;
 * nothing is polled.
 */
import type { ChassisFacts } from '../../platform/vocabulary/index.ts';
import type { Lines } from '../lines/lines.ts';
import type { ChassisAvailability, Unavailability } from '../sensing/unavailability.ts';
import type { BoardSignals } from '../signals.ts';
import { Pluggable, settleAfterInsertion } from './pluggable.ts';
import type { Topology } from './topology.ts';

export interface PresenceParts {
  readonly lines: Lines;
  readonly signals: BoardSignals;
  readonly topology: Topology;
  readonly availability: ChassisAvailability;
}

export class Presence {
  /** The board has chassis that can be removed. */
  readonly hasRemovable: boolean;
  readonly #parts: PresenceParts;
  readonly #removable = new Map<string, Pluggable>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** What has to be inserted for a chassis to be present: itself and those around it, the outermost first. */
  readonly #required = new Map<string, readonly Pluggable[]>();

  constructor(chassis: readonly ChassisFacts[], parts: PresenceParts) {
    this.#parts = parts;
    for (const facts of chassis) if (facts.present !== undefined) this.#watch(facts);
    this.hasRemovable = this.#removable.size > 0;
    parts.availability.add((id) => this.unavailability(id));
  }

  /** Whether a chassis and all chassis around it are inserted; one without a presence line is. */
  has(chassis: string | undefined): boolean {
    return this.#requiredFor(chassis).every(({ present }) => present);
  }

  /** Why nothing in a chassis can be read now; null when it can. */
  unavailability(chassis: string | undefined): Unavailability | null {
    for (const { unavailability, settling } of this.#requiredFor(chassis)) {
      const found = unavailability ?? settling;
      if (found !== null) return found;
    }
    return null;
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #watch({ id, present, settle = settleAfterInsertion }: ChassisFacts): void {
    const { lines, signals, topology } = this.#parts;
    const plug = new Pluggable(
      (event) =>
        signals.emit('presenceChanged', {
          chassis: id,
          present: event === 'Inserted',
          inside: topology.inside(id),
        }),
      settle,
    );
    this.#removable.set(id, plug);
    lines.watch(present, (isPresent) => {
      const before = plug.present;
      plug.setPresent(isPresent);
      clearTimeout(this.#timers.get(id));
      if (isPresent && !before) {
        const ready = () => {
          signals.emit('availabilityChanged', undefined);
          signals.emit('chassisReady', { chassis: topology.inside(id), after: 'insertion' });
        };
        this.#timers.set(id, setTimeout(ready, settle).unref());
      }
      signals.emit('availabilityChanged', undefined);
    });
  }

  #requiredFor(chassis: string | undefined): readonly Pluggable[] {
    if (chassis === undefined || !this.hasRemovable) return [];
    const known = this.#required.get(chassis);
    if (known !== undefined) return known;
    const required = this.#parts.topology
      .around(chassis)
      .reverse()
      .flatMap((id) => this.#removable.get(id) ?? []);
    this.#required.set(chassis, required);
    return required;
  }
}
