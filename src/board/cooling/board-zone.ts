/** A zone of fans at work: steps its loops, and asks for the duty of its fans. */
import type { ZoneFacts } from '../../platform/vocabulary/index.ts';
import { worst } from '../health.ts';
import type { CoolingZone } from '../model/cooling.ts';
import type { Health, Status } from '../model/status.ts';
import type { BoardFan } from '../parts/fan.ts';
import type { BoardLoop } from './board-loop.ts';
import type { DemandReason, Fallback, LoopInputs } from './loop.ts';
import {
  answerTo,
  leading,
  noOverride,
  type Override,
  stepZone,
  type ZoneDemand,
  type ZoneLimits,
} from './zone.ts';

/** What the loops and fans of a zone are to the rest of the board. */
export interface ZoneParts {
  readonly fans: readonly BoardFan[];
  readonly loops: ReadonlyMap<string, BoardLoop>;
  readonly chassis: string;
  /** Percent. */
  readonly minimumDuty: number;
  readonly failSafeDuty: number;
  readonly isManual: () => boolean;
  readonly isFullSpeed: () => boolean;
  readonly inputsOf: (loop: BoardLoop) => LoopInputs;
  /** A known input of the loop is above an upper threshold. */
  readonly isHot: (inputs: LoopInputs) => boolean;
}

/** Reasons of a loop that are not the ordinary course of control. */
const urgent: Readonly<Partial<Record<DemandReason, ZoneDemand['reason']>>> = {
  'fail-safe': 'unknown-input',
  start: 'unknown-input',
  critical: 'critical',
};

const noLeader: ZoneDemand = { duty: 0, reason: 'minimum', loop: null, sensor: null, isUrgent: false };

export class BoardZone implements CoolingZone {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: ZoneFacts;
  readonly fans: readonly string[];
  readonly loops: ReadonlyMap<string, BoardLoop>;
  readonly #parts: ZoneParts;
  #override: Override | undefined;
  #leader: ZoneDemand = noLeader;
  /** Percent, before it is rounded; null before the first step. */
  #wanted: number | null = null;
  #wasManual = false;

  constructor(facts: ZoneFacts, parts: ZoneParts, override: Override | undefined) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id;
    this.chassis = parts.chassis;
    this.facts = facts;
    this.fans = facts.fans;
    this.loops = parts.loops;
    this.#parts = parts;
    this.#override = override;
  }

  get mode(): CoolingZone['mode'] {
    if (this.#parts.isManual()) return 'manual';
    return this.#override === undefined ? 'automatic' : 'override';
  }

  get duty(): number | null {
    const duties = this.#parts.fans.flatMap(({ duty }) => duty ?? []);
    return duties.length === 0 ? null : Math.min(...duties);
  }

  get minimumDuty(): number {
    return this.#parts.minimumDuty;
  }

  get floor(): number {
    return this.#override?.floor ?? 0;
  }

  get offset(): number {
    return this.#override?.offset ?? 0;
  }

  get leader(): ZoneDemand {
    return this.#leader;
  }

  get unknown(): readonly string[] {
    return [...this.loops.values()].flatMap(({ isFailSafe, leader }) =>
      isFailSafe && leader !== null ? [leader] : [],
    );
  }

  get failedFans(): readonly string[] {
    return this.#parts.fans.filter(({ isFailed }) => isFailed).map(({ id }) => id);
  }

  get status(): Status {
    const { fans } = this.#parts;
    const failed = this.failedFans.length;
    const ofFans: Health = failed === 0 ? 'OK' : failed === fans.length ? 'Critical' : 'Warning';
    const loops = [...this.loops.values()].map(({ status }) => status.health);
    return { state: 'Enabled', health: worst([ofFans, ...loops]) };
  }

  setOverride(override: Override | null): void {
    this.#override = override ?? undefined;
  }

  /** Steps every loop and the duty by so many seconds. @returns the duty of each fan, percent */
  step(seconds: number): ReadonlyMap<string, number> {
    const isManual = this.#parts.isManual();
    const isHot = this.#stepLoops(seconds);
    const driven = Math.max(0, ...this.#parts.fans.flatMap(({ duty }) => duty ?? []));
    if (this.#wasManual && !isManual) for (const loop of this.loops.values()) loop.seed(driven);
    const isTakenOver = isManual || this.#wasManual;
    this.#wasManual = isManual;
    const demands = this.#demands();
    if (isManual) {
      // What a user asked for holds until something is in danger.
      const due = isHot ? demands : demands.filter((each) => each.isUrgent);
      this.#leader = leading(due, this.#limits, noOverride);
      this.#wanted = this.#leader.duty;
      return this.#duties(this.#wanted);
    }
    const before = isTakenOver || this.#wanted === null ? driven : this.#wanted;
    const { duty, leader } = stepZone(before, demands, this.#limits, this.#override ?? noOverride, seconds);
    this.#wanted = duty;
    this.#leader = leader;
    return this.#duties(duty);
  }

  /** @returns whether something is hotter than it should be */
  #stepLoops(seconds: number): boolean {
    let isHot = false;
    for (const loop of this.loops.values()) {
      const inputs = this.#parts.inputsOf(loop);
      loop.step(inputs, this.#fallback, seconds);
      isHot ||= loop.isOverTarget || this.#parts.isHot(inputs);
    }
    return isHot;
  }

  #demands(): readonly ZoneDemand[] {
    const { fans, failSafeDuty, isFullSpeed } = this.#parts;
    const { fansFailed = [{ count: 1, duty: this.#failSafe }] } = this.facts;
    const plain = { loop: null, sensor: null, isUrgent: true };
    const failed = answerTo(this.failedFans.length, fansFailed);
    // The others move the air of one that cannot be driven.
    const isUndriven = fans.some(({ fault }) => fault !== null);
    return [
      ...(isFullSpeed() ? [{ ...plain, duty: 100, reason: 'full-speed' } as const] : []),
      ...(isUndriven
        ? [{ ...plain, duty: Math.max(failSafeDuty, this.#failSafe), reason: 'output-failed' } as const]
        : []),
      ...(failed > 0 ? [{ ...plain, duty: failed, reason: 'fans-failed' } as const] : []),
      ...[...this.loops.values()].map(({ id, demand, reason, leader }): ZoneDemand => {
        const other = urgent[reason];
        return {
          duty: demand,
          loop: id,
          sensor: leader,
          reason: other ?? 'loop',
          isUrgent: other !== undefined,
        };
      }),
    ];
  }

  /** A fan that has failed is tried at full duty. */
  #duties(duty: number): ReadonlyMap<string, number> {
    return new Map(
      this.#parts.fans.map((fan) => [fan.id, fan.present && fan.isFailed ? 100 : duty] as const),
    );
  }

  get #failSafe(): number {
    return this.facts.failSafe ?? this.#parts.failSafeDuty;
  }

  get #limits(): ZoneLimits {
    const { rise = 100, fall = 1 } = this.facts;
    return { minimum: this.#parts.minimumDuty, rise, fall };
  }

  get #fallback(): Fallback {
    const { startDuty, criticalDuty, warmUp = 30_000 } = this.facts;
    const failSafe = this.#failSafe;
    return {
      failSafe,
      start: startDuty ?? failSafe,
      critical: criticalDuty ?? failSafe,
      warmUp: warmUp / 1000,
    };
  }
}
