/** The slots of a board, and which chassis each of them feeds. */
import type { ChassisFacts } from '../../platform/vocabulary/index.ts';
import type { BoardContext } from '../context.ts';
import type { Presence } from '../parts/presence.ts';
import type { Unavailability } from '../sensing/unavailability.ts';
import { Slot, type SwitchedFacts } from './slot.ts';

export interface SlotsParts extends BoardContext {
  readonly presence: Presence;
}

export class Slots {
  readonly all: ReadonlyMap<string, Slot>;
  readonly #parts: SlotsParts;

  constructor(chassis: readonly ChassisFacts[], parts: SlotsParts) {
    this.#parts = parts;
    this.all = new Map(
      chassis.flatMap((facts) => (isSwitched(facts) ? [[facts.id, this.#create(facts)] as const] : [])),
    );
    parts.availability.add((id) => this.unavailability(id));
    parts.signals.on('chassisReady', ({ chassis, after }) => {
      if (after === 'insertion') for (const id of chassis) this.all.get(id)?.plugged();
    });
    parts.signals.on('availabilityChanged', () => {
      for (const slot of this.all.values()) slot.apply();
    });
  }

  /** Why nothing in a chassis can be read; null where it has power. */
  unavailability(chassis: string | undefined): Unavailability | null {
    for (const { unavailability } of this.around(chassis)) if (unavailability !== null) return unavailability;
    return null;
  }

  /** Whether a chassis and all around it have power; one that no slot switches has. */
  feeds(chassis: string | undefined): boolean {
    return this.around(chassis).every(({ unavailability }) => unavailability?.state !== 'StandbyOffline');
  }

  /** The slots that a chassis is behind, its own among them. */
  around(chassis: string | undefined): readonly Slot[] {
    if (chassis === undefined || this.all.size === 0) return [];
    const around = this.#parts.topology.around(chassis);
    return [...this.all.values()].filter(({ id }) => around.includes(id));
  }

  /** `isMains` tells that mains has just returned. */
  start(isMains: boolean): void {
    for (const slot of this.all.values()) slot.start(isMains);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.all.values()].map((slot) => slot.stop()));
  }

  #create(facts: SwitchedFacts): Slot {
    const { lines, persisted, signals, topology, presence, log } = this.#parts;
    const { id } = facts;
    return new Slot(facts, {
      ...{ lines, persisted, signals, log },
      isThere: (chassis) => presence.unavailability(chassis) === null,
      hostIn: (chassis) => topology.hostsIn(chassis)[0],
      moved: ({ name, isSwitchingOff, unavailability }) =>
        signals.emit('slotPowerChanged', {
          ...{ chassis: id, name, requested: isSwitchingOff },
          off: unavailability?.state === 'StandbyOffline',
        }),
      settled: () => {
        signals.emit('availabilityChanged', undefined);
        signals.emit('chassisReady', { chassis: topology.inside(id), after: 'power-on' });
      },
    });
  }
}

const isSwitched = (facts: ChassisFacts): facts is SwitchedFacts => facts.switch !== undefined;
