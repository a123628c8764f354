/** Every vector is read as its literal says. */
import { expect, it } from 'vitest';
import { createI2cBus } from '../../../../drivers/i2c/bus.ts';
import { findChip } from '../../../../drivers/i2c/chips/index.ts';
import { openChip } from '../../../../drivers/i2c/sensor-chip.ts';
import { vectors } from './vectors.ts';
import { wire } from './wire.ts';

it.each(vectors)('$chip: $why', async ({ chip: name, parameters = {}, registers, reads }) => {
  const address = 0x40;
  let pointer = '';
  const line = wire([
    [
      address,
      (write, readLength) => {
        if (write.length > 0) pointer = Buffer.from(write).toString('hex');
        const found = registers[pointer] ?? [];
        return Uint8Array.from({ length: readLength }, (_, index) => found[index] ?? 0xff);
      },
    ],
  ]);
  const spec = findChip(name);
  if (spec?.kind !== 'sensor') throw new Error(`${name} is no sensor chip`);
  const chip = openChip(spec, createI2cBus(line).device(address), parameters);
  for (const [channel, value] of Object.entries(reads)) {
    const read = await chip.read(channel);
    expect([channel, Math.abs(read - value) <= Math.abs(value) * 1e-6 + 1e-4 ? value : read]).toEqual([
      channel,
      value,
    ]);
  }
});
