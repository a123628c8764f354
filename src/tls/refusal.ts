/**
 * Why a certificate, or a setting of TLS, is not accepted.
 *
 * - `format`: what was sent cannot be read as what it should be.
 * - `value`: it can be read, but must not be used.
 * - `exists`: it is there already.
 * - `limit`: there is no room for one more.
 * - `in-use`: something else depends on what would go.
 */
export type RefusalReason = 'format' | 'value' | 'exists' | 'limit' | 'in-use';

/** Nothing was changed. The message says what is wrong with the value, and never repeats it: it may hold a key. */
export class CertificateRefusal extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CertificateRefusal';
    this.reason = reason;
  }
}
