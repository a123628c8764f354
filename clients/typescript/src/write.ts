/** Writes with the ETag that was read, and the repairs that real services need. */
import { type Answer, errorOf, objectOf } from './answer.ts';
import { RedfishError } from './errors.ts';
import { changedBetween, etagForms, type Seen, type SeenResources } from './etag.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Service } from './service.ts';

export interface WriteRequest {
  readonly method: 'PATCH' | 'PUT' | 'DELETE' | 'POST';
  readonly uri: string;
  readonly json?: JsonObject | undefined;
  /** What the caller has read, when it is known; undefined: nothing, so that nothing can be compared. */
  readonly base: Seen | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Reads a resource past everything that is remembered. */
async function reread(service: Service, uri: string, signal: AbortSignal | undefined): Promise<Seen> {
  const answer = await service.ask({ method: 'GET', uri, signal });
  const body = objectOf(answer);
  const own = body['@odata.etag'];
  return { etag: answer.headers.etag ?? (typeof own === 'string' ? own : undefined), body };
}

/** The form of tag that a service takes, learnt from its refusals: an index into `etagForms`. */
export class TagForms {
  #form = 0;

  /** The tag as this service wants it; undefined for none. */
  apply(tag: string | undefined): string | undefined {
    if (tag === undefined) return undefined;
    const forms = etagForms(tag);
    return forms[Math.min(this.#form, forms.length - 1)];
  }

  learn(tag: string, form: string | undefined): void {
    this.#form = etagForms(tag).indexOf(form);
  }
}

/**
 * Sends a write. 428: with the tag as read now. 412: reads again; if another client changed a property that is to be
 * written, that is a conflict, else the write is repeated with the new tag and then with other forms of it.
 * @returns the last answer, of any status but 412 and 428
 * @throws RedfishError `conflict`
 */
export async function writeWithTag(
  service: Service,
  seen: SeenResources,
  forms: TagForms,
  request: WriteRequest,
): Promise<Answer> {
  const { method, uri, json, base, signal } = request;
  const send = (tag: string | undefined): Promise<Answer> =>
    service.ask({
      ...{ method, uri, signal },
      ...(json === undefined ? {} : { json }),
      headers: { ...request.headers, ...(tag === undefined ? {} : { 'If-Match': tag }) },
    });
  const first = forms.apply(base?.etag);
  const answer = await send(first);
  if (answer.status !== 412 && answer.status !== 428) return answer;
  const now = await reread(service, uri, signal);
  seen.add(uri, now.etag, now.body);
  refuseConflict(answer, base, now, json);
  if (now.etag === undefined) throw errorOf(answer);
  let last = answer;
  for (const form of etagForms(now.etag)) {
    if (form === first) continue;
    last = await send(form);
    if (last.status !== 412 && last.status !== 428) {
      const usual = forms.apply(now.etag);
      if (form !== usual && last.status < 400) {
        service.findings.report('etag-form', uri, form ?? 'without If-Match');
        forms.learn(now.etag, form);
      }
      return last;
    }
  }
  throw errorOf(last);
}

/** @throws RedfishError `conflict` when what is to be written, or the whole for DELETE, was changed since it was read */
function refuseConflict(
  answer: Answer,
  base: Seen | undefined,
  now: Seen,
  json: JsonObject | undefined,
): void {
  if (base === undefined || answer.status === 428 || base.etag === now.etag) return;
  const properties = isObject(json) ? changedBetween(base.body, now.body, json) : [''];
  if (properties.length === 0) return;
  const { method, uri, status } = answer;
  const what = properties.join(', ') || 'the resource';
  throw new RedfishError(
    'conflict',
    `another client changed ${what} since it was read: read it again, then decide`,
    {
      ...{ method, uri, status, properties },
    },
  );
}
