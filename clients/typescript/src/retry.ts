/** When a request is repeated, and when not. Pure: the caller sleeps. */

export interface RetryPolicy {
  /** Tries of one request, the first included; default 5. */
  readonly tries: number;
  /** Seconds within which the last try starts; default 60. */
  readonly budget: number;
  /** Seconds before the second try, doubled each time, with jitter; default 0.5. */
  readonly base: number;
}

export const defaultRetry: RetryPolicy = { tries: 5, budget: 60, base: 0.5 };

/** One try that did not bring what was asked for. */
export interface FailedTry {
  readonly method: string;
  /** The request has If-Match, which makes a repeated PATCH or PUT harmless. */
  readonly conditional: boolean;
  /** Of the answer; undefined when there was none. */
  readonly status?: number | undefined;
  /** Seconds of the answer's Retry-After. */
  readonly retryAfter?: number | undefined;
  /** False when the connection failed before a byte was sent. */
  readonly sent: boolean;
  /** How many tries there were, this one included. */
  readonly tries: number;
  /** Seconds since the first try. */
  readonly elapsed: number;
}

const temporary = new Set([408, 429, 502, 503, 504]);
const repeatable = new Set(['GET', 'HEAD', 'DELETE']);

/** Whether the service cannot have done the work, or does no harm by doing it twice. */
function harmless({ method, conditional, status, retryAfter, sent }: FailedTry): boolean {
  if (repeatable.has(method)) return true;
  if (!sent) return true;
  if (method === 'POST') return (status === 429 || status === 503) && retryAfter !== undefined;
  return conditional || status === 429;
}

/** Seconds to wait before the next try; undefined when there is none. `random` is from 0 up to 1. */
export function retryDelay(failed: FailedTry, policy: RetryPolicy, random: number): number | undefined {
  if (failed.status !== undefined && !temporary.has(failed.status)) return undefined;
  if (failed.tries >= policy.tries || !harmless(failed)) return undefined;
  const backoff = policy.base * 2 ** (failed.tries - 1) * (0.5 + random / 2);
  const delay = failed.retryAfter ?? backoff;
  return failed.elapsed + delay > policy.budget ? undefined : delay;
}

/** Seconds of a Retry-After header: a number or an HTTP date; undefined when it is neither. */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}
