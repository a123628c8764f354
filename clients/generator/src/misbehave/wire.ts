/** Writes a scripted answer to a socket, byte by byte where it is to go wrong. */
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ScriptedAnswer, StreamEvent } from './vector.ts';

function eventText({ id, data }: StreamEvent): string {
  if (data === undefined) return id === undefined ? ': nothing new\n\n' : `id: ${id}\n\n`;
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return `${id === undefined ? '' : `id: ${id}\n`}data: ${text}\n\n`;
}

function bodyOf(answer: ScriptedAnswer): Buffer {
  if (answer.events) return Buffer.from(answer.events.map(eventText).join(''));
  const text = answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body));
  return answer.gzip ? gzipSync(text) : Buffer.from(text);
}

/** Status line and headers. */
function headOf(answer: ScriptedAnswer, length: number): string {
  const fault = answer.fault === 'short-length';
  const size = fault ? Math.floor(length / 2) : length;
  const headers: Record<string, string> = {
    ...(answer.body === undefined || answer.text !== undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(answer.gzip ? { 'Content-Encoding': 'gzip' } : {}),
    ...(answer.events
      ? { 'Content-Type': 'text/event-stream', Connection: 'close' }
      : answer.fault === 'broken-chunk'
        ? { 'Transfer-Encoding': 'chunked' }
        : answer.status === 204 || answer.status === 304
          ? {}
          : { 'Content-Length': String(size) }),
    ...answer.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${answer.status ?? 200} Scripted\r\n${lines.join('')}\r\n`;
}

async function dribble(socket: Socket, bytes: Buffer, seconds: number): Promise<void> {
  for (const byte of bytes) {
    if (socket.destroyed) return;
    socket.write(Buffer.from([byte]));
    await wait(seconds * 1000);
  }
}

/** Sends an answer. Returns whether the connection may be used again. */
export async function sendAnswer(socket: Socket, answer: ScriptedAnswer): Promise<boolean> {
  if (answer.delay) await wait(answer.delay * 1000);
  if (socket.destroyed) return false;
  const body = bodyOf(answer);
  const head = headOf(answer, body.length);
  const cut: Record<string, () => void> = {
    reset: () => socket.resetAndDestroy(),
    close: () => socket.end(),
    hang: () => {},
    'not-http': () => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
    'cut-status': () => socket.end(head.slice(0, 7)),
    'cut-headers': () => socket.end(head.slice(0, head.length - 6)),
    'cut-body': () =>
      socket.end(Buffer.concat([Buffer.from(head), body.subarray(0, Math.floor(body.length / 2))])),
    'broken-chunk': () => socket.end(`${head}zz\r\n`),
  };
  const fault = answer.fault === undefined ? undefined : cut[answer.fault];
  if (fault) {
    fault();
    return false;
  }
  socket.write(head);
  if (answer.dribble) await dribble(socket, body, answer.dribble);
  else socket.write(body);
  if (answer.events) {
    if (answer.end) socket.end();
    return false;
  }
  return answer.fault === undefined;
}
