/** Thresholds that a user changes: in force at once, kept over restarts, and reset to those of the descriptor. */
import { describe, expect, it } from 'vitest';
import { Disk, pass, startBench, useOwnTime } from '../support.ts';

useOwnTime();

describe('changed thresholds', () => {
  it('replace those of the descriptor, leave the others, and hold over a restart', async () => {
    const b = await startBench();
    await b.board.setThresholds('INLET_TEMP', { upperCritical: 60, lowerCaution: 5 });
    const wanted = { upperCritical: 60, upperCaution: 35, lowerCaution: 5 };
    expect(b.sensor('INLET_TEMP').thresholds).toEqual(wanted);
    await b.board.setThresholds('INLET_TEMP', { upperCaution: null });
    expect(b.sensor('INLET_TEMP').thresholds).toEqual({ upperCritical: 60, lowerCaution: 5 });
    await b.stop();
    const again = await startBench({ twin: b.twin, disk: b.disk });
    expect(again.sensor('INLET_TEMP').thresholds).toEqual({ upperCritical: 60, lowerCaution: 5 });
    expect(again.sensor('INLET_TEMP').thresholdSettings).toEqual({
      upperCritical: 60,
      upperCaution: null,
      lowerCaution: 5,
    });
    await again.stop();
  });

  it('are evaluated against the present reading at once', async () => {
    const b = await startBench();
    const sensor = b.sensor('INLET_TEMP');
    const before = b.board.revisions.state('chassis:main');
    await b.board.setThresholds('INLET_TEMP', { upperCaution: 1, upperCritical: 2 });
    expect(sensor.crossed).toEqual(['upperCritical', 'upperCaution']);
    expect(sensor.status.health).toBe('Critical');
    expect(b.board.revisions.state('chassis:main')).toBeGreaterThan(before);
    expect(b.events.slice(-2)).toMatchObject([
      { message: 'SensorEvent.ReadingAboveUpperCautionThreshold' },
      { message: 'SensorEvent.ReadingAboveUpperCriticalThreshold' },
    ]);
    await b.board.resetThresholds('INLET_TEMP');
    expect(sensor.status.health).toBe('OK');
    expect(sensor.thresholds).toEqual({ upperCritical: 40, upperCaution: 35 });
    expect(b.events.at(-1)).toMatchObject({
      message: 'SensorEvent.SensorReadingNormalRange',
      resolves: true,
    });
  });

  it('apply to a second source that is fitted later', async () => {
    const b = await startBench();
    await b.running();
    await pass(3000);
    await b.board.setThresholds('CPU_TEMP', { upperCritical: 70 });
    b.twin.fit('CPU', 1);
    await pass(10_000);
    expect(b.sensor('CPU_TEMP').thresholds).toEqual({ upperCritical: 70 });
    await b.board.resetThresholds('CPU_TEMP');
    expect(b.sensor('CPU_TEMP').thresholds).toEqual({ upperCritical: 90 });
  });

  it.each([
    [
      'an order that cannot hold',
      'INLET_TEMP',
      { upperCaution: 50 },
      'out-of-range',
      /below its upperCaution of 50/,
    ],
    ['a limit that is no number', 'INLET_TEMP', { upperFatal: Number.NaN }, 'out-of-range', /finite number/],
    ['an unknown sensor', 'OTHER', { upperFatal: 1 }, 'not-supported', /no sensor OTHER/],
  ])('are refused for %s, and nothing changes', async (_, sensor, settings, reason, message) => {
    const b = await startBench();
    const writes = b.disk.writes;
    const refused = b.board.setThresholds(sensor, settings);
    await expect(refused).rejects.toMatchObject({ reason, message: expect.stringMatching(message) });
    expect(b.sensor('INLET_TEMP').thresholds).toEqual({ upperCritical: 40, upperCaution: 35 });
    expect(b.disk.writes).toBe(writes);
  });

  it('fail on a full disk, and nothing changes', async () => {
    const b = await startBench();
    b.disk.full = true;
    const before = b.events.length;
    await expect(b.board.setThresholds('INLET_TEMP', { upperCaution: 1 })).rejects.toThrow('no space left');
    expect(b.sensor('INLET_TEMP').thresholds).toEqual({ upperCritical: 40, upperCaution: 35 });
    expect(b.events).toHaveLength(before);
  });

  it('that are stored damaged count as none', async () => {
    const disk = new Disk();
    disk.values.set(
      'board.sensor.INLET_TEMP.thresholds',
      '{"upperCritical":"hot","other":3,"upperFatal":99}',
    );
    disk.values.set('board.sensor.HSC_VIN.thresholds', '{"upp');
    const b = await startBench({ disk });
    expect(b.sensor('INLET_TEMP').thresholds).toEqual({
      upperCritical: 40,
      upperCaution: 35,
      upperFatal: 99,
    });
    expect(b.sensor('HSC_VIN').thresholds).toEqual({ upperCritical: 13.2, lowerCritical: 10.8 });
  });
});
