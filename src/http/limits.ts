/** What clients may take of the service. */

export interface Limits {
  /** Connections in all. */
  readonly connections: number;
  /** Connections of one host: an IPv4 address, or an IPv6 /64. */
  readonly connectionsPerAddress: number;
  /** Requests a second of one host, in the long run; 0 for no limit, of processor time neither. */
  readonly requestsPerSecond: number;
  /** Login sessions of one account. */
  readonly sessionsPerAccount: number;
}

export const defaultLimits: Limits = {
  connections: 512,
  connectionsPerAddress: 64,
  requestsPerSecond: 500,
  sessionsPerAccount: 64,
};
