/** Sends one payload to one destination over HTTP or HTTPS (DSP0266 clause 12.5). */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type TrustFacts, trustOf } from './trust.ts';

export interface Target extends TrustFacts {
  readonly destination: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** Milliseconds until a receiver that says nothing counts as gone. */
export const patience = 10_000;
/** Bytes of an answer that are read; what a receiver says beyond its status is of no use. */
const maxAnswer = 64 * 1024;

/**
 * POSTs JSON. A redirection is no delivery: it would carry events and headers to somebody else.
 * @throws Error that says what the receiver did, without any header
 */
export function post(target: Target, body: string, signal: AbortSignal): Promise<void> {
  const url = new URL(target.destination);
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const sent = (secure ? requestHttps : requestHttp)(
      url,
      {
        method: 'POST',
        signal,
        timeout: patience,
        ...(secure ? trustOf(target) : {}),
        headers: {
          ...Object.fromEntries(target.headers),
          'Content-Type': 'application/json',
          'Content-Length': String(Buffer.byteLength(body)),
          'OData-Version': '4.0',
        },
      },
      (answer) => {
        const { statusCode: status = 0 } = answer;
        let length = 0;
        answer.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > maxAnswer) answer.destroy();
        });
        answer.on('error', () => undefined);
        answer.on('close', () => {
          if (status >= 200 && status < 300) resolve();
          else reject(new Error(`the receiver answered with status ${status}`));
        });
      },
    );
    // A receiver that answers byte by byte must not hold the line for ever either.
    const overdue = setTimeout(() => sent.destroy(new Error(`no answer in ${patience} ms`)), patience);
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${patience} ms`)));
    sent.on('error', (error) => reject(error));
    sent.on('close', () => clearTimeout(overdue));
    sent.end(body);
  });
}
