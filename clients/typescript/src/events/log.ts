/** The log as the last resort: looked at again and again for entries that were not there before. */
import { setTimeout as wait } from 'node:timers/promises';
import { members } from '../collection.ts';
import type { Core } from '../core.ts';
import { RedfishError } from '../errors.ts';
import type { ServiceRoot } from '../generated/types.ts';
import { idOf } from '../json.ts';
import type { EventRecord } from './records.ts';

export interface LogOptions {
  /** The LogService's Entries; found under Managers and Systems when left out. */
  readonly entries?: string;
  /** Seconds between two polls; default 10. */
  readonly interval?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The entries of the first log of a manager, else of a system. @throws RedfishError `usage` when there is none */
export async function findLog(core: Core, root: ServiceRoot): Promise<string> {
  for (const collection of [root.Managers, root.Systems]) {
    const uri = idOf(collection);
    if (uri === undefined) continue;
    for await (const owner of members(core, uri)) {
      const services = idOf(owner.LogServices);
      if (services === undefined) continue;
      for await (const log of members(core, services)) {
        const entries = idOf(log.Entries);
        if (entries !== undefined) return entries;
      }
    }
  }
  throw new RedfishError(
    'usage',
    `${core.service.origin} has no event stream and no log: there is nothing to follow`,
  );
}

/** Yields entries that are new since the first look. Memory: the ids of the entries that the log has now. */
export async function* logRecords(
  core: Core,
  root: ServiceRoot,
  options: LogOptions,
): AsyncGenerator<EventRecord> {
  const { interval = 10, signal } = options;
  const { closing } = core.service;
  const entries = options.entries ?? (await findLog(core, root));
  let known: Set<string> | undefined;
  while (!signal?.aborted && !closing.aborted) {
    const present = new Set<string>();
    const fresh: EventRecord[] = [];
    for await (const entry of members(core, entries, signal ? { signal } : {})) {
      const key = `${idOf(entry) ?? ''} ${entry.Created ?? ''}`;
      present.add(key);
      if (known && !known.has(key)) fresh.push(entry as EventRecord);
    }
    known = present;
    // Logs begin with their newest or with their oldest entry: events go out in the order in which they happened.
    yield* fresh.sort((a, b) => String(a.Created ?? '').localeCompare(String(b.Created ?? '')));
    await wait(interval * 1000, undefined, {
      signal: signal ? AbortSignal.any([signal, closing]) : closing,
    }).catch(() => {});
  }
}
