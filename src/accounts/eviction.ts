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

/**
 * Returns the session to evict before an account gets one more; empty: there is room. An account at a limit evicts its own
 * longest idle session; a new one, with the total reached, evicts a session of the account that has the most.
 */
export function evictedFor<E extends Evictable>(
  accountId: string,
  entries: readonly E[],
  { perAccount, total }: SessionLimits,
): E[] {
  const own = entries.filter((entry) => entry.session.accountId === accountId);
  const isFull = entries.length >= total;
  if (own.length >= perAccount || (isFull && own.length > 0)) return [longestIdle(own)];
  if (!isFull) return [];
  const groups = new Map<string, E[]>();
  for (const entry of entries) {
    const group = groups.get(entry.session.accountId);
    if (group === undefined) groups.set(entry.session.accountId, [entry]);
    else group.push(entry);
  }
  const largest = [...groups.values()].reduce((most, group) => (group.length > most.length ? group : most));
  return [longestIdle(largest)];
}

function longestIdle<E extends Evictable>(entries: readonly E[]): E {
  return entries.reduce((oldest, entry) => (entry.used < oldest.used ? entry : oldest));
}
