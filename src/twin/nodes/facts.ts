/** Sensors of a simulated controller as facts, which become sensor records and sensors of the twin. */
import type { Quantity } from '../../../drivers/quantity.ts';
import type { SensorFacts, ThresholdFacts } from '../../platform/vocabulary/index.ts';

interface NodeSensor {
  readonly number: number;
  /** At most 16 characters. */
  readonly name: string;
  /** Entity id (IPMI v2.0, table 43-13) and instance. */
  readonly entity: readonly [id: number, instance: number];
}

export interface AnalogFacts extends NodeSensor {
  readonly kind: 'analog';
  readonly quantity: Quantity;
  /** Range of a raw reading, in the unit of the quantity. */
  readonly range: readonly [from: number, to: number];
  readonly context?: SensorFacts['context'];
  readonly thresholds?: ThresholdFacts;
  /** As in nominal.ts; estimated from context and thresholds when absent. */
  readonly nominal?: number;
  /** Whether it is valid while the host is off. */
  readonly standby?: true;
  /** It reports the distance below this limit, as a negative number. */
  readonly below?: number;
  /** Its value never changes. */
  readonly constant?: true;
}

export interface DiscreteFacts extends NodeSensor {
  readonly kind: 'discrete';
  readonly sensorType: number;
  readonly eventType: number;
  /** Bit n: the sensor can show state n. */
  readonly states: number;
  readonly standby?: true;
}

/** A sensor that only has events. */
export interface EventOnlyFacts extends NodeSensor {
  readonly kind: 'eventOnly';
  readonly sensorType: number;
  readonly eventType: number;
}

export type NodeSensorFacts = AnalogFacts | DiscreteFacts | EventOnlyFacts;

/** Entity ids in use (IPMI v2.0, table 43-13). */
export const ENTITY = {
  processor: 0x03,
  disk: 0x04,
  systemBoard: 0x07,
  memory: 0x08,
  powerSupply: 0x0a,
  powerModule: 0x14,
  fan: 0x1d,
  memoryDevice: 0x20,
  firmware: 0x22,
  operatingSystem: 0x23,
  battery: 0x28,
  inlet: 0x37,
} as const;

/** Event/reading types (IPMI v2.0, table 42-1): states of the sensor type's own, and generic ones. */
export const EVENTS = { specific: 0x6f, limit: 0x05, asserted: 0x03 } as const;

type Extra = Partial<Omit<AnalogFacts, 'kind' | 'number' | 'name' | 'quantity' | 'range'>>;

const analog =
  (quantity: Quantity, range: readonly [number, number]) =>
  (number: number, name: string, entity: AnalogFacts['entity'], extra: Extra = {}): AnalogFacts => ({
    kind: 'analog',
    quantity,
    range,
    number,
    name,
    entity,
    ...extra,
  });

/** One degree a count. */
export const temperature = analog('Temperature', [-128, 127]);
export const current = (most: number) => analog('Current', [0, most]);
export const power = (most: number) => analog('Power', [0, most]);
export const fanSpeed = (most: number) => analog('Rotational', [0, most]);

/** A rail with limits at ± 10 % and a range of ± 20 %. */
export const rail = (volts: number, number: number, name: string, extra: Extra = {}): AnalogFacts =>
  analog('Voltage', [round(0.8 * volts), round(1.2 * volts)])(number, name, [ENTITY.systemBoard, 1], {
    thresholds: { upperCritical: round(1.1 * volts), lowerCritical: round(0.9 * volts) },
    nominal: volts,
    ...extra,
  });

const round = (value: number) => Number(value.toFixed(4));

export const discrete = (
  number: number,
  name: string,
  sensorType: number,
  states: number,
  extra: Partial<Pick<DiscreteFacts, 'entity' | 'eventType' | 'standby'>> = {},
): DiscreteFacts => ({
  kind: 'discrete',
  number,
  name,
  sensorType,
  eventType: EVENTS.specific,
  states,
  entity: [ENTITY.systemBoard, 1],
  ...extra,
});

export const eventOnly = (
  number: number,
  name: string,
  sensorType: number,
  extra: Partial<Pick<EventOnlyFacts, 'entity' | 'eventType'>> = {},
): EventOnlyFacts => ({
  kind: 'eventOnly',
  number,
  name,
  sensorType,
  eventType: EVENTS.specific,
  entity: [ENTITY.systemBoard, 1],
  ...extra,
});
