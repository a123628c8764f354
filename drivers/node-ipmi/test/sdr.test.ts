/** Sensor data records and readings. */
import fc from 'fast-check';
import {
  decodeSdr,
  encodeSdr,
  expandSensor,
  type Factors,
  hysteresisValue,
  IpmiError,
  interpretReading,
  thresholdValues,
  toRaw,
  toValue,
  UNITS,
  unitText,
} from 'node-ipmi';
import { describe, expect, test } from 'vitest';
import { anySdr, factors, fullSensor } from './arbitraries.ts';

describe('encodeSdr and decodeSdr', () => {
  test('give back every kind of record', () => {
    fc.assert(
      fc.property(anySdr, (sdr) => {
        const bytes = encodeSdr(sdr);
        expect(bytes[4]).toBe(bytes.length - 5);
        expect(decodeSdr(bytes)).toEqual(sdr);
      }),
      { numRuns: 500 },
    );
  });

  test('never fail on what is damaged, and say what it is', () => {
    const hits = fc.array(fc.tuple(fc.nat(70), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(anySdr, hits, fc.nat(70), (sdr, changes, cut) => {
        const bytes = encodeSdr(sdr);
        const short = decodeSdr(bytes.subarray(0, Math.min(cut, bytes.length - 1)));
        expect(short).toMatchObject({ kind: 'other', fault: expect.any(String) });
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        decodeSdr(bytes);
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void decodeSdr(bytes)));
  });

  test('read the 6-bit name that the specification packs as an example', () => {
    // Section 43.15 packs "IPMI" as 29 DC A6.
    const head = [1, 0, 0x51, 0x12, 14, 0x20, 0, 0, 0, 0, 0, 0, 7, 1, 0, 0x83];
    expect(decodeSdr(new Uint8Array([...head, 0x29, 0xdc, 0xa6]))).toMatchObject({
      kind: 'controller',
      name: { text: 'IPMI', encoding: 'sixbit' },
    });
  });

  test('read ASCII under the type code of Unicode, as OpenBMC sends it', () => {
    const named = (typeLength: number, text: Uint8Array) =>
      decodeSdr(
        Uint8Array.from([
          1,
          0,
          0x51,
          0x12,
          11 + text.length,
          0x20,
          0,
          0,
          0,
          0,
          0,
          0,
          7,
          1,
          0,
          typeLength,
          ...text,
        ]),
      );
    const ascii = Buffer.from('A4:Pres SFP-1', 'latin1');
    expect(named(ascii.length, ascii)).toMatchObject({ name: { text: 'A4:Pres SFP-1', encoding: 'latin1' } });
    const printable = fc.string({ unit: fc.constantFrom(...'AZaz09 :-~'), minLength: 2, maxLength: 15 });
    fc.assert(
      fc.property(printable, (text) => {
        const bytes = Buffer.from(text, 'latin1');
        expect(named(bytes.length, bytes)).toMatchObject({ name: { text, encoding: 'latin1' } });
        const unicode = Buffer.from(text.slice(0, 15), 'utf16le');
        expect(named(unicode.length, unicode)).toMatchObject({ name: { text, encoding: 'utf16' } });
      }),
    );
  });

  test('refuse a name that does not fit', () => {
    const [sdr] = fc.sample(fullSensor, 1);
    if (sdr === undefined) throw new Error('no sample');
    expect(() => encodeSdr({ ...sdr, name: { text: 'x'.repeat(17), encoding: 'latin1' } })).toThrow(
      IpmiError,
    );
  });
});

const linear: Factors = {
  m: 1,
  b: 0,
  bExponent: 0,
  rExponent: 0,
  linearization: 0,
  format: 'unsigned',
  tolerance: 0,
  accuracy: 0,
  accuracyExponent: 0,
};

describe('toValue', () => {
  test.each<[string, Partial<Factors>, number, number | undefined]>([
    ['a temperature', {}, 0x28, 40],
    ['a fan of 100 rpm a count', { m: 100 }, 55, 5500],
    ['12 V in steps of 59 mV', { m: 59, rExponent: -3 }, 0xcc, 12.036],
    ['an offset with its own exponent', { m: 5, b: -30, bExponent: 1, rExponent: -1 }, 100, 20],
    ["two's complement", { format: 'twosComplement' }, 0xf6, -10],
    ["one's complement", { format: 'onesComplement' }, 0xf6, -9],
    ["minus zero of one's complement", { format: 'onesComplement' }, 0xff, 0],
    ['ln', { linearization: 1 }, 1, 0],
    ['log10', { linearization: 2 }, 100, 2],
    ['log2', { linearization: 3 }, 8, 3],
    ['e^x', { linearization: 4, rExponent: -1 }, 10, Math.E],
    ['10^x', { linearization: 5 }, 3, 1000],
    ['2^x', { linearization: 6 }, 10, 1024],
    ['1/x', { linearization: 7 }, 4, 0.25],
    ['x²', { linearization: 8 }, 12, 144],
    ['x³', { linearization: 9 }, 5, 125],
    ['square root', { linearization: 10 }, 81, 9],
    ['cube root', { linearization: 11 }, 125, 5],
    ['no analog reading', { format: 'none' }, 1, undefined],
    ["a manufacturer's own curve", { linearization: 0x71 }, 1, undefined],
    ['1/0', { linearization: 7 }, 0, undefined],
  ])('knows %s', (_, changes, raw, value) => {
    const result = toValue(raw, { ...linear, ...changes });
    if (value === undefined) expect(result).toBeUndefined();
    else expect(result).toBeCloseTo(value, 10);
  });

  test('is the inverse of toRaw for every raw reading of a linear sensor', () => {
    fc.assert(
      fc.property(factors, fc.nat(255), (some, raw) => {
        // A step of 0, or one that drowns in the offset, has no inverse.
        const f = { ...some, linearization: 0, bExponent: Math.min(some.bExponent, 2) };
        fc.pre(f.m !== 0 && f.format !== 'none');
        const value = toValue(raw, f);
        const isMinusZero = f.format === 'onesComplement' && raw === 0xff;
        expect(value === undefined ? undefined : toRaw(value, f)).toBe(isMinusZero ? 0 : raw);
      }),
    );
  });

  test('is a number or undefined, never NaN or infinite', () => {
    fc.assert(
      fc.property(factors, fc.nat(255), (f, raw) => {
        const value = toValue(raw, f);
        expect(value === undefined || Number.isFinite(value)).toBe(true);
      }),
    );
  });

  test('toRaw stays within the byte', () => {
    fc.assert(
      fc.property(factors, fc.double({ noNaN: true }), (f, value) => {
        const raw = toRaw(value, f);
        expect(raw === undefined || (Number.isInteger(raw) && raw >= 0 && raw <= 255)).toBe(true);
      }),
    );
  });
});

describe('interpretReading', () => {
  const [sample] = fc.sample(fullSensor, 1);
  if (sample === undefined) throw new Error('no sample');
  const sdr = { ...sample, eventType: 1, sensorType: 1, factors: { ...linear, m: 2 } };
  const reading = { raw: 45, eventsEnabled: true, scanning: true, unavailable: false, states: 0b011000 };

  test('gives value and crossed thresholds of an analog sensor', () => {
    expect(interpretReading(sdr, reading)).toEqual({
      value: 90,
      states: [],
      crossed: ['upperNonCritical', 'upperCritical'],
      available: true,
    });
  });

  test('gives no value where the controller has none', () => {
    const none = { value: undefined, states: [], crossed: [], available: false };
    expect(interpretReading(sdr, { ...reading, unavailable: true })).toEqual(none);
    expect(interpretReading(sdr, { ...reading, scanning: false })).toEqual(none);
  });

  test('gives the states of a discrete sensor in words', () => {
    const supply = {
      ...sdr,
      eventType: 0x6f,
      sensorType: 0x08,
      factors: { ...linear, format: 'none' as const },
    };
    expect(interpretReading(supply, { ...reading, states: 0b1001 }).states).toEqual([
      'Presence detected',
      'Power Supply AC lost',
    ]);
  });

  test('thresholdValues gives those that can be read, in the sensor unit', () => {
    const thresholds = { ...sdr.thresholds, upperCritical: 50, lowerCritical: 5 };
    expect(thresholdValues({ ...sdr, thresholds }, 0b010010)).toEqual({
      upperCritical: 100,
      lowerCritical: 10,
    });
    expect(hysteresisValue(3, sdr.factors)).toBe(6);
  });
});

test('expandSensor names and numbers the sensors of a shared record', () => {
  const [sample] = fc.sample(fullSensor, 1);
  if (sample === undefined) throw new Error('no sample');
  const sharing = { count: 3, modifier: 'alpha' as const, offset: 25, entityIncrements: true, direction: 0 };
  const entity = { id: 32, instance: 1, logical: false };
  const name = { text: 'DIMM ', encoding: 'latin1' as const };
  const sensors = expandSensor({ ...sample, kind: 'eventOnly', number: 0x40, entity, name, sharing });
  expect(sensors.map((s) => [s.number, s.entity.instance, s.name.text])).toEqual([
    [0x40, 1, 'DIMM Z'],
    [0x41, 2, 'DIMM AA'],
    [0x42, 3, 'DIMM AB'],
  ]);
});

test('units are written with modifier, rate and percent', () => {
  expect(UNITS).toHaveLength(93);
  const unit = { percent: false, base: 4, modifier: 0, join: 'none', rate: 0 } as const;
  expect(unitText(unit)).toBe('Volts');
  expect(unitText({ ...unit, base: 72, rate: 3 })).toBe('megabyte/s');
  expect(unitText({ ...unit, base: 6, join: 'divide', modifier: 36 })).toBe('Watts/cu m');
  expect(unitText({ ...unit, base: 0, percent: true })).toBe('percent');
  expect(unitText({ ...unit, base: 200 })).toBe('unspecified');
});
