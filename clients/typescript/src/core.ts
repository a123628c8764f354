/** What the parts of one client share, and reading a resource with it. */
import { objectOf } from './answer.ts';
import type { MembersOptions, Reader } from './collection.ts';
import { RedfishError } from './errors.ts';
import { SeenResources } from './etag.ts';
import { isObject, type JsonObject } from './json.ts';
import { type Reference, uriOf, withQuery } from './origin.ts';
import { Features } from './query.ts';
import type { Service } from './service.ts';
import { TagForms } from './write.ts';

export interface GetOptions {
  /** Properties that are wanted, where the service can select. */
  readonly select?: readonly string[] | undefined;
  /** The resource as read before: returned again when the service says that it has not changed. */
  readonly previous?: object;
  readonly signal?: AbortSignal | undefined;
}

export class Core implements Reader {
  readonly service: Service;
  readonly features = new Features();
  readonly seen = new SeenResources();
  readonly forms = new TagForms();

  constructor(service: Service) {
    this.service = service;
  }

  /** Reads a resource, or the value at the `#/fragment` of its URI. @throws RedfishError */
  async get(reference: Reference, options: GetOptions = {}): Promise<unknown> {
    const { select, previous, signal } = options;
    const whole = uriOf(reference);
    const [uri = '', fragment] = whole.split('#', 2);
    const query = select && this.features.can('select') ? [`$select=${select.join(',')}`] : [];
    const tag = isObject(previous) ? this.seen.of(previous)?.etag : undefined;
    const headers = tag === undefined ? {} : { 'If-None-Match': tag };
    const answer = await this.service.ask({ method: 'GET', uri: withQuery(uri, query), headers, signal });
    if (answer.status === 304 && previous !== undefined) return previous;
    if (query.length && (answer.status === 400 || answer.status === 501)) {
      this.features.refuse('select');
      this.service.findings.report('select-refused', uri, `status ${answer.status}`);
      return this.get(reference, options);
    }
    const body = objectOf(answer);
    if (query.length === 0) this.remember(uri, body, answer.headers.etag);
    return fragment === undefined ? body : pointer(body, fragment, whole);
  }

  /** Reads a resource as a whole. */
  async read(uri: string, select?: MembersOptions['select'], signal?: AbortSignal): Promise<JsonObject> {
    return (await this.get(uri.split('#', 1)[0] ?? uri, { select, signal })) as JsonObject;
  }

  /** Remembers a resource and its ETag for writes. */
  remember(uri: string, body: JsonObject, header?: string): void {
    const own = body['@odata.etag'];
    this.seen.add(uri, header ?? (typeof own === 'string' ? own : undefined), body);
  }
}

/** The value at a JSON pointer (RFC 6901). @throws RedfishError `not-found` */
function pointer(body: JsonObject, fragment: string, uri: string): unknown {
  let value: unknown = body;
  for (const part of decodeURIComponent(fragment).split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = Array.isArray(value) ? value[Number(name)] : isObject(value) ? value[name] : undefined;
    if (value === undefined)
      throw new RedfishError('not-found', `${uri} leads to no value in its resource`, { uri });
  }
  return value;
}
