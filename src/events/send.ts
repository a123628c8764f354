/** Sends one payload to one destination over HTTP or HTTPS (DSP0266 clause 12.5). */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type TrustFacts, trustOf } from './trust.ts';

export interface Target extends TrustFacts {
  readonly destination: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** Milliseconds after which a silent receiver counts as failed. */
export const responseTimeout = 10_000;
/** Bytes of a response that are read; only its status matters. */
const maxAnswer = 64 * 1024;

/**
 * Posts JSON. A redirect counts as a failure: following it would send events and headers to another host.
 * @throws Error that names the receiver's status, without any header
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
        timeout: responseTimeout,
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
    // Bounds the whole response: a receiver may answer one byte at a time.
    const overdue = setTimeout(
      () => sent.destroy(new Error(`no answer in ${responseTimeout} ms`)),
      responseTimeout,
    );
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${responseTimeout} ms`)));
    sent.on('error', (error) => reject(error));
    sent.on('close', () => clearTimeout(overdue));
    sent.end(body);
  });
}
