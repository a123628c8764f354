/**
 * Compact encoding of readings: differences between consecutive values as whole numbers of variable length (LEB128).
 * Values keep seven significant digits, more than any sensor measures. Pure.
 */

/** In place of a scale: the values have no common decimal scale and follow as doubles. */
const asDoubles = 255;
/** The largest whole number that a double holds exactly. */
const exact = Number.MAX_SAFE_INTEGER;

export class ByteWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Number of bytes written. */
  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  /** Writes a whole number from 0 to 2^53 - 1, seven bits per byte, least significant first (LEB128). */
  unsigned(value: number): void {
    this.#room(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  double(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Reads what ByteWriter wrote. Every method throws RangeError at the end of the bytes. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new RangeError('the bytes end too early');
    return value;
  }

  unsigned(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError('the bytes end too early');
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  double(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  bytes(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new RangeError('the bytes end too early');
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }
}

const digits = 7;

/** Returns a value rounded to seven significant digits. Whole numbers take a path without text conversion. */
export const kept = (value: number): number =>
  Number.isInteger(value) && Math.abs(value) < 10 ** digits ? value + 0 : Number(value.toPrecision(digits));

/** Returns the number of digits after the decimal point: 2 for 12.25, 0 for 3000. */
function decimals(value: number): number {
  if (Number.isInteger(value)) return 0;
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const point = mantissa.indexOf('.');
  const digits = point < 0 ? 0 : mantissa.length - point - 1;
  return Math.max(0, digits - Number(exponent));
}

/** Maps whole numbers to non-negative ones, small magnitudes to small numbers (zigzag). */
const folded = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const unfolded = (value: number): number => (value % 2 === 1 ? -(value + 1) / 2 : value / 2);

/** Writes finite values in order. Their number is not written. */
export function writeValues(to: ByteWriter, values: readonly number[]): void {
  const rounded = values.map(kept);
  const scale = Math.max(0, ...rounded.map(decimals));
  const factor = 10 ** scale;
  const whole = rounded.map((value) => Math.round(value * factor));
  // A difference has up to twice the magnitude, and zigzag doubles it again.
  const fits =
    scale < 20 && whole.every((value, at) => Math.abs(value) < exact / 4 && value / factor === rounded[at]);
  if (!fits) {
    to.byte(asDoubles);
    for (const value of rounded) to.double(value);
    return;
  }
  to.byte(scale);
  let before = 0;
  for (const value of whole) {
    to.unsigned(folded(value - before));
    before = value;
  }
}

/** Reads `count` values. @throws RangeError for damaged bytes */
export function readValues(from: ByteReader, count: number): number[] {
  const scale = from.byte();
  const values = new Array<number>(count);
  if (scale === asDoubles) {
    for (let at = 0; at < count; at++) values[at] = from.double();
    return values;
  }
  const factor = 10 ** scale;
  let before = 0;
  for (let at = 0; at < count; at++) {
    before += unfolded(from.unsigned());
    values[at] = before / factor;
  }
  return values;
}

/** Readings of one sensor; times in milliseconds from the start of the span. */
export interface Run {
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** Writes a run. Times are whole milliseconds at a nearly constant period: second differences are written. */
export function writeRun(to: ByteWriter, { times, values }: Run): void {
  to.unsigned(times.length);
  writeValues(to, values);
  let before = 0;
  let step = 0;
  for (const time of times) {
    to.unsigned(folded(time - before - step));
    step = time - before;
    before = time;
  }
}

export function encodeRun(run: Run): Uint8Array {
  const to = new ByteWriter();
  writeRun(to, run);
  return to.done();
}

/** Decodes what `writeRun` wrote. @throws RangeError for damaged bytes */
export function decodeRun(bytes: Uint8Array): Run {
  const from = new ByteReader(bytes);
  const count = from.unsigned();
  const values = readValues(from, count);
  let before = 0;
  let step = 0;
  const times = Array.from({ length: count }, () => {
    step += unfolded(from.unsigned());
    before += step;
    return before;
  });
  return { times, values };
}
