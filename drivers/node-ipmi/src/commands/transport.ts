/** Commands of the transport network function: LAN and SOL parameters (IPMI v2.0, sections 23 and 26). */
import { bits, type Command, ignore, le, run, textOf } from '../command.ts';
import { IpmiError } from '../errors.ts';
import { NETFN, type Target } from '../message.ts';
import { THIS_CHANNEL } from './channel.ts';

/** Commands of the transport network function: LAN and SOL configuration (IPMI v2.0, sections 23 and 26). */

const netFn = NETFN.transport;

interface ParameterRequest {
  readonly channel?: number;
  readonly parameter: number;
  readonly set?: number;
  readonly block?: number;
}

const PARAMETER_CODES = {
  128: 'the parameter is not supported',
  129: 'another party is setting parameters',
  130: 'the parameter is read-only',
  131: 'the parameter is write-only',
};

/** Any LAN parameter, raw (table 23-4). */
export const getLanParameter: Command<ParameterRequest, Uint8Array> = {
  name: 'Get LAN Configuration Parameters',
  netFn,
  command: 0x02,
  encode: ({ channel = THIS_CHANNEL, parameter, set = 0, block = 0 }) => [
    bits(channel, 4),
    ...le(parameter, 1),
    ...le(set, 1),
    ...le(block, 1),
  ],
  decode(reader) {
    reader.u8();
    return reader.rest();
  },
  codes: PARAMETER_CODES,
};

export const setLanParameter: Command<
  { readonly channel?: number; readonly parameter: number; readonly data: Uint8Array | readonly number[] },
  void
> = {
  name: 'Set LAN Configuration Parameters',
  netFn,
  command: 0x01,
  encode: ({ channel = THIS_CHANNEL, parameter, data }) => [bits(channel, 4), ...le(parameter, 1), ...data],
  decode: ignore,
  codes: PARAMETER_CODES,
};

/** How a LAN parameter's bytes are read and written. */
export interface Parameter<T> {
  readonly number: number;
  decode(data: Uint8Array): T;
  /** Absent where it is read-only. */
  encode?(value: T): readonly number[];
}

const sources = ['unspecified', 'static', 'dhcp', 'bios', 'other'] as const;

const ipv4: Omit<Parameter<string>, 'number'> = {
  decode: (data) => Array.from(need(data, 4)).join('.'),
  encode(text) {
    const parts = text.split('.').map(Number);
    if (parts.length !== 4) throw new IpmiError('invalid', `"${text}" is no IPv4 address`);
    return parts.flatMap((part) => le(part, 1));
  },
};

const mac: Omit<Parameter<string>, 'number'> = {
  decode: (data) => Array.from(need(data, 6), (byte) => byte.toString(16).padStart(2, '0')).join(':'),
  encode(text) {
    if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text))
      throw new IpmiError('invalid', `"${text}" is no MAC address`);
    return text.split(':').map((part) => Number.parseInt(part, 16));
  },
};

function need(data: Uint8Array, length: number): Uint8Array {
  if (data.length < length) {
    throw new IpmiError('malformed', `a LAN parameter of ${data.length} bytes, where ${length} belong`);
  }
  return data.subarray(0, length);
}

/** The LAN parameters with a meaning of their own (table 23-4). */
export const LAN = {
  ipAddress: { number: 3, ...ipv4 },
  ipSource: {
    number: 4,
    decode: (data) => sources[(need(data, 1)[0] ?? 0) & 15] ?? 'other',
    encode: (source) => [sources.indexOf(source)],
  } as Parameter<(typeof sources)[number]>,
  macAddress: { number: 5, ...mac },
  subnetMask: { number: 6, ...ipv4 },
  gateway: { number: 12, ...ipv4 },
  gatewayMac: { number: 13, ...mac },
  backupGateway: { number: 14, ...ipv4 },
  community: { number: 16, decode: (data) => textOf(data) } as Parameter<string>,
  /** Undefined: no VLAN. */
  vlan: {
    number: 20,
    decode(data) {
      const [low = 0, high = 0] = need(data, 2);
      return high & 0x80 ? low | ((high & 15) << 8) : undefined;
    },
    encode: (id) => (id === undefined ? [0, 0] : [bits(id, 12) & 0xff, (id >> 8) | 0x80]),
  } as Parameter<number | undefined>,
  vlanPriority: {
    number: 21,
    decode: (data) => (need(data, 1)[0] ?? 0) & 7,
    encode: (priority) => [bits(priority, 3)],
  } as Parameter<number>,
  cipherSuites: { number: 23, decode: (data) => Array.from(data.subarray(1)) } as Parameter<number[]>,
} as const;

/** Reads a LAN parameter with a meaning. */
export async function readLan<T>(
  target: Target,
  parameter: Parameter<T>,
  channel = THIS_CHANNEL,
): Promise<T> {
  return parameter.decode(await run(target, getLanParameter, { channel, parameter: parameter.number }));
}

/** Any SOL parameter, raw (table 26-5). */
export const getSolParameter: Command<ParameterRequest, Uint8Array> = {
  ...getLanParameter,
  name: 'Get SOL Configuration Parameters',
  command: 0x22,
};

export const setSolParameter: typeof setLanParameter = {
  ...setLanParameter,
  name: 'Set SOL Configuration Parameters',
  command: 0x21,
};

/** Numbers of the SOL parameters. */
export const SOL_PARAMETER = {
  setInProgress: 0,
  enable: 1,
  authentication: 2,
  accumulate: 3,
  retry: 4,
  bitRate: 5,
  volatileBitRate: 6,
  channel: 7,
  port: 8,
} as const;
