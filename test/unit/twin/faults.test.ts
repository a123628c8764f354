import { describe, expect, it, vi } from 'vitest';
import { createI2cBus } from '../../../drivers/i2c/bus.ts';
import { createTwin, type Fault } from '../../../src/twin/twin.ts';
import { board, busOf, clock, openDevice } from './board.ts';

describe('faults of the twin, seen by the drivers', () => {
  it('nack: only this device does not respond', async () => {
    const twin = createTwin(board);
    const inlet = await openDevice(twin, 'INLET');
    const fault = twin.inject({ kind: 'nack', device: 'INLET' });
    await expect(inlet.read('local')).rejects.toMatchObject({ kind: 'no-answer', where: 'i2c-6 0x4e' });
    await expect(openDevice(twin, 'HSC')).resolves.toBeDefined();
    twin.clear(fault);
    await expect(inlet.read('local')).resolves.toBeTypeOf('number');
  });

  it('nack of a mux: devices behind it cannot be reached', async () => {
    const twin = createTwin(board);
    twin.inject({ kind: 'nack', device: 'RISERS' });
    await expect(openDevice(twin, 'RISER_TEMP')).rejects.toMatchObject({ kind: 'no-answer' });
  });

  it('hang: the bus is stuck until the fault ends, other buses are not', async () => {
    const twin = createTwin(board);
    const bus = createI2cBus(twin.i2c(6), { timeout: 20 });
    twin.inject({ kind: 'hang', device: 'INLET' });
    await expect(bus.device(0x4e).readByte(0)).rejects.toMatchObject({ kind: 'stuck' });
    expect(bus.state).toBe('stuck');
    await expect(bus.device(0x54).readByte(0)).rejects.toMatchObject({ kind: 'stuck' });
    await expect(openDevice(twin, 'RISER_TEMP')).resolves.toBeDefined();
    twin.clear('all');
    await vi.waitFor(() => expect(bus.state).toBe('ok'));
    await expect(bus.device(0x4e).readByte(0xff)).resolves.toBe(0x21);
  });

  it('hang: closing the twin ends the transfer', async () => {
    const twin = createTwin(board);
    twin.inject({ kind: 'hang', device: 'INLET' });
    const transfer = twin.i2c(6).transfer(0x4e, Uint8Array.of(0), 1);
    await twin.close();
    await expect(transfer).rejects.toMatchObject({ kind: 'stuck' });
    await expect(twin.i2c(6).transfer(0x4e, Uint8Array.of(0), 1)).rejects.toMatchObject({ kind: 'no-bus' });
  });

  it('badPec: wrong data, where packet errors are checked', async () => {
    const twin = createTwin(board);
    const hotSwap = await openDevice(twin, 'HSC');
    await expect(hotSwap.read('vin')).resolves.toBeCloseTo(12, 0);
    const fault = twin.inject({ kind: 'badPec', device: 'HSC' });
    const wrong = { kind: 'wrong-data', message: expect.stringContaining('packet error code') };
    await expect(hotSwap.read('vin')).rejects.toMatchObject(wrong);
    twin.clear(fault);
    await expect(hotSwap.read('vin')).resolves.toBeTypeOf('number');
    expect(() => twin.inject({ kind: 'badPec', device: 'INLET' })).toThrow(
      'does not use packet error checking',
    );
  });

  it('allOnes: wrong data, not a reading', async () => {
    const twin = createTwin(board);
    const inlet = await openDevice(twin, 'INLET');
    const riser = await openDevice(twin, 'RISER_TEMP');
    twin.inject({ kind: 'allOnes', device: 'INLET' });
    twin.inject({ kind: 'allOnes', device: 'RISER_TEMP' });
    await expect(inlet.read('local')).rejects.toMatchObject({ kind: 'wrong-data' });
    await expect(riser.read('temperature')).rejects.toMatchObject({ kind: 'wrong-data' });
  });

  it('stuckBus: every transfer times out until the fault ends', async () => {
    const twin = createTwin(board);
    const bus = createI2cBus(twin.i2c(6), { timeout: 20 });
    const fault = twin.inject({ kind: 'stuckBus', bus: 6 });
    await expect(bus.device(0x4e).readByte(0)).rejects.toMatchObject({ kind: 'stuck' });
    await expect(bus.device(0x54).readByte(0)).rejects.toMatchObject({ kind: 'stuck' });
    twin.clear(fault);
    await vi.waitFor(() => expect(bus.state).toBe('ok'));
    await expect(bus.device(0x4e).readByte(0xff)).resolves.toBe(0x21);
  });

  it('stuckBus on a channel: holds the whole bus while the mux is open to it', async () => {
    const twin = createTwin(board);
    const risers = busOf(twin, 17);
    twin.inject({ kind: 'stuckBus', bus: 17 });
    await expect(twin.i2c(1).transfer(0x71, Uint8Array.of(4), 0)).resolves.toHaveLength(0);
    await expect(risers.device(0x48).readWord(0, 'be')).rejects.toMatchObject({ kind: 'stuck' });
    await expect(risers.device(0x48).readWord(0, 'be')).rejects.toMatchObject({ kind: 'stuck' });
  });

  it('missingBus: the machine has no such bus', async () => {
    const twin = createTwin(board);
    const bus = createI2cBus(twin.i2c(6));
    const fault = twin.inject({ kind: 'missingBus', bus: 6 });
    await expect(bus.device(0x4e).readByte(0)).rejects.toMatchObject({ kind: 'no-bus' });
    expect(bus.state).toBe('missing');
    twin.clear(fault);
    await expect(bus.device(0x4e).readByte(0xff)).resolves.toBe(0x21);
    expect(() => twin.inject({ kind: 'missingBus', bus: 17 })).toThrow('channel of a mux');
  });

  it('frozen: the reading does not change', async () => {
    const { now, pass } = clock();
    const twin = createTwin(board, { now });
    const inlet = await openDevice(twin, 'INLET');
    const before = await inlet.read('local');
    const fault = twin.inject({ kind: 'frozen', sensor: 'INLET_TEMP' });
    twin.setInlet(35);
    twin.set('INLET_TEMP', 60);
    pass(60_000);
    expect(await inlet.read('local')).toBe(before);
    twin.clear(fault);
    expect(await inlet.read('local')).toBe(60);
  });

  it('noisy: the reading varies within the amplitude', async () => {
    const { now, pass } = clock();
    const twin = createTwin(board, { now });
    const inlet = await openDevice(twin, 'INLET');
    twin.set('INLET_TEMP', 30);
    twin.inject({ kind: 'noisy', sensor: 'INLET_TEMP', amplitude: 8 });
    const readings: number[] = [];
    for (let count = 0; count < 50; count++) {
      pass(100);
      readings.push(await inlet.read('local'));
    }
    expect(Math.min(...readings)).toBeGreaterThanOrEqual(22);
    expect(Math.max(...readings)).toBeLessThanOrEqual(38);
    expect(Math.max(...readings) - Math.min(...readings)).toBeGreaterThan(8);
  });

  it('deadFan: the fan slows to a stop', async () => {
    const { now, pass } = clock();
    const twin = createTwin(board, { now });
    twin.inject({ kind: 'deadFan', fan: 'FAN0' });
    expect(await twin.hwmon.tach(0)).toBeGreaterThan(0);
    pass(20_000);
    expect(await twin.hwmon.tach(0)).toBe(0);
    expect(await twin.hwmon.tach(2)).toBeGreaterThan(9000);
  });

  it('blownSupply: input present, output lost', async () => {
    const twin = createTwin(board);
    const hotSwap = await openDevice(twin, 'HSC');
    twin.inject({ kind: 'blownSupply', powerSupply: 'PSU' });
    expect(await hotSwap.read('vin')).toBeGreaterThan(11);
    expect(await hotSwap.read('vout')).toBe(0);
    expect(await hotSwap.read('iout')).toBeCloseTo(0, 0);
  });

  it('lostMains: every rail drops, the battery stays', async () => {
    const twin = createTwin(board);
    twin.loseMains();
    expect(twin.faults).toMatchObject([{ kind: 'lostMains' }]);
    expect(await twin.hwmon.adc(0)).toBe(0);
    await twin.gpio.request({ line: 'BAT_BRIDGE', direction: 'out', activeLow: true, initial: true });
    expect(await twin.hwmon.adc(7)).toBeGreaterThan(0.9);
    twin.returnMains();
    expect(twin.faults).toEqual([]);
    expect(await twin.hwmon.adc(0)).toBeGreaterThan(1);
  });

  it('without a target on the board are refused with a suggestion', () => {
    const twin = createTwin(board);
    const wrong: [Fault, string][] = [
      [{ kind: 'nack', device: 'INLT' }, 'no device "INLT"; did you mean "INLET"?'],
      [{ kind: 'stuckBus', bus: 99 }, 'no bus "99"'],
      [{ kind: 'frozen', sensor: 'INLET_TMP' }, 'did you mean "INLET_TEMP"'],
      [{ kind: 'noisy', sensor: 'INLET_TEMP', amplitude: Number.NaN }, 'amplitude'],
      [{ kind: 'deadFan', fan: 'x' }, 'no fan "x"; there is: FAN0, FAN1'],
      [{ kind: 'blownSupply', powerSupply: 'PSU9' }, 'no power supply "PSU9"'],
      [{ kind: 'noPost', host: 'systm' }, 'did you mean "system"'],
    ];
    for (const [fault, message] of wrong) expect(() => twin.inject(fault)).toThrow(message);
    expect(() => twin.clear('1')).toThrow('no fault "1"');
    expect(twin.faults).toEqual([]);
    twin.clear('all');
  });
});
