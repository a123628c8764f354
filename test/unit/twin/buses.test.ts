import { decodeFru, fruText } from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { findChip } from '../../../drivers/i2c/chips/index.ts';
import { openEeprom } from '../../../drivers/i2c/eeprom.ts';
import type { Platform } from '../../../src/platform/vocabulary/index.ts';
import { createTwin } from '../../../src/twin/twin.ts';
import { board, busOf, clock, openDevice } from './board.ts';

function eeprom(twin: ReturnType<typeof createTwin>, id: string) {
  const device = board.devices.find((candidate) => candidate.id === id);
  const spec = device && findChip(device.chip);
  if (!device || spec?.kind !== 'eeprom') throw new Error(`${id} is no EEPROM`);
  return openEeprom(spec, busOf(twin, device.bus).device(device.address));
}

async function fru(twin: ReturnType<typeof createTwin>, id: string) {
  const memory = eeprom(twin, id);
  return decodeFru(await memory.read(0, Math.min(512, memory.size)));
}

describe('buses of the twin', () => {
  it('have the chips of the descriptor, which measure the physics of the board', async () => {
    const twin = createTwin(board);
    const inlet = await openDevice(twin, 'INLET');
    twin.set('INLET_TEMP', 31.25);
    expect(await inlet.read('local')).toBe(31.25);
    twin.set('INLET_TEMP', null);
    expect(await inlet.read('local')).toBeCloseTo(24, 0);

    const regulator = await openDevice(twin, 'VR');
    twin.set('VCCIN_V', 1.8);
    twin.set('VCCIN_W', 201);
    expect(await regulator.read('vout1')).toBeCloseTo(1.8, 2);
    // The sensor is twice the chip's value, plus one.
    expect(await regulator.read('pout1')).toBeCloseTo(100, 0);

    const hotSwap = await openDevice(twin, 'HSC');
    twin.set('HSC_IOUT', 20);
    expect(await hotSwap.read('iout')).toBeCloseTo(20, 1);
  });

  it('are reached through muxes behind muxes', async () => {
    const twin = createTwin(board);
    twin.set('RISER', 41);
    twin.set('SLOT_T', 52);
    const riser = await openDevice(twin, 'RISER_TEMP');
    const slot = await openDevice(twin, 'SLOT_TEMP');
    expect([await riser.read('temperature'), await slot.read('temperature')]).toEqual([41, 52]);
    expect(await riser.read('temperature')).toBe(41);
  });

  it('hide the devices behind a closed mux', async () => {
    const twin = createTwin(board);
    const root = twin.i2c(1);
    await expect(root.transfer(0x48, Uint8Array.of(0), 2)).rejects.toMatchObject({ kind: 'no-answer' });
    await root.transfer(0x71, Uint8Array.of(5), 0);
    await expect(root.transfer(0x48, Uint8Array.of(0), 2)).resolves.toHaveLength(2);
  });

  it('include each channel of a mux that the kernel drives', async () => {
    const twin = createTwin(board);
    twin.set('KERNEL_T', 63);
    expect(await (await openDevice(twin, 'KERNEL_TEMP')).read('temperature')).toBe(63);
    const atMux = twin.i2c(3).transfer(0x70, Uint8Array.of(1), 0);
    await expect(atMux).rejects.toMatchObject({ kind: 'held', where: 'i2c-3 0x70' });
  });

  it('do not include undeclared buses or channels that redfishd switches', async () => {
    const twin = createTwin(board);
    for (const bus of [9, 17]) {
      const transfer = twin.i2c(bus).transfer(0x48, Uint8Array.of(0), 2);
      await expect(transfer).rejects.toMatchObject({ kind: 'no-bus', where: `i2c-${bus}` });
    }
    expect(twin.i2c(6)).toBe(twin.i2c(6));
  });

  it('do not respond at an empty address or for an absent device', async () => {
    const twin = createTwin(board);
    const bus = twin.i2c(6);
    await expect(bus.transfer(0x10, new Uint8Array(), 1)).rejects.toMatchObject({
      kind: 'no-answer',
      where: 'i2c-6 0x10',
    });
    const inlet = await openDevice(twin, 'INLET');
    twin.present('INLET', false);
    await expect(inlet.read('local')).rejects.toMatchObject({ kind: 'no-answer' });
    expect(twin.status().absent).toEqual(['INLET']);
    twin.present('INLET', true);
    await expect(inlet.read('local')).resolves.toBeTypeOf('number');
    expect(() => twin.present('INLAT', true)).toThrow('did you mean "INLET"');
  });

  it('respond with the second source when it is fitted', async () => {
    const twin = createTwin(board);
    const bus = busOf(twin, 31);
    twin.set('KERNEL_T', 33);
    twin.fit('KERNEL_TEMP', 1);
    await expect(bus.device(0x48).readWord(0, 'be')).rejects.toMatchObject({ kind: 'no-answer' });
    expect(await bus.device(0x4c).readByte(0xff)).toBe(0x21);
    expect(await bus.device(0x4c).readByte(0)).toBe(33);
    expect(() => twin.fit('KERNEL_TEMP', 2)).toThrow('has sources 0 to 1, not 2');
  });

  it('lose volatile registers with mains, and keep EEPROMs', async () => {
    const twin = createTwin(board);
    const device = busOf(twin, 17).device(0x48);
    await device.writeByte(0x01, 0x60);
    const memory = eeprom(twin, 'SPARE_EEPROM');
    await memory.write(200, Uint8Array.of(1, 2, 3));
    await twin.hwmon.setDuty(0, 30);
    twin.loseMains();
    twin.returnMains();
    expect(await busOf(twin, 17).device(0x48).readByte(0x01)).toBe(0);
    expect(await memory.read(200, 3)).toEqual(Uint8Array.of(1, 2, 3));
    expect(await twin.hwmon.duty(0)).toBe(100);
  });

  it('refuse a board with an unknown chip or channel', () => {
    const empty: Platform = { id: 'x', name: 'X', manager: { id: 'bmc' }, chassis: [] };
    const device = { id: 'X', chip: 'tmp421', bus: 1, address: 0x4c };
    expect(() => createTwin({ ...empty, devices: [{ ...device, chip: 'tmp999' }] })).toThrow(
      'device X: no driver for chip "tmp999"',
    );
    const sensors = { nowhere: { id: 'S' } };
    expect(() => createTwin({ ...empty, devices: [{ ...device, sensors }] })).toThrow(
      'device X: tmp421 has no channel "nowhere"',
    );
  });
});

describe('FRU EEPROMs of the twin', () => {
  it('contain the name of the board and serial numbers from the seed', async () => {
    const { chassis, board: info, product, faults } = await fru(createTwin(board), 'MB_EEPROM');
    expect(faults).toEqual([]);
    expect(fruText(info?.manufacturer)).toBe('Acme');
    expect(fruText(info?.productName)).toBe('Bench Board');
    expect(fruText(product?.productName)).toBe('Bench Board');
    expect(info?.manufactured?.getUTCFullYear()).toBeGreaterThan(2023);
    const serials = [chassis?.serialNumber, info?.serialNumber, product?.serialNumber].map(fruText);
    expect(new Set(serials).size).toBe(3);
    for (const serial of serials) expect(serial).toMatch(/^[0-9A-Z]{12}$/);

    const again = await fru(createTwin(board, { seed: 1 }), 'MB_EEPROM');
    const other = await fru(createTwin(board, { seed: 2 }), 'MB_EEPROM');
    expect(again.product?.serialNumber).toEqual(product?.serialNumber);
    expect(other.product?.serialNumber).not.toEqual(product?.serialNumber);
  });

  it('contain the name of a part, and fit a small EEPROM', async () => {
    const { board: info, faults } = await fru(createTwin(board), 'SPARE_EEPROM');
    expect(faults).toEqual([]);
    expect(fruText(info?.productName)).toBe('Spare Card');
  });
});

describe('hwmon nodes of the twin', () => {
  it('report rails behind their dividers, and the battery only while its bridge is on', async () => {
    const twin = createTwin(board);
    expect(await twin.hwmon.adc(0)).toBeCloseTo(3.3 * 0.4107, 1);
    expect(await twin.hwmon.adc(7)).toBe(0);
    const bridge = await twin.gpio.request({ line: 'BAT_BRIDGE', direction: 'out', activeLow: true });
    bridge.set(true);
    twin.set('P3V_BAT', 2.9);
    expect(await twin.hwmon.adc(7)).toBeCloseTo(2.9 * 0.3333, 6);
    bridge.set(false);
    expect(await twin.hwmon.adc(7)).toBe(0);
  });

  it('turn fans by their duty, with a lag', async () => {
    const { now, pass } = clock();
    const twin = createTwin(board, { now });
    const full = await twin.hwmon.tach(2);
    expect(full).toBeGreaterThan(9500);
    await twin.hwmon.setDuty(1, 30);
    expect(await twin.hwmon.duty(1)).toBe(30);
    expect(await twin.hwmon.tach(2)).toBeGreaterThan(0.95 * full);
    pass(10_000);
    expect(await twin.hwmon.tach(2)).toBeCloseTo(0.3 * full, -2);
    twin.present('FAN1', false);
    pass(10_000);
    expect(await twin.hwmon.tach(2)).toBe(0);
  });

  it('do not include undeclared inputs, and refuse an invalid duty', async () => {
    const { hwmon } = createTwin(board);
    await expect(hwmon.adc(3)).rejects.toMatchObject({ kind: 'no-bus', where: 'adc 3' });
    await expect(hwmon.tach(1)).rejects.toMatchObject({ kind: 'no-bus' });
    await expect(hwmon.setDuty(5, 10)).rejects.toMatchObject({ kind: 'no-bus' });
    await expect(hwmon.setDuty(0, Number.NaN)).rejects.toThrow('0 to 100');
    expect(await hwmon.duty(0)).toBe(100);
  });
});
