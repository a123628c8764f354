/** HTTP over undici: less work per request, for programs that send many. Loaded when first used. */
import { Readable } from 'node:stream';
import type { Pool } from 'undici';
import { RedfishError } from '../errors.ts';
import { flatHeaders, type HttpRequest, type HttpResponse, type Transport } from './transport.ts';
import type { Connector } from './trust.ts';

const timeouts = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT']);

const failure = (error: unknown): RedfishError => {
  if (error instanceof RedfishError) return error;
  const { message, code, name } = error as NodeJS.ErrnoException;
  if (name === 'AbortError')
    return new RedfishError('cancelled', 'cancelled by the caller', { cause: error });
  if (timeouts.has(code ?? ''))
    return new RedfishError('timeout', `no byte came in time: ${message}`, { cause: error });
  return new RedfishError('network', `the connection broke: ${message || code}`, { cause: error });
};

async function* chunks(body: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk as Uint8Array;
  } catch (error) {
    throw failure(error);
  }
}

/** A pool of undici for one origin. */
export function undiciTransport(origin: string, connector: Connector): Transport {
  let pool: Promise<Pool> | undefined;
  const open = async (): Promise<Pool> => {
    const { Pool } = await import('undici');
    return new Pool(origin, {
      connect: (_options, callback) =>
        connector((error, socket) => (error ? callback(error, null) : socket && callback(null, socket))),
      pipelining: 1,
      keepAliveTimeout: 4000,
    });
  };
  const send = async (request: HttpRequest): Promise<HttpResponse> => {
    pool ??= open();
    const { method, path, headers, body, signal, firstByte, idle } = request;
    const streamed =
      body === undefined || typeof body === 'string' || body instanceof Uint8Array
        ? body
        : Readable.from(body, { objectMode: false });
    try {
      const answer = await (await pool).request({
        ...{ method: method as 'GET', path, headers, headersTimeout: firstByte, bodyTimeout: idle },
        ...(streamed === undefined ? {} : { body: streamed }),
        ...(signal === undefined ? {} : { signal }),
      });
      return {
        status: answer.statusCode,
        headers: flatHeaders(answer.headers),
        body: chunks(answer.body),
        discard: () => void answer.body.on('error', () => {}).destroy(),
      };
    } catch (error) {
      throw failure(error);
    }
  };
  return { send, close: async () => void (await (await pool)?.destroy()) };
}
