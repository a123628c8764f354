/** Reads the resources of a service with their Allow headers, breadth first, for verdicts that need no recording. */
import { isObject, type JsonObject, type RedfishClient } from '@redfishd/client';
import { Tree } from './profile/tree.ts';
import { type Recording, readsOf } from './recording.ts';

const plain = (uri: string): string => (uri.length > 1 ? uri.replace(/\/$/, '') : uri);

/** Links in a value, and the files of message registries. */
function* linksOf(value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    for (const item of value) yield* linksOf(item);
  } else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      if (typeof item !== 'string') yield* linksOf(item);
      else if (['@odata.id', '@Redfish.ActionInfo', 'Uri'].includes(name) || name.endsWith('@odata.nextLink'))
        yield item;
    }
  }
}

const allowOf = (header: string | undefined): readonly string[] | undefined =>
  header?.split(',').map((method) => method.trim().toUpperCase());

export interface ReadOptions {
  /** Resources at most; what is beyond is not read. Default 50,000. */
  readonly most?: number;
  /** Requests at a time; default 4. */
  readonly ahead?: number;
}

/** Every resource that links lead to. What cannot be read is left out. @throws RedfishError without authentication */
export async function readTree(client: RedfishClient, options: ReadOptions = {}): Promise<Tree> {
  const { most = 50_000, ahead = 4 } = options;
  const resources = new Map<string, JsonObject>();
  const allow = new Map<string, readonly string[]>();
  const known = new Set(['/redfish/v1']);
  let level = ['/redfish/v1'];
  const readOne = async (uri: string): Promise<string[]> => {
    const answer = await client.request({ method: 'GET', uri }).catch(() => undefined);
    if (answer?.status !== 200 || !isObject(answer.body)) return [];
    resources.set(uri, answer.body);
    const methods = allowOf(answer.headers.allow);
    if (methods) allow.set(uri, methods);
    return [...linksOf(answer.body)].map((link) => plain(link.split('#', 1)[0] ?? ''));
  };
  while (level.length) {
    const next: string[] = [];
    for (let at = 0; at < level.length; at += ahead) {
      const found = await Promise.all(level.slice(at, at + ahead).map(readOne));
      for (const uri of found.flat()) {
        const local = uri.startsWith('/redfish/') || (uri.startsWith('/') && !uri.startsWith('//'));
        if (!local || known.has(uri) || known.size >= most) continue;
        known.add(uri);
        next.push(uri);
      }
    }
    level = next;
  }
  return new Tree({ resources, allow });
}

/** The resources of a recording: answers 200 whose text is a JSON object. */
export function treeOfRecording(recording: Recording): Tree {
  const resources = new Map<string, JsonObject>();
  const allow = new Map<string, readonly string[]>();
  for (const [uri, { status, body, headers }] of readsOf(recording)) {
    if (status !== 200) continue;
    let value: unknown;
    try {
      value = JSON.parse(body.replace(/^\uFEFF/, ''));
    } catch {
      continue;
    }
    if (!isObject(value)) continue;
    resources.set(uri, value);
    const methods = allowOf(headers?.allow);
    if (methods) allow.set(uri, methods);
  }
  return new Tree({ resources, allow });
}
