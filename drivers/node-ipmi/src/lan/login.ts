/** Opens a session of the version that the options allow, and raises it to the wanted privilege. */
import type { Privilege } from '../commands/app.ts';
import { setSessionPrivilege } from '../commands/channel.ts';
import { completionError, IpmiError } from '../errors.ts';
import { BMC_ADDRESS, CONSOLE_ADDRESS, decodeIpmb, encodeIpmb, type IpmiRequest } from '../message.ts';
import { DEFAULT_SUITES, openSession20 } from './handshake.ts';
import { PAYLOAD } from './packet.ts';
import type { CipherSuite } from './rakp.ts';
import type { Credentials, Exchange, Session } from './session.ts';
import { askCapabilities, openSession15 } from './session15.ts';

export interface LoginOptions {
  readonly privilege?: Privilege;
  /** Cipher suites in the order to try; 17, then 3. Suite 0 protects nothing and is used only if named. */
  readonly suites?: readonly CipherSuite[];
  /** IPMI 1.5, which is weak: never (the default), when the controller lacks 2.0, or always. */
  readonly ipmi15?: 'never' | 'fallback' | 'only';
}

/** An IPMI message to the controller, as a session carries it. */
export function consoleMessage({ netFn, command, data, lun = 0 }: IpmiRequest, sequence: number): Uint8Array {
  return encodeIpmb({
    to: BMC_ADDRESS,
    toLun: lun,
    from: CONSOLE_ADDRESS,
    fromLun: 0,
    netFn,
    sequence,
    command,
    data,
  });
}

/** @throws IpmiError `refused`, `timeout`, `unreachable` or `closed` */
export async function login(exchange: Exchange, who: Credentials, options: LoginOptions): Promise<Session> {
  const session = await openSession(exchange, who, options);
  const { netFn, command, name, codes } = setSessionPrivilege;
  const request = { netFn, command, data: Uint8Array.from([who.privilege]) };
  const datagram = (): Buffer => session.seal(PAYLOAD.ipmi, consoleMessage(request, 0));
  const code = await exchange(name, datagram, (packet) => {
    const opened = session.open(packet);
    const answer = opened?.type === PAYLOAD.ipmi ? decodeIpmb(opened.payload, !session.signed) : undefined;
    return answer?.command === command && answer.netFn === netFn + 1 ? answer.data[0] : undefined;
  });
  if (code === 0) return session;
  throw new IpmiError('refused', completionError(name, code, codes).message, { code });
}

async function openSession(
  exchange: Exchange,
  who: Credentials,
  { ipmi15 = 'never', suites = DEFAULT_SUITES }: LoginOptions,
): Promise<Session> {
  if (ipmi15 === 'never') return openSession20(exchange, who, suites);
  const capabilities = await askCapabilities(exchange, who.privilege);
  return ipmi15 === 'only' || !capabilities.ipmi20
    ? openSession15(exchange, who, capabilities)
    : openSession20(exchange, who, suites);
}
