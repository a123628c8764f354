/** Reads HTTP/1.1 requests from a socket, as far as clients of Redfish send them. */
import type { Socket } from 'node:net';

export interface RawRequest {
  readonly method: string;
  readonly uri: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Takes bytes off a socket as they are wanted. */
class Reader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#chunks = (socket as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done) return false;
    this.#rest = Buffer.concat([this.#rest, value]);
    return true;
  }

  /** Up to the mark, without it; undefined when the stream ends before. */
  async until(mark: string): Promise<string | undefined> {
    let at = this.#rest.indexOf(mark);
    while (at < 0) {
      if (!(await this.#more())) return undefined;
      at = this.#rest.indexOf(mark);
    }
    const text = this.#rest.subarray(0, at).toString('latin1');
    this.#rest = this.#rest.subarray(at + mark.length);
    return text;
  }

  async bytes(count: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    let missing = count;
    for (;;) {
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      parts.push(part);
      missing -= part.length;
      if (missing === 0) return Buffer.concat(parts);
      if (!(await this.#more())) return undefined;
    }
  }
}

async function chunked(reader: Reader): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  for (;;) {
    const line = await reader.until('\r\n');
    if (line === undefined) return undefined;
    const size = Number.parseInt(line, 16);
    const part = await reader.bytes(size);
    if (part === undefined || (await reader.until('\r\n')) === undefined) return undefined;
    if (size === 0) return Buffer.concat(parts);
    parts.push(part);
  }
}

/** The requests of one connection, one after the other. Ends with the connection. */
export async function* requestsOf(socket: Socket): AsyncGenerator<RawRequest> {
  const reader = new Reader(socket);
  for (;;) {
    const head = await reader.until('\r\n\r\n');
    if (head === undefined) return;
    const [line = '', ...lines] = head.split('\r\n');
    const [method = '', uri = ''] = line.split(' ');
    const headers = Object.fromEntries(
      lines.map((text) => {
        const at = text.indexOf(':');
        return [text.slice(0, at).toLowerCase(), text.slice(at + 1).trim()];
      }),
    );
    if (headers.expect?.toLowerCase() === '100-continue') socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    const body = headers['transfer-encoding']?.toLowerCase().includes('chunked')
      ? await chunked(reader)
      : await reader.bytes(Number(headers['content-length'] ?? 0));
    if (body === undefined) return;
    yield { method, uri, headers, body };
  }
}

/** The parts of a multipart body: name and size of each. */
export function partsOf(contentType: string, body: Buffer): { name: string; size: number }[] | undefined {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const text = body.toString('latin1');
  return text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const at = part.indexOf('\r\n\r\n');
      const name = /name="?([^";\r\n]+)"?/i.exec(part.slice(0, at))?.[1] ?? '';
      return { name, size: part.length - at - 4 - 2 };
    });
}
