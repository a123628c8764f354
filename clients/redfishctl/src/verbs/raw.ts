/** Any resource and any request; recordings, findings, uploads, the manager's reset. */
import { readFileSync } from 'node:fs';
import { type Finding, idOf, isObject, type JsonObject, RedfishError, valueAt } from '@redfishd/client';
import type { Bmc } from '../bmc.ts';
import { CommandError, usageError } from '../exit.ts';
import type { Row } from '../output.ts';
import { inputText, notice } from '../terminal.ts';

/** The URI of a resource, also without `/redfish/v1/`. */
export const uriOf = (word: string): string => (word.startsWith('/') ? word : `/redfish/v1/${word}`);

/** `get PATH`: a resource as the service sends it, or with `#/pointer` a part of it. */
export async function get(bmc: Bmc): Promise<Row[]> {
  const [path = ''] = bmc.args.words;
  const value: unknown = await bmc.client.get<JsonObject, string>(uriOf(path));
  return [isObject(value) ? value : { value }];
}

/** The value of `key=value`: JSON where it is some, else a string. `a.b=1` nests. */
function fieldInto(body: JsonObject, field: string): JsonObject {
  const equals = field.indexOf('=');
  if (equals < 1) throw usageError(`-F ${field}: give NAME=VALUE`);
  const [path, text] = [field.slice(0, equals).split('.'), field.slice(equals + 1)];
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // A string without quotes.
  }
  const put = (into: JsonObject, [name = '', ...rest]: readonly string[]): JsonObject => {
    const inner = into[name];
    return { ...into, [name]: rest.length ? put(isObject(inner) ? inner : {}, rest) : value };
  };
  return put(body, path);
}

/** The body of `api`: fields, or `--input FILE`. */
export async function bodyOf(fields: readonly string[], input: string | undefined): Promise<unknown> {
  if (input === undefined) return fields.length ? fields.reduce(fieldInto, {}) : undefined;
  if (fields.length) throw usageError('give --input or -F, not both');
  try {
    return JSON.parse(input === '-' ? await inputText() : readFileSync(input, 'utf8'));
  } catch (error) {
    throw usageError(`--input ${input} cannot be read as JSON: ${(error as Error).message}`);
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE'];

/** `api METHOD PATH [-F name=value…|--input FILE]` */
export async function api(bmc: Bmc): Promise<Row[]> {
  const { args } = bmc;
  const [first = '', second] = args.words;
  const method = second === undefined ? 'GET' : first.toUpperCase();
  if (first === '' || !methods.includes(method))
    throw usageError(`api: give METHOD PATH; methods: ${methods.join(', ')}`);
  const body = await bodyOf(args.all('field'), args.text('input'));
  const uri = uriOf(second ?? first);
  const answer =
    method === 'PATCH' && isObject(body) && !bmc.dryRun
      ? await bmc.client.patch(uri, body)
      : await bmc.request(method, uri, body);
  if (answer.status >= 400) throw refusalOf(method, uri, answer.status, answer.body);
  if (isObject(answer.body)) return [answer.body];
  return [{ status: answer.status }];
}

function refusalOf(method: string, uri: string, status: number, body: unknown): RedfishError {
  const kinds = {
    401: 'auth',
    403: 'forbidden',
    404: 'not-found',
    410: 'not-found',
    412: 'conflict',
  } as const;
  const kind = Object.hasOwn(kinds, status) ? kinds[status as keyof typeof kinds] : 'refused';
  const texts = valueAt(body, 'error/@Message.ExtendedInfo');
  const words = (Array.isArray(texts) ? texts : []).map((entry) => valueAt(entry, 'Message')).filter(Boolean);
  const text = words.join(' ') || String(valueAt(body, 'error/message') ?? 'the service gives no reason');
  return new RedfishError(kind, text, { method, uri, status });
}

/** `record FILE`: reads every resource into a recording, without secrets. The mock server serves it back. */
export async function record(bmc: Bmc): Promise<Row[]> {
  const path = bmc.args.text('record') ?? null;
  let resources = 0;
  let unreadable = 0;
  for await (const { error } of bmc.client.walk()) {
    resources += 1;
    if (error) unreadable += 1;
  }
  return [{ file: path, resources, unreadable }];
}

/** What `doctor` adds to a finding. */
const findingRow = ({ kind, uri, detail, count }: Finding): Row => ({ finding: kind, count, uri, detail });

/** `doctor`: reads everything and lists what deviates from Redfish. */
export async function doctor(bmc: Bmc): Promise<Row[]> {
  const broken: Row[] = [];
  let resources = 0;
  for await (const { uri, error } of bmc.client.walk()) {
    resources += 1;
    if (error) broken.push({ finding: `unreadable (${error.kind})`, count: 1, uri, detail: error.message });
  }
  const rows = [...broken, ...bmc.client.findings.map(findingRow)];
  notice(`${bmc.name}: ${resources} resources read, ${rows.length} findings`);
  if (bmc.args.has('check') && rows.length) {
    const first = rows.map(({ finding, uri }) => `${finding} at ${uri}`)[0];
    throw new CommandError('refused', `${rows.length} findings, the first: ${first}`);
  }
  return rows;
}

/** A line on stderr that is written over, on a terminal only. */
function progressLine(): (text: string) => void {
  if (process.stderr.isTTY !== true) return () => {};
  return (text) => process.stderr.write(`\r\u001b[K${text}`);
}

/** `update FILE`: uploads firmware and waits for the task. */
export async function update(bmc: Bmc): Promise<Row[]> {
  const { args, client } = bmc;
  const [file] = args.words;
  if (file === undefined) throw usageError('update: give the FILE');
  if (bmc.dryRun) throw usageError('update: an upload has no dry run');
  const show = progressLine();
  const targets = args.list('target');
  const applyTime = args.text('apply-time');
  const outcome = await client.update(file, {
    ...(targets.length ? { targets } : {}),
    ...(applyTime === undefined ? {} : { applyTime }),
    onProgress: (sent, total) => show(`${bmc.name}: sent ${Math.floor((100 * sent) / Math.max(total, 1))} %`),
  });
  const { task } = await client.complete(outcome, {
    onProgress: ({ state, percent }) => show(`${bmc.name}: ${state ?? ''} ${percent ?? ''} %`),
  });
  show('');
  return [{ file, state: valueAt(task ?? {}, 'TaskState') ?? 'done', task: idOf(task) ?? null }];
}

/** `manager [list|reset [graceful|force]]` */
export async function manager(bmc: Bmc): Promise<Row[]> {
  const [word = 'list', how = 'graceful'] = bmc.args.words;
  const managers = await bmc.managers();
  const types: Readonly<Record<string, string>> = { graceful: 'GracefulRestart', force: 'ForceRestart' };
  if (word === 'reset') {
    const type = Object.hasOwn(types, how) ? types[how] : undefined;
    if (type === undefined) throw usageError(`manager reset ${how}: give graceful or force`);
    for (const one of managers) await bmc.action(one, 'Manager.Reset', { ResetType: type });
  } else if (word !== 'list') throw usageError(`manager ${word}: give list or reset`);
  return managers.map((one) => ({
    id: one.Id ?? null,
    type: one.ManagerType ?? null,
    model: one.Model ?? null,
    firmware: one.FirmwareVersion ?? null,
    health: valueAt(one, 'Status/Health') ?? null,
    dateTime: one.DateTime ?? null,
    uuid: one.UUID ?? null,
    lastReset: one.LastResetTime ?? null,
  }));
}
