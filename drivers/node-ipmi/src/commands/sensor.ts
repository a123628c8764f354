/** Commands of the sensor network function (IPMI v2.0, section 35). */
import { bits, type Command, ignore, le, nothing } from '../command.ts';
import { NETFN } from '../message.ts';
import type { RawReading } from '../reading.ts';
import { THRESHOLDS, type ThresholdName } from '../sdr.ts';

/** Commands of the sensor/event network function (IPMI v2.0, sections 29, 30 and 35). */

const netFn = NETFN.sensorEvent;

/** Sensors of other LUNs than 0 are asked at their LUN: `run(target, getSensorReading, …, lun)`. */
export const getSensorReading: Command<{ readonly sensor: number }, RawReading> = {
  name: 'Get Sensor Reading',
  netFn,
  command: 0x2d,
  encode: ({ sensor }) => le(sensor, 1),
  decode(reader) {
    const raw = reader.u8();
    const flags = reader.u8();
    const low = reader.left > 0 ? reader.u8() : 0;
    const high = reader.left > 0 ? reader.u8() : 0;
    return {
      raw,
      eventsEnabled: (flags & 0x80) !== 0,
      scanning: (flags & 0x40) !== 0,
      unavailable: (flags & 0x20) !== 0,
      states: low | ((high & 0x7f) << 8),
    };
  },
};

export interface RawThresholds {
  /** Bit n: threshold n of THRESHOLDS can be read. */
  readonly readable: number;
  readonly raw: Readonly<Record<ThresholdName, number>>;
}

export const getSensorThresholds: Command<{ readonly sensor: number }, RawThresholds> = {
  name: 'Get Sensor Thresholds',
  netFn,
  command: 0x27,
  encode: ({ sensor }) => le(sensor, 1),
  decode(reader) {
    const readable = reader.u8() & 0x3f;
    // Some controllers end the answer behind the last threshold that they have.
    const present = 2 ** Math.min(reader.left, THRESHOLDS.length) - 1;
    const raw = Object.fromEntries(THRESHOLDS.map((name) => [name, reader.left > 0 ? reader.u8() : 0]));
    return { readable: readable & present, raw: raw as Record<ThresholdName, number> };
  },
};

/** Sets those that are given. */
export const setSensorThresholds: Command<
  { readonly sensor: number; readonly raw: { readonly [K in ThresholdName]?: number } },
  void
> = {
  name: 'Set Sensor Thresholds',
  netFn,
  command: 0x26,
  encode({ sensor, raw }) {
    const mask = THRESHOLDS.reduce((sum, name, bit) => sum | (raw[name] === undefined ? 0 : 1 << bit), 0);
    return [...le(sensor, 1), mask, ...THRESHOLDS.flatMap((name) => le(raw[name] ?? 0, 1))];
  },
  decode: ignore,
};

export const getSensorHysteresis: Command<
  { readonly sensor: number },
  { readonly positive: number; readonly negative: number }
> = {
  name: 'Get Sensor Hysteresis',
  netFn,
  command: 0x25,
  encode: ({ sensor }) => [...le(sensor, 1), 0xff],
  decode: (reader) => ({ positive: reader.u8(), negative: reader.u8() }),
};

export const setSensorHysteresis: Command<
  { readonly sensor: number; readonly positive: number; readonly negative: number },
  void
> = {
  name: 'Set Sensor Hysteresis',
  netFn,
  command: 0x24,
  encode: ({ sensor, positive, negative }) => [
    ...le(sensor, 1),
    0xff,
    ...le(positive, 1),
    ...le(negative, 1),
  ],
  decode: ignore,
};

/** Factors of a non-linear sensor at one raw reading: six bytes for `decodeFactors`, behind the next raw reading. */
export const getReadingFactors: Command<
  { readonly sensor: number; readonly raw: number },
  { readonly next: number; readonly factors: Uint8Array }
> = {
  name: 'Get Sensor Reading Factors',
  netFn,
  command: 0x23,
  encode: ({ sensor, raw }) => [...le(sensor, 1), ...le(raw, 1)],
  decode: (reader) => ({ next: reader.u8(), factors: reader.bytes(6) }),
};

export interface EventEnable {
  readonly messages: boolean;
  readonly scanning: boolean;
  /** Bit n: event n is enabled. */
  readonly assertion: number;
  readonly deassertion: number;
}

export const getEventEnable: Command<{ readonly sensor: number }, EventEnable> = {
  name: 'Get Sensor Event Enable',
  netFn,
  command: 0x29,
  encode: ({ sensor }) => le(sensor, 1),
  decode(reader) {
    const flags = reader.u8();
    const mask = (): number => (reader.left >= 2 ? reader.u16() & 0x7fff : 0);
    return {
      messages: (flags & 0x80) !== 0,
      scanning: (flags & 0x40) !== 0,
      assertion: mask(),
      deassertion: mask(),
    };
  },
};

/** Enables or disables the given events, and leaves the others alone. */
export const setEventEnable: Command<
  EventEnable & { readonly sensor: number; readonly change: 'none' | 'enable' | 'disable' },
  void
> = {
  name: 'Set Sensor Event Enable',
  netFn,
  command: 0x28,
  encode({ sensor, change, messages, scanning, assertion, deassertion }) {
    const flags =
      (messages ? 0x80 : 0) | (scanning ? 0x40 : 0) | (['none', 'enable', 'disable'].indexOf(change) << 4);
    return [...le(sensor, 1), flags, ...le(assertion, 2), ...le(deassertion, 2)];
  },
  decode: ignore,
};

export const rearmSensorEvents: Command<{ readonly sensor: number }, void> = {
  name: 'Re-arm Sensor Events',
  netFn,
  command: 0x2a,
  encode: ({ sensor }) => [...le(sensor, 1), 0],
  decode: ignore,
};

export const getEventStatus: Command<{ readonly sensor: number }, EventEnable> = {
  ...getEventEnable,
  name: 'Get Sensor Event Status',
  command: 0x2b,
};

export const getSensorType: Command<
  { readonly sensor: number },
  { readonly sensorType: number; readonly eventType: number }
> = {
  name: 'Get Sensor Type',
  netFn,
  command: 0x2f,
  encode: ({ sensor }) => le(sensor, 1),
  decode: (reader) => ({ sensorType: reader.u8(), eventType: reader.u8() & 0x7f }),
};

export interface PlatformEvent {
  readonly sensorType: number;
  readonly sensor: number;
  readonly eventType: number;
  readonly asserted: boolean;
  readonly data: readonly [number, number, number];
}

/** An event for the controller to log. */
export const platformEvent: Command<PlatformEvent, void> = {
  name: 'Platform Event Message',
  netFn,
  command: 0x02,
  encode: ({ sensorType, sensor, eventType, asserted, data }) => [
    0x04,
    ...le(sensorType, 1),
    ...le(sensor, 1),
    bits(eventType, 7) | (asserted ? 0 : 0x80),
    ...data,
  ],
  decode: ignore,
};

export const getEventReceiver: Command<void, { readonly address: number; readonly lun: number }> = {
  name: 'Get Event Receiver',
  netFn,
  command: 0x01,
  encode: nothing,
  decode: (reader) => ({ address: reader.u8(), lun: reader.u8() & 3 }),
};

export const setEventReceiver: Command<{ readonly address: number; readonly lun: number }, void> = {
  name: 'Set Event Receiver',
  netFn,
  command: 0x00,
  encode: ({ address, lun }) => [...le(address, 1), bits(lun, 2)],
  decode: ignore,
};

export const getDeviceSdrInfo: Command<
  { readonly sdrs?: boolean },
  {
    readonly count: number;
    readonly dynamic: boolean;
    readonly luns: number;
    readonly changed: number | undefined;
  }
> = {
  name: 'Get Device SDR Info',
  netFn,
  command: 0x20,
  encode: ({ sdrs = false }) => [sdrs ? 1 : 0],
  decode(reader) {
    const count = reader.u8();
    const flags = reader.u8();
    const changed = reader.left >= 4 ? reader.u32() : undefined;
    return { count, dynamic: (flags & 0x80) !== 0, luns: flags & 15, changed };
  },
};
