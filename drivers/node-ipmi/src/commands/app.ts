import { bits, type Command, fixedText, flags, ignore, le, nothing, textOf } from '../command.ts';
import { IpmiError } from '../errors.ts';
import { NETFN } from '../message.ts';

/** Commands of the application network function (IPMI v2.0, sections 20, 21, 22, 24 and 27). */

const netFn = NETFN.app;

/** 1 callback, 2 user, 3 operator, 4 administrator, 5 OEM (IPMI v2.0, section 6.8). */
export const PRIVILEGE = { callback: 1, user: 2, operator: 3, administrator: 4, oem: 5 } as const;
export type Privilege = (typeof PRIVILEGE)[keyof typeof PRIVILEGE];

export interface DeviceId {
  readonly deviceId: number;
  readonly revision: number;
  /** The controller has sensors of its own, told by device SDRs. */
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
  /** Running, as told; on setting: leave a running timer running. */
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

/** `present` is what is left of the time; some controllers do not say. */
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

/** The channel that carries the command. */
export const THIS_CHANNEL = 0x0e;

export interface AuthenticationCapabilities {
  readonly channel: number;
  readonly none: boolean;
  readonly md2: boolean;
  readonly md5: boolean;
  readonly password: boolean;
  /** Null users, anonymous log-in, named users. */
  readonly anonymousUser: boolean;
  readonly nullUser: boolean;
  readonly namedUser: boolean;
  readonly twoKey: boolean;
  readonly perMessage: boolean;
  readonly userLevel: boolean;
  readonly ipmi15: boolean;
  readonly ipmi20: boolean;
}

export const getAuthenticationCapabilities: Command<
  { readonly channel?: number; readonly privilege: number; readonly extended?: boolean },
  AuthenticationCapabilities
> = {
  name: 'Get Channel Authentication Capabilities',
  netFn,
  command: 0x38,
  encode: ({ channel = THIS_CHANNEL, privilege, extended = true }) => [
    bits(channel, 4) | (extended ? 0x80 : 0),
    bits(privilege, 4),
  ],
  decode(reader) {
    const channel = reader.u8();
    const types = reader.u8();
    const status = reader.u8();
    const extended = reader.left > 0 ? reader.u8() : 0;
    const isExtended = (types & 0x80) !== 0;
    return {
      channel: channel & 15,
      none: (types & 1) !== 0,
      md2: (types & 2) !== 0,
      md5: (types & 4) !== 0,
      password: (types & 0x10) !== 0,
      anonymousUser: (status & 1) !== 0,
      nullUser: (status & 2) !== 0,
      namedUser: (status & 4) !== 0,
      userLevel: (status & 8) === 0,
      perMessage: (status & 16) === 0,
      twoKey: (status & 32) !== 0,
      ipmi15: !isExtended || (extended & 1) !== 0,
      ipmi20: isExtended && (extended & 2) !== 0,
    };
  },
};

export const setSessionPrivilege: Command<{ readonly privilege: number }, number> = {
  name: 'Set Session Privilege Level',
  netFn,
  command: 0x3b,
  encode: ({ privilege }) => [bits(privilege, 4)],
  decode: (reader) => reader.u8() & 15,
  codes: {
    128: 'the privilege level is not available to this user',
    129: 'the privilege level exceeds the limit of the channel or the user',
    130: 'user-level authentication cannot be disabled',
  },
};

export const closeSession: Command<{ readonly session: number }, void> = {
  name: 'Close Session',
  netFn,
  command: 0x3c,
  encode: ({ session }) => le(session, 4),
  decode: ignore,
  codes: { 135: 'there is no such session', 136: 'there is no such session handle' },
};

export interface SessionInfo {
  readonly handle: number;
  readonly possible: number;
  readonly active: number;
  /** Absent where no session is active under what was asked. */
  readonly session?: {
    readonly user: number;
    readonly privilege: number;
    readonly channel: number;
    readonly ipmi20: boolean;
    /** Console's address and port, of a LAN session. */
    readonly address?: string;
    readonly port?: number;
  };
}

export const getSessionInfo: Command<
  { readonly index: number } | { readonly handle: number } | 'this',
  SessionInfo
> = {
  name: 'Get Session Info',
  netFn,
  command: 0x3d,
  encode(request) {
    if (request === 'this') return [0];
    return 'index' in request ? le(request.index, 1) : [0xfe, ...le(request.handle, 1)];
  },
  decode(reader) {
    const head = { handle: reader.u8(), possible: reader.u8() & 0x3f, active: reader.u8() & 0x3f };
    if (reader.left < 3) return head;
    const user = reader.u8() & 0x3f;
    const privilege = reader.u8() & 15;
    const channel = reader.u8();
    const session = { user, privilege, channel: channel & 15, ipmi20: channel >> 4 === 1 };
    if (reader.left < 12) return { ...head, session };
    const address = reader.bytes(4).join('.');
    reader.bytes(6);
    return { ...head, session: { ...session, address, port: reader.u16() } };
  },
};

const CHANNEL_MEDIA = [
  'reserved',
  'ipmb',
  'icmb1.0',
  'icmb0.9',
  'lan',
  'serial',
  'otherLan',
  'pciSmbus',
  'smbus1',
  'smbus2',
  'usb1',
  'usb2',
  'systemInterface',
] as const;

export interface ChannelInfo {
  readonly channel: number;
  readonly medium: (typeof CHANNEL_MEDIA)[number] | 'oem';
  /** Table 6-2: 1 IPMB, 4 ICMB, 5 SMBus, 6 KCS, 8 BT, 9 IPMB over SMBus. */
  readonly protocol: number;
  readonly sessions: 'none' | 'single' | 'multiple' | 'switchable';
  readonly activeSessions: number;
  readonly vendor: number;
}

export const getChannelInfo: Command<{ readonly channel?: number }, ChannelInfo> = {
  name: 'Get Channel Info',
  netFn,
  command: 0x42,
  encode: ({ channel = THIS_CHANNEL }) => [bits(channel, 4)],
  decode(reader) {
    const channel = reader.u8() & 15;
    const medium = reader.u8() & 0x7f;
    const protocol = reader.u8() & 31;
    const session = reader.u8();
    return {
      channel,
      medium: CHANNEL_MEDIA[medium] ?? (medium >= 0x60 ? 'oem' : 'reserved'),
      protocol,
      sessions: (['none', 'single', 'multiple', 'switchable'] as const)[(session >> 6) as 0 | 1 | 2 | 3],
      activeSessions: session & 0x3f,
      vendor: reader.u24(),
    };
  },
};

export interface ChannelAccess {
  readonly alerting: boolean;
  readonly perMessage: boolean;
  readonly userLevel: boolean;
  readonly mode: 'disabled' | 'preBoot' | 'always' | 'shared';
  readonly privilegeLimit: number;
}

const ACCESS_MODES = ['disabled', 'preBoot', 'always', 'shared'] as const;

export const getChannelAccess: Command<
  { readonly channel?: number; readonly which?: 'stored' | 'active' },
  ChannelAccess
> = {
  name: 'Get Channel Access',
  netFn,
  command: 0x41,
  encode: ({ channel = THIS_CHANNEL, which = 'active' }) => [
    bits(channel, 4),
    which === 'stored' ? 0x40 : 0x80,
  ],
  decode(reader) {
    const access = reader.u8();
    return {
      alerting: (access & 0x20) === 0,
      perMessage: (access & 0x10) === 0,
      userLevel: (access & 8) === 0,
      mode: ACCESS_MODES[(access & 7) as 0 | 1 | 2 | 3] ?? 'disabled',
      privilegeLimit: reader.u8() & 15,
    };
  },
};

export const setChannelAccess: Command<
  ChannelAccess & { readonly channel?: number; readonly which: 'stored' | 'active' },
  void
> = {
  name: 'Set Channel Access',
  netFn,
  command: 0x40,
  encode({ channel = THIS_CHANNEL, which, ...access }) {
    const target = which === 'stored' ? 0x40 : 0x80;
    const options = flags(false, false, false, !access.userLevel, !access.perMessage, !access.alerting);
    return [
      bits(channel, 4),
      target | options | ACCESS_MODES.indexOf(access.mode),
      target | bits(access.privilegeLimit, 4),
    ];
  },
  decode: ignore,
  codes: { 130: 'this channel has no sessions', 131: 'the access mode is not supported' },
};

export interface UserAccess {
  readonly maxUsers: number;
  readonly enabledUsers: number;
  readonly fixedNames: number;
  readonly enabled: boolean | undefined;
  readonly callbackOnly: boolean;
  readonly linkAuthentication: boolean;
  readonly messaging: boolean;
  /** 1 to 5; 15 is no access. */
  readonly privilegeLimit: number;
}

export const getUserAccess: Command<{ readonly channel?: number; readonly user: number }, UserAccess> = {
  name: 'Get User Access',
  netFn,
  command: 0x44,
  encode: ({ channel = THIS_CHANNEL, user }) => [bits(channel, 4), bits(user, 6)],
  decode(reader) {
    const maxUsers = reader.u8() & 0x3f;
    const enabled = reader.u8();
    const fixedNames = reader.u8() & 0x3f;
    const access = reader.u8();
    return {
      maxUsers,
      enabledUsers: enabled & 0x3f,
      fixedNames,
      enabled: enabled >> 6 === 0 ? undefined : enabled >> 6 === 1,
      callbackOnly: (access & 0x40) !== 0,
      linkAuthentication: (access & 0x20) !== 0,
      messaging: (access & 0x10) !== 0,
      privilegeLimit: access & 15,
    };
  },
};

export const setUserAccess: Command<
  {
    readonly channel?: number;
    readonly user: number;
    readonly privilegeLimit: number;
    readonly callbackOnly?: boolean;
    readonly linkAuthentication?: boolean;
    readonly messaging?: boolean;
  },
  void
> = {
  name: 'Set User Access',
  netFn,
  command: 0x43,
  encode({ channel = THIS_CHANNEL, user, privilegeLimit, ...access }) {
    const { messaging = true, linkAuthentication, callbackOnly } = access;
    const options = flags(messaging, linkAuthentication, callbackOnly, true) << 4;
    return [bits(channel, 4) | options, bits(user, 6), bits(privilegeLimit, 4), 0];
  },
  decode: ignore,
};

export const getUserName: Command<{ readonly user: number }, string> = {
  name: 'Get User Name',
  netFn,
  command: 0x46,
  encode: ({ user }) => [bits(user, 6)],
  decode: (reader) => textOf(reader.bytes(16)),
};

export const setUserName: Command<{ readonly user: number; readonly name: string }, void> = {
  name: 'Set User Name',
  netFn,
  command: 0x45,
  encode: ({ user, name }) => [bits(user, 6), ...fixedText(name, 16)],
  decode: ignore,
};

const PASSWORD_OPERATIONS = ['disable', 'enable', 'set', 'test'] as const;

export const setUserPassword: Command<
  | { readonly user: number; readonly operation: 'disable' | 'enable' }
  | {
      readonly user: number;
      readonly operation: 'set' | 'test';
      readonly password: string;
      readonly length?: 16 | 20;
    },
  void
> = {
  name: 'Set User Password',
  netFn,
  command: 0x47,
  encode(request) {
    const operation = PASSWORD_OPERATIONS.indexOf(request.operation);
    if (!('password' in request)) return [bits(request.user, 6), operation];
    const { length = 20 } = request;
    const head = [bits(request.user, 6) | (length === 20 ? 0x80 : 0), operation];
    return [...head, ...fixedText(request.password, length)];
  },
  decode: ignore,
  codes: { 128: 'the password does not match', 129: 'the password matches, but has another stored length' },
};

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

/** One page of the cipher suite records of a channel (section 22.15.1); the last page holds fewer than 16 bytes. */
export const getCipherSuitePage: Command<{ readonly channel?: number; readonly page: number }, Uint8Array> = {
  name: 'Get Channel Cipher Suites',
  netFn,
  command: 0x54,
  encode: ({ channel = THIS_CHANNEL, page }) => [bits(channel, 4), 0, 0x80 | bits(page, 6)],
  decode(reader) {
    reader.u8();
    return reader.rest();
  },
};

/** Numbers of the cipher suites in all pages together (table 22-18). */
export function cipherSuiteIds(records: Uint8Array): number[] {
  const ids: number[] = [];
  let at = 0;
  while (at < records.length) {
    const start = records[at];
    const id = records[at + 1];
    if ((start === 0xc0 || start === 0xc1) && id !== undefined) ids.push(id);
    // An OEM record has its manufacturer behind the number; algorithms follow, none of which has both top bits.
    at += start === 0xc1 ? 5 : 2;
    while (at < records.length && (records[at] ?? 0) < 0xc0) at++;
  }
  return ids;
}

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
