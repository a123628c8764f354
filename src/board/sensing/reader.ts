/** A device to be sampled, and the sensors that it provides. */
import type { SensorFacts } from '../../platform/vocabulary/index.ts';
import type { Quantity } from '../model/sensor.ts';

/** One value of a device. */
export interface Channel {
  /** The sensor that it provides, with the scale and limits of the part that is fitted. */
  readonly facts: SensorFacts;
  /** The value as the device gives it, in the unit of its quantity. @throws DeviceError */
  read(): Promise<number>;
}

export interface DeviceReader {
  readonly device: string;
  /** Ids of all sensors that it may provide. */
  readonly sensors: readonly string[];
  /** I2C adapter through which it is reached; null for what the controller itself measures. */
  readonly bus: number | null;
  /** It may not be fitted: no answer means absence until it has responded once. */
  readonly optional: boolean;
  /** It may be removed while the board runs, and nothing but its answers shows that: no answer means absence. */
  readonly removable: boolean;
  /** The shortest period of its sensors, milliseconds. */
  readonly period: number;
  /** Identifies and configures the device; its channels can be read after that. @throws DeviceError */
  prepare(): Promise<readonly Channel[]>;
}

export interface SensorDeclaration {
  readonly facts: SensorFacts;
  readonly device: string;
  readonly chassis: string | undefined;
  readonly quantity: Quantity;
  /** Host that powers it; null when it is always powered. */
  readonly poweredBy: string | null;
  /** Milliseconds. */
  readonly period: number;
  /** Ids of the sensors that it is calculated from; absent for a measured sensor. */
  readonly inputs?: readonly string[];
  /** Why this build cannot read it; null when it can. */
  readonly unsupported: string | null;
}
