/** What an action answers whose effect is a record: the audit record joins its transaction instead of waiting for it. */
export class Storing {
  /** Resolves once the record is durable; its rejection is the answer of the request. */
  readonly stored: Promise<unknown>;

  constructor(stored: Promise<unknown>) {
    this.stored = stored;
  }
}
