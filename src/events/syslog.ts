/** Events as lines of syslog: RFC 5424 over UDP (RFC 5426), TCP (RFC 6587), TLS (RFC 5425) and RELP. */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { relp } from './relp.ts';
import { responseTimeout } from './send.ts';
import { type TrustFacts, trustOf } from './trust.ts';

export interface SyslogMessage {
  readonly time: Date;
  readonly severity: 'OK' | 'Warning' | 'Critical';
  readonly hostName: string;
  readonly messageId: string;
  readonly text: string;
}

export interface SyslogTarget extends TrustFacts {
  /** `syslog://host:port`. */
  readonly destination: string;
}

/**
 * Default port (RFC 5426, 6587, 5425; for RELP that of rsyslog) and the longest message in bytes that a receiver should
 * accept.
 */
const transports = {
  SyslogUDP: { port: 514, longest: 2048 },
  SyslogTCP: { port: 601, longest: 8192 },
  SyslogTLS: { port: 6514, longest: 8192 },
  SyslogRELP: { port: 514, longest: 8192 },
} as const;
export type SyslogProtocol = keyof typeof transports;

/** RFC 5424 table 2. The facility is 3, system daemons (table 1). */
const severities = { OK: 6, Warning: 4, Critical: 2 } as const;
const facility = 3;
/** Milliseconds for the receiver to read everything and close. */
const closeTimeout = 2_000;

/** Printable ASCII without space, of limited length, or the nil value (RFC 5424 clause 6). */
const token = (text: string, length: number): string =>
  text.replace(/[^\x21-\x7e]/g, '').slice(0, length) || '-';

/** Cuts a text to a number of bytes, at a character boundary. */
function shortened(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  let end = bytes;
  // Bytes 10xxxxxx continue a character (RFC 3629).
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end--;
  return encoded.toString('utf8', 0, end);
}

/** Returns a line (RFC 5424 clause 6). UTF-8 text starts with a byte order mark; what a receiver need not accept is cut. */
export function syslogLine(event: SyslogMessage, protocol: SyslogProtocol): string {
  const { time, severity, hostName, messageId, text } = event;
  const head = `<${facility * 8 + severities[severity]}>1 ${time.toISOString()} ${token(hostName, 255)}`;
  const flat = text.replace(/\p{Cc}+/gu, ' ');
  return shortened(
    `${head} redfishd - ${token(messageId, 32)} - \ufeff${flat}`,
    transports[protocol].longest,
  );
}

/**
 * Sends lines. RELP waits for acknowledgements; the others resolve when the kernel has accepted all bytes.
 * @throws Error
 */
export function syslog(
  protocol: SyslogProtocol,
  target: SyslogTarget,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { host, port } = addressOf(target.destination, transports[protocol].port);
  if (protocol === 'SyslogUDP') return datagrams(host, port, lines);
  if (protocol === 'SyslogRELP') return relp(host, port, lines, signal);
  // Octet counting (RFC 6587 clause 3.4.1, RFC 5425 clause 4.3): a message may contain any byte.
  const frames = lines.map((line) => `${Buffer.byteLength(line)} ${line}`).join('');
  const [socket, ready] =
    protocol === 'SyslogTLS'
      ? [connectTls({ host, port, ...trustOf(target) }), 'secureConnect']
      : [connectTcp({ host, port }), 'connect'];
  return stream(socket, ready, frames, signal);
}

function addressOf(destination: string, standard: number): { host: string; port: number } {
  const url = new URL(destination);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? standard : Number(url.port),
  };
}

function stream(socket: Socket, ready: string, frames: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = false;
    let leaving: NodeJS.Timeout | undefined;
    const end = (error?: Error) => {
      clearTimeout(leaving);
      signal.removeEventListener('abort', abort);
      socket.destroy();
      if (sent || error === undefined) resolve();
      else reject(error);
    };
    const abort = () => end(new Error('ended'));
    signal.addEventListener('abort', abort);
    socket.setTimeout(responseTimeout, () => end(new Error(`no answer in ${responseTimeout} ms`)));
    socket.on('error', end);
    socket.on('close', () => end(new Error('the receiver closed the connection')));
    socket.once(ready, () => socket.end(frames));
    socket.on('data', () => undefined);
    // Destroying the socket now could discard bytes that the receiver has not read: wait for it to close.
    socket.on('finish', () => {
      sent = true;
      leaving = setTimeout(end, closeTimeout);
    });
  });
}

async function datagrams(host: string, port: number, lines: readonly string[]): Promise<void> {
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    for (const line of lines) {
      await new Promise<void>((resolve, reject) => {
        socket.send(line, port, address, (error) => (error === null ? resolve() : reject(error)));
      });
    }
  } finally {
    socket.close();
  }
}
