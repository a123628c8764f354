/** Sensors, leak detectors and the state of the buses, as seen from outside the board. */
import type { Quantity } from '../../../drivers/quantity.ts';
import type { PhysicalContext, Platform, ThresholdFacts } from '../../platform/vocabulary/index.ts';
import type { Status } from './status.ts';

export type { Quantity };

export type ThresholdName = keyof ThresholdFacts;

/** Changed thresholds of a sensor, in the unit of its reading; null switches a threshold off. */
export type ThresholdSettings = { readonly [Name in ThresholdName]?: number | null };

export interface Sensor {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly quantity: Quantity;
  /** Redfish PhysicalContext; null where the descriptor has none. */
  readonly context: PhysicalContext | null;
  /** Id of the measuring device in the descriptor. */
  readonly device: string;
  /** Ids of the sensors that it is calculated from; empty for a measured sensor. */
  readonly inputs: readonly string[];
  /** Thresholds in force: those of the descriptor, with the settings of `setThresholds` over them. */
  readonly thresholds: Readonly<ThresholdFacts>;
  /** Settings of `setThresholds`; empty while the thresholds of the descriptor apply. */
  readonly thresholdSettings: ThresholdSettings;
  readonly range: { readonly min: number; readonly max: number } | null;
  /** Sampling period in milliseconds. */
  readonly period: number;
  /** Last good reading; null from the second missed period on, and as soon as its host is off. */
  readonly reading: number | null;
  /** When the last good reading was taken; stays when readings stop. */
  readonly readingTime: Date | null;
  readonly status: Status;
  /** Thresholds that are crossed now, the most severe first. */
  readonly crossed: readonly ThresholdName[];
  /** Reason for a missing reading, for people; null while there is a reading. */
  readonly fault: string | null;
  /** Rises with every change of anything above; never falls. */
  readonly revision: number;
}

/** Redfish DetectorState. */
export type LeakState = 'OK' | 'Warning' | 'Critical' | 'Unavailable' | 'Absent';

export interface LeakDetector {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: NonNullable<Platform['leakDetectors']>[number];
  readonly state: LeakState;
  readonly status: Status;
}

/** An I2C adapter: a bus that can fail on its own. */
export interface BusState {
  /** Adapter number, as in /dev/i2c-N. */
  readonly bus: number;
  readonly name: string;
  readonly status: Status;
  readonly fault: string | null;
}
