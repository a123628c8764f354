import { expect, it } from 'vitest';
import { linuxHardware } from '../../../drivers/linux.ts';
import { kindOf } from './i2c/wire.ts';

it.runIf(process.platform === 'linux')('reaches this machine, one transport for each bus', async () => {
  const hardware = await linuxHardware();
  expect(hardware.i2c(6)).toBe(hardware.i2c(6));
  expect(hardware.i2c(6).name).toBe('i2c-6');
  const line = hardware.gpio.request({ line: 'PS_PWROK', direction: 'in', activeLow: false });
  await expect(line).rejects.toThrow('line PS_PWROK: there is no such line');
  await hardware.close();
});

it.skipIf(process.platform === 'linux')('says that a board needs Linux', async () => {
  expect(await kindOf(linuxHardware())).toBe('unsupported');
});
