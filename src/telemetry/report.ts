/** The values of a metric report. */
import { type Aggregate, averageOf } from './aggregate.ts';
import { kept } from './codec.ts';
import { type CollectionFunction, type Definition, durationIn, limits } from './definition.ts';
import type { History } from './history.ts';
import { expand, type Metric, type Metrics, type Scalar } from './metric.ts';

/** One value, with the property names of the schema MetricReport. */
export type MetricValue = {
  readonly MetricId?: string;
  /** Absent in a test report only. */
  readonly MetricProperty?: string;
  readonly MetricValue: string | null;
  readonly Timestamp: string;
};

export interface Report {
  readonly id: string;
  readonly name: string;
  /** Id of the definition; null for a test report. */
  readonly definition: string | null;
  readonly time: Date;
  readonly values: readonly MetricValue[];
}

/** One metric of a definition, and the function to apply. */
export interface Item {
  readonly metric: Metric;
  readonly function: CollectionFunction | undefined;
  /** Milliseconds. */
  readonly duration: number | undefined;
}

/** Returns the metrics of a definition that exist now. */
export function itemsOf(definition: Definition, metrics: Metrics): Item[] {
  const { Wildcards, MetricProperties, Metrics: choices } = definition;
  const items: Item[] = [];
  const add = (patterns: readonly string[], rest: Omit<Item, 'metric'>) => {
    for (const pattern of patterns)
      for (const property of expand(pattern, Wildcards, metrics.read, limits.metrics - items.length)) {
        const metric = metrics.find(property);
        if (metric !== undefined) items.push({ metric, ...rest });
      }
  };
  add(MetricProperties, { function: undefined, duration: undefined });
  for (const { MetricId, MetricProperties: patterns, CollectionFunction, CollectionDuration } of choices) {
    const rest = { function: CollectionFunction, duration: durationIn(CollectionDuration) };
    add(patterns ?? (MetricId === undefined ? [] : (metrics.propertiesOf(MetricId) ?? [])), rest);
  }
  return items;
}

/** Returns the result of a function for an aggregate. */
export function calculated(name: CollectionFunction, { min, max, sum, ...rest }: Aggregate): number {
  switch (name) {
    case 'Average':
      return averageOf({ min, max, sum, ...rest });
    case 'Minimum':
      return min;
    case 'Maximum':
      return max;
    case 'Summation':
      return sum;
  }
}

/** Returns a value as text (MetricReport.MetricValue); null: unknown. */
const textOf = (value: Scalar): string | null =>
  value === null ? null : String(typeof value === 'number' ? kept(value) : value);

const shown = ({ property, id }: Metric, value: Scalar, time: number): MetricValue => ({
  ...(id === undefined ? {} : { MetricId: id }),
  MetricProperty: property,
  MetricValue: textOf(value),
  Timestamp: new Date(time).toISOString(),
});

/** Returns the present values; a function covers the duration that ends now. @throws StoreError */
export function currentValues(items: readonly Item[], history: History, now: number): MetricValue[] {
  // One query per duration for all sensors.
  const windows = new Map<number, ReadonlyMap<string, Aggregate>>();
  const windowOf = (duration: number): ReadonlyMap<string, Aggregate> => {
    const known = windows.get(duration);
    if (known !== undefined) return known;
    const sensors = items.flatMap((item) => (item.duration === duration ? (item.metric.sensor ?? []) : []));
    const found = history.window([...new Set(sensors)], now - duration, now);
    windows.set(duration, found);
    return found;
  };
  return items.map(({ metric, function: name, duration }) => {
    if (name === undefined || duration === undefined || metric.sensor === undefined) {
      const { value, time } = metric.read();
      // The time at which a value became unknown is not known: the present time is shown.
      return shown(metric, value, value === null ? now : (time ?? now));
    }
    const found = windowOf(duration).get(metric.sensor);
    return shown(metric, found === undefined ? null : calculated(name, found), now);
  });
}

/**
 * Returns the values of the last `timespan` milliseconds: each reading, or the function of each consecutive duration. A
 * duration without readings has no value. @throws StoreError
 */
export function pastValues(
  items: readonly Item[],
  history: History,
  now: number,
  timespan: number,
): MetricValue[] {
  const values = items.map(({ metric, function: name, duration }): MetricValue[] => {
    const { sensor } = metric;
    if (sensor === undefined)
      return currentValues([{ metric, function: undefined, duration: undefined }], history, now);
    if (name !== undefined && duration !== undefined) return [];
    return history.readings(sensor, now - timespan, now).map(({ time, value }) => shown(metric, value, time));
  });
  const durations = new Set(
    items.flatMap((item) => (item.function === undefined ? [] : (item.duration ?? []))),
  );
  let count = values.reduce((sum, list) => sum + list.length, 0);
  for (const duration of durations) {
    const own = items.map((item, at) => ({ ...item, at })).filter((item) => item.duration === duration);
    const sensors = [...new Set(own.flatMap(({ metric }) => metric.sensor ?? []))];
    const end = Math.floor(now / duration) * duration;
    const first = end - Math.floor(timespan / duration - 1) * duration;
    for (let to = first; to <= end && count < limits.values; to += duration) {
      const window = history.window(sensors, to - duration, to);
      for (const { metric, function: name, at } of own) {
        const found = window.get(metric.sensor ?? '');
        if (found === undefined || name === undefined) continue;
        values[at]?.push(shown(metric, calculated(name, found), to));
        count += 1;
      }
    }
  }
  return values.flat().slice(0, limits.values);
}
