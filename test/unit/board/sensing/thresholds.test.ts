/** Thresholds: each crossing is reported once, noise at a limit is not, with messages of the registry only. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BoardEvent } from '../../../../src/board/model/event.ts';
import type { ThresholdName } from '../../../../src/board/model/sensor.ts';
import { BoardSensor } from '../../../../src/board/sensing/sensor.ts';
import { crossings, evaluate, healthOf } from '../../../../src/board/sensing/thresholds.ts';
import { BoardSignals } from '../../../../src/board/signals.ts';
import type { SensorFacts, ThresholdFacts } from '../../../../src/platform/vocabulary/index.ts';
import { wording } from '../support.ts';

const all: Required<ThresholdFacts> = {
  lowerFatal: 0,
  lowerCritical: 10,
  lowerCaution: 20,
  upperCaution: 80,
  upperCritical: 90,
  upperFatal: 100,
};

describe('crossed thresholds', () => {
  it.each([
    [50, []],
    [80, []],
    [80.01, ['upperCaution']],
    [95, ['upperCritical', 'upperCaution']],
    [101, ['upperFatal', 'upperCritical', 'upperCaution']],
    [20, []],
    [15, ['lowerCaution']],
    [9, ['lowerCritical', 'lowerCaution']],
    [-1, ['lowerFatal', 'lowerCritical', 'lowerCaution']],
  ])('at %d is %j, the most severe first', (reading, crossed) => {
    expect(evaluate([], reading, all, 2)).toEqual(crossed);
  });

  it('clear only past the hysteresis', () => {
    const high: ThresholdName[] = ['upperCritical', 'upperCaution'];
    expect(evaluate(high, 88.5, all, 2)).toEqual(high);
    expect(evaluate(high, 88, all, 2)).toEqual(['upperCaution']);
    expect(evaluate(['lowerCaution'], 21.9, all, 2)).toEqual(['lowerCaution']);
    expect(evaluate(['lowerCaution'], 22, all, 2)).toEqual([]);
  });

  it('have a hysteresis of one percent of the limit where the descriptor has none', () => {
    expect(evaluate(['upperCaution'], 79.3, all, undefined)).toEqual(['upperCaution']);
    expect(evaluate(['upperCaution'], 79.1, all, undefined)).toEqual([]);
  });

  it('are none without limits', () => {
    expect(evaluate([], 1e9, {}, undefined)).toEqual([]);
  });

  it('give the health of the most severe', () => {
    expect(
      [[], ['upperCaution'], ['lowerCritical', 'lowerCaution']].map((each) =>
        healthOf(each as ThresholdName[]),
      ),
    ).toEqual(['OK', 'Warning', 'Critical']);
  });
});

describe('the messages for a change', () => {
  const keys = (before: ThresholdName[], after: ThresholdName[]) =>
    crossings(before, after).map(({ key }) => key);

  it('name each limit on the way up, from the least', () => {
    expect(keys([], ['upperFatal', 'upperCritical', 'upperCaution'])).toEqual([
      'SensorEvent.ReadingAboveUpperCautionThreshold',
      'SensorEvent.ReadingAboveUpperCriticalThreshold',
      'SensorEvent.ReadingAboveUpperFatalThreshold',
    ]);
  });

  it('report each step down, and the normal range once', () => {
    expect(crossings(['upperCritical', 'upperCaution'], ['upperCaution'])).toEqual([
      {
        key: 'SensorEvent.ReadingBelowUpperCriticalThreshold',
        severity: 'Warning',
        threshold: 'upperCritical',
      },
    ]);
    expect(keys(['upperFatal', 'upperCritical', 'upperCaution'], [])).toEqual([
      'SensorEvent.SensorReadingNormalRange',
    ]);
  });

  it('report both ends when a reading jumps from above to below', () => {
    expect(keys(['upperCritical'], ['lowerCritical'])).toEqual([
      'SensorEvent.ReadingBelowLowerCriticalThreshold',
      'SensorEvent.ReadingBelowUpperCriticalThreshold',
    ]);
  });

  it('are none without a change', () => {
    expect(keys(['upperCritical'], ['upperCritical'])).toEqual([]);
  });
});

const sensor = (facts: Partial<SensorFacts> = {}) => {
  const signals = new BoardSignals((error) => {
    throw error;
  });
  const events: BoardEvent[] = [];
  signals.on('event', (event) => events.push(event));
  const made = new BoardSensor(
    { id: 'CPU_TEMP', thresholds: all, hysteresis: 2, ...facts },
    { device: 'chip', chassis: 'main', quantity: 'Temperature', period: 1000, host: 'system' },
    signals,
  );
  return { sensor: made, events, told: () => events.splice(0).map(({ message }) => message) };
};
const time = new Date(0);

describe('a sensor', () => {
  it('reports a crossing once while the reading stays beyond it', () => {
    const { sensor: hot, told } = sensor();
    for (const reading of [70, 85, 86, 84, 79, 85]) hot.setReading(reading, time);
    expect(told()).toEqual(['SensorEvent.ReadingAboveUpperCautionThreshold']);
    hot.setReading(77, time);
    expect(told()).toEqual(['SensorEvent.SensorReadingNormalRange']);
    hot.setReading(85, time);
    expect(told()).toEqual(['SensorEvent.ReadingAboveUpperCautionThreshold']);
  });

  it('remembers reported crossings while there are no readings', () => {
    const { sensor: hot, told } = sensor();
    hot.setReading(95, time);
    told();
    hot.markUnavailable('StandbyOffline', 'its host is off');
    expect(hot).toMatchObject({
      crossed: [],
      reading: null,
      status: { state: 'StandbyOffline', health: 'OK' },
    });
    hot.setReading(95, time);
    expect(told()).toEqual([]);
    expect(hot.status).toEqual({ state: 'Enabled', health: 'Critical' });
    hot.markUnavailable('UnavailableOffline', 'gone', 'Warning');
    hot.setReading(50, time);
    expect(told()).toEqual(['SensorEvent.SensorReadingNormalRange']);
  });

  it('keeps the time of the last reading when readings stop', () => {
    const { sensor: lost } = sensor();
    lost.setReading(50, time);
    lost.markUnavailable('UnavailableOffline', 'no answer', 'Warning');
    expect(lost).toMatchObject({ reading: null, readingTime: time, fault: 'no answer' });
  });

  it('uses the scale and limits of the fitted part', () => {
    const { sensor: changed, events } = sensor({ thresholds: { upperCritical: 90 } });
    changed.setReading(95, time);
    changed.setFacts({ id: 'CPU_TEMP', scale: 2, offset: 4, thresholds: { upperCaution: 60 } });
    changed.setReading(30, time);
    expect(changed).toMatchObject({
      reading: 64,
      thresholds: { upperCaution: 60 },
      crossed: ['upperCaution'],
    });
    for (const event of events) expect(wording(event)).not.toMatch(/undefined|%\d/);
  });

  it('uses only messages of the registry, in the log of its host', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -50, max: 150, noNaN: true }), { maxLength: 30 }), (readings) => {
        const { sensor: any, events } = sensor();
        for (const reading of readings) any.setReading(reading, time);
        for (const event of events) {
          expect(wording(event)).toContain('CPU TEMP');
          expect(event).toMatchObject({ host: 'system', condition: 'sensor:CPU_TEMP' });
        }
      }),
    );
  });

  it('reports exactly the crossings of any course of readings', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -50, max: 150, noNaN: true }), { maxLength: 50 }), (readings) => {
        const { sensor: any, told } = sensor();
        for (const reading of readings) {
          const before = any.crossed;
          any.setReading(reading, time);
          const raised = any.crossed.filter((name) => !before.includes(name));
          const keys = told();
          const calmed = any.crossed.length === 0 && before.length > 0;
          expect(keys.filter((key) => key === 'SensorEvent.SensorReadingNormalRange')).toHaveLength(
            calmed ? 1 : 0,
          );
          for (const name of raised) {
            const limit = `${name[0]?.toUpperCase()}${name.slice(1)}Threshold`;
            expect(keys).toContain(
              `SensorEvent.Reading${name.startsWith('upper') ? 'Above' : 'Below'}${limit}`,
            );
          }
          expect(new Set(keys).size).toBe(keys.length);
        }
      }),
    );
  });
});
