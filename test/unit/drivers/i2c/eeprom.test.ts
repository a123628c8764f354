import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createI2cBus } from '../../../../drivers/i2c/bus.ts';
import type { EepromChipSpec } from '../../../../drivers/i2c/chip.ts';
import { findChip } from '../../../../drivers/i2c/chips/index.ts';
import { openEeprom } from '../../../../drivers/i2c/eeprom.ts';
import { EepromModel } from '../../../../src/twin/chips/eeprom.ts';
import { kindOf, wire } from './wire.ts';

const address = 0x50;

function part(name: string): EepromChipSpec {
  const spec = findChip(name);
  if (spec?.kind !== 'eeprom') throw new Error(`${name} is no EEPROM`);
  return spec;
}

function fitted(spec: EepromChipSpec, image: Uint8Array = new Uint8Array()) {
  const model = new EepromModel(spec, image);
  const blocks = Array.from({ length: model.addresses }, (_, block) => block);
  const line = wire(
    blocks.map(
      (block) => [address + block, (write, length) => model.transfer(write, length, block)] as const,
    ),
  );
  return { model, line, eeprom: openEeprom(spec, createI2cBus(line).device(address)) };
}

describe.each(['24c02', '24c16', '24c64', '24c512'])('%s', (name) => {
  const spec = part(name);

  it('reads the whole image', async () => {
    const image = Uint8Array.from({ length: spec.size }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
    const { eeprom } = fitted(spec, image);
    expect(await eeprom.read(0, spec.size)).toEqual(image);
    expect(eeprom.size).toBe(spec.size);
  });

  it('writes any bytes anywhere, and nothing beside them', async () => {
    const writes = fc
      .tuple(fc.nat(spec.size - 1), fc.uint8Array({ minLength: 1, maxLength: 3 * spec.page }))
      .map(([offset, bytes]) => ({ offset, bytes: bytes.subarray(0, spec.size - offset) }));
    await fc.assert(
      fc.asyncProperty(writes, async ({ offset, bytes }) => {
        const { model, eeprom } = fitted(spec);
        const expected = model.image.slice();
        expected.set(bytes, offset);
        await eeprom.write(offset, bytes);
        expect(Buffer.compare(model.image, expected)).toBe(0);
      }),
      { numRuns: 10 },
    );
  });

  it('refuses what is outside, and changes nothing', async () => {
    const { model, line, eeprom } = fitted(spec);
    await expect(eeprom.write(spec.size - 1, Uint8Array.of(1, 2))).rejects.toThrow(RangeError);
    await expect(eeprom.read(spec.size, 1)).rejects.toThrow(RangeError);
    await expect(eeprom.read(-1, 1)).rejects.toThrow(RangeError);
    expect(line.log).toEqual([]);
    expect(model.image.every((byte) => byte === 0xff)).toBe(true);
  });

  it('finds out that it is write-protected', async () => {
    const { model, eeprom } = fitted(spec);
    model.writeProtected = true;
    await expect(eeprom.write(4, Uint8Array.of(1, 2))).rejects.toThrow(
      /did not keep .* at 0x04; is it write-protected/,
    );
    expect(await kindOf(eeprom.write(4, Uint8Array.of(1, 2)))).toBe('wrong-data');
  });
});

it('writes within pages and polls for the end of each write cycle', async () => {
  const { line, eeprom } = fitted(part('24c64'));
  await eeprom.write(0x1e, Uint8Array.of(1, 2, 3));
  expect(line.log).toEqual([
    '50: 00 1e 01 02',
    '50: 00 1e', // two polls that are not acknowledged, one that is
    '50: 00 1e',
    '50: 00 1e',
    '50: 00 1e +2',
    '50: 00 20 03',
    '50: 00 20',
    '50: 00 20',
    '50: 00 20',
    '50: 00 20 +1',
  ]);
});

it('addresses the blocks of a 24c16 as devices of their own', async () => {
  const { line, eeprom } = fitted(part('24c16'));
  await eeprom.read(0x2ff, 2);
  expect(line.log).toEqual(['52: ff +1', '53: 00 +1']);
});

it('gives up on one that never answers again', async () => {
  const { line, eeprom } = fitted(part('24c02'));
  const alive = line.parts.get(address);
  line.parts.set(address, (write, length) => {
    line.parts.delete(address);
    return alive?.(write, length) ?? new Uint8Array(length);
  });
  expect(await kindOf(eeprom.write(0, Uint8Array.of(1)))).toBe('no-answer');
});

it('says no-answer when there is none', async () => {
  const eeprom = openEeprom(part('24c64'), createI2cBus(wire()).device(address));
  await expect(eeprom.read(0, 8)).rejects.toThrow('i2c-6 0x50: no answer');
});
