/** Chips that need more than registers and scales: errata, delays, faults in other registers, rails that are not in use. */
import { describe, expect, it, vi } from 'vitest';
import { createI2cBus } from '../../../../drivers/i2c/bus.ts';
import type { SensorChipSpec } from '../../../../drivers/i2c/chip.ts';
import { chips, findChip } from '../../../../drivers/i2c/chips/index.ts';
import { openChip } from '../../../../drivers/i2c/sensor-chip.ts';
import { SensorChipModel } from '../../../../src/twin/chips/sensor.ts';
import { kindOf, wire } from './wire.ts';

const address = 0x40;

function sensorChip(name: string): SensorChipSpec {
  const spec = findChip(name);
  if (spec?.kind !== 'sensor') throw new Error(`${name} is no sensor chip`);
  return spec;
}

/** A chip whose registers are just these bytes; writes change them. */
function registers(name: string, bytes: Record<number, readonly number[]>) {
  const line = wire([
    [
      address,
      (write, readLength) => {
        const [register = 0, ...data] = write;
        if (data.length) bytes[register] = data;
        return Uint8Array.from({ length: readLength }, (_, index) => bytes[register]?.[index] ?? 0xff);
      },
    ],
  ]);
  const chip = openChip(sensorChip(name), createI2cBus(line, { retries: 0 }).device(address));
  const writes = () => line.log.filter((entry) => !entry.includes('+'));
  return { line, bytes, chip, writes };
}

describe('the DPS310 with a wrong fuse bit', () => {
  const facts = (fuse: number) => ({
    6: [0],
    7: [0x80],
    8: [0x07],
    9: [0],
    13: [0x10],
    50: [fuse],
  });
  const repair = ['40: 0e a5', '40: 0f 96', '40: 62 02', '40: 0e 00', '40: 0f 00'];

  it('is repaired, also where its settings hold already', async () => {
    const { chip, writes } = registers('dps310', facts(0x00));
    await chip.configure();
    expect(writes()).toEqual(repair);
  });

  it('is left alone where the bit is right', async () => {
    const { chip, writes } = registers('dps310', facts(0x02));
    await chip.configure();
    expect(writes()).toEqual([]);
  });
});

describe('chips that need time after a write', () => {
  it.each([
    ['ucd90320', 0.5],
    ['max34451', 0.05],
    ['pli1209bc', 0.25],
  ])('%s is given %f ms', async (name, milliseconds) => {
    const spec = sensorChip(name);
    const model = new SensorChipModel(spec, {}, address);
    const times: { readonly write: boolean; readonly at: number }[] = [];
    const line = wire([
      [
        address,
        (write, readLength) => {
          times.push({ write: readLength === 0, at: performance.now() });
          return model.transfer(write, readLength);
        },
      ],
    ]);
    const chip = openChip(spec, createI2cBus(line).device(address));
    const [channel = ''] = Object.keys(spec.channels);
    model.set(channel, 1);
    await chip.read(channel);
    const pairs = times.flatMap((each, index) => {
      const next = times[index + 1];
      return each.write && next ? [next.at - each.at] : [];
    });
    expect(pairs.length).toBeGreaterThan(0);
    for (const time of pairs) expect(time).toBeGreaterThanOrEqual(milliseconds);
  });

  it('declare it in milliseconds', () => {
    for (const spec of chips)
      if (spec.kind === 'sensor' && spec.writeDelay !== undefined) expect(spec.writeDelay).toBeLessThan(10);
  });
});

describe('a diode that is open', () => {
  it.each([
    ['lm90', 'remote1', { 1: [0x7f], 16: [0xe0], 2: [0x04] }],
    ['max6657', 'remote1', { 1: [0x19], 16: [0x00], 2: [0x04] }],
    ['tmp411', 'remote1', { 1: [0x19], 16: [0x00], 2: [0x04], 3: [0] }],
    ['tmp432', 'remote2', { 35: [0x19], 36: [0x00], 27: [0x04], 3: [0] }],
    ['emc1413', 'remote1', { 1: [0x19], 16: [0x00], 27: [0x02], 3: [0] }],
    ['w83773g', 'remote2', { 36: [0x19], 37: [0x00], 23: [0x04] }],
  ] as const)('of the %s gives no temperature', async (name, channel, bytes) => {
    const { chip } = registers(name, { ...bytes });
    await expect(chip.read(channel)).rejects.toThrow('the diode is open or shorted');
  });

  it('concerns no other channel', async () => {
    const { chip } = registers('tmp432', {
      1: [0x19],
      16: [0x00],
      35: [0x7f],
      36: [0xf0],
      27: [0x04],
      3: [0],
    });
    expect(await chip.read('remote1')).toBe(25);
  });

  it('is remembered for the channels that come after the register was cleared by reading', async () => {
    const bytes: Record<number, readonly number[]> = {
      1: [0x7f],
      16: [0xf0],
      35: [0x7f],
      36: [0xf0],
      27: [0x06],
      3: [0],
    };
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
    try {
      const { chip } = registers('tmp432', bytes);
      expect(await kindOf(chip.read('remote1'))).toBe('wrong-data');
      bytes[0x1b] = [0];
      expect(await kindOf(chip.read('remote2'))).toBe('wrong-data');
      clock.mockReturnValue(2500);
      expect(await chip.read('remote2')).toBe(127.9375);
    } finally {
      clock.mockRestore();
    }
  });
});

it('an LM90 in standby is started through the address that its configuration is written at', async () => {
  const { chip, bytes, writes } = registers('lm90', { 3: [0x40], 254: [0x01] });
  // The register itself is read at 03h.
  const configured = chip.configure();
  await expect(configured).rejects.toThrow('does not keep its settings');
  expect(writes()).toEqual(['40: 09 00']);
  bytes[3] = [0x00];
  await chip.configure();
});

describe('an MP2856 whose second rail is not in use', () => {
  const facts = { 94: [0, 0], 139: [0x37, 0x01], 140: [0x0a, 0xf8], 152: [0x33] };

  it('has no readings of it', async () => {
    const { chip } = registers('mp2856', { ...facts, 16: [0, 0] });
    expect(await chip.read('vout1')).toBe(1.8);
    for (const channel of ['vout2', 'iout2', 'temp2'])
      await expect(chip.read(channel)).rejects.toThrow(`no scale for ${channel}`);
  });
});

describe('a MAX34451 page', () => {
  it.each([
    [0x10, ['vout1'], ['iout1']],
    [0x21, ['vout1'], ['iout1']],
    [0x23, ['iout1'], ['vout1']],
    [0x30, [], ['vout1', 'iout1']],
    [0x00, [], ['vout1', 'iout1']],
  ])('configured as %i measures that and nothing else', async (use, some, others) => {
    const { chip } = registers('max34451', {
      228: [use, 0],
      139: [0xe8, 3],
      140: [0xe8, 3],
      152: [0x11],
    });
    for (const channel of some) expect(await chip.read(channel)).toBeGreaterThan(0);
    for (const channel of others) expect(await kindOf(chip.read(channel))).toBe('wrong-data');
  });
});

it('an SHT3x whose check byte is wrong has no value', async () => {
  const answer = [0x66, 0x66, 0x93, 0x80, 0x00, 0xa2];
  const line = wire([[address, (_write, readLength) => Uint8Array.from(answer.slice(0, readLength))]]);
  const chip = openChip(sensorChip('sht3x'), createI2cBus(line, { retries: 0 }).device(address));
  expect(await chip.read('temperature')).toBeCloseTo(25, 2);
  answer[1] = 0x67;
  await expect(chip.read('temperature')).rejects.toThrow('the check byte of register 0x2400 is wrong');
  expect(await chip.read('humidity')).toBeCloseTo(50, 2);
});

it('an LTC2990 set to Kelvin, and an LTC2991 with differential inputs, are set back', async () => {
  const one = registers('ltc2990', { 1: [0x9f] });
  await one.chip.configure();
  expect(one.writes()).toEqual(['40: 01 1f']);
  const other = registers('ltc2991', { 1: [0xf8], 6: [0x11], 7: [0x80], 8: [0x14] });
  await other.chip.configure();
  expect(other.writes()).toEqual(['40: 06 00', '40: 08 10']);
});

it('a PFE3000 is read on its page, wherever it was left', async () => {
  const { chip, line } = registers('pfe3000', { 136: [0x00, 0xd3], 152: [0x22] });
  expect(await chip.read('vin')).toBe(12);
  expect(line.log).toEqual(['40: 00 00', '40: 88 +2']);
});
