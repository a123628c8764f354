/** Selects the session that is ended when a limit of sessions is reached. Pure. */

export interface Evictable {
  readonly session: { readonly accountId: string };
  /** Monotonic time of the last request, milliseconds. */
  readonly used: number;
}

export interface SessionLimits {
  readonly perAccount: number;
  readonly total: number;
}

/** A session that was used so recently, in milliseconds, belongs to a client that is at work: it is never evicted. */
export const protectedFor = 300_000;

/**
 * Returns the sessions to evict before an account gets one more; null: there is no room, and every session that could go is
 * in use. An account at a limit evicts its own longest idle session. A new one, with the total reached, evicts a session of
 * the account that has the most, in use or not: users with many sessions must not keep another from logging in.
 * @param now monotonic time, milliseconds
 */
export function evictedFor<E extends Evictable>(
  accountId: string,
  entries: readonly E[],
  { perAccount, total }: SessionLimits,
  now: number,
): E[] | null {
  const own = entries.filter((entry) => entry.session.accountId === accountId);
  const isFull = entries.length >= total;
  if (own.length >= perAccount || (isFull && own.length > 0)) {
    const idle = longestIdle(own);
    return now - idle.used < protectedFor ? null : [idle];
  }
  return isFull ? [longestIdle(largestGroup(entries))] : [];
}

function largestGroup<E extends Evictable>(entries: readonly E[]): readonly E[] {
  const groups = new Map<string, E[]>();
  for (const entry of entries) {
    const group = groups.get(entry.session.accountId);
    if (group === undefined) groups.set(entry.session.accountId, [entry]);
    else group.push(entry);
  }
  return [...groups.values()].reduce((most, group) => (group.length > most.length ? group : most));
}

function longestIdle<E extends Evictable>(entries: readonly E[]): E {
  return entries.reduce((oldest, entry) => (entry.used < oldest.used ? entry : oldest));
}
