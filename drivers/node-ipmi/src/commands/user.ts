/** Commands about users (IPMI v2.0, sections 22.26 to 22.30). */
import { bits, type Command, fixedText, flags, ignore, textOf } from '../command.ts';
import { NETFN } from '../message.ts';
import { THIS_CHANNEL } from './channel.ts';

const netFn = NETFN.app;

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
