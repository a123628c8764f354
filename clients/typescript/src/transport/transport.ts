/** What is below HTTP semantics: one request out, one answer in, its body as a stream. */

export type Body = string | Uint8Array | AsyncIterable<Uint8Array>;

export interface HttpRequest {
  readonly method: string;
  /** Path and query exactly as they go on the wire. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a byte of the answer before it begins; 0 for no limit. */
  readonly firstByte: number;
  /** Milliseconds without a byte of the body; 0 for no limit. */
  readonly idle: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives the connection up, for a body that is not read to its end. */
  discard(): void;
}

/** Connections to one origin. @throws RedfishError `network`, `timeout`, `tls`, `pin` or `cancelled` */
export interface Transport {
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** Headers as one string each. */
export function flatHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
}
