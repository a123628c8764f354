/** Derived sensors: readings that are calculated from the readings of other sensors as these change. */
import type { DerivedSensorFacts, Platform } from '../../platform/vocabulary/index.ts';
import type { Sensor } from '../model/sensor.ts';
import type { BoardSignals } from '../signals.ts';
import type { SensorDeclaration } from './reader.ts';
import type { BoardSensor } from './sensor.ts';

/** What the inputs amount to. */
export type Derivation =
  | { readonly kind: 'reading'; readonly value: number; readonly time: Date }
  /** An input has no reading. */
  | { readonly kind: 'unknown'; readonly missing: Sensor }
  /** No input is plugged in. */
  | { readonly kind: 'absent' };

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Result for at least one value. */
const operations: Readonly<
  Record<
    DerivedSensorFacts['operation'],
    (values: readonly number[], coefficients: readonly number[]) => number
  >
> = {
  sum,
  difference: ([first = 0, ...others]) => first - sum(others),
  product: (values) => values.reduce((total, value) => total * value, 1),
  minimum: (values) => Math.min(...values),
  maximum: (values) => Math.max(...values),
  mean: (values) => sum(values) / values.length,
  polynomial: (values, coefficients) =>
    coefficients.reduceRight((total, coefficient) => total * (sum(values) / values.length) + coefficient, 0),
};

/** Calculates a derived sensor; a reading is as old as its oldest input. */
export function derive(
  {
    operation,
    skipAbsent = false,
    coefficients = [],
  }: Pick<DerivedSensorFacts, 'operation' | 'skipAbsent' | 'coefficients'>,
  inputs: readonly Sensor[],
): Derivation {
  const used = skipAbsent ? inputs.filter(({ status }) => status.state !== 'Absent') : inputs;
  if (used.length === 0) return { kind: 'absent' };
  const values: number[] = [];
  let oldest = Number.POSITIVE_INFINITY;
  for (const input of used) {
    if (input.reading === null || input.readingTime === null) return { kind: 'unknown', missing: input };
    values.push(input.reading);
    oldest = Math.min(oldest, input.readingTime.getTime());
  }
  return { kind: 'reading', value: operations[operation](values, coefficients), time: new Date(oldest) };
}

/** The derived sensors of a descriptor; the period of each is the longest of its inputs in `measured`. */
export function derivedSensors(
  { derivedSensors = [] }: Platform,
  measured: readonly SensorDeclaration[],
): SensorDeclaration[] {
  const periods = new Map(measured.map(({ facts, period }) => [facts.id, period]));
  return derivedSensors.map((facts) => {
    const period = Math.max(...facts.inputs.map((id) => periods.get(id) ?? 0));
    periods.set(facts.id, period);
    return {
      ...{ facts, chassis: facts.chassis, quantity: facts.quantity, inputs: facts.inputs, period },
      device: `${facts.operation} of ${facts.inputs.join(', ')}`,
      poweredBy: facts.poweredBy ?? null,
      unsupported: null,
    };
  });
}

/** Recalculates each derived sensor after a change of its inputs, until the end of the board. */
export function followInputs(
  { derivedSensors = [] }: Platform,
  sensors: ReadonlyMap<string, BoardSensor>,
  signals: BoardSignals,
): void {
  if (derivedSensors.length === 0) return;
  const last = new Map<string, string>();
  signals.on('changesSettled', () => {
    for (const facts of derivedSensors) {
      const sensor = sensors.get(facts.id);
      const inputs = facts.inputs.flatMap((id) => sensors.get(id) ?? []);
      // A sensor whose inputs are unchanged keeps its reading: an update would announce a change again.
      const seen = inputs
        .map(({ reading, readingTime, status }) => `${reading} ${readingTime?.getTime()} ${status.state}`)
        .join();
      if (sensor === undefined || last.get(facts.id) === seen) continue;
      last.set(facts.id, seen);
      show(sensor, derive(facts, inputs));
    }
  });
}

function show(sensor: BoardSensor, result: Derivation): void {
  if (result.kind === 'absent') sensor.markAbsent('none of its inputs is plugged in');
  else if (result.kind === 'unknown') {
    const { missing } = result;
    const { state } = missing.status;
    const reason = `${missing.id} has no reading${missing.fault === null ? '' : `: ${missing.fault}`}`;
    sensor.markUnavailable(state === 'Enabled' ? 'UnavailableOffline' : state, reason);
  } else {
    const impossible = sensor.implausibility(result.value);
    if (impossible === null) sensor.setReading(result.value, result.time);
    else sensor.markUnavailable('UnavailableOffline', impossible, 'Warning');
  }
}
