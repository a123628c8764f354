/** Stores whose records name the ID of the next: sensor data records and the event log. */
import { IpmiError } from './errors.ts';

/** Behind the last record. */
export const END = 0xffff;
/** How often a store that changes while it is read is read again. */
export const RESTARTS = 3;

export interface Page {
  readonly next: number;
  readonly data: Uint8Array;
}

/** A record that the controller names and does not give. */
export interface Unread {
  readonly record: number;
  readonly error: IpmiError;
}

export function hasCode(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof IpmiError && error.kind === 'completion' && codes.includes(error.code ?? -1);
}

/** The controller answered, but not with what was asked for. Everything else means that it cannot be reached. */
export function isRefusal(error: unknown): error is IpmiError {
  return error instanceof IpmiError && (error.kind === 'completion' || error.kind === 'malformed');
}

/** Records requested ahead of the chain, and IDs tried behind a record that cannot be read. */
export const AHEAD = 8;

/**
 * Follows the chain of records from `first`. A chain that returns to a record it had ends there.
 *
 * Since each record names the next, reading would take one round trip per record. IDs are mostly consecutive, so while
 * they are, the next ones are requested in advance, `count` being how many records there may be. Answers that turn out
 * not to belong to the chain are dropped.
 *
 * A record that is refused does not end the chain: the IDs behind it are tried, up to `AHEAD` of them.
 *
 * @returns the records that the chain named and that could not be read.
 * @throws IpmiError the first refusal when no record could be read; `timeout`, `unreachable` or `closed`.
 */
export async function walk(
  get: (record: number) => Promise<Page | undefined>,
  first: number,
  count: number,
  each: (record: number, page: Page) => void,
): Promise<readonly Unread[]> {
  const ahead = new Prefetch(get);
  const seen = new Set<number>();
  const unread: Unread[] = [];
  let read = 0;
  let guesses = 0;
  for (let record = first; record < END && !seen.has(record); ) {
    seen.add(record);
    let page: Page | undefined;
    try {
      page = await ahead.take(record);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (guesses === 0) unread.push({ record, error });
      if (guesses === AHEAD || read + unread.length >= count) break;
      guesses++;
      record++;
      continue;
    }
    guesses = 0;
    if (page === undefined) break;
    read++;
    each(record, page);
    const [low = 0, high = 0] = page.data;
    const isConsecutive = page.next === (low | (high << 8)) + 1;
    if (isConsecutive) ahead.request(page.next, Math.min(AHEAD, count - seen.size), seen);
    record = page.next;
  }
  await ahead.settled();
  const [fault] = unread;
  if (fault !== undefined && read === 0) throw fault.error;
  return unread;
}

/** Records that were requested before they were needed. */
class Prefetch {
  readonly #get: (record: number) => Promise<Page | undefined>;
  readonly #requested = new Map<number, Promise<Page | undefined>>();

  constructor(get: (record: number) => Promise<Page | undefined>) {
    this.#get = get;
  }

  /** The record; asked for again when the request in advance failed. */
  async take(record: number): Promise<Page | undefined> {
    const early = await this.#requested.get(record)?.catch(() => undefined);
    this.#requested.delete(record);
    return early ?? this.#get(record);
  }

  request(first: number, count: number, except: ReadonlySet<number>): void {
    for (let record = first; record < Math.min(first + count, END); record++) {
      if (this.#requested.has(record) || except.has(record)) continue;
      const request = this.#get(record);
      request.catch(() => undefined);
      this.#requested.set(record, request);
    }
  }

  /** Resolves when no request is under way. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#requested.values());
  }
}
