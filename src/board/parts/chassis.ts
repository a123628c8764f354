/** A chassis as the rest of the daemon sees it; its health is the roll-up of everything in it. */
import type { ChassisFacts } from '../../platform/vocabulary/index.ts';
import { worst } from '../health.ts';
import type { Indicators } from '../lines/indicators.ts';
import type { Chassis, Fru } from '../model/chassis.ts';
import type { ChassisReset, Host, PowerState } from '../model/power.ts';
import { BoardRefusal } from '../model/refusal.ts';
import type { Health, Status } from '../model/status.ts';
import type { PersistedState } from '../persisted-state.ts';
import type { ChassisPowerCycle } from '../power/chassis-power-cycle.ts';
import type { Slot } from '../power/slot.ts';
import type { Slots } from '../power/slots.ts';
import type { ByChassis } from './by-chassis.ts';
import type { Presence } from './presence.ts';

export interface ChassisParts {
  readonly persisted: PersistedState;
  readonly indicators: Indicators;
  /** Sensors, fans, supplies, nodes and leak detectors: what its health is made of. */
  readonly contents: ByChassis<ChassisMember>;
  /** Replaced by new objects when they change. */
  readonly frus: ByChassis<Fru>;
  readonly hosts: ByChassis<Host & { readonly power: { readonly fault: string | null } }>;
  /** All chassis of the board, by id. */
  readonly chassis: ReadonlyMap<string, BoardChassis>;
  readonly presence: Presence;
  readonly slots: Slots;
  /** By the chassis whose power they cycle. */
  readonly cycles: ReadonlyMap<string, ChassisPowerCycle>;
}

export interface ChassisMember {
  readonly chassis: string;
  readonly status: Status;
}

export class BoardChassis implements Chassis {
  readonly id: string;
  readonly name: string;
  readonly facts: ChassisFacts;
  readonly #parts: ChassisParts;

  constructor(facts: ChassisFacts, parts: ChassisParts) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id;
    this.facts = facts;
    this.#parts = parts;
  }

  get assetTag(): string {
    return this.#parts.persisted.assetTag('chassis', this.id);
  }

  get identify(): boolean | null {
    return this.#parts.indicators.identify(this.id);
  }

  get isHeldBack(): boolean {
    return this.#slot?.isHeldBack ?? false;
  }

  get supportedResets(): readonly ChassisReset[] {
    return this.switch?.supported ?? [];
  }

  resetRefusal(type: ChassisReset): BoardRefusal | null {
    return this.switch === undefined
      ? new BoardRefusal('not-supported', `nothing switches the power of ${this.id}`)
      : this.switch.refusal(type);
  }

  /** State of its slot, else of its hosts. A chassis without either is on, since this controller in it runs. */
  get powerState(): PowerState | null {
    if (this.#slot !== undefined) return this.#slot.state;
    if (!this.#parts.slots.feeds(this.id)) return 'Off';
    const states = [...this.#parts.hosts.of(this.id)].map(({ powerState }) => powerState);
    if (states.length === 0 || states.includes('On')) return 'On';
    const moving = states.find((state) => state !== 'Off' && state !== null);
    return moving ?? (states.includes('Off') ? 'Off' : null);
  }

  get status(): Status {
    const { chassis, presence, slots } = this.#parts;
    const healths = [this.ownHealth];
    for (const other of chassis.values())
      if (other.facts.containedBy === this.id && presence.has(other.id)) healths.push(other.status.health);
    return { state: slots.feeds(this.id) ? 'Enabled' : 'StandbyOffline', health: worst(healths) };
  }

  /** Health without the chassis within. */
  get ownHealth(): Health {
    const { contents, frus, hosts } = this.#parts;
    const healths: Health[] = [];
    for (const { status } of contents.of(this.id)) healths.push(status.health);
    for (const power of [this.#slot, ...[...hosts.of(this.id)].map((host) => host.power)])
      if ((power?.fault ?? null) !== null) healths.push('Critical');
    for (const { status } of frus.of(this.id)) healths.push(status.health);
    return worst(healths);
  }

  /** Carries out its resets. */
  get switch(): Slot | ChassisPowerCycle | undefined {
    return this.#slot ?? this.#parts.cycles.get(this.id);
  }

  get #slot(): Slot | undefined {
    return this.#parts.slots.all.get(this.id);
  }
}
