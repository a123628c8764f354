/** The one error type of the package. */
import { completionText } from './completion.ts';

/**
 * What went wrong on the way to a management controller.
 *
 * - `completion`: the controller answered with a completion code other than success; `code` holds it.
 * - `timeout`: no answer came, after all retries.
 * - `malformed`: an answer came that is no answer to the question: too short, wrong length, wrong checksum.
 * - `refused`: the controller refused the session: wrong password, user, privilege or cipher suite; `code`
 *   holds the RMCP+ status where there is one.
 * - `unreachable`: the network, the device node or the far host refused.
 * - `closed`: this end was closed, or the session was given up, with the request still open.
 * - `invalid`: the request itself cannot be sent: a value does not fit its field.
 */
export type IpmiErrorKind =
  | 'completion'
  | 'timeout'
  | 'malformed'
  | 'refused'
  | 'unreachable'
  | 'closed'
  | 'invalid';

/** A typed failure. Its message never holds a password, a key or the contents of a message. */
export class IpmiError extends Error {
  readonly kind: IpmiErrorKind;
  readonly code: number | undefined;

  constructor(kind: IpmiErrorKind, message: string, options?: ErrorOptions & { readonly code?: number }) {
    super(message, options);
    this.name = 'IpmiError';
    this.kind = kind;
    this.code = options?.code;
  }
}

/** The error for a completion code other than success. */
export function completionError(
  command: string,
  code: number,
  specific?: Readonly<Record<number, string>>,
): IpmiError {
  const words = specific?.[code] ?? completionText(code);
  return new IpmiError('completion', `${command}: ${words} (completion code 0x${code.toString(16)})`, {
    code,
  });
}
