/** Derived sensors: the calculation, and a board whose inputs change, fail and disappear. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sensor } from '../../../../src/board/model/sensor.ts';
import type { State } from '../../../../src/board/model/status.ts';
import { derive } from '../../../../src/board/sensing/derived.ts';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { bench, pass, startBench, useOwnTime } from '../support.ts';

const input = (reading: number | null, state: State = 'Enabled', at = 0): Sensor => ({
  ...{ id: 'IN', name: 'In', chassis: 'main', quantity: 'Power', context: null, device: 'D', inputs: [] },
  ...{
    thresholds: {},
    thresholdSettings: {},
    range: null,
    period: 1000,
    crossed: [],
    fault: null,
    revision: 0,
  },
  reading,
  readingTime: reading === null ? null : new Date(at),
  status: { state, health: 'OK' },
});
const inputs = (...readings: number[]) => readings.map((reading) => input(reading));

describe('the calculation of a derived sensor', () => {
  it.each([
    ['sum', [4, 2, 6], 12],
    ['difference', [4, 2, 6], -4],
    ['product', [4, 2, 6], 48],
    ['minimum', [4, 2, 6], 2],
    ['maximum', [4, 2, 6], 6],
    ['mean', [4, 2, 6], 4],
  ] as const)('%s', (operation, values, value) => {
    expect(derive({ operation }, inputs(...values))).toMatchObject({ kind: 'reading', value });
  });

  it('a polynomial is of the mean of its inputs', () => {
    const facts = { operation: 'polynomial' as const, coefficients: [1, 2, 0.5] };
    expect(derive(facts, inputs(2, 6))).toMatchObject({ kind: 'reading', value: 17 });
  });

  it('has the time of the oldest input', () => {
    const two = [input(1, 'Enabled', 5000), input(1, 'Enabled', 3000)];
    expect(derive({ operation: 'sum' }, two)).toMatchObject({ time: new Date(3000) });
  });

  it('leaves out absent inputs only when skipAbsent is set', () => {
    const two = [input(7), input(null, 'Absent')];
    expect(derive({ operation: 'sum', skipAbsent: true }, two)).toMatchObject({ value: 7 });
    expect(derive({ operation: 'sum' }, two)).toEqual({ kind: 'unknown', missing: two[1] });
    const none = [input(null, 'Absent')];
    expect(derive({ operation: 'sum', skipAbsent: true }, none)).toEqual({ kind: 'absent' });
  });

  it('is unknown with any other input without a reading, and bounded by its inputs otherwise', () => {
    const reading = fc.option(fc.integer({ min: -1000, max: 1000 }));
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1 }), fc.boolean(), (readings, skipAbsent) => {
        const all = readings.map((each) => input(each, each === null ? 'UnavailableOffline' : 'Enabled'));
        const known = readings.filter((each) => each !== null);
        for (const operation of ['minimum', 'maximum', 'mean'] as const) {
          const result = derive({ operation, skipAbsent }, all);
          expect(result.kind).toBe(known.length === readings.length ? 'reading' : 'unknown');
          if (result.kind !== 'reading') continue;
          expect(result.value).toBeGreaterThanOrEqual(Math.min(...known));
          expect(result.value).toBeLessThanOrEqual(Math.max(...known));
        }
      }),
    );
  });
});

describe('a derived sensor on a board', () => {
  useOwnTime();

  const platform: Platform = {
    ...bench,
    derivedSensors: [
      { id: 'HEADROOM', quantity: 'Temperature', operation: 'difference', inputs: ['WARMEST', 'INLET_TEMP'] },
      {
        ...{ id: 'WARMEST', quantity: 'Temperature', operation: 'maximum', name: 'Warmest Air' },
        inputs: ['INLET_TEMP', 'OUTLET_TEMP'],
        thresholds: { upperCritical: 60 },
      },
      { id: 'IN_POWER', quantity: 'Power', operation: 'product', inputs: ['HSC_VIN', 'HSC_IOUT'] },
    ],
  };

  it('follows its inputs, also through another derived sensor', async () => {
    const b = await startBench({ platform });
    b.twin.set('INLET_TEMP', 25);
    b.twin.set('OUTLET_TEMP', 40);
    b.twin.set('HSC_VIN', 12);
    b.twin.set('HSC_IOUT', 10);
    await pass(5000);
    expect(b.sensor('WARMEST')).toMatchObject({
      ...{ name: 'Warmest Air', inputs: ['INLET_TEMP', 'OUTLET_TEMP'], period: 4000 },
      status: { state: 'Enabled', health: 'OK' },
    });
    expect(b.sensor('WARMEST').reading).toBeCloseTo(40, 0);
    expect(b.sensor('HEADROOM').reading).toBeCloseTo(15, 0);
    expect(b.sensor('IN_POWER').reading).toBeCloseTo(120, -1);
  });

  it('has thresholds, whose events name it', async () => {
    const b = await startBench({ platform });
    await pass(5000);
    b.twin.set('OUTLET_TEMP', 70);
    await pass(5000);
    const events = b.events.filter(({ origin }) => origin.kind === 'sensor' && origin.id === 'WARMEST');
    expect(events).toMatchObject([{ message: 'SensorEvent.ReadingAboveUpperCriticalThreshold' }]);
    expect(b.sensor('WARMEST').status.health).toBe('Critical');
  });

  it('is unknown while an input has no reading, and returns with it', async () => {
    const b = await startBench({ platform });
    await pass(5000);
    const fault = b.twin.inject({ kind: 'nack', device: 'INLET' });
    await pass(6000);
    for (const id of ['WARMEST', 'HEADROOM'])
      expect(b.sensor(id)).toMatchObject({ reading: null, status: { state: 'UnavailableOffline' } });
    expect(b.sensor('WARMEST').fault).toMatch(/^(INLET|OUTLET)_TEMP has no reading: /);
    expect(b.sensor('IN_POWER').reading).not.toBeNull();
    b.twin.clear(fault);
    await pass(120_000);
    expect(b.sensor('HEADROOM').reading).not.toBeNull();
  });
});
