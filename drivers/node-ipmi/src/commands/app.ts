/** Commands of the application network function: device, self-test, watchdog (IPMI v2.0, sections 20 and 27). */
import { type Command, flags, ignore, le, nothing } from '../command.ts';
import { NETFN } from '../message.ts';

/** Commands about the controller itself (IPMI v2.0, sections 20, 21 and 27). */

const netFn = NETFN.app;

/** 1 callback, 2 user, 3 operator, 4 administrator, 5 OEM (IPMI v2.0, section 6.8). */
export const PRIVILEGE = { callback: 1, user: 2, operator: 3, administrator: 4, oem: 5 } as const;
export type Privilege = (typeof PRIVILEGE)[keyof typeof PRIVILEGE];

export interface DeviceId {
  readonly deviceId: number;
  readonly revision: number;
  /** The controller describes its own sensors by device SDRs. */
  readonly providesSdrs: boolean;
  /** False while firmware is updated or the controller initializes. */
  readonly available: boolean;
  /** `9.08`: major in decimal, minor as two BCD digits. */
  readonly firmware: string;
  /** `2.0`. */
  readonly ipmi: string;
  readonly supports: {
    readonly chassis: boolean;
    readonly bridge: boolean;
    readonly eventGenerator: boolean;
    readonly eventReceiver: boolean;
    readonly fru: boolean;
    readonly sel: boolean;
    readonly sdrRepository: boolean;
    readonly sensors: boolean;
  };
  /** IANA private enterprise number. */
  readonly manufacturer: number;
  readonly product: number;
  readonly auxiliary: Uint8Array;
}

export const getDeviceId: Command<void, DeviceId> = {
  name: 'Get Device ID',
  netFn,
  command: 0x01,
  encode: nothing,
  decode(reader) {
    const deviceId = reader.u8();
    const revision = reader.u8();
    const major = reader.u8();
    const minor = reader.u8();
    const ipmi = reader.u8();
    const support = reader.u8();
    const has = (bit: number): boolean => (support & (1 << bit)) !== 0;
    return {
      deviceId,
      revision: revision & 15,
      providesSdrs: (revision & 0x80) !== 0,
      available: (major & 0x80) === 0,
      firmware: `${major & 0x7f}.${minor.toString(16).padStart(2, '0')}`,
      ipmi: `${ipmi & 15}.${ipmi >> 4}`,
      supports: {
        chassis: has(7),
        bridge: has(6),
        eventGenerator: has(5),
        eventReceiver: has(4),
        fru: has(3),
        sel: has(2),
        sdrRepository: has(1),
        sensors: has(0),
      },
      manufacturer: reader.u24(),
      product: reader.u16(),
      auxiliary: reader.bytes(Math.min(reader.left, 4)),
    };
  },
};

export const coldReset: Command<void, void> = {
  name: 'Cold Reset',
  netFn,
  command: 0x02,
  encode: nothing,
  decode: ignore,
};

export const warmReset: Command<void, void> = { ...coldReset, name: 'Warm Reset', command: 0x03 };

export interface SelfTest {
  readonly result: 'passed' | 'notImplemented' | 'corrupted' | 'fatal' | 'deviceSpecific';
  /** What is corrupted (section 20.4), or the device's own code. */
  readonly detail: number;
  readonly problems: readonly string[];
}

const SELF_TEST_PROBLEMS = [
  'the operational firmware is corrupted',
  'the boot block firmware is corrupted',
  'the internal use area of the BMC FRU is corrupted',
  'the SDR repository is empty',
  'the IPMB signal lines do not respond',
  'the BMC FRU device cannot be accessed',
  'the SDR repository device cannot be accessed',
  'the SEL device cannot be accessed',
];

export const getSelfTest: Command<void, SelfTest> = {
  name: 'Get Self Test Results',
  netFn,
  command: 0x04,
  encode: nothing,
  decode(reader) {
    const code = reader.u8();
    const detail = reader.u8();
    const result = { 85: 'passed', 86: 'notImplemented', 87: 'corrupted', 88: 'fatal' } as const;
    return {
      result: result[code as keyof typeof result] ?? 'deviceSpecific',
      detail,
      problems: code === 0x57 ? SELF_TEST_PROBLEMS.filter((_, bit) => (detail & (1 << bit)) !== 0) : [],
    };
  },
};

export interface AcpiPowerState {
  /** 0 = S0/G0, ... 5 = S5/G2 soft off, 0x2A = unknown (table 20-7). */
  readonly system: number;
  /** 0 = D0 ... 3 = D3, 0x2A = unknown. */
  readonly device: number;
}

export const getAcpiPowerState: Command<void, AcpiPowerState> = {
  name: 'Get ACPI Power State',
  netFn,
  command: 0x07,
  encode: nothing,
  decode: (reader) => ({ system: reader.u8() & 0x7f, device: reader.u8() & 0x7f }),
};

/** 16 bytes as sent; `guidText` writes them. */
export const getDeviceGuid: Command<void, Uint8Array> = {
  name: 'Get Device GUID',
  netFn,
  command: 0x08,
  encode: nothing,
  decode: (reader) => reader.bytes(16),
};

export const getSystemGuid: Command<void, Uint8Array> = {
  ...getDeviceGuid,
  name: 'Get System GUID',
  command: 0x37,
};

/** A GUID in the usual writing. IPMI sends it least significant byte first (section 20.8). */
export function guidText(bytes: Uint8Array): string {
  const digits = Buffer.from(bytes).reverse().toString('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const WATCHDOG_USES = ['reserved', 'biosFrb2', 'biosPost', 'osLoad', 'smsOs', 'oem'] as const;
const WATCHDOG_ACTIONS = ['none', 'hardReset', 'powerDown', 'powerCycle'] as const;
const WATCHDOG_WARNINGS = ['none', 'smi', 'nmi', 'message'] as const;

export interface Watchdog {
  readonly use: (typeof WATCHDOG_USES)[number];
  readonly logged: boolean;
  /** Reading: the timer runs. Setting: do not stop a running timer. */
  readonly running: boolean;
  readonly action: (typeof WATCHDOG_ACTIONS)[number];
  readonly warning: (typeof WATCHDOG_WARNINGS)[number];
  /** Seconds before the end at which the warning comes. */
  readonly warningInterval: number;
  /** Bit n: a timer of use n has run out. On setting: those to clear. */
  readonly expired: number;
  /** Seconds from start to end, in steps of 0.1. */
  readonly initial: number;
}

export const setWatchdog: Command<Watchdog, void> = {
  name: 'Set Watchdog Timer',
  netFn,
  command: 0x24,
  encode: (timer) => [
    WATCHDOG_USES.indexOf(timer.use) |
      flags(false, false, false, false, false, false, timer.running, !timer.logged),
    WATCHDOG_ACTIONS.indexOf(timer.action) | (WATCHDOG_WARNINGS.indexOf(timer.warning) << 4),
    ...le(timer.warningInterval, 1),
    ...le(timer.expired, 1),
    ...le(Math.round(timer.initial * 10), 2),
  ],
  decode: ignore,
};

/** `present` is the remaining time; some controllers do not report it. */
export const getWatchdog: Command<void, Watchdog & { readonly present: number | undefined }> = {
  name: 'Get Watchdog Timer',
  netFn,
  command: 0x25,
  encode: nothing,
  decode(reader) {
    const use = reader.u8();
    const actions = reader.u8();
    return {
      use: WATCHDOG_USES[use & 7] ?? 'reserved',
      logged: (use & 0x80) === 0,
      running: (use & 0x40) !== 0,
      action: WATCHDOG_ACTIONS[actions & 7] ?? 'none',
      warning: WATCHDOG_WARNINGS[(actions >> 4) & 7] ?? 'none',
      warningInterval: reader.u8(),
      expired: reader.u8(),
      initial: reader.u16() / 10,
      present: reader.left >= 2 ? reader.u16() / 10 : undefined,
    };
  },
};

export const resetWatchdog: Command<void, void> = {
  name: 'Reset Watchdog Timer',
  netFn,
  command: 0x22,
  encode: nothing,
  decode: ignore,
  codes: { 128: 'the watchdog timer was never set' },
};
