/** The serial console of a host: one client types, many read. */

/** Reason why a console detaches a client. */
export type ConsoleEnd =
  /** Another client took over typing; `by` is its name. */
  | { readonly reason: 'taken-over'; readonly by: string }
  /** The serial port or the node behind it has failed, or cannot be opened. */
  | { readonly reason: 'lost'; readonly message: string }
  /** The console was disabled, or the daemon stops. */
  | { readonly reason: 'closed' };

export interface ConsoleClient {
  /** Shown to other clients that compete for the console. */
  readonly name: string;
  /** Output of the host: first the recent history, then each piece as it arrives. */
  output(bytes: Buffer): void;
  /** Last call: no output follows. */
  end(why: ConsoleEnd): void;
}

export interface ConsoleAttachment {
  /** Whether this client may type. */
  readonly writes: boolean;
  /** Types. @returns false when `drained` should be awaited before typing more */
  write(bytes: Uint8Array): boolean;
  drained(): Promise<void>;
  detach(): void;
}

export interface Console {
  readonly enabled: boolean;
  readonly clients: number;
  readonly maxClients: number;
  /**
   * `type` asks to be the client that types: granted when there is none, or with `takeover`. Others read.
   * @throws BoardRefusal `not-in-this-state` (disabled), `busy` (too many clients)
   */
  attach(
    client: ConsoleClient,
    wish: { readonly type: boolean; readonly takeover: boolean },
  ): ConsoleAttachment;
  /** Enables or disables the console; persists over restarts. @throws what the settings throw */
  enable(on: boolean): void;
}
