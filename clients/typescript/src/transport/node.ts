/** HTTP over `node:http`: starts quickly, for programs that send a few requests and end. */
import { Agent, type ClientRequest, type IncomingMessage, request as send } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { RedfishError } from '../errors.ts';
import { flatHeaders, type HttpRequest, type HttpResponse, type Transport } from './transport.ts';
import type { Connector, Place } from './trust.ts';

/** Keeps connections that the connector has opened, and so knows nothing of TLS. */
class ConnectorAgent extends Agent {
  readonly #connector: Connector;

  constructor(connector: Connector) {
    super({ keepAlive: true, keepAliveMsecs: 4000, timeout: 4000, scheduling: 'lifo' });
    this.#connector = connector;
  }

  override createConnection(
    _options: unknown,
    callback?: (error: Error | null, socket: Socket) => void,
  ): Socket | null | undefined {
    this.#connector((error, socket) =>
      (callback as ((error: Error | null, socket: Socket | null) => void) | undefined)?.(error, socket),
    );
    return undefined;
  }
}

const failure = (error: unknown): RedfishError => {
  if (error instanceof RedfishError) return error;
  const { message, code, name } = error as NodeJS.ErrnoException;
  if (name === 'AbortError')
    return new RedfishError('cancelled', 'cancelled by the caller', { cause: error });
  return new RedfishError('network', `the connection broke: ${message || code}`, { cause: error });
};

async function* chunks(answer: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer) yield chunk as Uint8Array;
  } catch (error) {
    throw failure(error);
  }
}

function write(call: ClientRequest, body: HttpRequest['body']): void {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) call.end(body);
  else pipeline(Readable.from(body, { objectMode: false }), call, () => {});
}

/** Connections of Node's own HTTP to one place. */
export function nodeTransport(place: Place, connector: Connector): Transport {
  const agent = new ConnectorAgent(connector);
  const one = (request: HttpRequest): Promise<HttpResponse> =>
    new Promise((resolve, reject) => {
      const { method, path, headers, signal } = request;
      const call = send({
        ...{ host: place.hostname, port: place.port, method, path, headers, agent },
        ...(signal === undefined ? {} : { signal }),
      });
      let limit = request.firstByte;
      const late = (): void =>
        void call.destroy(new RedfishError('timeout', `no byte came for ${limit / 1000} s`));
      call.setTimeout(request.firstByte, late);
      call.once('error', (error) => reject(failure(error)));
      call.once('response', (answer) => {
        limit = request.idle;
        call.setTimeout(limit);
        call.on('error', (error) => void answer.destroy(error));
        resolve({
          status: answer.statusCode ?? 0,
          headers: flatHeaders(answer.headers),
          body: chunks(answer),
          discard: () => void answer.destroy(),
        });
      });
      write(call, request.body);
    });
  return {
    send: one,
    close: async () => agent.destroy(),
  };
}
