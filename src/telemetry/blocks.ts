/** Encodes and decodes rows of history: readings of one minute, and aggregates of consecutive spans. Pure. */
import type { Aggregate } from './aggregate.ts';
import { ByteReader, ByteWriter, readValues, writeValues } from './codec.ts';

/** Encodes the runs of a minute, by the number of the series. */
export function encodeMinute(runs: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const to = new ByteWriter();
  for (const [series, bytes] of runs) {
    to.unsigned(series);
    to.unsigned(bytes.length);
    to.bytes(bytes);
  }
  return to.done();
}

/** Decodes what `encodeMinute` wrote. @throws RangeError for damaged bytes */
export function decodeMinute(bytes: Uint8Array): Map<number, Uint8Array> {
  const from = new ByteReader(bytes);
  const runs = new Map<number, Uint8Array>();
  while (!from.atEnd) {
    const series = from.unsigned();
    runs.set(series, from.bytes(from.unsigned()).slice());
  }
  return runs;
}

/** Aggregates of consecutive spans, by the number of the series; undefined: no readings. At most 31 spans. */
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

/** Decodes what `encodeSpans` wrote; minimum, maximum and average have seven digits. @throws RangeError for damaged bytes */
export function decodeSpans(bytes: Uint8Array): Map<number, (Aggregate | undefined)[]> {
  const from = new ByteReader(bytes);
  const spans = new Map<number, (Aggregate | undefined)[]>();
  while (!from.atEnd) {
    const series = from.unsigned();
    const mask = from.unsigned();
    const counts: number[] = [];
    for (let rest = mask; rest !== 0; rest &= rest - 1) counts.push(from.unsigned());
    const values = readValues(from, counts.length * 3);
    const list: (Aggregate | undefined)[] = [];
    let index = 0;
    for (let at = 0; at < 31; at++) {
      if (((mask >> at) & 1) === 0) continue;
      const count = counts[index] ?? 0;
      const sum = (values[index * 3 + 2] ?? 0) * count;
      list[at] = { count, min: values[index * 3] ?? 0, max: values[index * 3 + 1] ?? 0, sum };
      index += 1;
    }
    spans.set(series, list);
  }
  return spans;
}
