/**
 * Readings of all series in one minute. A board may have thousands of series, and sixty such minutes: they lie in few large
 * pieces of memory, since a piece for each would take several times what is in it.
 */
import { type Aggregate, aggregateOf } from './aggregate.ts';
import { ByteWriter, decodeRun, type Run, writeRun } from './codec.ts';

/** Numbers that an aggregate takes: count, min, max, sum. The count of one that is not worked out yet is NaN. */
const width = 4;

export class Minute {
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly #places = new Map<string, number>();
  readonly #ends: number[] = [];
  readonly #bytes: Uint8Array;
  readonly #aggregates: Float64Array;

  /** Of runs, encoded or not, one for each series; aggregates that are not given are worked out when they are first wanted. */
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
      if (aggregate !== undefined) this.#remember(place, aggregate);
  }

  get series(): Iterable<string> {
    return this.#places.keys();
  }

  /** The encoded run of a series that was read. */
  bytes(series: string): Uint8Array | undefined {
    const place = this.#places.get(series);
    return place === undefined
      ? undefined
      : this.#bytes.subarray(this.#ends[place - 1] ?? 0, this.#ends[place]);
  }

  /** @throws RangeError where what was stored makes no sense */
  run(series: string): Run | undefined {
    const bytes = this.bytes(series);
    return bytes === undefined ? undefined : decodeRun(bytes);
  }

  /** Undefined of a series that was not read, or whose run makes no sense. */
  aggregate(series: string): Aggregate | undefined {
    const place = this.#places.get(series);
    if (place === undefined) return undefined;
    if (Number.isNaN(this.#aggregates[place * width])) this.#remember(place, this.#worked(series));
    const [count = 0, min = 0, max = 0, sum = 0] = this.#aggregates.subarray(place * width);
    return count === 0 ? undefined : { count, min, max, sum };
  }

  #worked(series: string): Aggregate {
    const nothing = { count: 0, min: 0, max: 0, sum: 0 };
    try {
      return aggregateOf(this.run(series)?.values ?? []) ?? nothing;
    } catch (error) {
      // A hole in history.
      if (error instanceof RangeError) return nothing;
      throw error;
    }
  }

  #remember(place: number, { count, min, max, sum }: Aggregate): void {
    this.#aggregates.set([count, min, max, sum], place * width);
  }
}
