/** Drives: present by a presence line, or by their answers. */
import { describe, expect, it } from 'vitest';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { bench, pass, startBench, useOwnTime } from '../support.ts';

useOwnTime();

const drive = { media: 'SSD', protocol: 'NVMe' } as const;
const bays: Platform = {
  ...bench,
  devices: [
    ...(bench.devices ?? []),
    {
      id: 'M2',
      chip: 'nvme',
      bus: 3,
      address: 0x6a,
      optional: true,
      poweredBy: 'system',
      sensors: { temperature: { id: 'M2_TEMP', thresholds: { upperCritical: 75 } } },
    },
    {
      id: 'BAY',
      chip: 'nvme',
      bus: 1,
      address: 0x6a,
      sensors: { temperature: { id: 'BAY_TEMP' }, lifeUsed: { id: 'BAY_USED' } },
    },
  ],
  lines: { ...bench.lines, BAY_PRESENT: { direction: 'in', activeLow: true } },
  drives: [
    { id: 'm2', ...drive, temperature: 'M2_TEMP' },
    { id: 'bay', ...drive, temperature: 'BAY_TEMP', lifeUsed: 'BAY_USED', present: 'BAY_PRESENT' },
  ],
};

describe('a drive', () => {
  it('with a presence line follows it, and is not addressed while absent', async () => {
    const b = await startBench({ platform: bays });
    expect(b.board.drives.get('bay')?.status).toEqual({ state: 'Enabled', health: 'OK' });
    b.twin.present('bay', false);
    b.twin.present('BAY', false);
    await pass(100);
    expect(b.board.drives.has('bay')).toBe(false);
    expect(b.sensor('BAY_TEMP').status.state).toBe('Absent');
    await pass(60_000);
    expect(b.told()).toEqual(['ResourceRemoved OK']);
    b.twin.present('BAY', true);
    b.twin.present('bay', true);
    await pass(5000);
    expect(b.sensor('BAY_TEMP').status.state).toBe('Enabled');
    expect(b.told()).toEqual(['ResourceCreated OK']);
  });

  it('without a presence line is present once it responds, also while its host is off', async () => {
    const b = await startBench({ platform: bays });
    expect(b.board.drives.has('m2')).toBe(false);
    await b.running();
    await pass(5000);
    expect(b.board.drives.get('m2')?.status.state).toBe('Enabled');
    await b.reset('ForceOff');
    await pass(5000);
    expect(b.board.drives.get('m2')?.status.state).toBe('StandbyOffline');
    b.twin.present('M2', false);
    b.told();
    await b.running();
    await pass(5000);
    expect(b.board.drives.has('m2')).toBe(false);
    expect(b.told()).toContain('ResourceRemoved OK');
  });
});
