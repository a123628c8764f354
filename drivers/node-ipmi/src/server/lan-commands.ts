/** Commands about sessions, users and LAN parameters, answered by a LAN server. */
import { concat } from '../bytes.ts';
import { type FieldReader, le, textOf } from '../command.ts';
import { PRIVILEGE } from '../commands/app.ts';
import { COMPLETION } from '../completion.ts';
import { PAYLOAD } from '../lan/packet.ts';
import { CIPHER_SUITES, type CipherSuite, secretKey } from '../lan/rakp.ts';
import { NETFN } from '../message.ts';
import type { IpmiNode } from './node.ts';
import { type RequestContext, type Route, refuse } from './router.ts';
import type { ServerSession, ServerUser } from './session.ts';
import { SolServer } from './sol.ts';

/** The LAN interface, as far as its commands need it. */
export interface FrontDoor {
  readonly node: IpmiNode;
  readonly users: readonly ServerUser[];
  readonly hasKg: boolean;
  readonly suites: readonly CipherSuite[];
  readonly sessions: ReadonlyMap<number, ServerSession>;
  readonly maxSessions: number;
  readonly solRetry: number;
  port(): number;
  end(session: ServerSession): void;
  send(session: ServerSession, type: number, payload: Uint8Array): void;
}

export const LAN_CHANNEL = 1;

/** Commands about channel, users and sessions: those that only the front door can answer. */
export function lanRoutes(door: FrontDoor): readonly Route[] {
  const { app, transport } = NETFN;
  const { user, operator, administrator } = PRIVILEGE;
  return [
    [app, 0x38, 0, (request) => capabilities(door, request)],
    [app, 0x54, 0, (request) => cipherSuites(door, request)],
    [app, 0x3b, user, (request, context) => setPrivilege(request, context)],
    [app, 0x3c, user, (request, context) => closeSession(door, request, context)],
    [app, 0x3d, user, (request, context) => sessionInfo(door, request, context)],
    [app, 0x42, user, (request) => channelInfo(door, request)],
    [app, 0x41, user, () => [0x02, PRIVILEGE.administrator]],
    [app, 0x44, operator, (request) => userAccess(door, request)],
    [app, 0x46, operator, (request) => userName(door, request)],
    [app, 0x47, administrator, (request) => testPassword(door, request)],
    [app, 0x48, user, (request, context) => activate(door, request, context)],
    [app, 0x49, user, (request) => deactivate(door, request)],
    [app, 0x4a, user, () => [1, solOwner(door) === undefined ? 0 : 1, 0]],
    [transport, 0x02, operator, (request) => lanParameter(door, request)],
    [transport, 0x22, operator, (request) => solParameter(door, request)],
    [transport, 0x21, administrator, () => []],
  ];
}

function capabilities(door: FrontDoor, request: FieldReader): number[] {
  const isExtended = (request.u8() & 0x80) !== 0;
  // Named users only; IPMI 2.0 only; the two-key bit reports K_g.
  return [
    LAN_CHANNEL,
    isExtended ? 0x80 : 0,
    0x04 | (door.hasKg ? 0x20 : 0),
    isExtended ? 0x02 : 0,
    0,
    0,
    0,
    0,
  ];
}

function cipherSuites(door: FrontDoor, request: FieldReader): Uint8Array {
  request.bytes(2);
  const page = request.u8() & 0x3f;
  const records = door.suites.flatMap((id) => {
    const { authentication, integrity, confidentiality } = CIPHER_SUITES[id];
    return [0xc0, id, authentication, 0x40 | integrity, 0x80 | confidentiality];
  });
  return concat([LAN_CHANNEL], records.slice(page * 16, page * 16 + 16));
}

function setPrivilege(request: FieldReader, { session }: RequestContext): number[] {
  const asked = request.u8() & 15;
  if (session === undefined) return refuse(COMPLETION.notSupportedNow);
  if (asked > session.limit) return refuse(0x81);
  if (asked !== 0) session.privilege = asked;
  return [session.privilege];
}

function closeSession(door: FrontDoor, request: FieldReader, context: RequestContext): number[] {
  const found = door.sessions.get(request.u32());
  if (found === undefined) return refuse(0x87);
  const isOwn = found.id === context.session?.id;
  if (!isOwn && context.privilege < PRIVILEGE.administrator) return refuse(COMPLETION.insufficientPrivilege);
  // The answer still goes out in the session.
  setImmediate(() => door.end(found));
  return [];
}

function sessionInfo(door: FrontDoor, request: FieldReader, context: RequestContext): number[] {
  const index = request.u8();
  const all = [...door.sessions.values()];
  const handle = index === 0xfe ? request.u8() : undefined;
  const id = index === 0xff ? request.u32() : undefined;
  const found =
    index === 0
      ? all.find((one) => one.id === context.session?.id)
      : handle !== undefined
        ? all.find((one) => one.handle === handle)
        : id !== undefined
          ? door.sessions.get(id)
          : all[index - 1];
  if (found === undefined) return [0, door.maxSessions, all.length];
  const ip = found.address.split('.').map(Number);
  const where = ip.length === 4 ? ip : [0, 0, 0, 0];
  const head = [
    found.handle,
    door.maxSessions,
    all.length,
    found.user.number,
    found.privilege,
    0x10 | LAN_CHANNEL,
  ];
  return [...head, ...where, 0, 0, 0, 0, 0, 0, ...le(found.port, 2)];
}

function channelInfo(door: FrontDoor, request: FieldReader): number[] {
  const channel = request.u8() & 15;
  if (channel === 0) return [0, 1, 1, 0, 0xf2, 0x1b, 0, 0, 0];
  if (channel !== LAN_CHANNEL && channel !== 0x0e) return refuse(COMPLETION.invalidField);
  // LAN medium, IPMB protocol, multi-session; the vendor is the IPMI forum, 7154.
  return [LAN_CHANNEL, 4, 1, 0x80 | Math.min(door.sessions.size, 0x3f), 0xf2, 0x1b, 0, 0, 0];
}

function findUser(door: FrontDoor, request: FieldReader): ServerUser | undefined {
  const number = request.u8() & 0x3f;
  if (number === 0 || number > door.users.length + 1) refuse(COMPLETION.parameterOutOfRange);
  return door.users.find((one) => one.number === number);
}

function userAccess(door: FrontDoor, request: FieldReader): number[] {
  request.u8();
  const found = findUser(door, request);
  const access = found === undefined ? 0x0f : 0x10 | found.limit;
  return [door.users.length + 1, door.users.length | (found === undefined ? 0x80 : 0x40), 0, access];
}

function userName(door: FrontDoor, request: FieldReader): Uint8Array {
  const out = new Uint8Array(16);
  out.set(findUser(door, request)?.name ?? []);
  return out;
}

function testPassword(door: FrontDoor, request: FieldReader): number[] {
  const user = findUser(door, request);
  if ((request.u8() & 3) !== 3) return refuse(COMPLETION.notSupportedNow);
  const password = textOf(request.rest());
  return user?.password.equals(secretKey(password, 'password')) ? [] : refuse(0x80);
}

function lanParameter(door: FrontDoor, request: FieldReader): number[] {
  request.u8();
  const parameter = request.u8();
  const parameters: Readonly<Record<number, readonly number[]>> = {
    0: [0],
    1: [0],
    2: [0, 0, 0, 0, 0],
    3: [127, 0, 0, 1],
    4: [1],
    5: [2, 0, 0, 0, 0, 1],
    6: [255, 0, 0, 0],
    12: [0, 0, 0, 0],
    20: [0, 0],
    21: [0],
    22: [door.suites.length],
    23: [0, ...door.suites],
    24: [0, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44],
  };
  return [0x11, ...(parameters[parameter] ?? refuse(0x80))];
}

function solParameter(door: FrontDoor, request: FieldReader): number[] {
  request.u8();
  const parameter = request.u8();
  const enabled = door.node.serial === undefined ? 0 : 1;
  const parameters = [
    [0],
    [enabled],
    [0xc0 | PRIVILEGE.user],
    [5, 64],
    [7, 50],
    [0x0a],
    [0x0a],
    [LAN_CHANNEL],
    le(door.port(), 2),
  ];
  return [0x11, ...(parameters[parameter] ?? refuse(0x80))];
}

function solOwner(door: FrontDoor): ServerSession | undefined {
  return [...door.sessions.values()].find((session) => session.sol !== undefined);
}

function activate(door: FrontDoor, request: FieldReader, context: RequestContext): number[] {
  const { serial } = door.node;
  const session = context.session === undefined ? undefined : door.sessions.get(context.session.id);
  if (request.u8() !== PAYLOAD.sol || serial === undefined || session === undefined) return refuse(0x81);
  if (solOwner(door) !== undefined) return refuse(0x80);
  const isProtected = session.opening.suite !== 0;
  request.u8();
  if (!isProtected && (request.u8() & 0x80) !== 0) return refuse(0x83);
  const sol = new SolServer(serial, door.solRetry, (payload) => door.send(session, PAYLOAD.sol, payload));
  session.sol = sol;
  const size = le(SolServer.maxPayload, 2);
  return [0, 0, 0, 0, ...size, ...size, ...le(door.port(), 2), 0xff, 0xff];
}

function deactivate(door: FrontDoor, request: FieldReader): number[] {
  if (request.u8() !== PAYLOAD.sol) return refuse(0x81);
  const owner = solOwner(door);
  if (owner === undefined) return refuse(0x80);
  owner.sol?.close();
  owner.sol = undefined;
  return [];
}
