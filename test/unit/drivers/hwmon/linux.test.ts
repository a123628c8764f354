import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceError } from '../../../../drivers/errors.ts';
import { linuxHwmon } from '../../../../drivers/hwmon/linux.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hwmon-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

/** A device below /sys/devices, with its class link as the kernel makes it. */
async function device(place: string, link: string, files: Record<string, string | number>): Promise<string> {
  const path = join(root, 'devices/platform', place);
  await mkdir(path, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), `${content}\n`);
  await mkdir(dirname(join(root, link)), { recursive: true });
  await symlink(path, join(root, link));
  return path;
}
const content = async (path: string) => (await readFile(path, 'utf8')).trim();

async function failure(promise: Promise<unknown>): Promise<DeviceError> {
  const error = await promise.then(
    () => expect.fail('no error'),
    (reason: unknown) => reason,
  );
  if (error instanceof DeviceError) return error;
  throw error;
}

const pwmTacho = { name: 'aspeed_pwm_tacho', pwm1: 255, pwm2: 51, fan1_input: 4200, fan3_input: 4350 };

describe('ADC', () => {
  it('is read from the converters, the channels of the second after those of the first', async () => {
    // Numbered the wrong way round on purpose.
    await device('1e6e9100.adc/iio:device0', 'bus/iio/devices/iio:device0', {
      name: 'ast2600-adc1',
      in_voltage0_raw: 512,
      in_voltage_scale: 2.44140625,
    });
    const files: Record<string, string | number> = { name: 'ast2600-adc0', in_voltage_scale: 1.220703125 };
    for (let channel = 0; channel < 12; channel++) files[`in_voltage${channel}_raw`] = 100 + channel;
    await device('1e6e9000.adc/iio:device1', 'bus/iio/devices/iio:device1', files);
    await device('i2c-3/iio:device2', 'bus/iio/devices/iio:device2', { name: 'max1363', in_voltage0_raw: 1 });
    const hwmon = linuxHwmon(root);
    expect(await hwmon.adc(0)).toBeCloseTo(0.1220703125, 9);
    expect(await hwmon.adc(10)).toBeCloseTo((110 * 1.220703125) / 1000, 9);
    expect(await hwmon.adc(12)).toBeCloseTo(1.25, 9);
  });

  it('is read from iio_hwmon otherwise, in millivolts and counted from one', async () => {
    await device('iio-hwmon/hwmon/hwmon4', 'class/hwmon/hwmon4', {
      name: 'iio_hwmon',
      in1_input: 1355,
      in8_input: 998,
    });
    const hwmon = linuxHwmon(root);
    expect(await hwmon.adc(0)).toBeCloseTo(1.355, 9);
    expect(await hwmon.adc(7)).toBeCloseTo(0.998, 9);
    const error = await failure(hwmon.adc(8));
    expect(error.kind).toBe('no-bus');
    expect(error.message).toContain(
      'devices/platform/iio-hwmon/hwmon/hwmon4/in9_input: there is no ADC channel 8',
    );
  });

  it('refuses what is not a number', async () => {
    await device('iio-hwmon/hwmon/hwmon4', 'class/hwmon/hwmon4', { name: 'iio_hwmon', in1_input: '' });
    expect((await failure(linuxHwmon(root).adc(0))).kind).toBe('wrong-data');
  });
});

describe('fans', () => {
  it('are found by the name of their driver', async () => {
    await device('i2c-6/6-004e/hwmon/hwmon0', 'class/hwmon/hwmon0', {
      name: 'tmp421',
      fan1_input: 1,
      pwm1: 1,
    });
    await device('1e786000.pwm/hwmon/hwmon1', 'class/hwmon/hwmon1', pwmTacho);
    const hwmon = linuxHwmon(root);
    expect(await hwmon.tach(0)).toBe(4200);
    expect(await hwmon.tach(2)).toBe(4350);
    expect(await hwmon.duty(1)).toBeCloseTo(20, 9);
    const error = await failure(hwmon.tach(1));
    expect(error.kind).toBe('no-bus');
    expect(error.message).toContain('hwmon1/fan2_input: there is no tachometer 1');
  });

  it('take a duty in percent', async () => {
    const path = await device('1e786000.pwm/hwmon/hwmon1', 'class/hwmon/hwmon1', pwmTacho);
    const hwmon = linuxHwmon(root);
    await hwmon.setDuty(0, 50);
    expect(await content(join(path, 'pwm1'))).toBe('128');
    await hwmon.setDuty(0, 0);
    expect(await hwmon.duty(0)).toBe(0);
    await expect(hwmon.setDuty(0, 101)).rejects.toThrow(RangeError);
    await expect(hwmon.setDuty(0, Number.NaN)).rejects.toThrow(RangeError);
    expect(await hwmon.duty(0)).toBe(0);
  });

  it('are put under manual control where that is a choice, and may be a device each', async () => {
    const second = await device('pwm-fan10/hwmon/hwmon2', 'class/hwmon/hwmon2', {
      name: 'pwmfan',
      pwm1: 0,
      pwm1_enable: 0,
    });
    await device('pwm-fan9/hwmon/hwmon3', 'class/hwmon/hwmon3', { name: 'pwmfan', pwm1: 0, pwm1_enable: 0 });
    await linuxHwmon(root).setDuty(1, 100);
    expect(await content(join(second, 'pwm1'))).toBe('255');
    expect(await content(join(second, 'pwm1_enable'))).toBe('1');
  });

  it('are found again when the kernel numbers them anew', async () => {
    const path = await device('1e786000.pwm/hwmon/hwmon1', 'class/hwmon/hwmon1', pwmTacho);
    const hwmon = linuxHwmon(root);
    expect(await hwmon.tach(0)).toBe(4200);
    await rename(path, join(dirname(path), 'hwmon7'));
    await rm(join(root, 'class/hwmon/hwmon1'));
    expect((await failure(hwmon.tach(0))).kind).toBe('no-bus');
    await symlink(join(dirname(path), 'hwmon7'), join(root, 'class/hwmon/hwmon7'));
    expect(await hwmon.tach(0)).toBe(4200);
  });

  it('that are not there are never made by writing', async () => {
    const path = await device('1e786000.pwm/hwmon/hwmon1', 'class/hwmon/hwmon1', pwmTacho);
    const hwmon = linuxHwmon(root);
    await hwmon.setDuty(1, 30);
    await rm(join(path, 'pwm2'));
    expect((await failure(hwmon.setDuty(1, 40))).kind).toBe('no-bus');
    await expect(readFile(join(path, 'pwm2'))).rejects.toThrow('ENOENT');
  });
});

it('names the place where it looked when there is nothing at all', async () => {
  const hwmon = linuxHwmon(root);
  const asks = [() => hwmon.adc(0), () => hwmon.tach(0), () => hwmon.duty(0), () => hwmon.setDuty(0, 50)];
  for (const ask of asks) {
    const error = await failure(ask());
    expect(error.kind).toBe('no-bus');
    expect(error.message).toContain(join(root, 'class/hwmon'));
    expect(error.message).toMatch(/no device is called \w+/);
  }
  await hwmon.close();
});

describe('a chip that a driver of the kernel has', () => {
  /** A chip on a bus, as its driver shows it. */
  async function client(name: string, folder: string, files: Record<string, string | number>): Promise<void> {
    const path = join(root, 'bus/i2c/devices', name, folder);
    await mkdir(path, { recursive: true });
    for (const [file, content] of Object.entries(files)) await writeFile(join(path, file), `${content}\n`);
  }

  it('is read by bus and address, whatever number its hwmon has', async () => {
    await client('13-0048', 'hwmon/hwmon7', { name: 'lm75', temp1_input: 25500 });
    await client('3-0048', 'hwmon/hwmon2', { name: 'lm75', temp1_input: 40000 });
    const hwmon = linuxHwmon(root);
    expect(await hwmon.chip(13, 0x48, 'temp1_input')).toBe(25500);
    expect(await hwmon.chip(3, 0x48, 'temp1_input')).toBe(40000);
    await rename(
      join(root, 'bus/i2c/devices/3-0048/hwmon/hwmon2'),
      join(root, 'bus/i2c/devices/3-0048/hwmon/hwmon9'),
    );
    expect(await hwmon.chip(3, 0x48, 'temp1_input')).toBe(40000);
  });

  it('is read by its label, and from IIO', async () => {
    await client('4-0010', 'hwmon/hwmon1', {
      in2_label: 'vout1',
      in2_input: 12100,
      in1_label: 'vin',
      in1_input: 48000,
    });
    await client('5-0076', 'iio:device3', { in_pressure_input: 99.5 });
    const hwmon = linuxHwmon(root);
    expect(await hwmon.chip(4, 0x10, { label: 'vout1' })).toBe(12100);
    expect(await hwmon.chip(5, 0x76, { iio: 'in_pressure' })).toBe(99.5);
    expect((await failure(hwmon.chip(4, 0x10, { label: 'vout2' }))).kind).toBe('no-bus');
  });

  it('is read from IIO channels that are raw, with a scale and perhaps an offset', async () => {
    // hdc100x: (25,600 - 15,887.515) × 2.517700195; ads1015: one scale for each channel.
    await client('5-0040', 'iio:device4', {
      in_temp_raw: 25_600,
      in_temp_offset: -15_887.515152,
      in_temp_scale: 2.517700195,
    });
    await client('5-0048', 'iio:device5', {
      in_voltage0_raw: 1650,
      in_voltage0_scale: 2,
      in_voltage1_raw: 100,
      in_voltage_scale: 1,
    });
    const hwmon = linuxHwmon(root);
    expect(await hwmon.chip(5, 0x40, { iio: 'in_temp' })).toBeCloseTo(24_453.1, 0);
    expect(await hwmon.chip(5, 0x48, { iio: 'in_voltage0' })).toBe(3300);
    expect(await hwmon.chip(5, 0x48, { iio: 'in_voltage1' })).toBe(100);
    expect((await failure(hwmon.chip(5, 0x48, { iio: 'in_voltage2' }))).kind).toBe('no-bus');
  });

  it('is not there where no driver has it', async () => {
    expect((await failure(linuxHwmon(root).chip(1, 0x48, 'temp1_input'))).kind).toBe('no-bus');
  });

  it('gives its EEPROM as a file', async () => {
    await client('6-0054', '.', { eeprom: 'abcdef' });
    const hwmon = linuxHwmon(root);
    expect(Buffer.from(await hwmon.eeprom(6, 0x54, 4)).toString()).toBe('abcd');
    expect((await failure(hwmon.eeprom(6, 0x55, 4))).kind).toBe('no-bus');
  });
});
