/** What a metric report says, and how its values are worked out. */
import { type Aggregate, averageOf } from './aggregate.ts';
import { kept } from './codec.ts';
import { type CollectionFunction, type Definition, durationIn, limits } from './definition.ts';
import type { History } from './history.ts';
import { expand, type Metric, type Metrics, type Scalar } from './metric.ts';

/** In the terms of the schema MetricReport. */
export interface MetricValue {
  readonly MetricId?: string;
  /** Always there but in a test. */
  readonly MetricProperty?: string;
  readonly MetricValue: string | null;
  readonly Timestamp: string;
}

export interface Report {
  readonly id: string;
  readonly name: string;
  /** Id of the definition; null for a test. */
  readonly definition: string | null;
  readonly time: Date;
  readonly values: readonly MetricValue[];
}

/** One property in a definition, and what is to be worked out of it. */
export interface Item {
  readonly metric: Metric;
  readonly function: CollectionFunction | undefined;
  /** Milliseconds. */
  readonly duration: number | undefined;
}

/** Everything that a definition names and that is there now. */
export function itemsOf(definition: Definition, metrics: Metrics): Item[] {
  const { Wildcards, MetricProperties, Metrics: choices } = definition;
  const items: Item[] = [];
  const add = (patterns: readonly string[], rest: Omit<Item, 'metric'>) => {
    for (const pattern of patterns)
      for (const property of expand(pattern, Wildcards, metrics.look, limits.metrics - items.length)) {
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

/** What a function makes of an aggregate. */
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

/** As MetricValue has it: text, and null for an unknown. */
const textOf = (value: Scalar): string | null =>
  value === null ? null : String(typeof value === 'number' ? kept(value) : value);

const shown = ({ property, id }: Metric, value: Scalar, time: number): MetricValue => ({
  ...(id === undefined ? {} : { MetricId: id }),
  MetricProperty: property,
  MetricValue: textOf(value),
  Timestamp: new Date(time).toISOString(),
});

/** Values as of now: of a function over the time that ends now. @throws StoreError */
export function currentValues(items: readonly Item[], history: History, now: number): MetricValue[] {
  return items.map(({ metric, function: name, duration }) => {
    if (name === undefined || duration === undefined || metric.sensor === undefined) {
      const { value, time } = metric.read();
      // Since when something is unknown nobody says; that it is, is known now.
      return shown(metric, value, value === null ? now : (time ?? now));
    }
    const found = history.aggregate(metric.sensor, now - duration, now);
    return shown(metric, found === undefined ? null : calculated(name, found), now);
  });
}

/**
 * Values of the past: each reading, or each value of a function over consecutive times. Where nothing was read, there is
 * no value. @throws StoreError
 */
export function pastValues(
  items: readonly Item[],
  history: History,
  now: number,
  timespan: number,
): MetricValue[] {
  const values: MetricValue[] = [];
  for (const { metric, function: name, duration } of items) {
    const { sensor } = metric;
    if (sensor === undefined) {
      values.push(...currentValues([{ metric, function: undefined, duration: undefined }], history, now));
    } else if (name === undefined || duration === undefined) {
      for (const { time, value } of history.readings(sensor, now - timespan, now))
        values.push(shown(metric, value, time));
    } else {
      const end = Math.floor(now / duration) * duration;
      for (let to = end - Math.floor(timespan / duration - 1) * duration; to <= end; to += duration) {
        const found = history.aggregate(sensor, to - duration, to);
        if (found !== undefined) values.push(shown(metric, calculated(name, found), to));
      }
    }
    if (values.length > limits.values) return values.slice(0, limits.values);
  }
  return values;
}
