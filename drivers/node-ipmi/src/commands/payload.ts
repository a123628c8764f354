/** Commands that start and stop payloads other than IPMI messages (IPMI v2.0, section 24). */
import { bits, type Command, flags, ignore } from '../command.ts';
import { IpmiError } from '../errors.ts';
import { NETFN } from '../message.ts';

/** Commands about payloads other than messages: serial over LAN (IPMI v2.0, section 24). */

const netFn = NETFN.app;

export interface SolActivation {
  /** Most bytes of characters that the controller takes in a packet, and that it sends in one. */
  readonly maxInbound: number;
  readonly maxOutbound: number;
  readonly port: number;
  readonly vlan: number | undefined;
}

export const activatePayload: Command<
  {
    readonly type: number;
    readonly instance: number;
    readonly encrypt: boolean;
    readonly authenticate: boolean;
  },
  SolActivation
> = {
  name: 'Activate Payload',
  netFn,
  command: 0x48,
  encode: ({ type, instance, encrypt, authenticate }) => [
    bits(type, 6),
    bits(instance, 4),
    flags(false, false, false, false, false, false, authenticate, encrypt),
    0,
    0,
    0,
  ],
  decode(reader) {
    reader.bytes(4);
    const maxInbound = reader.u16();
    const maxOutbound = reader.u16();
    const port = reader.u16();
    const vlan = reader.u16();
    if (maxInbound === 0)
      throw new IpmiError('malformed', 'Activate Payload: the controller takes no characters');
    return { maxInbound, maxOutbound, port, vlan: vlan === 0xffff ? undefined : vlan };
  },
  codes: {
    128: 'the payload is already active on another session',
    129: 'the payload type is disabled',
    130: 'too many payloads are active',
    131: 'the payload cannot be activated with encryption',
    132: 'the payload cannot be activated without encryption',
  },
};

export const deactivatePayload: Command<{ readonly type: number; readonly instance: number }, void> = {
  name: 'Deactivate Payload',
  netFn,
  command: 0x49,
  encode: ({ type, instance }) => [bits(type, 6), bits(instance, 4), 0, 0, 0, 0],
  decode: ignore,
  codes: { 128: 'the payload is already deactivated', 129: 'the payload type is disabled' },
};

export const getPayloadStatus: Command<
  { readonly type: number },
  { readonly capacity: number; readonly active: readonly number[] }
> = {
  name: 'Get Payload Activation Status',
  netFn,
  command: 0x4a,
  encode: ({ type }) => [bits(type, 6)],
  decode(reader) {
    const capacity = reader.u8() & 15;
    const mask = reader.u16();
    return {
      capacity,
      active: Array.from({ length: 16 }, (_, bit) => bit + 1).filter((n) => mask & (1 << (n - 1))),
    };
  },
};
