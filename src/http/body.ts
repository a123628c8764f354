/** Reads a request body: JSON only, limited in size and time. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { message, RedfishError } from '../messages/messages.ts';
import { isJsonType } from './negotiation.ts';

/** Bytes. No Redfish request of this daemon comes near it. */
export const maxBody = 256 * 1024;

/** Milliseconds in which a body must arrive. */
const patience = 20_000;

/** @throws RedfishError 400 when it does not arrive whole, 408, 413, 415 */
export async function readBody(request: IncomingMessage, response: ServerResponse): Promise<Buffer> {
  const { expect, 'content-length': declared = '0', 'content-type': type } = request.headers;
  const coding = request.headers['content-encoding'];
  if (Number(declared) > maxBody) throw tooLarge(request);
  if (coding !== undefined && coding.toLowerCase() !== 'identity') throw unsupported('Content-Encoding');
  // The request has passed all checks that need no body.
  if (expect !== undefined) response.writeContinue();
  const raw = await collect(request);
  if (raw.length > 0 && type !== undefined && !isJsonType(type)) throw unsupported('Content-Type');
  return raw;
}

/** Settles as soon as the outcome is known; bytes that arrive later are dropped. */
function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    const settle = (outcome: () => void) => {
      clearTimeout(timer);
      request.off('data', take).off('end', whole).off('close', gone).resume();
      outcome();
    };
    const take = (part: Buffer) => {
      length += part.length;
      parts.push(part);
      if (length > maxBody) settle(() => reject(tooLarge(request)));
    };
    const whole = () =>
      settle(() => resolve(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)));
    // The client has left and gets no answer, but this is no defect to be logged.
    const gone = () =>
      settle(() => reject(new RedfishError([message('Base.UnrecognizedRequestBody', [])], 400)));
    const timer = setTimeout(() => settle(() => reject(tooSlow(request))), patience);
    request.on('data', take).on('end', whole).on('close', gone).on('error', gone);
  });
}

const unsupported = (header: string) => new RedfishError([message('Base.HeaderInvalid', [header])], 415);
/** Bytes of the body are still on the connection, so it cannot be used again; HTTP/2 ends the stream alone. */
const closing = ({ httpVersionMajor }: IncomingMessage): Readonly<Record<string, string>> =>
  httpVersionMajor > 1 ? {} : { Connection: 'close' };
const tooSlow = (request: IncomingMessage) =>
  new RedfishError([message('Base.GeneralError', [])], 408, closing(request));
const tooLarge = (request: IncomingMessage) =>
  new RedfishError([message('Base.PayloadTooLarge', [])], 413, closing(request));
