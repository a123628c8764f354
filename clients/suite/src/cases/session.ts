/** A session over the client library that keeps each exchange in memory. */
import type { RedfishClient } from '@redfishd/client';
import type { Request, Session } from '../engine.ts';
import type { Exchange, Recording } from '../recording.ts';

/** @param most exchanges to keep; older ones are dropped, their numbers stay unique. */
export function clientSession(client: RedfishClient, most = 10_000): Session {
  const exchanges: Exchange[] = [];
  let next = 0;
  const recording: Recording = { origin: client.origin, exchanges, unreached: [] };
  const keep = (exchange: Exchange): Exchange => {
    exchanges.push(exchange);
    if (exchanges.length > most) exchanges.shift();
    return exchange;
  };
  return {
    recording,
    async send({ method, uri, headers, body, anonymous }: Request): Promise<Exchange> {
      const began = Date.now();
      const base = {
        ...{ id: next++, time: new Date(began).toISOString(), method, uri, requestHeaders: headers ?? {} },
        ...(body === undefined ? {} : { requestBody: JSON.stringify(body) }),
      };
      try {
        const answer = await client.request({
          ...{ method, uri },
          ...(headers ? { headers } : {}),
          ...(typeof body === 'string' ? { body: () => body } : body === undefined ? {} : { json: body }),
          ...(anonymous ? { anonymous } : {}),
        });
        return keep({
          ...base,
          milliseconds: Date.now() - began,
          status: answer.status,
          headers: answer.headers,
          body: answer.text,
        });
      } catch (error) {
        const { message } = error as Error;
        return keep({ ...base, milliseconds: Date.now() - began, status: 0, body: '', error: message });
      }
    },
  };
}
