/** Large answers in fewer bytes. The work is done beside the main thread: other clients do not wait for it. */
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { chosenCoding } from './negotiation.ts';

/** Below this many characters an answer fits a few packets, and compressing it only costs time. */
export const compressedFrom = 8 * 1024;

/** Answers compressed at once: the threads that do it also hash passwords. */
const maxAtOnce = 4;

type Compress = (text: Buffer) => Promise<Buffer>;

/** Node has it from version 22.15 on. */
const { zstdCompress } = zlib as {
  readonly zstdCompress?: (text: Buffer, done: (error: Error | null, result: Buffer) => void) => void;
};

/** Quick levels: a management controller has little time, and JSON is repetitive. */
const compressors: Readonly<Record<string, Compress>> = {
  ...(zstdCompress === undefined ? {} : { zstd: promisify(zstdCompress) }),
  br: (text) =>
    promisify(zlib.brotliCompress)(text, {
      params: {
        [zlib.constants.BROTLI_PARAM_QUALITY]: 4,
        [zlib.constants.BROTLI_PARAM_SIZE_HINT]: text.length,
      },
    }),
  gzip: (text) => promisify(zlib.gzip)(text, { level: 4 }),
};
const codings = Object.keys(compressors);
let underWay = 0;

export interface Compressed {
  readonly coding: string;
  readonly body: Buffer;
}

/** Undefined where the client takes no coding that is there, or where too many are at work already. */
export function compressed(
  acceptEncoding: string | undefined,
  text: string | Buffer,
): Promise<Compressed> | undefined {
  if (acceptEncoding === undefined || underWay >= maxAtOnce) return undefined;
  const coding = chosenCoding(acceptEncoding, codings);
  const compress = coding === undefined ? undefined : compressors[coding];
  if (coding === undefined || compress === undefined) return undefined;
  underWay += 1;
  return compress(typeof text === 'string' ? Buffer.from(text) : text)
    .then((body) => ({ coding, body }))
    .finally(() => {
      underWay -= 1;
    });
}
