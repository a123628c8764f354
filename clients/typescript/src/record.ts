/** Recordings: one line of JSON per exchange, secrets hidden. The mock server serves them back. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { redact, redactHeaders } from './redact.ts';

/** One exchange. Bodies are JSON values, or text where they are none. */
export interface Exchange {
  readonly time: string;
  readonly method: string;
  readonly uri: string;
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly body?: unknown };
  readonly status: number;
  readonly response: { readonly headers: Readonly<Record<string, string>>; readonly body?: unknown };
  readonly milliseconds: number;
}

export interface Recorder {
  record(exchange: Exchange): void;
}

/** The exchange without secrets. */
export function redactedExchange(exchange: Exchange): Exchange {
  const clean = ({ headers, body }: Exchange['request']) => ({
    headers: redactHeaders(headers),
    ...(body === undefined ? {} : { body: redact(body) }),
  });
  return { ...exchange, request: clean(exchange.request), response: clean(exchange.response) };
}

/** Writes each exchange to a JSON Lines file of mode 0600, which is begun anew. */
export function fileRecorder(path: string): Recorder {
  writeFileSync(path, '', { mode: 0o600 });
  return { record: (exchange) => appendFileSync(path, `${JSON.stringify(exchange)}\n`) };
}

/** The exchanges of a recording's text. @throws Error that names the line which is no JSON */
export function parseRecording(text: string): Exchange[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as Exchange];
    } catch {
      throw new Error(`line ${index + 1} of the recording is no JSON`);
    }
  });
}
