/** A recording: every request and answer of a run, in order. All passive verdicts are functions of it. */

export interface Exchange {
  /** Position in the recording, from 0; findings name it as evidence. */
  readonly id: number;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly milliseconds: number;
  readonly method: string;
  /** Path and query as sent. */
  readonly uri: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody?: string;
  /** 0 when there was no answer: `error` gives the reason. */
  readonly status: number;
  /** Names in lower case. Absent in a tree that was recorded without headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer's text as it came, its byte order mark included. */
  readonly body: string;
  readonly error?: string;
  /** Sent by a rule to see how the service answers it: no part of the tree. */
  readonly probe?: true;
}

/** A URI that was linked and not read, and the reason. */
export interface Unreached {
  readonly uri: string;
  readonly reason: string;
}

export interface Recording {
  /** Where it was made: an origin, or the name of a file. */
  readonly origin: string;
  readonly exchanges: readonly Exchange[];
  readonly unreached: readonly Unreached[];
}

/** The same URI with and without a trailing slash is one resource; the service root keeps its slash. */
export function plainUri(uri: string): string {
  const path = uri.length > 1 ? uri.replace(/\/+$/, '') : uri;
  return path === '/redfish/v1' ? '/redfish/v1/' : path;
}

/** The last GET of each path without a query, by its plain URI, in the order of the recording. */
export function readsOf(recording: Recording): ReadonlyMap<string, Exchange> {
  const reads = new Map<string, Exchange>();
  for (const exchange of recording.exchanges)
    if (exchange.method === 'GET' && !exchange.probe && !exchange.uri.includes('?'))
      reads.set(plainUri(exchange.uri), exchange);
  return reads;
}
