/** The only error class of the library. `kind` is the cause; the message states what failed, where, and what to do. */
import type { Message } from './messages.ts';

/**
 * The cause of an error; the same words in every language of the project.
 * - `usage`: the call itself is wrong, nothing was sent
 * - `network`: the service cannot be reached or cut the connection
 * - `timeout`: no answer in time
 * - `tls`, `pin`: its certificate is not trusted, or is not the one that was trusted before
 * - `auth`: credentials or session refused (401)
 * - `forbidden`: logged in, but without the privilege (403)
 * - `not-found`: no such resource (404, 410)
 * - `conflict`: the resource was changed by another client (412)
 * - `refused`: the service refuses the request for another reason (4xx, 5xx)
 * - `protocol`: the answer is not Redfish, or breaks its rules
 * - `task`: the task failed, was cancelled or vanished
 * - `intervention`: a person has to act (password change, UserIntervention)
 * - `cancelled`: the caller's signal
 */
export type ErrorKind =
  | 'usage'
  | 'network'
  | 'timeout'
  | 'tls'
  | 'pin'
  | 'auth'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'refused'
  | 'protocol'
  | 'task'
  | 'intervention'
  | 'cancelled';

export interface ErrorDetails {
  readonly method?: string;
  readonly uri?: string;
  readonly status?: number;
  /** What the service said, with resolution and related properties. */
  readonly messages?: readonly Message[];
  /** Seconds after which the service wants to be asked again. */
  readonly retryAfter?: number;
  /** False when not a byte of the request can have reached the service. */
  readonly sent?: boolean;
  /** `conflict`: the properties that another client changed, as JSON pointers. */
  readonly properties?: readonly string[];
  /** `tls` and `pin`: SHA-256 of the certificate that the service showed, in lower-case hex. */
  readonly fingerprint?: string;
  readonly cause?: unknown;
}

/** Every error that the library throws. */
export class RedfishError extends Error {
  override readonly name = 'RedfishError';
  readonly kind: ErrorKind;
  readonly method: string | undefined;
  readonly uri: string | undefined;
  readonly status: number | undefined;
  readonly messages: readonly Message[];
  readonly retryAfter: number | undefined;
  readonly sent: boolean;
  readonly properties: readonly string[];
  readonly fingerprint: string | undefined;

  constructor(kind: ErrorKind, text: string, details: ErrorDetails = {}) {
    const { method, uri, status } = details;
    const where = method === undefined ? '' : `${method} ${uri ?? ''}${status ? ` → ${status}` : ''}: `;
    super(where + text, details.cause === undefined ? {} : { cause: details.cause });
    this.kind = kind;
    this.method = method;
    this.uri = uri;
    this.status = status;
    this.messages = details.messages ?? [];
    this.retryAfter = details.retryAfter;
    this.sent = details.sent ?? true;
    this.properties = details.properties ?? [];
    this.fingerprint = details.fingerprint;
  }
}

/** The same error with the request that met it, for one that was thrown below HTTP. */
export function located(error: unknown, method: string, uri: string): RedfishError {
  if (error instanceof RedfishError) {
    if (error.method !== undefined) return error;
    const { status, messages, retryAfter, sent, properties, fingerprint, cause } = error;
    return new RedfishError(error.kind, error.message, {
      ...{ method, uri, messages, sent, properties, cause },
      ...(status === undefined ? {} : { status }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    });
  }
  const text = error instanceof Error ? error.message : String(error);
  return new RedfishError('network', text, { method, uri, cause: error });
}

/** The HTTP status → kind table. */
export function kindOfStatus(status: number): ErrorKind {
  if (status === 401) return 'auth';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 412) return 'conflict';
  return 'refused';
}
