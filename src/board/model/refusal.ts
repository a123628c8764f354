/** Commands that the board refuses. */

/** A command that the board cannot carry out now, and why; nothing was changed. */
export class BoardRefusal extends Error {
  readonly reason:
    | 'not-supported'
    | 'not-in-this-state'
    /** The chassis around it is off. */
    | 'no-power'
    /** Something else prevents it, such as an open latch. */
    | 'held-back'
    | 'busy'
    | 'device'
    | 'out-of-range';
  constructor(reason: BoardRefusal['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BoardRefusal';
    this.reason = reason;
  }
}
