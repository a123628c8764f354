/** Commands about channels and sessions (IPMI v2.0, section 22). */
import { bits, type Command, flags, ignore, le } from '../command.ts';
import { NETFN } from '../message.ts';

const netFn = NETFN.app;

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
