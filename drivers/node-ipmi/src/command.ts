/** The shape of an IPMI command, and reading and writing its fields. */
import { copyOf } from './bytes.ts';
import { completionError, IpmiError } from './errors.ts';
import type { Target } from './message.ts';

/**
 * A command with its types: the layout of the request and the contents of the response.
 *
 * `encode` gives the data behind the command byte; `decode` reads the data behind a completion code of 0.
 */
export interface Command<Request, Response> {
  readonly name: string;
  readonly netFn: number;
  readonly command: number;
  encode(request: Request): Uint8Array | readonly number[];
  decode(reader: FieldReader, request: Request): Response;
  /** Completion codes that mean something of their own here. */
  readonly codes?: Readonly<Record<number, string>>;
}

/**
 * Sends a command and reads its answer. Fails with an IpmiError: `completion` when the controller refused,
 * `malformed` where the answer is too short, and whatever the target fails with.
 */
export async function run<Request, Response>(
  target: Target,
  command: Command<Request, Response>,
  request: Request,
  lun = 0,
): Promise<Response> {
  const { netFn, name, codes } = command;
  const data = Uint8Array.from(command.encode(request));
  const response = await target.send({ netFn, command: command.command, data, lun });
  if (response.code !== 0) throw completionError(name, response.code, codes);
  return command.decode(new FieldReader(response.data, name), request);
}

/** Reads numbers one behind the other, least significant byte first; fails `malformed` at the end of the bytes. */
export class FieldReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw this.#short(1);
    this.#at++;
    return value;
  }

  u16(): number {
    return this.u8() | (this.u8() << 8);
  }

  u24(): number {
    return this.u16() | (this.u8() << 16);
  }

  u32(): number {
    return this.u24() + this.u8() * 0x1000000;
  }

  bytes(length: number): Uint8Array {
    if (length > this.left) throw this.#short(length);
    const out = copyOf(this.#bytes, this.#at, this.#at + length);
    this.#at += length;
    return out;
  }

  rest(): Uint8Array {
    return this.bytes(this.left);
  }

  /** Fails unless the next byte is the one expected: the identifier of a group or OEM answer. */
  expect(value: number): void {
    if (this.u8() !== value) throw new IpmiError('malformed', `${this.#what}: the answer is of another kind`);
  }

  #short(wanted: number): IpmiError {
    const place = `byte ${this.#at} of ${this.#bytes.length}`;
    return new IpmiError(
      'malformed',
      `${this.#what}: the answer ends at ${place}, where ${wanted} more belong`,
    );
  }
}

/** An unsigned number as `count` bytes, least significant first. Fails `invalid` where it does not fit. */
export function le(value: number, count: number): number[] {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * count)) {
    throw new IpmiError('invalid', `${value} does not fit ${count} byte${count === 1 ? '' : 's'}`);
  }
  return Array.from({ length: count }, (_, index) => Math.floor(value / 2 ** (8 * index)) & 0xff);
}

/** A number checked against the width of its bit field. Fails `invalid` where it does not fit. */
export function bits(value: number, width: number): number {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** width) {
    throw new IpmiError('invalid', `${value} does not fit ${width} bit${width === 1 ? '' : 's'}`);
  }
  return value;
}

/** Bits as a number: the first is bit 0. */
export function flags(...values: readonly (boolean | undefined)[]): number {
  return values.reduce((mask, value, bit) => mask | (value === true ? 1 << bit : 0), 0);
}

/** A text in a field of fixed length, filled up with NUL. Fails `invalid` where it is too long. */
export function fixedText(text: string, length: number): Uint8Array {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > length)
    throw new IpmiError('invalid', `a text of ${bytes.length} bytes where ${length} fit`);
  const out = new Uint8Array(length);
  out.set(bytes);
  return out;
}

/** The text of a field of fixed length, up to the first NUL. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
}

/** Device and SEL time: seconds since 1970, or undefined where the clock was never set (0 and all ones). */
export function timeOf(seconds: number): Date | undefined {
  return seconds === 0 || seconds === 0xffffffff ? undefined : new Date(seconds * 1000);
}

/** No data either way. */
export const nothing = (): readonly number[] => [];
export const ignore = (): undefined => undefined;
