/** Messages of the kernel's system interfaces: KCS, BT and SSIF each have a form of their own. */
import { type IpmiRequest, type IpmiResponse, NETFN } from 'node-ipmi';

export interface Framed {
  readonly request: IpmiRequest;
  /** The message that answers the request. */
  answer(response: IpmiResponse): Uint8Array;
}

/** The request in a message; undefined where it is none. */
export type Framing = (message: Uint8Array) => Framed | undefined;

const requestOf = (function_: number, command: number, data: Uint8Array): IpmiRequest => ({
  netFn: function_ >> 2,
  lun: function_ & 3,
  command,
  data: Uint8Array.from(data),
});

/** Network function of an answer, with the LUN of the request. */
const answering = (function_: number): number => function_ | 0x04;

/** `netFn/LUN, command, data`; the answer has the completion code before its data. */
export const kcsFraming: Framing = (message) => {
  const [function_, command] = message;
  if (function_ === undefined || command === undefined) return undefined;
  return {
    request: requestOf(function_, command, message.subarray(2)),
    answer: ({ code, data }) => Uint8Array.from([answering(function_), command, code, ...data]),
  };
};

/** Longest answer of BT: its length is one byte. */
const longestBt = 0xff;

/** `length, netFn/LUN, sequence, command, data`; the length counts what is behind it. */
export const btFraming: Framing = (message) => {
  const [length = 0, function_ = 0, sequence = 0, command = 0] = message;
  if (length < 3 || message.length < length + 1) return undefined;
  return {
    request: requestOf(function_, command, message.subarray(4, length + 1)),
    answer({ code, data }) {
      const body = [answering(function_), sequence, command, code, ...data].slice(0, longestBt);
      return Uint8Array.from([body.length, ...body]);
    },
  };
};

/** Bytes of the length before a message of SSIF, and of the longest message. */
const ssifHead = 4;
const longestSsif = 254;
/** Get System Interface Capabilities of SSIF: its driver answers for itself (IPMI 2.0, section 22.9). */
const capabilities = { command: 0x57, data: [0x00, 0x80, 0xff, 0xff, 0x00] } as const;

/** A 32-bit length in the byte order of the machine (little-endian on all controllers), then as KCS. */
export const ssifFraming: Framing = (message) => {
  if (message.length < ssifHead + 2) return undefined;
  const length = Buffer.from(message.buffer, message.byteOffset, ssifHead).readUInt32LE(0);
  if (length < 2 || length > message.length - ssifHead) return undefined;
  const framed = kcsFraming(message.subarray(ssifHead, ssifHead + length));
  if (framed === undefined) return undefined;
  const { request, answer } = framed;
  const isOwn =
    request.netFn === NETFN.app && request.command === capabilities.command && request.data[0] === 0;
  return {
    request,
    answer(response) {
      const own = isOwn ? { code: 0, data: Uint8Array.from(capabilities.data) } : response;
      const body = answer(own).subarray(0, longestSsif);
      const out = Buffer.alloc(ssifHead + body.length);
      out.writeUInt32LE(body.length, 0);
      out.set(body, ssifHead);
      return out;
    },
  };
};
