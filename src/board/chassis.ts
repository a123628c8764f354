/** A chassis as the rest of the daemon sees it: as well as everything in it. */
import type { ChassisFacts } from '../platform/schema.ts';
import { worst } from './health.ts';
import type { Indicators } from './indicators.ts';
import type { Memory } from './memory.ts';
import type { Chassis, Host, PowerState, Status } from './model.ts';

export interface ChassisParts {
  readonly memory: Memory;
  readonly indicators: Indicators;
  /** Sensors, fans, supplies and FRUs of the chassis itself. */
  readonly contents: readonly (() => { readonly status: Status })[];
  readonly hosts: readonly (Host & { readonly power: { readonly fault: string | null } })[];
  /** The chassis inside this one. */
  readonly inside: () => readonly Chassis[];
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
    return this.#parts.memory.assetTag('chassis', this.id);
  }

  get identify(): boolean | null {
    return this.#parts.indicators.identify(this.id);
  }

  /** A chassis without hosts is on, since the controller in it runs. */
  get powerState(): PowerState | null {
    const states = this.#parts.hosts.map(({ powerState }) => powerState);
    if (states.length === 0 || states.includes('On')) return 'On';
    const moving = states.find((state) => state !== 'Off' && state !== null);
    return moving ?? (states.includes('Off') ? 'Off' : null);
  }

  get status(): Status {
    const { contents, hosts, inside } = this.#parts;
    const health = worst([
      ...contents.map((part) => part().status.health),
      ...hosts.map(({ power }) => (power.fault === null ? ('OK' as const) : ('Critical' as const))),
      ...inside().map(({ status }) => status.health),
    ]);
    return { state: 'Enabled', health };
  }
}
