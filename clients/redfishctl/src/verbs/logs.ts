/** The event log and the event stream. */
import { dateOf, type EventRecord, idOf, isObject, type JsonObject } from '@redfishd/client';
import type { Bmc } from '../bmc.ts';
import { CommandError, usageError } from '../exit.ts';
import type { Row } from '../output.ts';

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function entryRow(entry: JsonObject): Row {
  return {
    id: text(entry.Id),
    created: text(entry.Created) ?? text(entry.EventTimestamp),
    severity: text(entry.Severity) ?? text(entry.MessageSeverity),
    message: text(entry.Message),
    messageId: text(entry.MessageId),
    origin:
      idOf(entry.OriginOfCondition) ??
      idOf(isObject(entry.Links) ? entry.Links.OriginOfCondition : undefined) ??
      null,
  };
}

function eventRow(record: EventRecord): Row {
  return {
    id: text(record.EventId) ?? text(record.Id),
    created: text(record.EventTimestamp) ?? text(record.Created),
    severity: text(record.MessageSeverity) ?? text(record.Severity),
    message: text(record.Message),
    messageId: text(record.MessageId),
    origin: idOf(record.OriginOfCondition) ?? null,
  };
}

/** Names of event logs, the best first: the IPMI SEL, then what vendors call their log of events. */
const preferred = [/^sel$/i, /^event_?log$/i, /^iel$/i, /^iml$/i, /^log\d*$/i, /sel|event|log/i];

/** The log that --log names, else the best of systems and managers. */
async function logOf(bmc: Bmc): Promise<JsonObject> {
  const owners = [...(await bmc.systems()), ...(await bmc.managers())];
  const services = (await Promise.all(owners.map((owner) => bmc.members(owner.LogServices)))).flat();
  const wanted = bmc.args.text('log');
  const of = (test: (id: string) => boolean): JsonObject | undefined =>
    services.find(({ Id, Entries }) => typeof Id === 'string' && idOf(Entries) !== undefined && test(Id));
  const found =
    wanted === undefined
      ? preferred.map((pattern) => of((id) => pattern.test(id))).find((log) => log !== undefined)
      : of((id) => id.toLowerCase() === wanted.toLowerCase());
  if (found) return found;
  const ids = services.map(({ Id }) => Id).join(', ');
  throw new CommandError('missing', `${bmc.name}: no log ${wanted ?? ''}; there are: ${ids || 'none'}`);
}

/** Entries, the oldest first, by --since and --last. */
async function entries(bmc: Bmc, log: JsonObject): Promise<JsonObject[]> {
  const sinceText = bmc.args.text('since');
  const since = sinceText === undefined ? undefined : Date.parse(sinceText);
  if (Number.isNaN(since))
    throw usageError(`--since ${sinceText}: give a date and time such as 2026-11-30T12:00:00Z`);
  const last = bmc.args.number('last', 0);
  const time = (entry: JsonObject): number => dateOf(entry.Created)?.getTime() ?? 0;
  const all = (await bmc.members(log.Entries)).map((entry, index) => ({ entry, index }));
  // Services give the newest first, or last; the id decides between entries of the same second.
  all.sort(
    (a, b) => time(a.entry) - time(b.entry) || Number(a.entry.Id) - Number(b.entry.Id) || a.index - b.index,
  );
  const list = all.map(({ entry }) => entry).filter((entry) => since === undefined || time(entry) >= since);
  return last === undefined ? list : list.slice(Math.max(0, list.length - last));
}

const logRow = (log: JsonObject): Row => ({
  id: text(log.Id),
  name: text(log.Name),
  entries: log.MaxNumberOfRecords ?? null,
  overwrite: text(log.OverWritePolicy),
  dateTime: text(log.DateTime),
});

async function* follow(bmc: Bmc, first: readonly Row[]): AsyncGenerator<Row> {
  const count = bmc.args.number('count', 1) ?? Number.POSITIVE_INFINITY;
  let seen = 0;
  for (const row of first) yield row;
  for await (const record of bmc.client.events()) {
    yield eventRow(record);
    seen += 1;
    if (seen >= count) return;
  }
}

async function* followLog(bmc: Bmc): AsyncGenerator<Row> {
  yield* follow(bmc, (await entries(bmc, await logOf(bmc))).map(entryRow));
}

/** `sel [list|info|show ID|clear] [-f]` */
export function sel(bmc: Bmc): Promise<Row[]> | AsyncIterable<Row> {
  return bmc.args.has('follow') ? followLog(bmc) : selOnce(bmc);
}

async function selOnce(bmc: Bmc): Promise<Row[]> {
  const [word = 'list', id] = bmc.args.words;
  if (!['list', 'elist', 'info', 'show', 'clear'].includes(word))
    throw usageError(`sel ${word}: give list, info, show ID, or clear`);
  const log = await logOf(bmc);
  if (word === 'info') return [{ ...logRow(log), entries: (await bmc.members(log.Entries)).length }];
  if (word === 'clear') {
    await bmc.action(log, 'LogService.ClearLog', {});
    return [logRow(log)].map(({ id: name }) => ({ id: name, cleared: true }));
  }
  const rows = (await entries(bmc, log)).map(entryRow);
  if (word !== 'show') return rows;
  if (id === undefined) throw usageError('sel show: give the ID of an entry');
  const found = rows.filter((row) => row.id === id);
  if (!found.length) throw new CommandError('missing', `${bmc.name}: no entry ${id} in the log ${log.Id}`);
  return found;
}

/** `events [--count N]`: follows the event stream, over restarts of the service. */
export function events(bmc: Bmc): AsyncIterable<Row> {
  return follow(bmc, []);
}
