import { IpmiError } from './errors.ts';

/** Records of a store, each of which tells the ID of the next: sensor records and the event log. */

/** Behind the last record. */
export const END = 0xffff;
/** How often a store that changes while it is read is begun anew. */
export const RESTARTS = 3;

export interface Page {
  readonly next: number;
  readonly data: Uint8Array;
}

export function hasCode(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof IpmiError && error.kind === 'completion' && codes.includes(error.code ?? -1);
}

/** Records asked for before the chain has come to them. */
export const AHEAD = 8;

/**
 * Follows the chain of records from the one given. A chain that comes back to a record it had ends there.
 *
 * Each record tells the ID of the next, so that reading would go at the pace of one answer after the other.
 * IDs are mostly consecutive, though: as long as they are, the next ones are asked for in advance, `count`
 * being how many there may be. What turns out not to be in the chain is thrown away.
 */
export async function walk(
  get: (record: number) => Promise<Page | undefined>,
  first: number,
  count: number,
  each: (bytes: Uint8Array) => void,
): Promise<void> {
  const ahead = new Map<number, Promise<Page | undefined>>();
  const seen = new Set<number>();
  for (let record = first; record !== END && !seen.has(record); ) {
    seen.add(record);
    const early = await ahead.get(record)?.catch(() => undefined);
    ahead.delete(record);
    const page = early ?? (await get(record));
    if (page === undefined) return;
    each(page.data);
    const [low = 0, high = 0] = page.data;
    const isConsecutive = page.next === (low | (high << 8)) + 1;
    const last = isConsecutive ? page.next + Math.min(AHEAD, count - seen.size) : page.next;
    for (let id = page.next; id < last; id++) {
      if (ahead.has(id) || seen.has(id)) continue;
      const asked = get(id);
      asked.catch(() => undefined);
      ahead.set(id, asked);
    }
    record = page.next;
  }
  // Nothing is left under way behind the caller's back.
  await Promise.allSettled(ahead.values());
}
