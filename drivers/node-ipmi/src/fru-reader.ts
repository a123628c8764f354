/** Reads and writes the contents of FRU devices. */
import { hasCode, isRefusal } from './chain.ts';
import { run } from './command.ts';
import {
  type FruAreaInfo,
  getFruInfo,
  readFru as readFruCommand,
  writeFru as writeFruCommand,
} from './commands/storage.ts';
import { IpmiError } from './errors.ts';
import { fruExtent } from './fru-extent.ts';
import type { Target } from './message.ts';
import { TOO_MUCH } from './record-reader.ts';

const LARGEST_PART = 32;
const SMALLEST_PART = 8;

/**
 * The contents of a FRU device, for `decodeFru`: from the first byte to the end of its last area. The size that the
 * controller states is an upper limit only: some state more than they can read. Contents end where reading ends.
 *
 * @throws IpmiError when not even the first byte can be read, or the controller cannot be reached.
 */
export async function readFruData(target: Target, fru = 0): Promise<Uint8Array> {
  const reader = new FruReader(target, fru, await run(target, getFruInfo, { fru }));
  for (;;) {
    const { bytes } = reader;
    const end = Math.min(fruExtent(bytes), reader.size);
    if (bytes.length >= end) return bytes;
    await reader.extend(end);
  }
}

/** Contents of a FRU device that grow from the front. */
class FruReader {
  readonly #target: Target;
  readonly #fru: number;
  /** Bytes of a unit in which offsets and counts are given. */
  readonly #unit: number;
  readonly #contents: Uint8Array;
  #size: number;
  #length = 0;
  #part = LARGEST_PART;

  constructor(target: Target, fru: number, { size, words }: FruAreaInfo) {
    this.#target = target;
    this.#fru = fru;
    this.#unit = words ? 2 : 1;
    this.#size = size;
    this.#contents = new Uint8Array(size);
  }

  /** What has been read. */
  get bytes(): Uint8Array {
    return this.#contents.slice(0, this.#length);
  }

  /** Bytes that can be read, as far as known. */
  get size(): number {
    return this.#size;
  }

  /** Reads up to `end`, many parts at once. Where a part is refused in any length, the device ends there. */
  async extend(end: number): Promise<void> {
    const part = this.#part;
    const starts: number[] = [];
    for (let start = this.#length; start < end; start += part) starts.push(start);
    const reads = starts.map((start) => this.#fill(start, Math.min(start + part, end)));
    const results = await Promise.all(reads);
    const stopped = results.find(({ error }) => error !== undefined);
    this.#length = stopped?.at ?? end;
    if (stopped?.error === undefined) return;
    if (hasCode(stopped.error, ...TOO_MUCH) && part > SMALLEST_PART) this.#part = part >> 1;
    else if (this.#length === 0) throw stopped.error;
    else this.#size = this.#length;
  }

  /** Reads bytes `from` to `end`; the controller may give fewer than asked at a time. @returns where reading stopped. */
  async #fill(from: number, end: number): Promise<{ readonly at: number; readonly error?: IpmiError }> {
    const unit = this.#unit;
    for (let at = from; at < end; ) {
      try {
        const request = {
          fru: this.#fru,
          offset: Math.floor(at / unit),
          count: Math.ceil((end - at) / unit),
        };
        const { count, data } = await run(this.#target, readFruCommand, request);
        const stated = data.subarray(0, count * unit);
        const usable = stated.subarray(0, stated.length - (stated.length % unit));
        if (usable.length === 0)
          throw new IpmiError('malformed', `FRU ${this.#fru} ends at byte ${at} of ${this.#contents.length}`);
        this.#contents.set(usable.subarray(0, end - at), at);
        at = Math.min(at + usable.length, end);
        if (at === end) return { at };
      } catch (error) {
        if (!isRefusal(error)) throw error;
        return { at, error };
      }
    }
    return { at: end };
  }
}

/** Writes a FRU device from its first byte on, in order: a loss of power in between leaves an intact beginning. */
export async function writeFruData(target: Target, contents: Uint8Array, fru = 0): Promise<void> {
  const { size, words } = await run(target, getFruInfo, { fru });
  if (contents.length > size) {
    throw new IpmiError('invalid', `${contents.length} bytes do not fit FRU ${fru}, which has ${size}`);
  }
  const unit = words ? 2 : 1;
  for (let at = 0; at < contents.length; ) {
    const data = contents.subarray(at, at + 16);
    const written = (await run(target, writeFruCommand, { fru, offset: at / unit, data })) * unit;
    if (written === 0 || written > data.length)
      throw new IpmiError(
        'malformed',
        `FRU ${fru} reports ${written} of ${data.length} bytes written at byte ${at}`,
      );
    at += written;
  }
}
