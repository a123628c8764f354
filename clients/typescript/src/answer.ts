/** An answer that was read to its end, and the error that it stands for. */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { kindOfStatus, RedfishError } from './errors.ts';
import type { Findings } from './findings.ts';
import { isObject } from './json.ts';
import { messagesOf, messageText } from './messages.ts';
import { retryAfterSeconds } from './retry.ts';
import type { HttpResponse } from './transport/transport.ts';

export interface Answer {
  readonly method: string;
  readonly uri: string;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON value; undefined when there is no body, or it is no JSON. */
  readonly body: unknown;
  readonly text: string;
}

/** Bytes of one JSON body at most: the largest registries of real BMCs have a few MiB. */
const largest = 64 * 1024 * 1024;

const decoders: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  ...{ gzip: gunzipSync, 'x-gzip': gunzipSync, deflate: inflateSync, br: brotliDecompressSync },
};

async function bytesOf(response: HttpResponse): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body) {
    size += part.length;
    if (size > largest) {
      response.discard();
      throw new RedfishError('protocol', `the answer has more than ${largest} bytes`);
    }
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  const decode = decoders[response.headers['content-encoding']?.toLowerCase() ?? ''];
  return decode && bytes.length ? decode(bytes) : bytes;
}

/** Reads the body of a response. @throws RedfishError when it is cut off, or is not the JSON that its header declares */
export async function readAnswer(
  method: string,
  uri: string,
  response: HttpResponse,
  findings: Findings,
): Promise<Answer> {
  const { status, headers } = response;
  let text = Buffer.from(await bytesOf(response)).toString('utf8');
  if (text.startsWith('\uFEFF')) {
    findings.report('json-bom', uri);
    text = text.slice(1);
  }
  const type = headers['content-type'] ?? '';
  const looksJson = /^\s*[{[]/.test(text);
  let body: unknown;
  if (looksJson) {
    try {
      body = JSON.parse(text);
    } catch (error) {
      throw new RedfishError('protocol', `the body is no valid JSON: ${(error as Error).message}`, {
        method,
        uri,
        status,
      });
    }
    if (!/json/i.test(type)) findings.report('content-type', uri, type || 'none');
  } else if (status >= 400 && text.trim() !== '') {
    findings.report('error-not-json', uri, type);
  }
  return { method, uri, status, headers, body, text };
}

/** The error that an answer of status 400 or above stands for. */
export function errorOf(answer: Answer): RedfishError {
  const { method, uri, status, headers, body, text } = answer;
  const messages = messagesOf(body);
  const retryAfter = retryAfterSeconds(headers['retry-after'], Date.now());
  const passwordChange = messages.some((message) => /\.PasswordChangeRequired$/.test(message.id));
  const words = messageText(messages) || plainText(text) || 'the service gives no reason';
  return new RedfishError(passwordChange ? 'intervention' : kindOfStatus(status), words, {
    ...{ method, uri, status, messages },
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

/** The words of an HTML page or plain text, shortened. */
const plainText = (text: string): string =>
  text
    .replace(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);

/** The JSON object of a successful answer. @throws RedfishError for an error, and `protocol` for anything but an object */
export function objectOf(answer: Answer): { [name: string]: unknown } {
  if (answer.status >= 400) throw errorOf(answer);
  if (isObject(answer.body)) return answer.body;
  const { method, uri, status } = answer;
  const what =
    answer.text === '' ? 'the answer is empty' : `the answer is no JSON object: ${plainText(answer.text)}`;
  throw new RedfishError('protocol', what, { method, uri, status });
}
