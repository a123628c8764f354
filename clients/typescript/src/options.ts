/** What a client may be told when it connects. */
import type { Recorder } from './record.ts';
import type { RetryPolicy } from './retry.ts';
import type { Transport } from './transport/transport.ts';
import type { TlsOptions } from './transport/trust.ts';

/** Who logs in. A password may be fetched when it is needed, from a vault for example. */
export interface Credentials {
  readonly user: string;
  readonly password: string | (() => string | Promise<string>);
}

/** A session of the service. Its token is a secret. */
export interface SessionState {
  readonly token: string;
  /** Where it is deleted; undefined when the service did not say. */
  readonly uri?: string;
}

/** Keeps the session between runs of a program. */
export interface SessionStore {
  load(): SessionState | undefined | Promise<SessionState | undefined>;
  /** Undefined removes what is kept. */
  save(session: SessionState | undefined): void | Promise<void>;
}

export interface Timeouts {
  /** Seconds for connection and TLS handshake; default 5. */
  readonly connect?: number;
  /** Seconds until the first byte of an answer; default 30. */
  readonly firstByte?: number;
  /** Seconds without a byte within an answer or an upload; default 30. Nothing limits the whole of it. */
  readonly idle?: number;
}

export interface ConnectOptions {
  /** Left out: only what needs no login can be read. */
  readonly credentials?: Credentials;
  /** `auto` (default): a session, or Basic where there are none; `session`, `basic`: only that. */
  readonly authentication?: 'auto' | 'session' | 'basic';
  readonly session?: SessionStore;
  readonly tls?: TlsOptions;
  readonly timeouts?: Timeouts;
  readonly retry?: Partial<RetryPolicy>;
  /** Requests in flight at most; default 4. */
  readonly concurrency?: number;
  /** Each tolerated deviation becomes an error. */
  readonly strict?: boolean;
  /** Receives every exchange, without secrets. */
  readonly record?: Recorder;
  /** `undici` (default) or `node`, which starts quicker; or a transport of the caller's own. */
  readonly transport?: 'undici' | 'node' | Transport;
  /** Sent with each request, in addition. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Called for each exchange with what may be logged: no header, no body. */
  readonly log?: (line: string) => void;
}
