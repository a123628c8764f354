/** The format of test vectors: what a service does, what a client is asked to do, and what must come of it. */

export type Json = unknown;

/** How an answer goes wrong on the wire. */
export type Fault =
  /** The connection is reset before a byte of the answer. */
  | 'reset'
  /** The connection is closed before a byte of the answer. */
  | 'close'
  /** Nothing ever comes. */
  | 'hang'
  /** Bytes that are no HTTP. */
  | 'not-http'
  /** Closed within the status line, within the headers, within the body. */
  | 'cut-status'
  | 'cut-headers'
  | 'cut-body'
  /** Content-Length is smaller than the body. */
  | 'short-length'
  /** A chunk whose size is no number. */
  | 'broken-chunk';

/** One event of a stream; without data only its id, without that a comment. */
export interface StreamEvent {
  readonly id?: string;
  readonly data?: Json;
}

export interface ScriptedAnswer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: Json;
  /** Sent as it is. */
  readonly text?: string;
  /** Seconds before the answer begins. */
  readonly delay?: number;
  /** Seconds between single bytes of the body. */
  readonly dribble?: number;
  readonly gzip?: true;
  readonly fault?: Fault;
  /** A server-sent event stream; it stays open unless `end` is true. */
  readonly events?: readonly StreamEvent[];
  readonly end?: true;
  /** How often this answer is given before the next one; default 1. The last one is given for ever. */
  readonly times?: number;
  /** Every session ends with this answer, as in a restart. */
  readonly endSessions?: true;
  /** The service of the run is replaced by what the standard service does for this request. */
  readonly standard?: true;
}

export interface Rule {
  readonly method: string;
  readonly uri: string;
  /** Headers that the request must have with exactly this value, or, for null, must not have. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly answers: readonly ScriptedAnswer[];
}

export interface ScriptedService {
  /** `https` with a self-signed certificate for localhost and 127.0.0.1; default plain HTTP. */
  readonly tls?: true;
  /** Requests other than for the service root and a login need a session's token or Basic credentials. */
  readonly authenticate?: true;
  /** Properties over those of the standard service root. */
  readonly root?: Readonly<Record<string, Json>>;
  /** Bodies by URI, answered to GET with their `@odata.etag` as ETag. */
  readonly resources?: Readonly<Record<string, Json>>;
  readonly rules?: readonly Rule[];
}

export interface Expectation {
  /** The kind of the error, or each that is right. */
  readonly error?: string | readonly string[];
  readonly status?: number;
  /** Every object has these properties at least; arrays have exactly these items. */
  readonly value?: Json;
  /** Texts that the outcome, as JSON, has or does not have. */
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
}

/** One operation of the client; README.md lists them with their settings. */
export interface Step {
  readonly do: string;
  /** The name under which later steps find the value. */
  readonly as?: string;
  readonly expect?: Expectation;
  readonly [setting: string]: Json;
}

/** How often the service must have seen a request. */
export interface ExpectedRequests {
  readonly method: string;
  readonly uri: string;
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly count?: number;
  readonly most?: number;
  /** Seconds between two of them at least. */
  readonly gap?: number;
  /** Properties of each JSON body, as in `value`. */
  readonly body?: Json;
  /** Names of the parts of each multipart body, in order. */
  readonly parts?: readonly string[];
  /** Bytes of the last part. */
  readonly size?: number;
}

export interface Vector {
  readonly id: string;
  /** What a client does, in the present tense. */
  readonly title: string;
  readonly service: ScriptedService;
  readonly client?: Readonly<Record<string, Json>>;
  readonly steps: readonly Step[];
  readonly requests?: readonly ExpectedRequests[];
  /** Kinds of findings, sorted; exactly these. Left out: not judged. */
  readonly findings?: readonly string[];
  /** Requests in flight at a time, at most. */
  readonly inFlight?: number;
}

/** What a client reports of one step. */
export interface StepOutcome {
  readonly value?: Json;
  readonly error?: { readonly kind: string; readonly status?: number; readonly [detail: string]: Json };
}
