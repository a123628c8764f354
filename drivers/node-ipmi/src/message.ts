/** IPMI messages: request, response, and their IPMB form. */
import { checksum8, concat, copyOf, sum8 } from './bytes.ts';

/** Network functions of requests (IPMI v2.0, table 5-1); the response has the next, odd number. */
export const NETFN = {
  chassis: 0x00,
  bridge: 0x02,
  sensorEvent: 0x04,
  app: 0x06,
  firmware: 0x08,
  storage: 0x0a,
  transport: 0x0c,
  group: 0x2c,
  oemGroup: 0x2e,
} as const;

/** A request to a management controller, whatever carries it. */
export interface IpmiRequest {
  /** Network function, even. */
  readonly netFn: number;
  readonly command: number;
  readonly data: Uint8Array;
  /** Logical unit of the controller; 0 except for sensors of another LUN. */
  readonly lun?: number;
}

/** What the controller answered. */
export interface IpmiResponse {
  /** Completion code; 0 is success. */
  readonly code: number;
  /** Behind the completion code. */
  readonly data: Uint8Array;
}

/**
 * A way to a management controller. Requests may be sent without waiting for earlier answers; each promise
 * settles independently, and fails with an IpmiError.
 */
export interface Target {
  /** IPMB address of the controller, where it is not the BMC's 0x20: sensors that it owns are asked directly. */
  readonly address?: number;
  send(request: IpmiRequest): Promise<IpmiResponse>;
}

/** The BMC's address on IPMB, and the software ID of a remote console (IPMI v2.0, table 5-4). */
export const BMC_ADDRESS = 0x20;
export const CONSOLE_ADDRESS = 0x81;

/**
 * An IPMB message, request or response (IPMI v2.0, section 13.8, and IPMB v1.0, section 2.11). Addresses are
 * 8-bit. In a response the completion code is the first data byte.
 */
export interface IpmbMessage {
  /** Who shall get it. */
  readonly to: number;
  readonly toLun: number;
  readonly from: number;
  readonly fromLun: number;
  /** Even: a request; odd: a response. */
  readonly netFn: number;
  /** 0 to 63; a response repeats that of its request. */
  readonly sequence: number;
  readonly command: number;
  readonly data: Uint8Array;
}

/** Bytes of an IPMB message, both checksums included. */
export function encodeIpmb(message: IpmbMessage): Uint8Array {
  const { to, toLun, from, fromLun, netFn, sequence, command, data } = message;
  // A request names the responder's LUN beside the network function, a response the requester's; both are
  // the LUN of the one who gets the message.
  const out = new Uint8Array(7 + data.length);
  out[0] = to;
  out[1] = (netFn << 2) | toLun;
  out[2] = -(out[0] + out[1]) & 0xff;
  out[3] = from;
  out[4] = (sequence << 2) | fromLun;
  out[5] = command;
  out.set(data, 6);
  out[6 + data.length] = checksum8(out, 3, 6 + data.length);
  return out;
}

/**
 * The IPMB message in the bytes, or undefined when they are too short or a checksum is wrong. `checked` is false where a
 * signature protects the bytes: some controllers send wrong checksums, and other clients do not check them.
 */
export function decodeIpmb(bytes: Uint8Array, checked = true): IpmbMessage | undefined {
  if (bytes.length < 7) return undefined;
  if (checked && (sum8(bytes, 0, 3) !== 0 || sum8(bytes, 3) !== 0)) return undefined;
  const [to = 0, netFnLun = 0, , from = 0, sequenceLun = 0, command = 0] = bytes;
  return {
    to,
    toLun: netFnLun & 3,
    from,
    fromLun: sequenceLun & 3,
    netFn: netFnLun >> 2,
    sequence: sequenceLun >> 2,
    command,
    data: copyOf(bytes, 6, -1),
  };
}

/** The message that answers a request. */
export function responseTo(request: IpmbMessage, response: IpmiResponse): IpmbMessage {
  return {
    to: request.from,
    toLun: request.fromLun,
    from: request.to,
    fromLun: request.toLun,
    netFn: request.netFn + 1,
    sequence: request.sequence,
    command: request.command,
    data: concat([response.code], response.data),
  };
}
