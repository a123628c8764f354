import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amd625mv, imvp9, vr12, vr13 } from '../../../../drivers/i2c/pmbus.ts';
import { direct, half, linear, linear11, linear16, reciprocal, vid } from '../../../../drivers/i2c/scale.ts';

describe('half precision', () => {
  it.each([
    [0x0000, 0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x3c00, 1],
    [0x4248, 3.140625],
    [0xc000, -2],
    [0x7bff, 65504],
  ])('%i is %f', (code, value) => {
    expect(half.decode(code)).toBe(value);
    expect(half.encode(value)).toBe(code);
  });

  it('has no value for infinity and for what is no number', () => {
    for (const code of [0x7c00, 0xfc00, 0x7e01]) expect(half.decode(code)).toBeNaN();
  });

  it('gives every code back from its value', () => {
    for (let code = 0; code <= 0xffff; code++) {
      const value = half.decode(code);
      if (!Number.isNaN(value)) expect(half.decode(half.encode(value))).toBe(value);
    }
  });

  it('encodes to the nearest code', () => {
    fc.assert(
      fc.property(fc.double({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const code = half.encode(value);
        const error = Math.abs(half.decode(code) - value);
        for (const near of [code - 1, code + 1]) {
          const other = half.decode(near & 0xffff);
          if (!Number.isNaN(other)) expect(error).toBeLessThanOrEqual(Math.abs(other - value));
        }
      }),
    );
  });
});

describe('a VID field of ten bits', () => {
  const vid10 = vid({ base: 0.25, step: 0.005, first: 1, last: 0x3ff, off: 0, bits: 10 });

  it('has a value for each code, whatever stands above the field', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0x3ff }), fc.nat({ max: 0x3f }), (code, above) => {
        expect(vid10.decode((above << 10) | code)).toBeCloseTo((code + 49) * 0.005, 9);
      }),
    );
    expect(vid10.decode(0xfc00)).toBe(0);
  });
});

describe('vectors worked out by hand', () => {
  it.each([
    // TI SBOS288M, table 7-1, left aligned as in the register.
    ['tmp75', linear({ lsb: 0.0625, bits: 12, shift: 4, signed: true }), 0x7ff0, 127.9375],
    ['tmp75', linear({ lsb: 0.0625, bits: 12, shift: 4, signed: true }), 0x0040, 0.25],
    ['tmp75', linear({ lsb: 0.0625, bits: 12, shift: 4, signed: true }), 0xffc0, -0.25],
    ['tmp75', linear({ lsb: 0.0625, bits: 12, shift: 4, signed: true }), 0xc900, -55],
    // ST Doc ID 13296, table 3.
    ['stlm75', linear({ lsb: 0.5, bits: 9, shift: 7, signed: true }), 0x1ce << 7, -25],
    // TI SBOS398C: 20 Cel standard, and in extended range counted from -64.
    ['tmp421', linear({ lsb: 0.0625, bits: 12, shift: 4, offset: -64 }), 0x5400, 20],
    // INA226 SBOS547B, design example: 2 mOhm, 10 A is 20 mV, 8000 counts of 2.5 uV.
    ['ina226 shunt', linear({ lsb: 2.5e-6, signed: true }), 8000, 0.02],
    // The same: 11.98 V is 9584 counts of 1.25 mV.
    ['ina226 bus', linear({ lsb: 0.00125, bits: 15 }), 9584, 11.98],
    // PMBus 1.2 part II, 7.1: mantissa 1, exponent -2; mantissa -1, exponent 3.
    ['linear11', linear11, (0b11110 << 11) | 1, 0.25],
    ['linear11', linear11, (3 << 11) | 0x7ff, -8],
    // TPS40422 SLUSBO6: exponent -9, 3.3 V is 1690 counts of 1.953 mV.
    ['linear16', linear16(-9), 1690, 3.30078125],
    // ADM1276 Rev. C, example 3: 350 W at 1 mOhm is 21,150.5, so 21,151.
    ['adm1276 power', direct({ m: 6043, b: 0, R: -2 }), 21151, 350.008274036],
    // Intel VR13, 10 mV steps: 1.80 V is 83h.
    ['vr13', vr13, 0x83, 1.8],
    ['vr13', vr13, 0x00, 0],
    // Intel VR12: 1.05 V is A1h.
    ['vr12', vr12, 0xa1, 1.05],
    ['imvp9', imvp9, 0x01, 0.2],
    // AMD SVI2: 1.10 V is 48h.
    ['amd', amd625mv, 0x48, 1.1],
    // INA228 SBOSA20A: 20 bits in the upper end of 24, 195.3125 uV each; 12 V is 61440.
    ['ina228 bus', linear({ lsb: 195.3125e-6, bits: 20, shift: 4, signed: true }), 61440 << 4, 12],
    ['40 bits', linear({ lsb: 1, bits: 20, shift: 20, signed: true }), 2 ** 40 - 2 ** 20, -1],
    // A clock of 8192 Hz counts 32 turns' halves: 60 × 32 × 8192 / 2 / 1000 is 7864.32 a minute.
    ['reciprocal', reciprocal({ at1: 7_864_320, bits: 11, shift: 5, stopped: 0x7ff }), 1000 << 5, 7864.32],
    ['reciprocal', reciprocal({ at1: 7_864_320, bits: 11, shift: 5, stopped: 0x7ff }), 0x7ff << 5, 0],
  ])('%s: code %#', (_name, scale, code, value) => {
    expect(scale.decode(code)).toBe(value);
    expect(scale.decode(scale.encode(value))).toBe(value);
  });

  it('encodes LINEAR11 as finely as it can', () => {
    expect(linear11.encode(12)).toBe(((-6 & 0x1f) << 11) | 768);
    expect(linear11.encode(0)).toBe((-16 & 0x1f) << 11);
  });

  it('has no value for a VID code outside its table', () => {
    expect(vr13.decode(0x100)).toBeNaN();
    expect(amd625mv.decode(0xd9)).toBeNaN();
  });
});

describe('every scale', () => {
  it('a reciprocal one takes the nearest count, and no time for no value', () => {
    const scale = reciprocal({ at1: 1_000_000, stopped: 0xffff, max: 100_000 });
    expect(scale.decode(0)).toBeNaN();
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 0xfffe }), (count) => {
        expect(scale.encode(scale.decode(count))).toBe(count);
      }),
    );
    expect([scale.encode(1e9), scale.encode(0), scale.encode(3)]).toEqual([10, 0xffff, 0xffff]);
  });

  it('inverts itself exactly where a code has one meaning', () => {
    const facts = fc.record({
      bits: fc.integer({ min: 2, max: 16 }),
      signed: fc.boolean(),
      lsb: fc.double({ min: 1e-6, max: 100, noNaN: true }),
      offset: fc.double({ min: -500, max: 500, noNaN: true }),
    });
    fc.assert(
      fc.property(facts, fc.nat(0xffff), (given, raw) => {
        // Rounding to twelve digits must not swallow a step.
        fc.pre(given.lsb > Math.abs(given.offset) * 1e-9);
        const shift = 16 - given.bits;
        const code = (raw >> shift) << shift;
        const scale = linear({ ...given, shift });
        expect(scale.encode(scale.decode(code))).toBe(code);
        expect(scale.decode(code)).toBeGreaterThanOrEqual(scale.min);
        expect(scale.decode(code)).toBeLessThanOrEqual(scale.max);
      }),
    );
  });

  it('keeps the value of every LINEAR11 code', () => {
    for (let code = 0; code <= 0xffff; code++) {
      const value = linear11.decode(code);
      if (linear11.decode(linear11.encode(value)) !== value) expect.fail(`code ${code} is ${value}`);
    }
  });

  it('shows a LINEAR11 value to one part in a thousand, and no finer than 2^-16', () => {
    const values = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(values, (value) => {
        const error = Math.abs(linear11.decode(linear11.encode(value)) - value);
        expect(error).toBeLessThanOrEqual(Math.max(Math.abs(value) / 1000, 2 ** -17));
      }),
    );
  });

  it('takes the nearest code, and saturates', () => {
    const values = fc.double({ min: -1000, max: 1000, noNaN: true });
    const scale = linear({ lsb: 0.0625, bits: 12, shift: 4, signed: true, min: -55 });
    fc.assert(
      fc.property(values, (value) => {
        const shown = scale.decode(scale.encode(value));
        const wanted = Math.min(Math.max(value, scale.min), scale.max);
        expect(Math.abs(shown - wanted)).toBeLessThanOrEqual(scale.resolution / 2);
      }),
    );
  });
});
