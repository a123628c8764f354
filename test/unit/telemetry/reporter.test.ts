/** Metric reports as their definitions want them, with a clock that the test moves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/store.ts';
import { kept } from '../../../src/telemetry/codec.ts';
import { type Definition, functions, limits } from '../../../src/telemetry/definition.ts';
import { DefinitionStore } from '../../../src/telemetry/definition-store.ts';
import { millisecondsOf } from '../../../src/telemetry/duration.ts';
import { History, type Reading } from '../../../src/telemetry/history.ts';
import { expand, type Metrics, type Scalar, type Tree } from '../../../src/telemetry/metric.ts';
import type { Report } from '../../../src/telemetry/report.ts';
import { Reporter } from '../../../src/telemetry/reporter.ts';
import { temporary } from '../../support/temporary.ts';

const begin = Date.UTC(2026, 0, 1);

/** A reporter whose metrics say what the test puts in `values`. */
function bench(definition: Partial<Definition>) {
  const store = openStore(temporary());
  const history = new History(store, begin);
  const values = new Map<string, Scalar>();
  const metrics: Metrics = {
    read: () => undefined,
    propertiesOf: (id) => (values.has(id) ? [`/${id}`] : undefined),
    find: (property) => {
      const name = property.replace(/[/#]/g, '');
      if (!values.has(name)) return undefined;
      const read = () => ({ value: values.get(name) ?? null, time: null });
      return { property, id: `of ${name}`, sensor: name, read };
    },
  };
  const shelf = new DefinitionStore<Definition>(store, 'definition');
  shelf.put({
    ...{ Id: 'R', Name: 'R', MetricReportDefinitionType: 'Periodic' },
    Schedule: { RecurrenceInterval: 'PT10S' },
    ReportActions: ['LogToMetricReportsCollection', 'RedfishEvent'],
    ReportUpdates: 'Overwrite',
    ...{ Wildcards: [], MetricProperties: ['/A'], Metrics: [] },
    ...{ SuppressRepeatedMetricValue: false, MetricReportDefinitionEnabled: true },
    ...definition,
  });
  const reporter = new Reporter(shelf, history);
  reporter.attach(metrics);
  const sent: Report[] = [];
  reporter.onReport((report) => sent.push(report));
  let seconds = 0;
  return {
    ...{ store, history, values, shelf, reporter, sent },
    get now() {
      return begin + seconds * 1000;
    },
    /** Lets so many seconds pass, one at a time. */
    pass(count: number) {
      for (let each = 0; each < count; each++) {
        seconds += 1;
        reporter.tick(begin + seconds * 1000, seconds * 1000);
      }
    },
    report: (id = 'R') => reporter.report(id, begin + seconds * 1000, seconds * 1000),
    texts: () =>
      (reporter.report('R', begin + seconds * 1000, seconds * 1000)?.values ?? []).map(
        (each) => each.MetricValue,
      ),
  };
}

describe('a periodic definition', () => {
  it('makes a report each interval, and the first at once', () => {
    const { pass, sent, values, report } = bench({});
    values.set('A', 1.5);
    pass(1);
    expect(sent).toHaveLength(1);
    values.set('A', null);
    pass(30);
    expect(sent).toHaveLength(4);
    expect(sent[0]?.values).toEqual([
      {
        MetricId: 'of A',
        MetricProperty: '/A#',
        MetricValue: '1.5',
        Timestamp: new Date(begin + 1000).toISOString(),
      },
    ]);
    // An unknown is told as one.
    expect(report()?.values[0]?.MetricValue).toBeNull();
  });

  it('leaves a report to subscribers only, or to the collection only', () => {
    const event = bench({ ReportActions: ['RedfishEvent'] });
    event.values.set('A', 1);
    event.pass(1);
    expect([event.sent.length, event.reporter.ids()]).toEqual([1, []]);
    const log = bench({ ReportActions: ['LogToMetricReportsCollection'] });
    log.values.set('A', 1);
    log.pass(1);
    expect([log.sent.length, log.reporter.ids()]).toEqual([0, ['R']]);
  });

  it('appends, and drops the oldest values when the report is full', () => {
    const { pass, values, texts } = bench({
      ReportUpdates: 'AppendWrapsWhenFull',
      Schedule: { RecurrenceInterval: 'PT1S' },
    });
    for (let at = 1; at <= limits.append + 5; at++) {
      values.set('A', at);
      pass(1);
    }
    expect(texts()).toHaveLength(limits.append);
    expect([texts()[0], texts().at(-1)]).toEqual(['6', String(limits.append + 5)]);
  });

  it('appends, and stops when the report is full, for good', () => {
    const { pass, values, texts, shelf, store } = bench({
      ...{ ReportUpdates: 'AppendStopsWhenFull', Schedule: { RecurrenceInterval: 'PT1S' } },
    });
    for (let at = 1; at <= limits.append + 5; at++) {
      values.set('A', at);
      pass(1);
    }
    expect([texts().length, texts().at(-1)]).toEqual([limits.append, String(limits.append)]);
    expect(shelf.get('R')?.MetricReportDefinitionEnabled).toBe(false);
    expect(new DefinitionStore<Definition>(store, 'definition').get('R')?.MetricReportDefinitionEnabled).toBe(
      false,
    );
  });

  it('makes new reports, a bounded number of them', () => {
    const { pass, values, reporter } = bench({ ReportUpdates: 'NewReport' });
    values.set('A', 1);
    pass(1);
    expect(reporter.ids()).toEqual(['R_20260101T000001.000Z']);
    expect(reporter.newest('R')).toBe('R_20260101T000001.000Z');
    pass(1000);
    expect(reporter.ids()).toHaveLength(limits.reportsOfOne);
    expect(reporter.newest('R')).toBe(reporter.ids().at(-1));
  });

  it('keeps what it has gathered over a restart, in order', () => {
    const first = bench({ ReportUpdates: 'NewReport' });
    first.values.set('A', 1);
    first.pass(35);
    first.reporter.save(first.store);
    const second = new Reporter(new DefinitionStore<Definition>(first.store, 'definition'), first.history);
    second.restore(first.store);
    expect(second.ids()).toEqual(first.reporter.ids());
    expect(second.report(second.ids()[1] ?? '', 0, 0)).toEqual(first.report(first.reporter.ids()[1]));
    first.shelf.put({ ...(first.shelf.get('R') as Definition), ReportUpdates: 'Overwrite' });
    first.reporter.save(first.store);
    const third = new Reporter(first.shelf, first.history);
    third.restore(first.store);
    expect(third.ids()).toEqual([]);
  });

  it('ends after so many occurrences', () => {
    const { pass, values, sent, shelf } = bench({
      Schedule: { RecurrenceInterval: 'PT2S', MaxOccurrences: 3 },
    });
    values.set('A', 1);
    pass(60);
    expect(sent).toHaveLength(3);
    expect(shelf.get('R')?.MetricReportDefinitionEnabled).toBe(false);
  });

  it('waits for its first time', () => {
    const { pass, values, sent } = bench({
      Schedule: { RecurrenceInterval: 'PT10S', InitialStartTime: new Date(begin + 20_000).toISOString() },
    });
    values.set('A', 1);
    pass(19);
    expect(sent).toHaveLength(0);
    pass(1);
    expect(sent).toHaveLength(1);
  });

  it('leaves out what has not changed, but for its heartbeat', () => {
    const { pass, values, sent } = bench({
      ...{
        MetricProperties: ['/A', '/B'],
        SuppressRepeatedMetricValue: true,
        MetricReportHeartbeatInterval: 'PT35S',
      },
    });
    values.set('A', 1).set('B', 1);
    pass(1);
    values.set('B', 2);
    pass(40);
    expect(
      sent.map((report) => report.values.map((each) => each.MetricProperty?.charAt(1)).join('')),
    ).toEqual(['AB', 'B', '', '', 'AB']);
  });

  it('keeps what is younger than its timespan', () => {
    const { pass, values, texts } = bench({ ReportUpdates: 'AppendWrapsWhenFull', ReportTimespan: 'PT30S' });
    for (let at = 0; at < 10; at++) {
      values.set('A', at);
      pass(10);
    }
    expect(texts().length).toBeLessThanOrEqual(4);
    expect(texts().at(-1)).toBe('9');
  });
});

describe('a definition on change', () => {
  it('makes a report when a value moves, and none when none does', () => {
    const { pass, values, sent } = bench({ MetricReportDefinitionType: 'OnChange' });
    values.set('A', 1);
    pass(20);
    expect(sent).toHaveLength(1);
    values.set('A', 2);
    pass(20);
    values.set('A', null);
    pass(20);
    expect(sent.map((report) => report.values[0]?.MetricValue)).toEqual(['1', '2', null]);
  });
});

describe('a definition on request', () => {
  it('shows what is now when it is asked, and the past when it has a timespan', () => {
    const current = bench({ MetricReportDefinitionType: 'OnRequest' });
    current.values.set('A', true);
    expect(current.texts()).toEqual(['true']);
    const past = bench({
      ...{ MetricReportDefinitionType: 'OnRequest', ReportTimespan: 'PT5M', MetricProperties: [] },
      Metrics: [{ MetricProperties: ['/A'], CollectionFunction: 'Maximum', CollectionDuration: 'PT1M' }],
    });
    past.values.set('A', 0);
    for (let second = 1; second <= 400; second++) {
      past.pass(1);
      // Two minutes in which nobody knows.
      if (second <= 120 || second > 240) past.history.record('A', { time: past.now, value: second });
    }
    expect(past.report()?.values.map(({ MetricValue, Timestamp }) => [MetricValue, Timestamp])).toEqual([
      ['120', '2026-01-01T00:02:00.000Z'],
      ['300', '2026-01-01T00:05:00.000Z'],
      ['360', '2026-01-01T00:06:00.000Z'],
    ]);
  });
});

describe('a function over a time', () => {
  it('is what a naive evaluator makes of the readings', () => {
    const reading = fc.tuple(fc.integer({ min: 100, max: 30_000 }), fc.integer({ min: -4000, max: 4000 }));
    fc.assert(
      fc.property(
        fc.array(reading, { maxLength: 200 }),
        fc.constantFrom(...functions),
        fc.integer({ min: 1, max: 3600 }),
        (steps, CollectionFunction, seconds) => {
          const { history, values, reporter, store } = bench({
            MetricProperties: [],
            Metrics: [
              {
                MetricId: 'A',
                CollectionFunction,
                CollectionDuration: `PT${seconds}S`,
                CollectionTimeScope: 'Interval',
              },
            ],
          });
          values.set('A', 5);
          const all: Reading[] = [];
          let now = begin;
          for (const [pause, step] of steps) {
            now += pause;
            const value = kept(step / 16);
            all.push({ time: now, value });
            history.record('A', { time: now, value });
          }
          reporter.force('R', now, 0);
          const own = all.filter(({ time }) => time > now - seconds * 1000).map(({ value }) => value);
          const sum = own.reduce((before, each) => before + each, 0);
          const wanted = {
            ...{ Minimum: Math.min(...own), Maximum: Math.max(...own) },
            ...{ Summation: sum, Average: sum / own.length },
          }[CollectionFunction];
          const text = reporter.report('R', now, 0)?.values[0]?.MetricValue;
          if (own.length === 0) expect(text).toBeNull();
          else expect(Number(text)).toBeCloseTo(wanted, 2);
          store.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('wildcards', () => {
  const tree: Readonly<Record<string, Tree>> = {
    '/c': { Members: [{ '@odata.id': '/c/1' }, { '@odata.id': '/c/2' }] },
    '/c/1': { Fans: [{ Speed: 1 }, { Speed: 2 }] },
    '/c/2': { Fans: [{ Speed: 3 }] },
  };
  const look = (uri: string) => tree[uri];
  it('stand for what is listed, for whatever is there, and twice for the same', () => {
    const star = { Name: 'C', Values: ['*'] };
    expect(expand('/c/{C}#/Fans/{F}/Speed', [star, { Name: 'F', Values: ['*'] }], look, 10)).toEqual([
      '/c/1#/Fans/0/Speed',
      '/c/1#/Fans/1/Speed',
      '/c/2#/Fans/0/Speed',
    ]);
    expect(expand('/c/{C}/{C}#/A', [{ Name: 'C', Values: ['x', 'y'] }], look, 10)).toEqual([
      '/c/x/x#/A',
      '/c/y/y#/A',
    ]);
    expect(expand('/c/{C}#/A', [star], look, 1)).toEqual(['/c/1#/A']);
    const many = Array.from({ length: 1000 }, (_, at) => String(at));
    let looks = 0;
    const counted = (uri: string) => {
      looks += 1;
      return tree[uri];
    };
    const wide = ['A', 'B', 'C'].map((Name) => ({ Name, Values: many }));
    expect(expand('/{A}/{B}/{C}/{D}#/X', [...wide, { Name: 'D', Values: ['*'] }], counted, 10)).toEqual([]);
    expect(looks).toBeLessThan(20_000);
    expect(expand('/none/{C}#/A', [star], look, 9)).toEqual([]);
    expect(expand('/c/1', [], look, 9)).toEqual(['/c/1#']);
    expect(expand('/c/1#/A', [], look, 9)).toEqual(['/c/1#/A']);
  });
});

describe('durations', () => {
  it('are milliseconds', () => {
    expect(['P1DT2H3M4.5S', 'PT60S', 'PT0.001S', 'P2D', 'PT'].map(millisecondsOf)).toEqual([
      93_784_500, 60_000, 1, 172_800_000, 0,
    ]);
    expect(millisecondsOf('10 s')).toBeNull();
  });
});
