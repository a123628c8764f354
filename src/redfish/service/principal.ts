/** Who is asking, as the HTTP layer established it. */
export interface Principal {
  readonly account: string;
  /** URI of the account. */
  readonly accountUri: string;
  readonly userName: string;
  readonly role: string;
  readonly privileges: ReadonlySet<string>;
  /** The same without ConfigureSelf, which speaks of one's own account and sessions only. */
  readonly privilegesOverOthers: ReadonlySet<string>;
  /** Id of the session that authenticated the request; null with Basic authentication. */
  readonly session: string | null;
  /** The connection is that of a client that has proved to hold a certificate which counts. */
  readonly certified: boolean;
  /** Only the own account may be read and its password changed until that is done (DSP0266 13.3.7). */
  readonly passwordChangeRequired: boolean;
}
