/**
 * Readings of all series in one minute. With thousands of series and sixty minutes, one buffer per series would cost several
 * times its content: each minute has one buffer for runs and one for aggregates.
 */
import { type Aggregate, aggregateOf } from './aggregate.ts';
import { ByteWriter, decodeRun, type Run, writeRun } from './codec.ts';

/** Numbers of one aggregate: count, min, max, sum. The count is NaN until the aggregate is computed. */
const width = 4;

export class Minute {
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly #places = new Map<string, number>();
  readonly #ends: number[] = [];
  readonly #bytes: Uint8Array;
  readonly #aggregates: Float64Array;

  /** @param runs one run per series, encoded or not; a missing aggregate is computed at its first use */
  constructor(
    start: number,
    runs: Iterable<readonly [series: string, run: Uint8Array | Run, aggregate?: Aggregate]>,
  ) {
    this.start = start;
    const to = new ByteWriter();
    const aggregates: (Aggregate | undefined)[] = [];
    for (const [series, run, aggregate] of runs) {
      this.#places.set(series, this.#ends.length);
      if (run instanceof Uint8Array) to.bytes(run);
      else writeRun(to, run);
      this.#ends.push(to.length);
      aggregates.push(aggregate);
    }
    this.#bytes = to.done();
    this.#aggregates = new Float64Array(aggregates.length * width).fill(Number.NaN);
    for (const [place, aggregate] of aggregates.entries())
      if (aggregate !== undefined) this.#setAggregate(place, aggregate);
  }

  get series(): Iterable<string> {
    return this.#places.keys();
  }

  /** Returns the encoded run of a series; undefined: no readings. */
  bytes(series: string): Uint8Array | undefined {
    const place = this.#places.get(series);
    return place === undefined
      ? undefined
      : this.#bytes.subarray(this.#ends[place - 1] ?? 0, this.#ends[place]);
  }

  /** Returns the run of a series; undefined: no readings. @throws RangeError for damaged bytes */
  run(series: string): Run | undefined {
    const bytes = this.bytes(series);
    return bytes === undefined ? undefined : decodeRun(bytes);
  }

  /** Returns the aggregate of a series; undefined: no readings, or a damaged run. */
  aggregate(series: string): Aggregate | undefined {
    const place = this.#places.get(series);
    if (place === undefined) return undefined;
    if (Number.isNaN(this.#aggregates[place * width])) this.#setAggregate(place, this.#computed(series));
    const [count = 0, min = 0, max = 0, sum = 0] = this.#aggregates.subarray(place * width);
    return count === 0 ? undefined : { count, min, max, sum };
  }

  #computed(series: string): Aggregate {
    const nothing = { count: 0, min: 0, max: 0, sum: 0 };
    try {
      return aggregateOf(this.run(series)?.values ?? []) ?? nothing;
    } catch (error) {
      // A damaged run counts as a gap.
      if (error instanceof RangeError) return nothing;
      throw error;
    }
  }

  #setAggregate(place: number, { count, min, max, sum }: Aggregate): void {
    this.#aggregates.set([count, min, max, sum], place * width);
  }
}
