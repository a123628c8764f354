/** Single chips, by registers as their datasheets give them. */
import { describe, expect, it } from 'vitest';
import { createI2cBus } from '../../../../drivers/i2c/bus.ts';
import type { ChipParameters, SensorChipSpec } from '../../../../drivers/i2c/chip.ts';
import { adm1275, adm1276, adm1278 } from '../../../../drivers/i2c/chips/adm127x.ts';
import { ina219, ina226, ina230 } from '../../../../drivers/i2c/chips/ina2xx.ts';
import { pxe1610, xdpe122 } from '../../../../drivers/i2c/chips/infineon.ts';
import { max31725, tmp75, tmp102 } from '../../../../drivers/i2c/chips/lm75.ts';
import { pmbus } from '../../../../drivers/i2c/chips/pmbus.ts';
import { tmp421, tmp423 } from '../../../../drivers/i2c/chips/tmp42x.ts';
import { openChip } from '../../../../drivers/i2c/sensor-chip.ts';
import { SensorChipModel } from '../../../../src/twin/chips/sensor.ts';
import { kindOf, partOf, type Wire, wire } from './wire.ts';

const address = 0x4e;

/** A chip whose registers are just these bytes, at each register or command. */
function registers(
  spec: SensorChipSpec,
  bytes: Record<number, readonly number[]>,
  parameters: ChipParameters = {},
) {
  const line: Wire = wire([
    [
      address,
      (write, readLength) => {
        const [register = 0, ...data] = write;
        if (data.length) bytes[register] = data;
        return Uint8Array.from({ length: readLength }, (_, index) => bytes[register]?.[index] ?? 0xff);
      },
    ],
  ]);
  return { line, bytes, chip: openChip(spec, createI2cBus(line).device(address), parameters) };
}

describe('tmp75', () => {
  it('reads the examples of its datasheet', async () => {
    const { bytes, chip } = registers(tmp75, { 0: [0x19, 0x00], 1: [0x60], 3: [0x50, 0x00] });
    expect(await chip.read('temperature')).toBe(25);
    bytes[0] = [0xe7, 0x00];
    expect(await chip.read('temperature')).toBe(-25);
  });

  it('is set to twelve bits, and what else is set stays', async () => {
    const { line, chip } = registers(tmp75, { 0: [0, 0], 1: [0x18], 3: [0x50, 0x00] });
    await chip.configure();
    expect(line.log).toContain('4e: 01 78');
    line.log.length = 0;
    await chip.configure();
    expect(line.log).toEqual(['4e: 01 +1']);
  });

  it('fails when its settings do not stay', async () => {
    const stubborn = wire([[address, (_write, readLength) => new Uint8Array(readLength)]]);
    const chip = openChip(tmp75, createI2cBus(stubborn).device(address));
    await expect(chip.configure()).rejects.toThrow('does not keep its settings');
  });

  it('does not take the zero of a reset for 0 Cel, and is right the next time', async () => {
    const { chip } = registers(tmp75, { 0: [0, 0], 1: [0x00], 3: [0x50, 0x00] });
    await expect(chip.read('temperature')).rejects.toThrow('had lost its settings');
    expect(await chip.read('temperature')).toBe(0);
  });

  it('refuses a temperature below its range', async () => {
    const { chip } = registers(tmp75, { 0: [0x80, 0x00], 1: [0x60], 3: [0x50, 0x00] });
    await expect(chip.read('temperature')).rejects.toThrow('outside -55 to 127.9375');
  });
});

it('tmp102: bit 0 tells of the extended mode, which is switched off again', async () => {
  const { bytes, chip } = registers(tmp102, { 0: [0x0c, 0x81], 1: [0x60, 0xb0] });
  await expect(chip.read('temperature')).rejects.toThrow('have been set again');
  expect(bytes[1]).toEqual([0x60, 0xa0]);
  bytes[0] = [0x19, 0x00];
  expect(await chip.read('temperature')).toBe(25);
});

it('max31725: the extended format counts from 64 Cel', async () => {
  const { bytes, chip } = registers(max31725, { 0: [0x19, 0x80], 1: [0x00] });
  expect(await chip.read('temperature')).toBe(25.5);
  bytes[1] = [0x20];
  expect(await chip.read('temperature')).toBe(89.5);
});

describe('tmp421', () => {
  const facts = () => ({ 0: [0x14, 0x80], 1: [0x1e, 0x10], 9: [0], 10: [0x1c], 254: [0x55], 255: [0x21] });

  it('reads local and remote', async () => {
    const { chip } = registers(tmp421, facts());
    expect(await chip.read('local')).toBe(20.5);
    expect(await chip.read('remote1')).toBe(30.0625);
  });

  it('counts from -64 Cel in the extended range', async () => {
    const { chip } = registers(tmp421, { ...facts(), 9: [0x04], 0: [0x54, 0x00] });
    expect(await chip.read('local')).toBe(20);
  });

  it('has no value for an open diode or too low a supply', async () => {
    await expect(registers(tmp421, { ...facts(), 1: [0x7f, 0xf1] }).chip.read('remote1')).rejects.toThrow(
      'i2c-6 0x4e: tmp421 has no value for remote1: the diode is open or shorted',
    );
    expect(await kindOf(registers(tmp421, { ...facts(), 0: [0x10, 0x02] }).chip.read('local'))).toBe(
      'wrong-data',
    );
  });

  it('is told from its relatives', async () => {
    const { chip } = registers(tmp423, facts());
    await expect(chip.identify()).rejects.toThrow('is not a tmp423: register 0xff is 0x21');
    expect(await kindOf(chip.identify())).toBe('wrong-device');
  });
});

describe('ina226', () => {
  // SBOS547B, design example: 2 mOhm, 10 A, 11.98 V; here one count of current is 1.25 mA.
  const example = {
    0: [0x41, 0x27],
    1: [0x1f, 0x40],
    2: [0x25, 0x70],
    5: [0x08, 0x00],
    254: [0x54, 0x49],
    255: [0x22, 0x60],
  };

  it('measures by the shunt it is given', async () => {
    const { chip } = registers(
      ina226,
      { ...example, 4: [0x1f, 0x40], 3: [0x0e, 0xfa] }, // 8000 × 9584 / 20000 = 3833.6, so 3834
      { shunt: 0.002 },
    );
    expect(await chip.read('shunt')).toBe(0.02);
    expect(await chip.read('voltage')).toBe(11.98);
    expect(await chip.read('current')).toBe(10);
    expect(await chip.read('power')).toBeCloseTo(119.8, 1);
  });

  it('is calibrated so that current counts are shunt counts', async () => {
    const { line, chip } = registers(ina226, { ...example, 5: [0, 0] }, { shunt: 0.002 });
    await chip.configure();
    expect(line.log).toContain('4e: 05 08 00');
  });

  it('shows negative current', async () => {
    const { chip } = registers(ina226, { ...example, 4: [0xfc, 0x18] }, { shunt: 0.001 });
    expect(await chip.read('current')).toBe(-2.5);
  });

  it('takes -2.5 uV for what it is, though it is all ones', async () => {
    const { chip } = registers(ina226, { ...example, 1: [0xff, 0xff] }, { shunt: 0.001 });
    expect(await chip.read('shunt')).toBe(-2.5e-6);
  });

  it.each([
    ['ina226', ina226],
    ['ina230', ina230],
    ['ina219', ina219],
  ])('%s: a current of zero after a reset is not believed', async (_name, spec) => {
    const model = new SensorChipModel(spec, { shunt: 0.001 }, address);
    const chip = openChip(spec, createI2cBus(wire([[address, partOf(model)]])).device(address), {
      shunt: 0.001,
    });
    await chip.configure();
    model.set('current', 3);
    expect(await chip.read('current')).toBe(3);
    model.reset();
    await expect(chip.read('current')).rejects.toThrow('had lost its settings');
    expect(await chip.read('current')).toBe(3);
    model.set('current', 0);
    expect(await chip.read('current')).toBe(0);
  });
});

it('ina219: 4 mV from bit 3 on', async () => {
  const facts = { 0: [0x39, 0x9f], 2: [0x5d, 0x9a], 5: [0x10, 0x00] };
  const { chip } = registers(ina219, facts, { shunt: 0.1 });
  expect(await chip.read('voltage')).toBeCloseTo(11.98, 6);
});

describe('adm1278 with 250 uOhm', () => {
  const text = (value: string) => [value.length, ...Buffer.from(value)];
  const facts = {
    153: text('ADI'),
    154: text('ADM1278-1B'),
    211: [0x01],
    212: [0x14, 0x07],
    136: [0x30, 0x09], // 2352: 19599 × 12 / 100 = 2351.88
    140: [0xe8, 0x0b], // 3048: (800 × 0.25 × 50 + 20475) / 10 = 3047.5
    151: [0xe1, 0x23], // 9185: 6123 × 0.25 × 600 / 100 = 9184.5
    141: [0xdd, 0x0c], // 3293: (42 × 25 + 31880) / 10
  };

  it('reads volt, ampere, watt and Cel', async () => {
    const { chip } = registers(adm1278, facts, { shunt: 250e-6 });
    await chip.identify();
    expect(await chip.read('vin')).toBeCloseTo(12, 2);
    expect(await chip.read('iout')).toBeCloseTo(50, 1);
    expect(await chip.read('pin')).toBeCloseTo(600, 1);
    expect(await chip.read('temperature')).toBe(25);
  });

  it('stops its monitor while it changes what is monitored', async () => {
    const { line, chip } = registers(adm1278, { ...facts }, { shunt: 250e-6 });
    await chip.configure();
    expect(line.log.filter((entry) => !entry.includes('+'))).toEqual([
      '4e: d3 00',
      '4e: d4 1e 87',
      '4e: d3 01',
    ]);
  });

  it('does not take registers that were never filled for a measurement', async () => {
    const running = { ...facts, 211: [0x01], 212: [0x1e, 0x87], 140: [0, 0], 141: [0, 0] };
    const { chip } = registers(adm1278, running, { shunt: 250e-6 });
    expect(await kindOf(chip.read('iout'))).toBe('wrong-data'); // it would be -102 A
    expect(await kindOf(chip.read('temperature'))).toBe('wrong-data'); // and -759 Cel
  });

  it('is told from an adm1276', async () => {
    const { chip } = registers(adm1276, facts, { shunt: 250e-6 });
    expect(await kindOf(chip.identify())).toBe('wrong-device');
  });
});

it('adm1275: has an input or an output voltage, as PMON_CONFIG says', async () => {
  const { bytes, chip } = registers(
    adm1275,
    { 136: [0x00, 0x09], 139: [0x00, 0x09], 212: [0xac] },
    { shunt: 0.001 },
  );
  expect(await chip.read('vin')).toBeCloseTo(12, 2);
  await expect(chip.read('vout')).rejects.toThrow('no scale for vout while its mode is 0xac');
  bytes[0xd4] = [0xec];
  expect(await chip.read('vout')).toBeCloseTo(12, 2);
});

describe('pxe1610', () => {
  const twin = () => {
    const model = new SensorChipModel(pxe1610, { pec: true }, address);
    const line = wire([[address, partOf(model)]]);
    return { model, line, chip: openChip(pxe1610, createI2cBus(line).device(address), { pec: true }) };
  };

  it('has a rail on each page', async () => {
    const { model, chip } = twin();
    await chip.identify();
    model.set('vout1', 1.8);
    model.set('vout2', 0.95);
    model.set('iout1', 120);
    model.set('iout2', 4.5);
    const read = await Promise.all(
      ['vout1', 'vout2', 'iout2', 'iout1', 'vout2'].map((name) => chip.read(name)),
    );
    expect(read).toEqual([1.8, 0.95, 4.5, 120, 0.95]);
  });

  it('selects the page in the same job, with a packet error code', async () => {
    const { line, chip } = twin();
    await chip.read('iout2').catch(() => undefined);
    expect(line.log[0]).toMatch(/^4e: 00 01 [0-9a-f]{2}$/);
    expect(line.log[1]).toBe('4e: 8c +3');
  });

  it('goes by VOUT_MODE, VR12 as well as VR13', async () => {
    const read = (mode: number) =>
      registers(pxe1610, { 32: [mode], 139: [0x83, 0x00], 153: [2, 0x58, 0x50] }).chip.read('vout1');
    expect(await read(0x22)).toBe(1.8);
    expect(await read(0x21)).toBe(0.9);
    expect(await kindOf(read(0x23))).toBe('wrong-data');
  });

  it('has no voltage for a code outside the table', async () => {
    const { chip } = registers(pxe1610, { 32: [0x22], 139: [0x83, 0x01], 153: [2, 0x58, 0x50] });
    expect(await kindOf(chip.read('vout1'))).toBe('wrong-data');
  });

  it('is known by the block that names its maker', async () => {
    expect(await kindOf(registers(pxe1610, { 153: [2, 0x58, 0x51] }).chip.identify())).toBe('wrong-device');
    expect(await kindOf(registers(pxe1610, { 153: [0] }).chip.identify())).toBe('wrong-device');
  });
});

it('xdpe122: speaks AMD as well', async () => {
  const { chip } = registers(xdpe122, { 32: [0x30], 139: [0x48, 0x00], 152: [0x22] });
  expect(await chip.read('vout1')).toBe(1.1);
});

describe('pmbus', () => {
  it('takes the exponent of VOUT_MODE', async () => {
    const read = (mode: number) =>
      registers(pmbus, { 32: [mode], 139: [0x9a, 0x06], 152: [0x22] }).chip.read('vout1');
    expect(await read(0x17)).toBe(3.30078125); // 1690 × 2^-9
    expect(await read(0x14)).toBe(0.41259765625); // 1690 × 2^-12
    expect(await kindOf(read(0x40))).toBe('wrong-data'); // DIRECT needs coefficients
  });

  it('never selects a page', async () => {
    const { line, chip } = registers(pmbus, { 136: [0x00, 0xd3], 152: [0x22] });
    expect(await chip.read('vin')).toBe(12); // exponent -6, mantissa 768
    expect(line.log).toEqual(['4e: 88 +2']);
  });
});
