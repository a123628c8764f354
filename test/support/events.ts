/** Receivers of events as strangers would write them; each payload is held to DMTF's schema where that is at hand. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ValidateFunction } from 'ajv';
import { hasRedfishFolder, jsonSchema } from '../unit/redfish/support.ts';
import { testPassword, testUser } from './client.ts';

export interface EventRecord {
  readonly MemberId: string;
  readonly EventId: string;
  readonly EventTimestamp: string;
  readonly MessageId: string;
  readonly Message: string;
  readonly MessageSeverity: string;
  /** A link, or the whole resource. */
  readonly OriginOfCondition?: {
    readonly '@odata.id': string;
    readonly '@odata.type'?: string;
    readonly [name: string]: unknown;
  };
  readonly LogEntry?: { readonly '@odata.id': string };
  readonly EventType: string;
}

export interface Payload {
  readonly '@odata.type': string;
  readonly Id: string;
  readonly Context?: string;
  readonly Events?: readonly EventRecord[];
}

const validators = new Map<string, Promise<ValidateFunction>>();

/** @throws Error for a payload that is not as its schema wants it */
export async function checkPayload(payload: Payload): Promise<void> {
  const type = payload['@odata.type'];
  if (!/^#(Event|MetricReport)\.v\d+_\d+_\d+\.(Event|MetricReport)$/.test(type))
    throw new Error(`${type} is no event and no report`);
  if (!hasRedfishFolder) return;
  // In the schema an origin is a link; one that came whole is held to the schema of its own.
  const Events = payload.Events?.map(({ OriginOfCondition: origin, ...rest }) =>
    origin === undefined ? rest : { ...rest, OriginOfCondition: { '@odata.id': origin['@odata.id'] } },
  );
  await demandValid(type, Events === undefined ? payload : { ...payload, Events });
  for (const { OriginOfCondition: origin } of payload.Events ?? [])
    if (origin?.['@odata.type'] !== undefined) await demandValid(origin['@odata.type'], origin);
}

/** @throws Error for what is not as the schema of its type wants it */
async function demandValid(type: string, body: object): Promise<void> {
  const file = `${type.slice(1, type.lastIndexOf('.'))}.json`;
  const known = validators.get(file) ?? jsonSchema(file);
  validators.set(file, known);
  const validate = await known;
  if (!validate(body)) throw new Error(`${JSON.stringify(validate.errors)}: ${JSON.stringify(body)}`);
}

export interface Receiver {
  readonly url: string;
  readonly payloads: readonly Payload[];
  readonly headers: readonly IncomingHttpHeaders[];
  /** All records of all payloads that were taken, in the order in which they came. */
  readonly records: EventRecord[];
  /** Status of the answers from now on; null for none at all. */
  answer: number | null;
  close(): Promise<void>;
}

/** A plain HTTP listener that takes what is posted to it. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const payloads: Payload[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const faults: unknown[] = [];
  const server: Server = createServer((asked: IncomingMessage, answer) => {
    let text = '';
    asked.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    asked.on('end', () => {
      const { answer: status } = receiver;
      if (status === null) return;
      if (status < 300) {
        const payload = JSON.parse(text) as Payload;
        payloads.push(payload);
        headers.push(asked.headers);
        checkPayload(payload).catch((error: unknown) => faults.push(error));
      }
      answer.writeHead(status, status === 302 ? { Location: 'http://127.0.0.1:1/' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    ...{ payloads, headers, answer: 204 },
    get records() {
      return payloads.flatMap(({ Events = [] }) => Events);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (faults.length > 0) throw faults[0];
    },
  };
  return receiver;
}

export interface StreamReader {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly payloads: readonly Payload[];
  readonly ids: readonly string[];
  /** The last id, of a payload or of the beginning; empty before any. */
  readonly last: string;
  readonly records: EventRecord[];
  readonly text: () => string;
  readonly ended: Promise<void>;
  close(): void;
}

/** Reads a stream of events as `curl -N` does; resolves once the answer has begun. */
export function openStream(
  url: string,
  path = '/redfish/v1/EventService/SSE',
  headers: Readonly<Record<string, string>> = {},
): Promise<StreamReader> {
  const payloads: Payload[] = [];
  const ids: string[] = [];
  let last = '';
  let text = '';
  let rest = '';
  const take = (message: string) => {
    const fields = message.split('\n').map((line) => /^(\w*):\s?(.*)$/.exec(line) ?? []);
    const data = fields.filter(([, name]) => name === 'data').map(([, , value]) => value);
    const id = fields.find(([, name]) => name === 'id')?.[2];
    if (id !== undefined) last = id;
    if (data.length === 0) return;
    const payload = JSON.parse(data.join('\n')) as Payload;
    payloads.push(payload);
    // What is wrong with it ends the run of the tests: nobody catches it.
    void checkPayload(payload);
    if (id !== undefined) ids.push(id);
  };
  return new Promise((resolve, reject) => {
    const authorization = `Basic ${Buffer.from(`${testUser}:${testPassword}`).toString('base64')}`;
    const sent = request(
      `${url}${path}`,
      {
        rejectUnauthorized: false,
        agent: false,
        headers: { authorization, accept: 'text/event-stream', ...headers },
      },
      (answer) => {
        const ended = new Promise<void>((done) => answer.once('close', done));
        answer.on('error', () => undefined);
        answer.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          rest += chunk.toString();
          const parts = rest.split('\n\n');
          rest = parts.pop() ?? '';
          for (const part of parts) take(part);
        });
        resolve({
          ...{ status: answer.statusCode ?? 0, headers: answer.headers, payloads, ids, ended },
          text: () => text,
          get records() {
            return payloads.flatMap(({ Events = [] }) => Events);
          },
          get last() {
            return last;
          },
          close: () => sent.destroy(),
        });
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}
