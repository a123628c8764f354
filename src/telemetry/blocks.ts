/** How minutes of history lie in the store: readings of one minute, and aggregates of several spans of equal length. Pure. */
import type { Aggregate } from './aggregate.ts';
import { ByteReader, ByteWriter, readValues, writeValues } from './codec.ts';

/** Encoded readings of a minute, by the number of the series. */
export function encodeMinute(runs: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const to = new ByteWriter();
  for (const [series, bytes] of runs) {
    to.unsigned(series);
    to.unsigned(bytes.length);
    to.bytes(bytes);
  }
  return to.done();
}

/** @throws RangeError where the bytes make no sense */
export function decodeMinute(bytes: Uint8Array): Map<number, Uint8Array> {
  const from = new ByteReader(bytes);
  const runs = new Map<number, Uint8Array>();
  while (!from.atEnd) {
    const series = from.unsigned();
    runs.set(series, from.bytes(from.unsigned()).slice());
  }
  return runs;
}

/** Aggregates of consecutive spans, by the number of the series; a hole where nothing was read. At most 31 spans. */
export type Spans = ReadonlyMap<number, readonly (Aggregate | undefined)[]>;

export function encodeSpans(spans: Spans): Uint8Array {
  const to = new ByteWriter();
  for (const [series, list] of spans) {
    const there = list.flatMap((each, at) => (each === undefined ? [] : [{ at, each }]));
    to.unsigned(series);
    to.unsigned(there.reduce((mask, { at }) => mask + 2 ** at, 0));
    for (const { each } of there) to.unsigned(each.count);
    writeValues(
      to,
      there.flatMap(({ each }) => [each.min, each.max, each.sum / each.count]),
    );
  }
  return to.done();
}

/** @throws RangeError where the bytes make no sense */
export function decodeSpans(bytes: Uint8Array): Map<number, (Aggregate | undefined)[]> {
  const from = new ByteReader(bytes);
  const spans = new Map<number, (Aggregate | undefined)[]>();
  while (!from.atEnd) {
    const series = from.unsigned();
    const mask = from.unsigned();
    const places = Array.from({ length: 31 }, (_, at) => at).filter(
      (at) => Math.floor(mask / 2 ** at) % 2 === 1,
    );
    const counts = places.map(() => from.unsigned());
    const values = readValues(from, places.length * 3);
    const list: (Aggregate | undefined)[] = [];
    for (const [index, at] of places.entries()) {
      const count = counts[index] ?? 0;
      const [min = 0, max = 0, average = 0] = values.slice(index * 3, index * 3 + 3);
      list[at] = { count, min, max, sum: average * count };
    }
    spans.set(series, list);
  }
  return spans;
}
