/** Commands of Meta's bridge ICs (OpenBIC): GPIO, firmware versions, messages of the host. */
import { type Command, type FieldReader, ignore, le } from '../command.ts';
import { IpmiError } from '../errors.ts';

/**
 * The OEM command set of OCP bridge ICs (Yosemite and its successors): network function 0x38. Every payload,
 * both ways, begins with the manufacturer's IANA number.
 */

export const BIC_NETFN = 0x38;

/** Manufacturers whose number begins the payloads. */
export const BIC_IANA = { meta: 0x00a015, wiwynn: 0x009c9c } as const;

/** All command numbers of the set. */
export const BIC_COMMANDS = {
  messageIn: 0x01,
  messageOut: 0x02,
  getGpio: 0x03,
  setGpio: 0x04,
  getGpioConfig: 0x05,
  setGpioConfig: 0x06,
  gpioInterrupt: 0x07,
  postCode: 0x08,
  writeFirmware: 0x09,
  firmwareChecksum: 0x0a,
  firmwareVersion: 0x0b,
  enableBicUpdate: 0x0c,
  getConfig: 0x0e,
  platformDiscovery: 0x0f,
  setConfig: 0x10,
  reset: 0x11,
  postBuffer: 0x12,
  updateMode: 0x13,
  vrMonitor: 0x14,
  readFirmware: 0x18,
  cpldProgress: 0x1a,
  jtagShift: 0x21,
  jtagState: 0x22,
  accurateSensorReading: 0x23,
  clearCmos: 0x25,
  debugCommand: 0x26,
  debugReset: 0x27,
  debugEvent: 0x28,
  peci: 0x29,
  postBufferAlternative: 0x2a,
  disableSensorMonitor: 0x30,
  getPcieConfig: 0x31,
  rasDump: 0x32,
  postCode4: 0x33,
  devicePower: 0x34,
  deviceSensorReading: 0x35,
  pcieSwitchStatus: 0x38,
  systemFirmwareVersion: 0x40,
  gpioConfigSingle: 0x41,
  virtualGpio: 0x42,
  sha256: 0x43,
  updateSdr: 0x44,
  delayedActivation: 0x45,
  pcieConfig: 0x67,
  bridge: 0x74,
  apmlAlert: 0xd0,
} as const;

/** Where a Message Out goes. */
export const BIC_INTERFACE = { me: 0x01, sol: 0x02, kcs: 0x03, kcsSmm: 0x04, ssif: 0x0f } as const;

/** Firmware components, by the number that version and checksum commands take. */
export const BIC_COMPONENT = { cpld: 1, bic: 2, me: 3 } as const;

/** Codes of the bridge IC itself. */
const CODES = { 112: 'the bridge IC asks to try again' };

function bic<Request extends { readonly iana: number }, Response>(
  name: string,
  command: number,
  encode: (request: Request) => Uint8Array | readonly number[],
  decode: (reader: FieldReader, request: Request) => Response,
): Command<Request, Response> {
  return {
    name,
    netFn: BIC_NETFN,
    command,
    encode: (request) => [...le(request.iana, 3), ...encode(request)],
    decode(reader, request) {
      if (reader.u24() !== request.iana) {
        throw new IpmiError('malformed', `${name}: the answer is another manufacturer's`);
      }
      return decode(reader, request);
    },
    codes: CODES,
  };
}

interface Iana {
  readonly iana: number;
}

const none = (): readonly number[] => [];
const rest = (reader: FieldReader): Uint8Array => reader.rest();

/** Any command of the set, raw, by its name in BIC_COMMANDS. */
export function bicRaw(
  name: keyof typeof BIC_COMMANDS,
): Command<Iana & { readonly data: Uint8Array }, Uint8Array> {
  return bic(`BIC ${name}`, BIC_COMMANDS[name], ({ data }) => data, rest);
}

/** A message to the ME, KCS or SSIF of the host: network function and LUN, command, data; the answer likewise. */
export const bicMessageOut = bic(
  'BIC Message Out',
  BIC_COMMANDS.messageOut,
  ({ to, message }: Iana & { readonly to: number; readonly message: Uint8Array }) => [
    ...le(to, 1),
    ...message,
  ],
  (reader, { to }) => {
    reader.expect(to);
    return reader.rest();
  },
);

/** All GPIO lines of the bridge IC: bit n of byte n/8 is line n. */
export const bicGetGpio = bic(
  'BIC Get GPIO',
  BIC_COMMANDS.getGpio,
  none as (request: Iana) => readonly number[],
  rest,
);

/** Sets the lines whose bits are in the mask to the values; both as wide as the answer of Get GPIO. */
export const bicSetGpio = bic(
  'BIC Set GPIO',
  BIC_COMMANDS.setGpio,
  ({ mask, value }: Iana & { readonly mask: Uint8Array; readonly value: Uint8Array }) => [...mask, ...value],
  ignore,
);

/** POST codes since the host started, the newest first. */
export const bicPostBuffer = bic(
  'BIC POST Buffer',
  BIC_COMMANDS.postBuffer,
  none as (request: Iana) => readonly number[],
  (reader) => Array.from(reader.rest()),
);

export const bicFirmwareVersion = bic(
  'BIC Firmware Version',
  BIC_COMMANDS.firmwareVersion,
  ({ component }: Iana & { readonly component: number }) => le(component, 1),
  rest,
);

export const bicFirmwareChecksum = bic(
  'BIC Firmware Checksum',
  BIC_COMMANDS.firmwareChecksum,
  ({
    component,
    offset,
    length,
  }: Iana & { readonly component: number; readonly offset: number; readonly length: number }) => [
    ...le(component, 1),
    ...le(offset, 4),
    ...le(length, 4),
  ],
  (reader) => reader.u32(),
);

export const bicReset = bic(
  'BIC Reset',
  BIC_COMMANDS.reset,
  () => [0],
  ignore as (reader: FieldReader, request: Iana) => undefined,
);

export interface BicConfig {
  readonly sol: boolean;
  readonly post: boolean;
  readonly kcs: boolean;
}

export const bicGetConfig = bic(
  'BIC Get Config',
  BIC_COMMANDS.getConfig,
  none as (request: Iana) => readonly number[],
  (reader): BicConfig => {
    const byte = reader.u8();
    return { sol: (byte & 1) !== 0, post: (byte & 2) !== 0, kcs: (byte & 4) !== 0 };
  },
);

export const bicSetConfig = bic(
  'BIC Set Config',
  BIC_COMMANDS.setConfig,
  ({ sol, post, kcs }: Iana & BicConfig) => [Number(sol) | (Number(post) << 1) | (Number(kcs) << 2)],
  ignore,
);

/** A reading with more than 8 bits, as the bridge IC sends it: the layout is the platform's. */
export const bicAccurateReading = bic(
  'BIC Accurate Sensor Reading',
  BIC_COMMANDS.accurateSensorReading,
  ({ sensor }: Iana & { readonly sensor: number }) => [...le(sensor, 1), 0],
  rest,
);
