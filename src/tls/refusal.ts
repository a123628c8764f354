/**
 * Why a certificate or a TLS setting is refused.
 *
 * - `format`: the text cannot be parsed.
 * - `value`: the certificate or key is not usable.
 * - `exists`: the certificate is in the list already.
 * - `limit`: the list is full.
 * - `in-use`: another setting depends on it.
 */
export type RefusalReason = 'format' | 'value' | 'exists' | 'limit' | 'in-use';

/** A refused change: nothing was changed. The message never repeats the value, which can contain a key. */
export class CertificateRefusal extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CertificateRefusal';
    this.reason = reason;
  }
}
