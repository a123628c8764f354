import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exampleQuantity,
  likelyQuantity,
  parseQuantity,
  quantityPattern,
  unitNames,
} from '../../../src/platform/units.ts';
import type { Unit } from '../../../src/platform/vocabulary/schema.ts';

const targets: readonly Unit[] = ['ms', 'Ohm', 'Hz', 'V', 'A', 'W'];

describe('quantities', () => {
  it.each<[string, Unit, number]>([
    ['1 s', 'ms', 1000],
    ['0.5 s', 'ms', 500],
    ['100 ms', 'ms', 100],
    ['20 us', 'ms', 0.02],
    ['5 min', 'ms', 300_000],
    ['1.5 h', 'ms', 5_400_000],
    ['250 uOhm', 'Ohm', 0.00025],
    ['250 µOhm', 'Ohm', 0.00025],
    ['0.25 mΩ', 'Ohm', 0.00025],
    ['2 MOhm', 'Ohm', 2_000_000],
    ['100 kHz', 'Hz', 100_000],
    ['100kHz', 'Hz', 100_000],
    ['12.5 V', 'V', 12.5],
    ['792 W', 'W', 792],
    ['0 s', 'ms', 0],
  ])('reads %s', (text, target, value) => {
    expect(parseQuantity(text, target)).toBe(value);
  });

  it.each<[string, Unit]>([
    ['1', 'ms'],
    ['s', 'ms'],
    ['1 S', 'ms'],
    ['1  s', 'ms'],
    [' 1 s', 'ms'],
    ['1 s ', 'ms'],
    ['1 s\n', 'ms'],
    ['-1 s', 'ms'],
    ['+1 s', 'ms'],
    ['1. s', 'ms'],
    ['.5 s', 'ms'],
    ['1e3 s', 'ms'],
    ['0x10 s', 'ms'],
    ['1 constructor', 'ms'],
    ['1 m', 'ms'],
    ['1 khz', 'Hz'],
    ['1 s', 'Hz'],
    ['٣ s', 'ms'],
    [`${'9'.repeat(400)} s`, 'ms'],
    ['', 'Ohm'],
  ])('refuses %j as %s', (text, target) => {
    expect(parseQuantity(text, target)).toBeUndefined();
  });

  it('reads every number with every unit without a rounding error', () => {
    const powers: Record<string, number> = { u: -6, m: -3, '': 0, k: 3, M: 6 };
    fc.assert(
      fc.property(
        fc
          .constantFrom<Unit>('Ohm', 'Hz', 'V', 'A', 'W')
          .chain((target) =>
            fc.record({ target: fc.constant(target), unit: fc.constantFrom(...unitNames(target)) }),
          ),
        fc.nat(999_999_999),
        fc.option(fc.nat(999_999), { nil: undefined }),
        ({ target, unit }, whole, fraction) => {
          const digits = fraction === undefined ? String(whole) : `${whole}.${fraction}`;
          const power = powers[unit.slice(0, -target.length)];
          expect(parseQuantity(`${digits} ${unit}`, target)).toBe(Number(`${digits}e${power}`));
        },
      ),
    );
  });

  it('gives a finite number exactly when the text matches the pattern', () => {
    fc.assert(
      fc.property(fc.constantFrom(...targets), fc.string(), fc.nat(), (target, text, number) => {
        for (const written of [text, `${number} ${text}`, `${text} ${unitNames(target)[0]}`]) {
          const value = parseQuantity(written, target);
          expect(value !== undefined).toBe(new RegExp(quantityPattern(target), 'u').test(written));
          if (value !== undefined) expect(Number.isFinite(value) && value >= 0).toBe(true);
        }
      }),
    );
  });

  it('has a readable example for every unit', () => {
    for (const target of targets) expect(parseQuantity(exampleQuantity(target), target)).toBeGreaterThan(0);
  });

  it('suggests the unit in the right case, unless the case is ambiguous', () => {
    expect(likelyQuantity('100 khz', 'Hz')).toBe('100 kHz');
    expect(likelyQuantity('250uohm', 'Ohm')).toBe('250 uOhm');
    expect(likelyQuantity('2 mohm', 'Ohm')).toBeUndefined();
    expect(likelyQuantity('5 minutes', 'ms')).toBeUndefined();
  });
});
