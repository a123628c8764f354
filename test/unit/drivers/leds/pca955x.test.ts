/** Lights of an LED driver over I2C, against the model of its registers. */
import { describe, expect, it } from 'vitest';
import { createI2cBus } from '../../../../drivers/i2c/bus.ts';
import type { LedChipSpec } from '../../../../drivers/i2c/chip.ts';
import { chips } from '../../../../drivers/i2c/chips/index.ts';
import { pca9551, pca9552 } from '../../../../drivers/i2c/chips/pca955x.ts';
import { blinkRate, expanderLeds } from '../../../../drivers/leds/pca955x.ts';
import { LedModel } from '../../../../src/twin/chips/leds.ts';
import { kindOf, partOf, wire } from '../i2c/wire.ts';

const address = 0x67;

function fitted(spec: LedChipSpec) {
  const model = new LedModel(spec);
  const line = wire([[address, partOf(model)]]);
  const names = Array.from({ length: spec.leds }, (_, index) => `led${index}`);
  return { model, line, leds: expanderLeds(spec, createI2cBus(line, { retries: 0 }).device(address), names) };
}

it('lights one of four that share a register', async () => {
  const { model, line, leds } = fitted(pca9552);
  await leds.led('led5').set(true);
  expect(line.log).toEqual(['67: 07 +1', '67: 07 51']);
  expect([4, 5, 6].map((index) => model.shows(index))).toEqual(['off', 'on', 'off']);
  await leds.led('led5').set(false);
  expect(model.shows(5)).toBe('off');
});

it('blinks at a rate worked out by hand: (43 + 1) / 44 s, dark for 128 of 256', async () => {
  expect(blinkRate(pca9552, 500, 500)).toEqual({ prescaler: 43, duty: 128 });
  expect(blinkRate(pca9551, 500, 500)).toEqual({ prescaler: 37, duty: 128 });
  // 0.25 s lit of 1 s: dark for 192 of 256.
  expect(blinkRate(pca9552, 250, 750)).toEqual({ prescaler: 43, duty: 192 });
  expect(blinkRate(pca9552, 10_000, 10_000)).toBeUndefined();
  expect(blinkRate(pca9552, 5, 5)).toBeUndefined();
  expect(blinkRate(pca9552, 0, 100)).toBeUndefined();
  const { line, model, leds } = fitted(pca9552);
  expect(await leds.led('led0').blink(500, 500)).toBe(true);
  expect(line.log.filter((entry) => !entry.includes('+'))).toEqual(['67: 02 2b', '67: 03 80', '67: 06 56']);
  expect(model.shows(0)).toBe('blink0');
});

it('has two rates for all lights, and says so when a third is wanted', async () => {
  const { model, leds } = fitted(pca9552);
  expect(await leds.led('led0').blink(500, 500)).toBe(true);
  expect(await leds.led('led1').blink(100, 100)).toBe(true);
  expect(await leds.led('led2').blink(500, 500)).toBe(true);
  expect(await leds.led('led3').blink(250, 250)).toBe(false);
  expect([0, 1, 2, 3].map((index) => model.shows(index))).toEqual(['blink0', 'blink1', 'blink0', 'off']);
  // A rate that nobody uses any more is free.
  await leds.led('led1').set(false);
  expect(await leds.led('led3').blink(250, 250)).toBe(true);
  expect(model.shows(3)).toBe('blink1');
});

it('says which light there is not, and when nothing answers', async () => {
  const { line, leds } = fitted(pca9552);
  expect(await kindOf(leds.led('led16').set(true))).toBe('no-bus');
  line.parts.clear();
  expect(await kindOf(leds.led('led1').set(true))).toBe('no-answer');
});

const drivers = chips.filter((chip): chip is LedChipSpec => chip.kind === 'led');
describe.each(drivers.map((chip) => [chip.compatible[0], chip] as const))('%s', (_name, spec) => {
  it('shows each light for itself', async () => {
    const { model, leds } = fitted(spec);
    for (let index = 0; index < spec.leds; index++) {
      await leds.led(`led${index}`).set(true);
      const shown = Array.from({ length: spec.leds }, (_, led) => model.shows(led) === 'on');
      expect(shown.filter(Boolean)).toHaveLength(index + 1);
    }
  });
});
