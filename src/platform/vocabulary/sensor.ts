/** A sensor, wherever it is declared: facts, thresholds, and their rules. */
import { pointer } from '../source/pointer.ts';
import { context, displayName, inChassis } from './common.ts';
import type { Breach, Loose, Rules } from './rule.ts';
import { duration, type Facts, id, number, object, optional, ref, withRules } from './schema.ts';

export const thresholds = object(
  {
    upperFatal: optional(number('Reading at or above which the part is lost.')),
    upperCritical: optional(number('Reading at or above which the part is in danger.')),
    upperCaution: optional(number('Reading at or above which an operator should look.')),
    lowerCaution: optional(number('Reading at or below which an operator should look.')),
    lowerCritical: optional(number('Reading at or below which the part is in danger.')),
    lowerFatal: optional(number('Reading at or below which the part is lost.')),
  },
  'Limits in the unit of the reading: Cel, V, A, W, {rev}/min or %.',
);

/** Properties of every sensor. */
export const sensorFacts = {
  id: id('sensor'),
  name: optional(displayName, 'the id as words'),
  context: optional(context),
  chassis: optional(inChassis('lists the sensor'), 'the chassis of the device, or the first chassis'),
  thresholds: optional(thresholds),
  hysteresis: optional(
    number('Distance that a reading must return past a threshold to clear it.', { minimum: 0 }),
    '1 % of the threshold',
  ),
  range: optional(
    object(
      { min: number('Least reading.'), max: number('Greatest reading.') },
      'Readings that the sensor can report.',
    ),
  ),
  poll: optional(duration('Sampling period.'), '1 s'),
  poweredBy: optional(ref('host', 'Host that must be on for the reading to be valid.')),
} as const;

/** Properties of a sensor whose device reports another quantity or scale. */
export const scaledFacts = {
  ...sensorFacts,
  scale: optional(number('Factor applied to the value that the device reports.'), '1'),
  offset: optional(number('Addend applied after `scale`.'), '0'),
} as const;

const sensorSchema = object(scaledFacts, 'A measured value of the board.');
export type SensorFacts = Facts<typeof sensorSchema>;
export type ThresholdFacts = Facts<typeof thresholds>;

/** Thresholds in ascending order; the two cautions leave room for a normal reading between them. */
const ascending: readonly (keyof ThresholdFacts)[] = [
  'lowerFatal',
  'lowerCritical',
  'lowerCaution',
  'upperCaution',
  'upperCritical',
  'upperFatal',
];

/** Shortest and longest sampling period, ms. */
const pollBounds = { shortest: 50, longest: 24 * 3600 * 1000 };

/** A breach when a sampling period is one that no device keeps. */
export function* pollBreach(poll: number | undefined, path: string): Iterable<Breach> {
  if (poll === undefined || (poll >= pollBounds.shortest && poll <= pollBounds.longest)) return;
  const message = `a sampling period of ${poll} ms is too ${poll < pollBounds.shortest ? 'short' : 'long'}`;
  yield { path: pointer(path, 'poll'), message, hint: 'between 50 ms and 24 h; 1 s is usual' };
}

export const sensorRules: Rules<Loose<SensorFacts>> = {
  *'threshold-order'({ thresholds = {} }, path) {
    let before: { name: string; value: number } | undefined;
    for (const name of ascending) {
      const value = thresholds[name];
      if (value === undefined) continue;
      const crosses = before !== undefined && name.slice(0, 5) !== before.name.slice(0, 5);
      if (before !== undefined && (crosses ? value <= before.value : value < before.value)) {
        const message = `${name} ${value} is ${crosses ? 'not above' : 'below'} ${before.name} ${before.value}`;
        const hint = `in ascending order: ${ascending.join(', ')}`;
        yield { path: pointer(path, 'thresholds', name), message, hint };
      }
      before = { name, value };
    }
  },

  *'range-order'({ range: { min, max } = {} }, path) {
    if (min === undefined || max === undefined || min < max) return;
    yield { path: pointer(path, 'range'), message: `min ${min} is not below max ${max}`, hint: 'swap them' };
  },

  *poll({ poll }, path) {
    yield* pollBreach(poll, path);
  },
};

/** A sensor of a device that may report another scale. */
export const sensor = withRules(sensorSchema, sensorRules);
/** A sensor of an input whose scale is known. */
export const plainSensor = (description: string) => object(sensorFacts, description, { rules: sensorRules });
