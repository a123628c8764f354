/** Lines of a port expander over I2C, against the model of its registers. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { expanderLines } from '../../../../drivers/gpio/expander.ts';
import type { GpioLines, LineRequest } from '../../../../drivers/gpio/lines.ts';
import { createI2cBus } from '../../../../drivers/i2c/bus.ts';
import type { GpioChipSpec } from '../../../../drivers/i2c/chip.ts';
import { chips } from '../../../../drivers/i2c/chips/index.ts';
import { pca9505, pca9535, pcf8574 } from '../../../../drivers/i2c/chips/pca953x.ts';
import { PortModel } from '../../../../src/twin/chips/ports.ts';
import { until } from '../../../support/until.ts';
import { kindOf, partOf, wire } from '../i2c/wire.ts';

const address = 0x20;
const expanders = chips.filter((chip): chip is GpioChipSpec => chip.kind === 'gpio');
const opened: GpioLines[] = [];
afterEach(async () => {
  for (const lines of opened.splice(0)) await lines.close();
});

function fitted(spec: GpioChipSpec) {
  const model = new PortModel(spec);
  const line = wire([[address, partOf(model)]]);
  const names = Array.from({ length: spec.lines }, (_, index) => `L${index}`);
  const lines = expanderLines(spec, createI2cBus(line, { retries: 0 }).device(address), names, { period: 2 });
  opened.push(lines);
  return { model, line, lines };
}
const input = (line: string, more: Partial<LineRequest> = {}): LineRequest => ({
  line,
  direction: 'in',
  activeLow: false,
  ...more,
});
const output = (line: string, more: Partial<LineRequest> = {}): LineRequest => ({
  line,
  direction: 'out',
  activeLow: false,
  ...more,
});

it('gives an output its level before it drives it, and leaves other lines alone', async () => {
  const { model, line, lines } = fitted(pca9535);
  const power = await lines.request(output('L15', { initial: false }));
  const writes = line.log.filter((entry) => !entry.includes('+'));
  expect(writes).toEqual(['20: 03 7f', '20: 07 7f']);
  expect(power.get()).toBe(false);
  expect(model.level(15)).toBe(false);
  expect(model.level(14)).toBe(true);
  power.set(true);
  expect(power.get()).toBe(true);
  await until('the line', () => model.level(15));
});

it('starts with the level that the line has where it is told to keep it', async () => {
  const { model, lines } = fitted(pca9535);
  model.put(3, false);
  const kept = await lines.request(output('L3', { keep: true, activeLow: true }));
  expect(kept.get()).toBe(true);
  expect(model.level(3)).toBe(false);
});

it('tells of inputs that change, in logical values', async () => {
  const { model, lines } = fitted(pca9535);
  const present = await lines.request(input('L9', { activeLow: true }));
  expect(present.get()).toBe(false);
  const seen: boolean[] = [];
  const end = present.onChange((value) => seen.push(value));
  model.put(9, false);
  await until('the line', () => seen.length === 1);
  expect([seen, present.get()]).toEqual([[true], true]);
  end();
  model.put(9, true);
  await until('the line', () => present.get() === false);
  expect(seen).toEqual([true]);
});

it('waits until an input has been steady', async () => {
  const { model, lines } = fitted(pca9535);
  const button = await lines.request(input('L0', { debounce: 40 }));
  const seen: boolean[] = [];
  button.onChange((value) => seen.push(value));
  const begun = performance.now();
  model.put(0, false);
  await until('the line', () => seen.length > 0);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(39);
  expect(seen).toEqual([false]);
});

it('drives its outputs again after a reset of the chip', async () => {
  const { model, lines } = fitted(pca9535);
  await lines.request(output('L7', { initial: false }));
  await lines.request(output('L8', { initial: true, activeLow: true }));
  model.reset();
  expect(model.level(7)).toBe(true);
  await until('the line', () => !model.level(7) && !model.level(8));
});

it('throws while the chip does not answer, and drives what was asked for when it does again', async () => {
  const { model, line, lines } = fitted(pca9535);
  const lamp = await lines.request(output('L1'));
  const seen = await lines.request(input('L2'));
  line.parts.delete(address);
  await until('the line', () => {
    try {
      seen.get();
      return false;
    } catch {
      return true;
    }
  });
  expect(() => lamp.set(true)).toThrow('no answer');
  model.reset();
  line.parts.set(address, partOf(model));
  await until('the line', () => {
    try {
      return lamp.get() === false;
    } catch {
      return false;
    }
  });
  lamp.set(true);
  await until('the line', () => model.level(1));
});

describe('refusals', () => {
  it.each([
    ['no-bus', input('L16')],
    ['no-bus', input('constructor')],
    ['unsupported', input('L0', { bias: 'pull-up' })],
  ])('%s: %j', async (kind, request) => {
    expect(await kindOf(fitted(pca9535).lines.request(request))).toBe(kind);
  });

  it('one line is had once, and can be had again after it was released', async () => {
    const { lines } = fitted(pca9535);
    const first = await lines.request(input('L0'));
    expect(await kindOf(lines.request(input('L0')))).toBe('held');
    first.close();
    expect(() => first.get()).toThrow('has been released');
    expect((await lines.request(output('L0'))).get()).toBe(false);
  });

  it('an input cannot be driven', async () => {
    const line = await fitted(pca9535).lines.request(input('L0'));
    expect(() => line.set(true)).toThrow('it is an input');
  });

  it('no chip, no line; and the next request finds it', async () => {
    const { line, model, lines } = fitted(pca9535);
    line.parts.delete(address);
    expect(await kindOf(lines.request(output('L0')))).toBe('no-answer');
    line.parts.set(address, partOf(model));
    expect((await lines.request(output('L0'))).name).toBe('L0');
  });
});

it('pca9505: the fifth port has registers of its own', async () => {
  const { line, lines } = fitted(pca9505);
  await lines.request(output('L39'));
  expect(line.log.filter((entry) => !entry.includes('+'))).toEqual(['20: 0c 7f', '20: 1c 7f']);
});

it('pcf8574: an input is a one that somebody else pulls down', async () => {
  const { model, line, lines } = fitted(pcf8574);
  await lines.request(output('L0', { initial: false }));
  const switched = await lines.request(input('L7'));
  expect(line.log.find((entry) => entry === '20: fe')).toBeDefined();
  expect([switched.get(), model.level(0)]).toEqual([true, false]);
  model.put(7, false);
  await until('the line', () => !switched.get());
});

describe.each(expanders.map((chip) => [chip.compatible[0], chip] as const))('%s', (_name, spec) => {
  it('shows at its pins what its lines were set to', async () => {
    const commands = fc.array(fc.tuple(fc.nat(spec.lines - 1), fc.boolean(), fc.boolean()), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(commands, async (list) => {
        const { model, lines } = fitted(spec);
        const last = new Map(list.map(([index, value, activeLow]) => [index, { value, activeLow }]));
        for (const [index, { value, activeLow }] of last) {
          const line = await lines.request(output(`L${index}`, { initial: value, activeLow }));
          expect(line.get()).toBe(value);
        }
        for (const [index, { value, activeLow }] of last)
          expect(model.level(index)).toBe(value !== activeLow);
        await lines.close();
      }),
      { numRuns: 15 },
    );
  });
});
