/** Fan control, as seen from outside the board. */
import type { LoopFacts, ZoneFacts } from '../../platform/vocabulary/index.ts';
import type { Status } from './status.ts';

/** Settings of a loop that can be changed. */
export interface LoopSettings {
  /** In the unit of the readings. */
  readonly target?: number;
  readonly proportional?: number;
  readonly integral?: number;
}

export interface CoolingLoop {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly facts: LoopFacts;
  /** Ids of its sensors that are known now. */
  readonly sensors: readonly string[];
  /** Sensor that its demand is due to; null while there is nothing to cool. */
  readonly leader: string | null;
  /** Smoothed reading that counts; null without one. */
  readonly input: number | null;
  /** In force; null for a loop that only has a curve. */
  readonly target: number | null;
  readonly proportional: number;
  readonly integral: number;
  /** Settings of `setLoop`; empty while the descriptor applies. */
  readonly settings: LoopSettings;
  /** Percent. */
  readonly demand: number;
  /** What the integral asks for, percent. */
  readonly integralDemand: number;
  readonly reason: string;
  /** An input is unknown for longer than its grace. */
  readonly isFailSafe: boolean;
  readonly status: Status;
}

export interface CoolingZone {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: ZoneFacts;
  readonly fans: readonly string[];
  /** `override` is automatic control with a floor or an offset of a user. */
  readonly mode: 'automatic' | 'override' | 'manual';
  /** Percent that are driven; null before the first. */
  readonly duty: number | null;
  /** Percent. */
  readonly minimumDuty: number;
  /** What a user has added to automatic control, percent. */
  readonly floor: number;
  readonly offset: number;
  /** Who asks for the highest duty, and for how much, percent. */
  readonly leader: {
    readonly duty: number;
    readonly reason: string;
    readonly loop: string | null;
    readonly sensor: string | null;
  };
  readonly loops: ReadonlyMap<string, CoolingLoop>;
  /** Sensors that hold it in fail-safe. */
  readonly unknown: readonly string[];
  /** Fans that have failed or are absent. */
  readonly failedFans: readonly string[];
  readonly status: Status;
}

/** `automatic` drives the fans as their zone asks, or at the fail-safe duty; `manual` holds the requested duty. */
export interface Cooling {
  readonly mode: 'automatic' | 'manual';
  /** Percent. */
  readonly minimumDuty: number;
  /** Percent. */
  readonly failSafeDuty: number;
  /** A user has all fans at full speed. */
  readonly isFullSpeed: boolean;
  readonly zones: ReadonlyMap<string, CoolingZone>;
}

/** Change of a zone: back to automatic control, or a floor and an offset on top of it; percent. */
export type ZoneSettings =
  | { readonly mode: 'automatic' }
  | { readonly mode: 'override'; readonly floor?: number; readonly offset?: number };
