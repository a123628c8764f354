/** Supplies and drives without a presence line: their answers show whether they are fitted. */
import { describe, expect, it } from 'vitest';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { bench, pass, startBench, useOwnTime } from '../support.ts';

useOwnTime();

/** The bench with a supply, its inventory and a drive that are known by their answers only. */
const pinless: Platform = {
  ...bench,
  devices: [
    ...(bench.devices ?? []),
    {
      ...{ id: 'PSU1', chip: 'adm1278', bus: 3, address: 0x45, shunt: 0.001, optional: true },
      sensors: { vin: { id: 'PSU1_VIN', thresholds: { lowerCritical: 10 } } },
    },
    { id: 'PSU1_EEPROM', chip: '24c02', bus: 3, address: 0x55, optional: true },
    {
      ...{ id: 'NVME', chip: 'nvme', bus: 3, address: 0x6a, optional: true },
      sensors: { temperature: { id: 'NVME_TEMP' } },
    },
  ],
  frus: [...(bench.frus ?? []), { id: 'PSU1_FRU', device: 'PSU1_EEPROM' }],
  powerSupplies: [
    ...(bench.powerSupplies ?? []),
    { id: 'PSU1', type: 'DC', inputVoltage: 'PSU1_VIN', fru: 'PSU1_FRU' },
  ],
  drives: [{ id: 'nvme', media: 'SSD', protocol: 'NVMe', temperature: 'NVME_TEMP' }],
};

describe('a supply without a presence line', () => {
  it('is absent once it does not respond, and returns with its readings and inventory', async () => {
    const b = await startBench({ platform: pinless });
    const supply = b.board.powerSupplies.get('PSU1');
    await pass(3000);
    expect(supply?.status).toEqual({ state: 'Enabled', health: 'OK' });
    b.told();
    for (const part of ['PSU1', 'PSU1_EEPROM']) b.twin.present(part, false);
    await pass(10_000);
    expect(supply?.status).toEqual({ state: 'Absent', health: 'OK' });
    expect(b.sensor('PSU1_VIN').status).toEqual({ state: 'Absent', health: 'OK' });
    expect(b.told()).toEqual(['PowerSupplyRemoved Warning']);
    await pass(60_000);
    expect(b.board.frus.get('PSU1_FRU')).toMatchObject({ status: { state: 'Absent' }, serialNumber: null });
    expect(b.board.health).toBe('OK');
    for (const part of ['PSU1', 'PSU1_EEPROM']) b.twin.present(part, true);
    await pass(65_000);
    expect(supply?.status).toEqual({ state: 'Enabled', health: 'OK' });
    expect(b.sensor('PSU1_VIN').reading).not.toBeNull();
    expect(b.board.frus.get('PSU1_FRU')?.status.state).toBe('Enabled');
    expect(b.told()).toEqual(['PowerSupplyInserted OK']);
  });

  it('whose bus hangs is faulty, not absent', async () => {
    const b = await startBench({ platform: pinless });
    await pass(3000);
    b.twin.inject({ kind: 'stuckBus', bus: 3 });
    await pass(10_000);
    expect(b.board.powerSupplies.get('PSU1')?.status).toEqual({ state: 'Enabled', health: 'Warning' });
  });
});

describe('a drive without a presence line', () => {
  it('is removed when it does not respond, and returns', async () => {
    const b = await startBench({ platform: pinless });
    await pass(3000);
    expect(b.board.drives.has('nvme')).toBe(true);
    b.told();
    b.twin.present('NVME', false);
    await pass(10_000);
    expect(b.board.drives.has('nvme')).toBe(false);
    expect(b.sensor('NVME_TEMP').status).toEqual({ state: 'Absent', health: 'OK' });
    b.twin.present('NVME', true);
    await pass(31_000);
    expect(b.board.drives.has('nvme')).toBe(true);
    expect(b.told()).toEqual(['ResourceRemoved OK', 'ResourceCreated OK']);
  });
});
