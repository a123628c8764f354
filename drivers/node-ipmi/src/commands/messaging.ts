/** Commands that carry messages and events (IPMI v2.0, sections 22.7 and 29.3). */
import { bits, type Command, le, nothing } from '../command.ts';
import { NETFN } from '../message.ts';

/** Commands that carry messages and bytes to other buses (IPMI v2.0, section 22). */

const netFn = NETFN.app;

/** A request for another bus (section 22.7); the answer comes inside the response where the channel is tracked. */
export const sendMessage: Command<
  { readonly channel: number; readonly tracking?: boolean; readonly message: Uint8Array },
  Uint8Array
> = {
  name: 'Send Message',
  netFn,
  command: 0x34,
  encode: ({ channel, tracking = true, message }) => [bits(channel, 4) | (tracking ? 0x40 : 0), ...message],
  decode: (reader) => reader.rest(),
  codes: {
    128: 'there is no such session on that channel',
    129: 'arbitration for the bus was lost',
    130: 'bus error',
    131: 'no device acknowledged at that address',
  },
};

export const getMessage: Command<
  void,
  { readonly channel: number; readonly privilege: number; readonly message: Uint8Array }
> = {
  name: 'Get Message',
  netFn,
  command: 0x33,
  encode: nothing,
  decode(reader) {
    const channel = reader.u8();
    return { channel: channel & 15, privilege: channel >> 4, message: reader.rest() };
  },
  codes: { 128: 'no message waits' },
};

/** Writes to and reads from a device on a bus that the controller masters (section 22.11). */
export const masterWriteRead: Command<
  {
    /** Bus 0 is the public one (IPMB); private buses count from 0. */
    readonly bus?: number;
    readonly isPrivate?: boolean;
    readonly channel?: number;
    /** 8-bit address. */
    readonly address: number;
    readonly write: Uint8Array;
    readonly readCount: number;
  },
  Uint8Array
> = {
  name: 'Master Write-Read',
  netFn,
  command: 0x52,
  encode({ bus = 0, isPrivate = true, channel = 0, address, write, readCount }) {
    const head = (bits(channel, 4) << 4) | (bits(bus, 3) << 1) | (isPrivate ? 1 : 0);
    return [head, ...le(address, 1), ...le(readCount, 1), ...write];
  },
  decode: (reader) => reader.rest(),
  codes: {
    129: 'arbitration for the bus was lost',
    130: 'bus error',
    131: 'no device acknowledged at that address',
    132: 'a byte was truncated on reading',
  },
};
