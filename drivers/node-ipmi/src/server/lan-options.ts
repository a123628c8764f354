/** Options of a LAN server. */
import type { Privilege } from '../commands/app.ts';
import type { CipherSuite } from '../lan/rakp.ts';
import type { IpmiNode } from './node.ts';

export interface LanServerOptions {
  readonly node: IpmiNode;
  readonly users: readonly {
    readonly name: string;
    readonly password: string | Uint8Array;
    readonly privilege?: Privilege;
  }[];
  readonly kg?: string | Uint8Array;
  /** 17 and 3 unless said otherwise; suite 0 lets anybody in who knows a user's name. */
  readonly suites?: readonly CipherSuite[];
  readonly maxSessions?: number;
  /** Milliseconds after which a silent session is forgotten. */
  readonly idleTimeout?: number;
  /** Milliseconds after which console characters that nobody acknowledged are sent again. */
  readonly solRetry?: number;
  /** What lies between the socket and the server: delivers a datagram, late, changed, or not at all. */
  readonly carry?: Carry;
}

export type Carry = (datagram: Buffer, toServer: boolean, deliver: (datagram: Buffer) => void) => void;
