/** System boot options (IPMI v2.0, sections 28.12 to 28.14). */
import { bits, type Command, flags, ignore, le } from '../command.ts';
import { IpmiError } from '../errors.ts';
import { NETFN } from '../message.ts';

const netFn = NETFN.chassis;

/** Boot devices, by their number in the boot flags (table 28-14). */
export const BOOT_DEVICES = {
  none: 0,
  pxe: 1,
  hdd: 2,
  hddSafeMode: 3,
  diagnostics: 4,
  cd: 5,
  biosSetup: 6,
  remoteFloppy: 7,
  remoteCd: 8,
  primaryRemoteMedia: 9,
  remoteHdd: 11,
  floppy: 15,
} as const;
export type BootDevice = keyof typeof BOOT_DEVICES;

/** Boot flags, parameter 5 of the boot options. */
export interface BootFlags {
  /** False: the flags are ignored. */
  readonly valid: boolean;
  readonly persistent: boolean;
  readonly uefi: boolean;
  /** Absent where the number is reserved. */
  readonly device: BootDevice | undefined;
  readonly clearCmos: boolean;
  readonly lockKeyboard: boolean;
  readonly screenBlank: boolean;
  readonly lockResetButton: boolean;
  readonly lockPowerButton: boolean;
  readonly lockSleepButton: boolean;
  /** 0 default, 1 quiet, 2 verbose. */
  readonly verbosity: number;
  readonly forceProgressTraps: boolean;
  readonly bypassPassword: boolean;
  /** 0 as the BIOS is set, 1 skip, 2 on. */
  readonly consoleRedirection: number;
  readonly sharedMode: boolean;
  readonly muxControl: number;
  readonly deviceInstance: number;
}

/** The needed part of a boot override; the rest is off. */
export type BootFlagsRequest = { readonly device: BootDevice } & Partial<Omit<BootFlags, 'device'>>;

export const BOOT_PARAMETER = {
  inProgress: 0,
  servicePartition: 1,
  scan: 2,
  validClearing: 3,
  acknowledge: 4,
  flags: 5,
  initiator: 6,
  mailbox: 7,
} as const;

const PARAMETER_CODES = {
  128: 'the parameter is not supported',
  129: 'another party is setting parameters',
  130: 'the parameter is read-only',
};

/** Any boot option parameter, raw. */
export const getBootOption: Command<
  { readonly parameter: number; readonly set?: number; readonly block?: number },
  { readonly valid: boolean; readonly data: Uint8Array }
> = {
  name: 'Get System Boot Options',
  netFn,
  command: 0x09,
  encode: ({ parameter, set = 0, block = 0 }) => [bits(parameter, 7), ...le(set, 1), ...le(block, 1)],
  decode(reader) {
    reader.u8();
    return { valid: (reader.u8() & 0x80) === 0, data: reader.rest() };
  },
  codes: PARAMETER_CODES,
};

export const setBootOption: Command<
  { readonly parameter: number; readonly data: Uint8Array | readonly number[] },
  void
> = {
  name: 'Set System Boot Options',
  netFn,
  command: 0x08,
  encode: ({ parameter, data }) => [bits(parameter, 7), ...data],
  decode: ignore,
  codes: PARAMETER_CODES,
};

export const getBootFlags: Command<void, BootFlags> = {
  ...getBootOption,
  encode: () => [BOOT_PARAMETER.flags, 0, 0],
  decode(reader) {
    reader.u8();
    if ((reader.u8() & 0x7f) !== BOOT_PARAMETER.flags) {
      throw new IpmiError('malformed', 'Get System Boot Options: the answer is about another parameter');
    }
    return decodeBootFlags(reader.bytes(5));
  },
};

export const setBootFlags: Command<BootFlagsRequest, void> = {
  ...setBootOption,
  encode: (request) => [BOOT_PARAMETER.flags, ...encodeBootFlags(request)],
  decode: ignore,
};

/** The five bytes of the boot flags (table 28-14). */
export function decodeBootFlags(data: Uint8Array): BootFlags {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = data;
  const number = (second >> 2) & 15;
  const names = Object.keys(BOOT_DEVICES) as BootDevice[];
  return {
    valid: (first & 0x80) !== 0,
    persistent: (first & 0x40) !== 0,
    uefi: (first & 0x20) !== 0,
    device: names.find((name) => BOOT_DEVICES[name] === number),
    clearCmos: (second & 0x80) !== 0,
    lockKeyboard: (second & 0x40) !== 0,
    screenBlank: (second & 2) !== 0,
    lockResetButton: (second & 1) !== 0,
    lockPowerButton: (third & 0x80) !== 0,
    verbosity: (third >> 5) & 3,
    forceProgressTraps: (third & 16) !== 0,
    bypassPassword: (third & 8) !== 0,
    lockSleepButton: (third & 4) !== 0,
    consoleRedirection: third & 3,
    sharedMode: (fourth & 8) !== 0,
    muxControl: fourth & 7,
    deviceInstance: fifth & 31,
  };
}

export function encodeBootFlags(request: BootFlagsRequest): number[] {
  const { valid = true, verbosity = 0, consoleRedirection = 0, muxControl = 0, deviceInstance = 0 } = request;
  return [
    flags(false, false, false, false, false, request.uefi, request.persistent, valid),
    (BOOT_DEVICES[request.device] << 2) |
      flags(
        request.lockResetButton,
        request.screenBlank,
        false,
        false,
        false,
        false,
        request.lockKeyboard,
        request.clearCmos,
      ),
    bits(consoleRedirection, 2) |
      (bits(verbosity, 2) << 5) |
      flags(
        false,
        false,
        request.lockSleepButton,
        request.bypassPassword,
        request.forceProgressTraps,
        false,
        false,
        request.lockPowerButton,
      ),
    bits(muxControl, 3) | flags(false, false, false, request.sharedMode),
    bits(deviceInstance, 5),
  ];
}
