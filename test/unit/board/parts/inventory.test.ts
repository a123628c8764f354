/** FRU EEPROMs: read periodically, damaged, missing, swapped, without power; and the check of the board's identity. */
import { encodeFru } from 'node-ipmi/fru';
import { describe, expect, it } from 'vitest';
import type { Hardware } from '../../../../drivers/hardware.ts';
import { createTwin, type Twin } from '../../../../src/twin/twin.ts';
import { type Bench, bench, pass, startBench, timing, useOwnTime } from '../support.ts';

useOwnTime();

const period = 60_000;
const fru = (b: Bench, id: string) => {
  const found = b.board.frus.get(id);
  if (found === undefined) throw new Error(`no FRU ${id}`);
  return found;
};
const ok = { state: 'Enabled', health: 'OK' };

/** The EEPROM at an address with what the test puts in it. */
function eepromWith(twin: Twin, address: number, content: () => Uint8Array | null): Partial<Hardware> {
  return {
    i2c: (bus) => {
      const transport = twin.i2c(bus);
      return {
        ...transport,
        async transfer(at, write, length) {
          const answer = await transport.transfer(at, write, length);
          const image = content();
          if (bus !== 3 || at !== address || length === 0 || image === null) return answer;
          const offset = write.length === 2 ? ((write[0] ?? 0) << 8) | (write[1] ?? 0) : (write[0] ?? 0);
          return Uint8Array.from({ length }, (_, index) => image[offset + index] ?? 0xff);
        },
      };
    },
  };
}

const image = (productName: string, serialNumber = '1') =>
  encodeFru({ product: { manufacturer: 'Acme', productName, partNumber: 'P', version: 'A', serialNumber } });

describe('inventory', () => {
  it('is read soon after the start', async () => {
    const b = await startBench();
    expect(fru(b, 'MAIN')).toMatchObject({
      ...{ id: 'MAIN', name: 'MAIN', chassis: 'main', status: ok, fault: null },
      ...{ manufacturer: 'Acme', model: 'Bench Board', version: 'A1', boardModel: 'Bench Board' },
    });
    expect(fru(b, 'MAIN').serialNumber).toMatch(/^[0-9A-Y]{12}$/);
    expect(fru(b, 'MAIN').manufactured).toBeInstanceOf(Date);
    expect(fru(b, 'MAIN').image).toHaveLength(2048);
    expect(b.events).toEqual([]);
  });

  it('of a swapped component is read within a minute', async () => {
    let content = image('First', '1');
    const b = await startBench({ hardware: (twin) => eepromWith(twin, 0x51, () => content) });
    expect(fru(b, 'NIC')).toMatchObject({ model: 'First', serialNumber: '1' });
    content = image('Second', '2');
    await pass(period + 1000);
    expect(fru(b, 'NIC')).toMatchObject({ model: 'Second', serialNumber: '2', status: ok });
  });

  it('without a change raises no revision', async () => {
    const b = await startBench({
      platform: {
        ...bench,
        ...{ devices: bench.devices?.slice(-3) ?? [], adc: [], fans: [], powerSupplies: [], ipmb: [] },
      },
    });
    const { revision } = b.board;
    await pass(3 * period);
    expect(b.board.revision).toBe(revision);
  });

  it('that is damaged is a warning with its reason, until it is repaired', async () => {
    const damaged = image('Broken');
    const last = damaged.findLastIndex((value) => value !== 0);
    damaged[last] = (damaged[last] ?? 0) ^ 0xff;
    let content = damaged;
    const b = await startBench({ hardware: (twin) => eepromWith(twin, 0x51, () => content) });
    expect(fru(b, 'NIC').status).toEqual({ state: 'Enabled', health: 'Warning' });
    expect(fru(b, 'NIC').fault).toMatch(/product/);
    await pass(3 * period);
    expect(b.events).toMatchObject([
      { message: 'Platform.DeviceAssemblyDataMalformed', condition: 'fru:NIC' },
    ]);
    content = image('Mended');
    await pass(period + 1000);
    expect(fru(b, 'NIC')).toMatchObject({ model: 'Mended', status: ok });
    expect(b.events.at(-1)).toMatchObject({ condition: 'fru:NIC', resolves: true });
  });

  it.each([
    ['nothing but ones', () => new Uint8Array(256).fill(0xff)],
    ['nothing but zeros', () => new Uint8Array(256)],
    ['noise', () => Uint8Array.from({ length: 256 }, (_, index) => (index * 73 + 41) & 0xff)],
  ])('of %s is damaged, and says nothing', async (_, content) => {
    const b = await startBench({ hardware: (twin) => eepromWith(twin, 0x51, content) });
    expect(fru(b, 'NIC')).toMatchObject({ model: null, status: { health: 'Warning' } });
  });

  it('that cannot be read is a warning, or absent if optional', async () => {
    const twin = createTwin(bench, { speed: 10 });
    twin.present('MAIN_EEPROM', false);
    twin.present('NIC_EEPROM', false);
    const b = await startBench({ twin });
    expect(fru(b, 'MAIN')).toMatchObject({
      model: null,
      status: { state: 'UnavailableOffline', health: 'Warning' },
    });
    expect(fru(b, 'NIC').status).toEqual({ state: 'Absent', health: 'OK' });
    expect(b.events.map(({ message, condition }) => [message, condition])).toEqual([
      ['Platform.DeviceAssemblyDataInaccessible', 'fru:MAIN'],
    ]);
    expect(b.board.chassis.get('main')?.status.health).toBe('Warning');
    twin.present('MAIN_EEPROM', true);
    twin.present('NIC_EEPROM', true);
    await pass(period + 1000);
    expect([fru(b, 'MAIN').status, fru(b, 'NIC').status]).toEqual([ok, ok]);
    expect(b.events.at(-1)).toMatchObject({ condition: 'fru:MAIN', resolves: true });
  });

  it('that is removed while damaged ends the warning', async () => {
    let content: Uint8Array | null = new Uint8Array(256);
    const b = await startBench({ hardware: (twin) => eepromWith(twin, 0x51, () => content) });
    expect(b.events).toHaveLength(1);
    content = null;
    b.twin.present('NIC_EEPROM', false);
    await pass(period + 1000);
    expect(fru(b, 'NIC').status).toEqual({ state: 'Absent', health: 'OK' });
    expect(b.events.at(-1)).toMatchObject({ condition: 'fru:NIC', resolves: true });
  });

  it('on a bus that hangs is unavailable, and delays none on another', async () => {
    const b = await startBench();
    b.twin.inject({ kind: 'stuckBus', bus: 3 });
    await pass(period + 5000);
    expect(fru(b, 'MAIN').status).toEqual({ state: 'UnavailableOffline', health: 'Warning' });
    expect(b.sensor('INLET_TEMP').reading).not.toBeNull();
    b.twin.clear('all');
    await pass(period + 5000);
    expect(fru(b, 'MAIN').status).toEqual(ok);
  });

  it('that a host powers is in standby until the host is on', async () => {
    const b = await startBench();
    expect(fru(b, 'CARD').status).toEqual({ state: 'StandbyOffline', health: 'OK' });
    await b.reset('On');
    await pass(timing.onPulse + 150 + 2000 + 1000);
    expect(fru(b, 'CARD')).toMatchObject({ status: ok, model: 'CARD' });
    b.twin.loseMains();
    await pass(0);
    expect(fru(b, 'CARD')).toMatchObject({ status: { state: 'StandbyOffline' }, model: null });
  });

  it('that was being read when power was lost is discarded', async () => {
    const b = await startBench({
      hardware: (twin) => ({
        i2c: (bus) => {
          const transport = twin.i2c(bus);
          return {
            ...transport,
            async transfer(address, write, length) {
              const answer = await transport.transfer(address, write, length);
              if (address === 0x52) await new Promise((resolve) => setTimeout(resolve, 50));
              return answer;
            },
          };
        },
      }),
    });
    await b.reset('On');
    await pass(timing.onPulse + 150 + 2000 + 200);
    b.twin.loseMains();
    for (let at = 0; at < 20; at += 1) {
      await pass(50);
      expect(fru(b, 'CARD')).toMatchObject({ status: { state: 'StandbyOffline' }, model: null });
    }
  });

  it('of a removed supply is absent', async () => {
    const powerSupplies = bench.powerSupplies?.map((each) => ({ ...each, fru: 'NIC' })) ?? [];
    const b = await startBench({ platform: { ...bench, powerSupplies } });
    expect(fru(b, 'NIC').status).toEqual(ok);
    b.twin.present('PSU', false);
    await pass(10);
    expect(fru(b, 'NIC').status).toEqual({ state: 'Absent', health: 'OK' });
  });
});

describe('the board', () => {
  it('of another type than the descriptor is reported once', async () => {
    const b = await startBench({ hardware: (twin) => eepromWith(twin, 0x54, () => image('Other Board')) });
    await pass(3 * period);
    expect(b.events).toMatchObject([
      {
        message: 'ResourceEvent.ResourceErrorsDetected',
        severity: 'Critical',
        origin: { kind: 'manager', id: 'bmc' },
      },
    ]);
    expect(b.events[0]?.detail).toMatch(
      /names this board "Other Board", which does not match "Bench\.\*" of the descriptor for Bench Board/,
    );
  });

  it('is checked later if its inventory could not be read at first', async () => {
    const twin = createTwin(bench, { speed: 10 });
    twin.present('MAIN_EEPROM', false);
    const b = await startBench({ twin, hardware: () => eepromWith(twin, 0x54, () => image('Other Board')) });
    b.told();
    twin.present('MAIN_EEPROM', true);
    await pass(period + 1000);
    expect(b.told()).toContain('ResourceErrorsDetected Critical');
  });
});
