/** Options of a LAN client, and its hook for other payloads. */
import type { IpmiError } from '../errors.ts';
import type { LoginOptions } from './login.ts';

export interface LanOptions extends LoginOptions {
  readonly host: string;
  /** 623 by default. */
  readonly port?: number;
  readonly user?: string;
  readonly password?: string | Uint8Array;
  /** Key of the controller (K_g), where it has one besides the user's password. */
  readonly kg?: string | Uint8Array;
  /** Milliseconds to wait for the first answer; each further try waits twice as long, at most eight times. */
  readonly timeout?: number;
  /** Milliseconds that no try waits longer than. */
  readonly maxTimeout?: number;
  /** Tries after the first. */
  readonly retries?: number;
  /** Requests under way at once, at most 32. */
  readonly window?: number;
  /** Milliseconds of silence after which the session is kept alive; 0 is never. */
  readonly keepAlive?: number;
}

/** Receives payloads other than IPMI messages: serial over LAN. */
export interface PayloadHandler {
  receive(payload: Buffer): void;
  /** The session was lost, or its own client ended it (no error). No payload follows. */
  end(error: IpmiError | undefined): void;
}
