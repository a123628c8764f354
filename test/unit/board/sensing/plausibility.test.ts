/** Readings that cannot be: never shown as measurements. */
import { describe, expect, it } from 'vitest';
import { implausibility } from '../../../../src/board/sensing/plausibility.ts';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { bench, pass, startBench, useOwnTime } from '../support.ts';

describe('plausibility', () => {
  it.each([
    [3018, 'Temperature', null, true],
    [-273, 'Temperature', null, true],
    [125, 'Temperature', null, false],
    [126, 'Temperature', { min: -40, max: 125 }, true],
    [400, 'Temperature', { min: 0, max: 500 }, false],
    [104, 'Percent', null, false],
    [-1, 'Humidity', null, true],
    [1e9, 'Voltage', null, false],
    [Number.NaN, 'Temperature', null, true],
    [Number.NaN, 'Power', null, true],
    [Number.POSITIVE_INFINITY, 'Voltage', null, true],
  ] as const)('of %d %s in the range %o: impossible is %s', (reading, quantity, range, impossible) => {
    expect(implausibility(reading, quantity, range) !== null).toBe(impossible);
  });
});

describe('a reading outside the range of its sensor', () => {
  useOwnTime();
  const ranged: Platform = {
    ...bench,
    adc: (bench.adc ?? []).map((each) =>
      each.sensor.id === 'P3V3' ? { ...each, sensor: { ...each.sensor, range: { min: 0, max: 5 } } } : each,
    ),
  };

  it('is an error of that sensor and no reading, until it is possible again', async () => {
    const volts = { value: 3.3 };
    const b = await startBench({
      platform: ranged,
      hardware: (twin) => ({
        hwmon: {
          ...twin.hwmon,
          adc: async (channel) => (channel === 0 ? volts.value * 0.5 : twin.hwmon.adc(channel)),
        },
      }),
    });
    expect(b.sensor('P3V3').reading).toBeCloseTo(3.3);
    volts.value = 48;
    await pass(3000);
    expect(b.sensor('P3V3')).toMatchObject({
      reading: null,
      status: { state: 'UnavailableOffline', health: 'Warning' },
      fault: expect.stringContaining('reading 48 is outside the possible range of 0 to 5'),
    });
    // No threshold was crossed by a value that is none.
    expect(b.events.filter(({ message }) => message.startsWith('SensorEvent.Reading'))).toEqual([]);
    volts.value = 3.3;
    await pass(10_000);
    expect(b.sensor('P3V3').status).toEqual({ state: 'Enabled', health: 'OK' });
  });
});
