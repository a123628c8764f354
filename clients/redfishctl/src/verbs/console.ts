/** The serial console of a host over WebSocket, with the escape of ipmitool: `~.` at the beginning of a line ends it. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { idOf, RedfishError, valueAt } from '@redfishd/client';
import type { RawData, WebSocket } from 'ws';
import type { Bmc } from '../bmc.ts';
import { CommandError, usageError } from '../exit.ts';
import type { Row } from '../output.ts';
import { notice } from '../terminal.ts';

const [tilde, dot, carriageReturn, lineFeed] = [0x7e, 0x2e, 0x0d, 0x0a];

/** Takes escapes out of what is typed: `~.` ends, `~~` is one tilde, both only at the beginning of a line. Pure. */
export class Escapes {
  #state: 'begin' | 'tilde' | 'within' = 'begin';

  /** The bytes to send, and whether the end was typed. */
  take(typed: Uint8Array): { send: Uint8Array; ended: boolean } {
    const send: number[] = [];
    for (const byte of typed) {
      if (this.#state === 'begin' && byte === tilde) {
        this.#state = 'tilde';
        continue;
      }
      if (this.#state === 'tilde' && byte === dot) return { send: Uint8Array.from(send), ended: true };
      if (this.#state === 'tilde' && byte !== tilde) send.push(tilde);
      send.push(byte);
      this.#state = byte === carriageReturn || byte === lineFeed ? 'begin' : 'within';
    }
    return { send: Uint8Array.from(send), ended: false };
  }
}

/** Returns a connection whose peer has been verified; nothing has been sent on it. */
async function trustedSocket(bmc: Bmc): Promise<Socket> {
  const { protocol, hostname, port } = new URL(bmc.client.origin);
  const host = hostname.replace(/^\[|\]$/g, '');
  const { pin, trust, ca } = bmc.tls;
  const secure = protocol === 'https:';
  const options = { host, port: Number(port || (secure ? 443 : 80)) };
  const verify = pin === undefined && trust !== 'none';
  const socket: Socket | TLSSocket = secure
    ? connectTls({
        ...options,
        rejectUnauthorized: verify,
        ...(ca === undefined ? {} : { ca: ca as string }),
      })
    : connectTcp(options);
  await once(socket, secure ? 'secureConnect' : 'connect').catch((error: Error) => {
    throw new RedfishError('network', `${host} cannot be reached: ${error.message}`, { cause: error });
  });
  if (pin === undefined || !('getPeerCertificate' in socket)) return socket;
  const plain = (text: string): string => text.replaceAll(':', '').toLowerCase();
  if (plain(socket.getPeerCertificate().fingerprint256) === plain(pin)) return socket;
  socket.destroy();
  throw new RedfishError('pin', `${host} shows another certificate than the one that is trusted`);
}

async function openConsole(bmc: Bmc, path: string): Promise<WebSocket> {
  const { WebSocket } = await import('ws');
  const headers = await bmc.client.service.authenticator.headers();
  const socket = await trustedSocket(bmc);
  const url = `${bmc.client.origin.replace(/^http/, 'ws')}${path}`;
  const websocket = new WebSocket(url, { headers, createConnection: () => socket });
  await new Promise<void>((resolve, reject) => {
    websocket.once('open', resolve);
    websocket.once('error', (error) =>
      reject(new RedfishError('network', `the console of ${bmc.name}: ${error.message}`)),
    );
    websocket.once('unexpected-response', (_request, { statusCode = 0 }) => {
      const kind = statusCode === 401 ? 'auth' : statusCode === 403 ? 'forbidden' : 'refused';
      reject(
        new RedfishError(kind, 'the console is refused', { method: 'GET', uri: path, status: statusCode }),
      );
    });
  });
  return websocket;
}

/** The path of the console, with what the user wants of it. */
async function consolePath(bmc: Bmc): Promise<string> {
  const { args } = bmc;
  if (args.list('nodes').length > 1 || args.list('group').length || args.text('nodes-from') !== undefined)
    throw usageError('console: one BMC at a time');
  const [system, another] = await bmc.chosenSystems();
  if (another) throw usageError('console: one system at a time');
  const uri = valueAt(system ?? {}, 'SerialConsole/WebSocket/ConsoleURI');
  if (typeof uri !== 'string')
    throw new CommandError('missing', `${idOf(system)} has no console over WebSocket`);
  const path = bmc.client.service.path(uri.replace(/^ws/, 'http'));
  const wish = args.has('takeover') ? 'takeover=true' : args.has('read-only') ? 'mode=read' : '';
  return wish === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${wish}`;
}

const bytesOf = (data: RawData): Uint8Array =>
  Array.isArray(data)
    ? Buffer.concat(data)
    : new Uint8Array(data instanceof ArrayBuffer ? data : Buffer.from(data));

/** Passes bytes both ways until one side ends. Returns why. */
async function pass(bmc: Bmc, websocket: WebSocket): Promise<string> {
  const escapes = new Escapes();
  const { stdin, stdout } = process;
  const close = (): void => websocket.close(1000);
  const type = (chunk: Buffer): void => {
    const { send, ended } = escapes.take(chunk);
    if (send.length) websocket.send(send);
    if (ended) close();
  };
  websocket.on('message', (data) => stdout.write(bytesOf(data)));
  bmc.client.service.closing.addEventListener('abort', close);
  const types = !bmc.args.has('read-only');
  if (types) {
    if (stdin.isTTY) stdin.setRawMode(true);
    stdin.on('data', type);
  }
  try {
    const [code, reason] = (await once(websocket, 'close')) as [number, Buffer];
    return code === 1000 ? 'closed' : reason.toString('utf8') || `ended with ${code}`;
  } finally {
    stdin.off('data', type);
    if (types && stdin.isTTY) stdin.setRawMode(false);
    stdin.pause();
  }
}

/** `console [--read-only|--takeover]` */
export async function serialConsole(bmc: Bmc): Promise<Row[]> {
  const websocket = await openConsole(bmc, await consolePath(bmc));
  if (process.stdin.isTTY) notice(`[console of ${bmc.name}; ~. at the beginning of a line ends it]`);
  const reason = await pass(bmc, websocket);
  if (process.stdin.isTTY) notice(`\r\n[${reason}]`);
  if (reason === 'closed') return [];
  throw new CommandError('unreachable', `the console of ${bmc.name} ended: ${reason}`);
}
