/** Images for the drives of virtual machines: fetched over HTTP or HTTPS into a file, within a limit. */
import { createWriteStream } from 'node:fs';
import { mkdir, rename, unlink } from 'node:fs/promises';
import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getSecure } from 'node:https';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Why an image cannot be had. */
export class ImageError extends Error {
  readonly reason: 'connection' | 'refused' | 'too-large' | 'protocol';

  constructor(reason: ImageError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImageError';
    this.reason = reason;
  }
}

export interface ImageSource {
  readonly uri: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Whether the certificate of an HTTPS server must be trusted by this machine. */
  readonly verify: boolean;
}

/** Largest image, bytes: a double-layer DVD. */
export const largestImage = 9 * 1024 ** 3;
/** A server that sends nothing for so long, milliseconds. */
const idle = 30_000;
const redirects = 3;

/** Fetches an image into `file`; an earlier one stays until the new one is complete. @throws ImageError */
export async function fetchImage(source: ImageSource, file: string, limit = largestImage): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const part = `${file}.part`;
  try {
    const answer = await request(source, redirects);
    await pipeline(answer, counted(limit), createWriteStream(part, { mode: 0o600 }));
    await rename(part, file);
  } catch (error) {
    await unlink(part).catch(() => undefined);
    if (error instanceof ImageError) throw error;
    throw new ImageError(
      'connection',
      `${source.uri}: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** Passes on at most `limit` bytes. */
function counted(limit: number): Transform {
  let count = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      count += chunk.length;
      if (count > limit) done(new ImageError('too-large', `the image has more than ${limit} bytes`));
      else done(null, chunk);
    },
  });
}

/** The answer of the server, after redirections. */
async function request(source: ImageSource, left: number): Promise<IncomingMessage> {
  const { uri, user, password = '', verify } = source;
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new ImageError('protocol', `${uri}: only http and https images can be inserted`);
  const auth = user === undefined ? {} : { auth: `${user}:${password}` };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent =
      url.protocol === 'https:'
        ? getSecure(url, { ...auth, rejectUnauthorized: verify, timeout: idle }, resolve)
        : getPlain(url, { ...auth, timeout: idle }, resolve);
    sent.once('error', reject);
    sent.once('timeout', () => sent.destroy(new Error('the server does not answer')));
  });
  const { statusCode = 0, headers } = answer;
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined && left > 0) {
    answer.destroy();
    const next = new URL(headers.location, url);
    // A password is for the server that it was given for.
    const isSame = next.host === url.host && next.protocol === url.protocol;
    return request({ uri: next.href, verify, ...(isSame ? { user, password } : {}) }, left - 1);
  }
  if (statusCode !== 200) {
    answer.destroy();
    throw new ImageError('refused', `${uri}: the server answers ${statusCode}`);
  }
  const announced = Number(headers['content-length'] ?? 0);
  if (announced > largestImage) {
    answer.destroy();
    throw new ImageError('too-large', `${uri}: the image has ${announced} bytes, more than ${largestImage}`);
  }
  return answer;
}
