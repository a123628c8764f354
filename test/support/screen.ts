/** A client of a serial console: a WebSocket, and all that the host has written to it. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { testPassword, testUser } from './client.ts';

export const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

export interface Screen {
  readonly socket: WebSocket;
  /** What the answer said this client may do. */
  readonly mode: string | undefined;
  text(): string;
  readonly closed: Promise<readonly [number, string]>;
}

/** Opens the console at a `wss:` URI, as the administrator unless `headers` say otherwise. */
export async function openScreen(uri: string, headers: Record<string, string> = {}): Promise<Screen> {
  const authorization = basic(testUser, testPassword);
  const socket = new WebSocket(uri, { rejectUnauthorized: false, headers: { authorization, ...headers } });
  let text = '';
  let mode: string | undefined;
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) throw new Error('a text message');
    text += data.toString('latin1');
  });
  socket.on('upgrade', (response: IncomingMessage) => {
    mode = String(response.headers['console-mode']);
  });
  const closed = new Promise<readonly [number, string]>((resolve) => {
    socket.once('close', (code, reason) => resolve([code, reason.toString()]));
  });
  await once(socket, 'open');
  return { socket, mode, text: () => text, closed };
}
