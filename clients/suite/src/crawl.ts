/** Reads everything that a service links to, once each, and notes what it leaves out. */
import type { Node } from './json/node.ts';
import { readJson } from './json/reader.ts';
import type { LiveSession } from './live.ts';
import { plainUri, readsOf } from './recording.ts';

export interface CrawlOptions {
  /** Requests at a time; default 4. */
  readonly ahead?: number;
  /** Entries that are read of each log; the others are left out. Default 3: first, middle, last. */
  readonly logEntries?: number;
}

/** Resources of one service at most: a tree that grows with every read never ends. */
const most = 20_000;
const longest = 2048;

const linkNames = /^(?:@odata\.id|.*@odata\.nextLink|@Redfish\.ActionInfo|Uri|DataSourceUri)$/;

/** Links of a body in order; the origin of a past event may be gone, and is no part of the tree. */
function* linksIn(node: Node | undefined): Generator<string> {
  if (node?.kind === 'array') for (const item of node.items) yield* linksIn(item);
  if (node?.kind !== 'object') return;
  for (const [name, item] of node.members) {
    if (item.kind !== 'string') {
      if (name !== 'OriginOfCondition') yield* linksIn(item);
    } else if (linkNames.test(name) && /^\/redfish(?:\/|$)/.test(item.value)) yield item.value;
  }
}

const entries = /^(.*\/LogServices\/[^/]+\/Entries)\/[^/]+$/;

/** Which links of one body to follow: of a log only some entries. */
function chosen(links: readonly string[], perLog: number): { follow: string[]; leave: string[] } {
  const log = links.filter((uri) => entries.test(uri));
  if (log.length <= perLog) return { follow: [...links], leave: [] };
  const step = (log.length - 1) / Math.max(1, perLog - 1);
  const kept = new Set(Array.from({ length: perLog }, (_, at) => log[Math.round(at * step)]));
  return {
    follow: links.filter((uri) => !entries.test(uri) || kept.has(uri)),
    leave: log.filter((uri) => !kept.has(uri)),
  };
}

/** Crawls from the service root. What could not be read is in the recording's `unreached`. */
export async function crawl(session: LiveSession, options: CrawlOptions = {}): Promise<void> {
  const { ahead = 4, logEntries = 3 } = options;
  const queue: string[] = [];
  const known = new Set<string>();
  const add = (link: string): void => {
    const [uri = ''] = link.split('#', 1);
    if (known.has(plainUri(uri))) return;
    known.add(plainUri(uri));
    if (uri.length > longest) session.leave(uri, `the URI has more than ${longest} characters`);
    else if (known.size > most) session.leave(uri, `the service links to more than ${most} resources`);
    else queue.push(uri);
  };
  const learn = (body: string): void => {
    const { follow, leave } = chosen([...linksIn(readJson(body).root)], logEntries);
    for (const uri of follow) add(uri);
    for (const uri of new Set(leave)) {
      if (known.has(plainUri(uri))) continue;
      known.add(plainUri(uri));
      session.leave(uri, 'one of many entries of a log');
    }
  };
  const read = readsOf(session.recording);
  add('/redfish');
  add('/redfish/v1/');
  const work = async (uri: string): Promise<void> => {
    const before = read.get(plainUri(uri));
    const exchange = before?.status ? before : await session.send({ method: 'GET', uri });
    if (exchange.status === 0) session.leave(uri, exchange.error ?? 'no answer');
    if (exchange.status === 200) learn(exchange.body);
  };
  // Rounds of a fixed size keep the order of the recording the same in every run.
  while (queue.length) {
    const over = session.over;
    if (over !== undefined) {
      for (const uri of queue) session.leave(uri, over);
      return;
    }
    await Promise.all(queue.splice(0, ahead).map(work));
  }
}
