/** Members of a collection as one iteration: pages followed, members expanded where that works, read singly where not. */
import { type Answer, objectOf } from './answer.ts';
import { RedfishError } from './errors.ts';
import { parseFilter } from './filter.ts';
import { idOf, isObject, type JsonObject } from './json.ts';
import { withQuery } from './origin.ts';
import type { Features, QueryOption } from './query.ts';
import type { Service } from './service.ts';

export interface MembersOptions {
  /** Members at most. */
  readonly limit?: number;
  /** False: links only, one request per page. Default true: whole members. */
  readonly expand?: boolean;
  /** Properties that are wanted; the service may send more. */
  readonly select?: readonly string[];
  /** A `$filter` expression; evaluated here when the service cannot. */
  readonly filter?: string;
  readonly signal?: AbortSignal;
}

/** What iteration needs of a client. */
export interface Reader {
  readonly service: Service;
  readonly features: Features;
  /** Reads one resource and remembers its ETag. */
  read(
    uri: string,
    select: readonly string[] | undefined,
    signal: AbortSignal | undefined,
  ): Promise<JsonObject>;
  /** Remembers a resource that came within another. */
  remember(uri: string, body: JsonObject): void;
}

/** How far ahead of the consumer members are read, which the limiter bounds further. */
const readAhead = 4;

/** Statuses with which services refuse a query parameter. 507: the expanded answer is too large. */
const refusals = new Set([400, 404, 405, 500, 501, 507]);

interface Page {
  readonly body: JsonObject;
  /** The service has applied the filter. */
  readonly filtered: boolean;
}

/** Reads the first page, and drops query parameters one by one that are refused. */
async function firstPage(reader: Reader, uri: string, options: MembersOptions): Promise<Page> {
  const { service, features } = reader;
  for (;;) {
    const expand = options.expand === false ? undefined : features.expand();
    const select =
      options.select && expand !== undefined && features.can('select') ? options.select : undefined;
    const filter = options.filter !== undefined && features.can('filter') ? options.filter : undefined;
    const sent: [QueryOption, string][] = [
      ...(filter === undefined
        ? []
        : ([['filter', `$filter=${encodeURIComponent(filter)}`]] as [QueryOption, string][])),
      ...(select === undefined
        ? []
        : ([['select', `$select=${[...new Set(['Id', 'Name', ...select])].join(',')}`]] as [
            QueryOption,
            string,
          ][])),
      ...(expand === undefined ? [] : ([['expand', `$expand=${expand}`]] as [QueryOption, string][])),
    ];
    const answer = await service.ask({
      method: 'GET',
      uri: withQuery(
        uri,
        sent.map(([, text]) => text),
      ),
      signal: options.signal,
    });
    const dropped = sent[0]?.[0];
    if (dropped === undefined || !refusals.has(answer.status))
      return { body: objectOf(answer), filtered: filter !== undefined };
    drop(reader, uri, dropped, answer);
  }
}

function drop({ service, features }: Reader, uri: string, option: QueryOption, answer: Answer): void {
  features.refuse(option);
  service.findings.report(`${option}-refused`, uri, `status ${answer.status}`);
}

/** Pages in order; a page that was read before ends the iteration. */
async function* pages(reader: Reader, uri: string, options: MembersOptions): AsyncGenerator<Page> {
  const { service } = reader;
  const visited = new Set([service.path(uri)]);
  let page = await firstPage(reader, uri, options);
  for (;;) {
    yield page;
    const next = page.body['Members@odata.nextLink'] ?? page.body['@odata.nextLink'];
    if (typeof next !== 'string' || next === '') return;
    if (visited.has(service.path(next))) {
      service.findings.report('next-link-loop', uri, next);
      return;
    }
    visited.add(service.path(next));
    const answer = await service.ask({ method: 'GET', uri: next, signal: options.signal });
    page = { body: objectOf(answer), filtered: page.filtered };
  }
}

/** A member that holds more than its link, and all that every resource has. */
function isComplete(member: JsonObject): boolean {
  return typeof member.Id === 'string' && typeof member.Name === 'string';
}

/** One member as wanted; undefined for one that leads nowhere. */
async function completed(
  reader: Reader,
  collection: string,
  member: unknown,
  options: MembersOptions,
): Promise<JsonObject | undefined> {
  const { findings } = reader.service;
  const uri = idOf(member);
  if (!isObject(member)) {
    findings.report('member-without-id', collection, typeof member);
    return undefined;
  }
  if (uri === undefined) {
    findings.report('member-without-id', collection);
    return Object.keys(member).length ? member : undefined;
  }
  if (options.expand === false) return member;
  if (isComplete(member)) {
    reader.remember(uri, member);
    return member;
  }
  if (Object.keys(member).some((name) => !name.startsWith('@'))) findings.report('expand-partial', uri);
  try {
    return await reader.read(uri, options.select, options.signal);
  } catch (error) {
    if (
      !(error instanceof RedfishError) ||
      !['not-found', 'refused', 'protocol', 'forbidden'].includes(error.kind)
    )
      throw error;
    findings.report(
      error.kind === 'not-found' ? 'member-not-found' : 'member-unreadable',
      uri,
      error.message,
    );
    return undefined;
  }
}

/** Reads a few members ahead, and keeps their order. */
async function* ahead<T>(sources: Iterable<() => Promise<T>>): AsyncGenerator<T> {
  const pending: Promise<T>[] = [];
  const start = (work: () => Promise<T>): void => {
    const promise = work();
    // The waiting caller receives the error; an unhandled later one must not end the program first.
    promise.catch(() => {});
    pending.push(promise);
  };
  for (const work of sources) {
    start(work);
    const first = pending.length > readAhead ? pending.shift() : undefined;
    if (first) yield await first;
  }
  for (const rest of pending) yield await rest;
}

/** Iterates over the members of a collection. @throws RedfishError when the collection itself cannot be read */
export async function* members(
  reader: Reader,
  uri: string | undefined,
  options: MembersOptions = {},
): AsyncGenerator<JsonObject> {
  if (uri === undefined) return;
  const { findings } = reader.service;
  const test = options.filter === undefined ? undefined : parseFilter(options.filter);
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  let seen = 0;
  let given = 0;
  let count: unknown;
  for await (const { body, filtered } of pages(reader, uri, options)) {
    const list = body.Members;
    if (!Array.isArray(list)) findings.report('members-null', uri);
    const found: unknown[] = Array.isArray(list) ? list : [];
    seen += found.length;
    count ??= body['Members@odata.count'];
    for await (const member of ahead(found.map((item) => () => completed(reader, uri, item, options)))) {
      if (member === undefined || (test && !filtered && !test(member))) continue;
      if (given >= limit) return;
      given += 1;
      yield member;
      if (given >= limit) return;
    }
  }
  if (typeof count === 'number' && count !== seen && test === undefined)
    findings.report('members-count', uri, `${count} said, ${seen} given`);
}
