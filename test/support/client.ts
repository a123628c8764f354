/** A Redfish client for tests: HTTPS over one kept-alive agent, answers as they came. */
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { faultOfError } from './errors.ts';

/** What the administrator of a test daemon logs in with. */
export const testUser = 'admin';
export const testPassword = 'Quaint-Marmot-57-plinth';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body; null where there is none, or where it is not JSON. */
  readonly body: unknown;
  readonly text: string;
}

/** Basic credentials, a session token, or nobody. */
export type Credentials =
  | { readonly user: string; readonly password: string }
  | { readonly token: string }
  | null;

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** The administrator when left out. */
  readonly as?: Credentials;
}

export interface Client {
  readonly url: string;
  get(path: string, options?: RequestOptions): Promise<Answer>;
  /**
   * `body` is sent as JSON; a string or bytes are sent as they are.
   * @throws Error for a refusal that is not as Redfish wants it
   */
  send(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<Answer>;
  /** Ends the connections that are kept alive. */
  close(): void;
}

/** A client of the service at `url`, an origin such as `https://127.0.0.1:8443`; any certificate will do. */
export function createClient(
  url: string,
  administrator: Credentials = { user: testUser, password: testPassword },
): Client {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const send: Client['send'] = (method, path, body, { headers = {}, as = administrator } = {}) =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : bytesOf(body);
      const sent = request(
        {
          // The path goes as it is: a URL would be put right first.
          ...{ hostname, port, method, path, agent },
          headers: {
            ...authorization(as),
            ...(payload === undefined
              ? {}
              : { 'Content-Type': 'application/json', 'Content-Length': String(payload.length) }),
            ...headers,
          },
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('error', reject);
          answer.on('end', () => {
            const text = Buffer.concat(parts).toString('utf8');
            const { statusCode: status = 0, headers } = answer;
            const whole: Answer = { status, headers, body: parsed(text), text };
            if (status < 400 || method === 'HEAD') {
              resolve(whole);
              return;
            }
            void faultOfError(whole).then((fault) => {
              if (fault === undefined) resolve(whole);
              else
                reject(new Error(`${status} to ${method} ${path} is no proper refusal, ${fault}: ${text}`));
            }, reject);
          });
        },
      );
      sent.on('error', reject);
      sent.end(payload);
    });
  return {
    url,
    get: (path, options) => send('GET', path, undefined, options),
    send,
    close: () => agent.destroy(),
  };
}

function bytesOf(body: unknown): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function authorization(as: Credentials): Record<string, string> {
  if (as === null) return {};
  if ('token' in as) return { 'X-Auth-Token': as.token };
  return { Authorization: `Basic ${Buffer.from(`${as.user}:${as.password}`).toString('base64')}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** What a JSON pointer (RFC 6901) points at in a body, such as `/Members/0/@odata.id`; undefined where there is nothing. */
export function at(value: unknown, pointer: string): unknown {
  let found = value;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return found;
}

/** MessageIds of an error answer without registry and version, in order: `['PropertyUnknown']`. */
export function messageKeys({ body }: Answer): string[] {
  const infos = at(body, '/error/@Message.ExtendedInfo') ?? [];
  return (infos as readonly { readonly MessageId: string }[]).map(
    ({ MessageId }) => MessageId.split('.').at(-1) ?? '',
  );
}

/** URIs of the members of a collection. */
export function members({ body }: Answer): string[] {
  const links = at(body, '/Members') ?? [];
  return (links as readonly { readonly '@odata.id': string }[]).map((link) => link['@odata.id']);
}
