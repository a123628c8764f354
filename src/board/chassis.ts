/** A chassis as the rest of the daemon sees it: as well as everything in it. */
import type { ChassisFacts } from '../platform/schema.ts';
import { worst } from './health.ts';
import type { Indicators } from './indicators.ts';
import type { Memory } from './memory.ts';
import type { Chassis, ChassisReset, Fru, Host, PowerState, Status } from './model.ts';
import type { Slots } from './slots.ts';

export interface ChassisParts {
  readonly memory: Memory;
  readonly indicators: Indicators;
  /** Sensors, fans and supplies. */
  readonly contents: readonly Part[];
  /** By id; each is replaced by a new one when it changes. */
  readonly frus: ReadonlyMap<string, Fru>;
  readonly hosts: readonly (Host & { readonly power: { readonly fault: string | null } })[];
  readonly isThere: (chassis: string) => boolean;
  readonly slots: Slots;
}

interface Part {
  readonly chassis: string;
  readonly status: Status;
}

/** The chassis of a board, each with what is in it. */
export function buildChassis(
  list: readonly ChassisFacts[],
  { contents, frus, hosts, isThere, ...others }: ChassisParts,
): ReadonlyMap<string, BoardChassis> {
  const built = new Map<string, BoardChassis>();
  for (const facts of list) {
    const isHere = ({ chassis }: { readonly chassis: string }) => chassis === facts.id;
    const inside = list.filter(({ containedBy }) => containedBy === facts.id).map(({ id }) => id);
    const chassis = new BoardChassis(
      facts,
      { ...others, frus, contents: contents.filter(isHere), hosts: hosts.filter(isHere), isThere },
      () => inside.filter(isThere).flatMap((id) => built.get(id) ?? []),
    );
    built.set(facts.id, chassis);
  }
  return built;
}

export class BoardChassis implements Chassis {
  readonly id: string;
  readonly name: string;
  readonly facts: ChassisFacts;
  readonly #parts: ChassisParts;
  readonly #inside: () => readonly Chassis[];

  /** `parts` are those of this chassis, but for the FRUs; `inside` are the chassis in it. */
  constructor(facts: ChassisFacts, parts: ChassisParts, inside: () => readonly Chassis[]) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id;
    this.facts = facts;
    this.#parts = parts;
    this.#inside = inside;
  }

  get assetTag(): string {
    return this.#parts.memory.assetTag('chassis', this.id);
  }

  get identify(): boolean | null {
    return this.#parts.indicators.identify(this.id);
  }

  get isHeldBack(): boolean {
    return this.#slot?.isHeldBack ?? false;
  }

  get supportedResets(): readonly ChassisReset[] {
    return this.#slot?.supported ?? [];
  }

  allowedResets(): readonly ChassisReset[] {
    return this.#slot?.allowed() ?? [];
  }

  /** What its switch says; a chassis without one, and without hosts, is on, since the controller in it runs. */
  get powerState(): PowerState | null {
    if (this.#slot !== undefined) return this.#slot.state;
    if (!this.#parts.slots.feeds(this.id)) return 'Off';
    const states = this.#parts.hosts.map(({ powerState }) => powerState);
    if (states.length === 0 || states.includes('On')) return 'On';
    const moving = states.find((state) => state !== 'Off' && state !== null);
    return moving ?? (states.includes('Off') ? 'Off' : null);
  }

  get status(): Status {
    const { contents, frus, hosts } = this.#parts;
    const here = [...frus.values()].filter(({ chassis }) => chassis === this.id);
    const health = worst([
      ...[...contents, ...here, ...this.#inside()].map(({ status }) => status.health),
      ...[this.#slot, ...hosts.map(({ power }) => power)].map((power) =>
        (power?.fault ?? null) === null ? ('OK' as const) : ('Critical' as const),
      ),
    ]);
    return { state: this.#parts.slots.feeds(this.id) ? 'Enabled' : 'StandbyOffline', health };
  }

  get #slot() {
    return this.#parts.slots.all.get(this.id);
  }
}
