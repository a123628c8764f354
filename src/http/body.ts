/** Reads a request body: JSON only, and no more than the limit. */
import type { IncomingMessage } from 'node:http';
import { message, RedfishError } from '../redfish/registries/messages.ts';

/** No Redfish request that this daemon understands comes near it; firmware images take another way. */
export const maxBody = 256 * 1024;

const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** @throws RedfishError 400 when it does not come whole, 413, 415 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > maxBody) throw tooLarge();
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > maxBody) throw tooLarge();
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof RedfishError || !request.aborted) throw error;
    // The client has gone: nobody hears the answer, but the logs must not speak of a defect.
    throw new RedfishError([message('Base.UnrecognizedRequestBody', [])], 400);
  }
  const type = request.headers['content-type'];
  if (length > 0 && type !== undefined && !jsonType.test(type)) {
    throw new RedfishError([message('Base.HeaderInvalid', [`Content-Type: ${type}`])], 415);
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

const tooLarge = () => new RedfishError([message('Base.PayloadTooLarge', [])], 413, { Connection: 'close' });
