/** Records of the event log. */
import fc from 'fast-check';
import {
  decodeSelRecord,
  describeEvent,
  encodeSelRecord,
  eventText,
  type FullSensor,
  SENSOR_TYPES,
  type SelEvent,
  type SelRecord,
  selTime,
  sensorStates,
  stateText,
} from 'node-ipmi';
import { describe, expect, test } from 'vitest';
import { fullSensor } from './arbitraries.ts';

const byte = fc.nat(0xff);
const event: fc.Arbitrary<SelEvent> = fc
  .record({
    kind: fc.constant('event' as const),
    recordId: fc.nat(0xffff),
    timestamp: fc.nat(0xffffffff),
    address: byte,
    channel: fc.nat(15),
    lun: fc.nat(3),
    revision: byte,
    sensorType: byte,
    sensorNumber: byte,
    eventType: fc.nat(0x7f),
    asserted: fc.boolean(),
    data: fc.tuple(byte, byte, byte),
  })
  .map(({ address, channel, lun, ...rest }) => ({
    ...rest,
    offset: rest.data[0] & 15,
    generator: { address, channel, lun, software: (address & 1) !== 0 },
  }));
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const anyRecord: fc.Arbitrary<SelRecord> = fc.oneof(
  event,
  fc.record({
    kind: fc.constant('oem' as const),
    recordId: fc.nat(0xffff),
    recordType: fc.integer({ min: 0xc0, max: 0xdf }),
    timestamp: fc.nat(0xffffffff),
    manufacturer: fc.nat(0xffffff),
    data: bytes(6),
  }),
  fc.record({
    kind: fc.constant('oem' as const),
    recordId: fc.nat(0xffff),
    recordType: fc.integer({ min: 0xe0, max: 0xff }),
    timestamp: fc.constant(undefined),
    manufacturer: fc.constant(undefined),
    data: bytes(13),
  }),
  fc.record({
    kind: fc.constant('other' as const),
    recordId: fc.nat(0xffff),
    recordType: fc.integer({ min: 3, max: 0xbf }),
    data: bytes(13),
  }),
);

const sensor = (): FullSensor => {
  const [sample] = fc.sample(fullSensor, 1);
  if (sample === undefined) throw new Error('no sample');
  return {
    ...sample,
    name: { text: 'CPU Temp', encoding: 'latin1' },
    factors: {
      ...sample.factors,
      m: 1,
      b: 0,
      rExponent: 0,
      bExponent: 0,
      linearization: 0,
      format: 'unsigned',
    },
  };
};

const overTemperature = decodeSelRecord(
  // Record 1, 2020-01-01, from the BMC, temperature sensor 1, upper critical going high, reading 91, threshold 90.
  new Uint8Array([1, 0, 2, 0x00, 0xe1, 0x0b, 0x5e, 0x20, 0, 4, 1, 1, 0x01, 0x59, 91, 90]),
);

describe('SEL records', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(decodeSelRecord(encodeSelRecord(record))).toEqual(record);
      }),
    );
  });

  test('never fail, whatever they hold, in bytes and in words', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (data) => {
        const record = decodeSelRecord(data);
        selTime(record);
        if (record.kind !== 'event') return;
        expect(eventText(record, sensor())).toMatch(/asserted/);
      }),
    );
  });

  test('are put into words with the units of their sensor', () => {
    if (overTemperature.kind !== 'event') throw new Error('not an event');
    expect(selTime(overTemperature)?.toISOString()).toBe('2020-01-01T00:00:00.000Z');
    expect(describeEvent(overTemperature, sensor())).toEqual({
      sensor: 'CPU Temp',
      sensorType: 'Temperature',
      state: 'Upper Critical going high',
      detail: undefined,
      asserted: true,
      reading: 91,
      threshold: 90,
    });
    expect(eventText(overTemperature, sensor())).toBe(
      'CPU Temp: Upper Critical going high asserted, 91 > 90',
    );
    expect(eventText(overTemperature)).toBe('Temperature #0x01: Upper Critical going high asserted');
  });

  test('have no time before the clock was set', () => {
    if (overTemperature.kind !== 'event') throw new Error('not an event');
    expect(selTime({ ...overTemperature, timestamp: 0x1fffffff })).toBeUndefined();
    expect(selTime({ ...overTemperature, timestamp: 0xffffffff })).toBeUndefined();
  });

  test('say what the data bytes add', () => {
    if (overTemperature.kind !== 'event') throw new Error('not an event');
    const firmware = { ...overTemperature, sensorType: 0x0f, eventType: 0x6f, offset: 2 };
    expect(describeEvent({ ...firmware, data: [0xc2, 0x13, 0xff] }).detail).toBe('System boot initiated');
    expect(describeEvent({ ...firmware, data: [0x02, 0x13, 0xff] }).detail).toBeUndefined();
  });
});

test('every sensor type of the specification has a name, and those with states of their own have words', () => {
  expect(SENSOR_TYPES).toHaveLength(0x2d);
  // Table 42-3: types without sensor-specific offsets.
  const without = [0, 1, 2, 3, 4, 0x0a, 0x0b, 0x0e, 0x15, 0x16, 0x17, 0x18, 0x1a, 0x1c, 0x26];
  SENSOR_TYPES.forEach((_, type) => {
    expect(sensorStates(type, 0x6f).length === 0, `type ${type}`).toBe(without.includes(type));
  });
  expect(stateText(0x23, 0x6f, 8)).toBe('Timer interrupt');
  expect(stateText(0x23, 0x6f, 5)).toBe('State 5');
  expect(stateText(0x2c, 0x6f, 7)).toBe('Communication lost');
});
