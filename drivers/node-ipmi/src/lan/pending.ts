/** What a LAN client keeps of a request until its answer. */
import type { IpmiError } from '../errors.ts';
import type { IpmiRequest, IpmiResponse } from '../message.ts';

/** A request that is queued, or was sent and is unanswered. */
export interface Pending {
  readonly request: IpmiRequest;
  readonly resolve: (response: IpmiResponse) => void;
  readonly reject: (error: IpmiError) => void;
  /** The answer to a tracked Send Message comes in a second packet, behind an empty first one. */
  readonly isBridged: boolean;
  message: Uint8Array | undefined;
  sequence: number;
  tries: number;
  sentAt: number;
  timer: NodeJS.Timeout | undefined;
}
