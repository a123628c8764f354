/** When triggers are met, with a clock that the test moves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/store.ts';
import { DefinitionStore } from '../../../src/telemetry/definition-store.ts';
import type { Metrics, Scalar } from '../../../src/telemetry/metric.ts';
import { atRest, step, type Threshold } from '../../../src/telemetry/threshold.ts';
import { type Trigger, type TriggerEvent, Triggers } from '../../../src/telemetry/trigger.ts';
import { temporary } from '../../support/temporary.ts';

const upper: Threshold = { reading: 50, direction: 'Increasing', dwell: 0, hysteresis: 0, release: 0 };

/** What happens over values that come once a second. */
function course(threshold: Threshold, values: readonly (number | null)[]): string {
  let state = atRest;
  let told = '';
  for (const [second, value] of values.entries()) {
    const next = step(threshold, state, value, second * 1000);
    state = next.state;
    told += next.raised === 'above' ? 'A' : next.raised === 'below' ? 'B' : next.cleared ? 'c' : '.';
  }
  return told;
}

describe('a threshold', () => {
  it('is met once, and is over when the reading is back', () => {
    expect(course(upper, [40, 51, 60, 50, 40, 51])).toBe('.A.c.A');
    expect(course({ ...upper, direction: 'Decreasing' }, [60, 49, 48, 50])).toBe('.B.c');
    expect(course({ ...upper, direction: 'Disabled' }, [60, 49, 60])).toBe('...');
    expect(course({ ...upper, direction: 'Either' }, [40, 60, 70, 40, 50, 40, 60])).toBe('.A.B..A');
  });

  it('waits for its dwell time, which an unknown and a reading that is back begin anew', () => {
    const dwelling = { ...upper, dwell: 2000 };
    expect(course(dwelling, [51, 51, 51, 51])).toBe('..A.');
    expect(course(dwelling, [51, 51, 40, 51, 51, 51])).toBe('.....A');
    expect(course(dwelling, [51, 51, null, 51, 51, 51])).toBe('.....A');
  });

  it('is over only when the reading is far enough back for long enough', () => {
    expect(course({ ...upper, hysteresis: -5 }, [60, 48, 45])).toBe('A.c');
    expect(course({ ...upper, release: 2000 }, [60, 40, 40, 40])).toBe('A..c');
    expect(course({ ...upper, release: 2000 }, [60, 40, 60, 40, 40, null, 40, 40, 40])).toBe('A.......c');
  });

  it('never is met or over twice running, and never without the reading for it', () => {
    const value = fc.option(fc.integer({ min: 0, max: 100 }), { nil: null });
    const any = fc.record<Threshold>({
      reading: fc.integer({ min: 20, max: 80 }),
      direction: fc.constantFrom('Increasing', 'Decreasing'),
      ...{ dwell: fc.nat(4).map((each) => each * 1000), release: fc.nat(4).map((each) => each * 1000) },
      hysteresis: fc.integer({ min: -10, max: 10 }),
    });
    fc.assert(
      fc.property(any, fc.array(value), (threshold, values) => {
        const told = course(threshold, values);
        expect(told.replaceAll('.', '')).toMatch(/^(?:[AB]c)*[AB]?$/);
        const beyond = (each: number | null | undefined) =>
          typeof each === 'number' &&
          (threshold.direction === 'Increasing' ? each > threshold.reading : each < threshold.reading);
        for (const [second, letter] of [...told].entries()) {
          if (letter !== 'A' && letter !== 'B') continue;
          // All of the dwell time it was beyond.
          for (let back = 0; back <= threshold.dwell / 1000; back++)
            expect(beyond(values[second - back])).toBe(true);
        }
        // Nothing that holds is missed: beyond for the whole dwell time at rest is always told.
        if (values.length > threshold.dwell / 1000 && values.every(beyond)) expect(told).toMatch(/[AB]/);
      }),
    );
  });
});

function bench(trigger: Partial<Trigger>) {
  const values = new Map<string, Scalar>([['A', null]]);
  const metrics: Metrics = {
    ...{ read: () => undefined, propertiesOf: (id) => [id] },
    find: (property) => ({
      ...{ property, id: property, sensor: undefined },
      read: () => ({ value: values.get(property.replace(/[/#]/g, '')) ?? null, time: null }),
    }),
  };
  const shelf = new DefinitionStore<Trigger>(openStore(temporary()), 'trigger');
  shelf.put({
    ...{ Id: 'T', Name: 'T', TriggerActions: ['LogToLogService'], TriggerEnabled: true },
    ...{
      DiscreteTriggers: [],
      Wildcards: [],
      MetricProperties: ['/A'],
      MetricIds: [],
      EventTriggers: [],
      Reports: [],
    },
    ...trigger,
  });
  const triggers = new Triggers(shelf);
  triggers.attach(metrics);
  const told: string[] = [];
  const word = ({ kind, value }: TriggerEvent) => {
    if (kind.what === 'threshold') return `${kind.name} ${kind.side} ${value}`;
    return kind.what === 'discrete'
      ? `${value} ${kind.severity}`
      : kind.what === 'event'
        ? kind.messageId
        : 'normal';
  };
  triggers.onFired((fired) => told.push(word(fired)));
  let second = 0;
  return {
    ...{ triggers, shelf },
    /** What is told while the metric has these values, one a second. */
    see(...list: readonly Scalar[]) {
      told.length = 0;
      for (const value of list) {
        values.set('A', value);
        second += 1;
        triggers.evaluate(second * 1000);
      }
      return [...told];
    },
    told,
  };
}

describe('a trigger', () => {
  it('tells each threshold on the way up, what eases on the way down, and that all is normal', () => {
    const { see } = bench({
      MetricType: 'Numeric',
      NumericThresholds: {
        UpperWarning: { Reading: 50 },
        UpperCritical: { Reading: 70 },
        LowerCritical: { Reading: 5 },
      },
    });
    expect(see(40, 55, 75)).toEqual(['UpperWarning above 55', 'UpperCritical above 75']);
    expect(see(60, null, 60)).toEqual(['UpperCritical below 60']);
    expect(see(30, 30)).toEqual(['normal']);
    expect(see(80)).toEqual(['UpperCritical above 80', 'UpperWarning above 80']);
    expect(see(2)).toEqual(['LowerCritical below 2']);
    expect(see(20)).toEqual(['normal']);
  });

  it('tells a change of a state, but not its first value nor an unknown between', () => {
    const { see } = bench({ MetricType: 'Discrete', DiscreteTriggerCondition: 'Changed' });
    expect(see('On', 'On', null, 'On')).toEqual([]);
    expect(see('Off', null, 'On')).toEqual(['Off OK', 'On OK']);
  });

  it('tells a state that is looked for, once it has lasted', () => {
    const { see } = bench({
      ...{ MetricType: 'Discrete', DiscreteTriggerCondition: 'Specified' },
      DiscreteTriggers: [{ Value: 'Off', Severity: 'Critical', DwellTime: 'PT2S' }, { Value: 'Unknown' }],
    });
    expect(see('On', 'Off', 'Off')).toEqual([]);
    expect(see('Off', 'Off')).toEqual(['Off Critical']);
    expect(see('On', 'Off', 'On', 'Off', 'Off', 'Off')).toEqual(['Off Critical']);
  });

  it('hears events, of whatever minor version, while it is enabled', () => {
    const { triggers, shelf, told } = bench({
      EventTriggers: ['SensorEvent.1.0.ReadingAboveUpperCriticalThreshold'],
    });
    triggers.eventReceived('SensorEvent.1.1.ReadingAboveUpperCriticalThreshold');
    triggers.eventReceived('SensorEvent.1.1.ReadingAboveUpperFatalThreshold');
    expect(told).toEqual(['SensorEvent.1.1.ReadingAboveUpperCriticalThreshold']);
    shelf.put({ ...(shelf.get('T') as Trigger), TriggerEnabled: false });
    triggers.eventReceived('SensorEvent.1.1.ReadingAboveUpperCriticalThreshold');
    expect(told).toHaveLength(1);
  });
});
