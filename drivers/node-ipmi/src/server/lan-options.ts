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
  /** 17 and 3 by default; suite 0 accepts any password. */
  readonly suites?: readonly CipherSuite[];
  readonly maxSessions?: number;
  /** Milliseconds after which a silent session is forgotten. */
  readonly idleTimeout?: number;
  /** Milliseconds after which unacknowledged console characters are sent again. */
  readonly solRetry?: number;
  /** A simulated network between socket and server: delivers a datagram, delays, changes or drops it. */
  readonly carry?: Carry;
}

export type Carry = (datagram: Buffer, toServer: boolean, deliver: (datagram: Buffer) => void) => void;
