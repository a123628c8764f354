/** Sends one payload to one destination: HTTP and HTTPS (DSP0266 clause 12.5), syslog (RFC 5424 over RFC 5426, 6587, 5425). */
import { createSocket } from 'node:dgram';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { trustOf } from './trust.ts';

export interface Target {
  readonly destination: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly verifyCertificate: boolean;
  /** PEM of certificates that are trusted for this target beside those that Node.js knows. */
  readonly certificates: readonly { readonly pem: string }[];
}

/** Milliseconds until a receiver that says nothing counts as gone. */
export const patience = 10_000;
/** Bytes of an answer that are read; what a receiver says beyond its status is of no use. */
const maxAnswer = 64 * 1024;

/**
 * POSTs JSON. A redirection is no delivery: it would carry events and headers to somebody else.
 * @throws Error that says what the receiver did, without any header
 */
export function post(target: Target, body: string, signal: AbortSignal): Promise<void> {
  const url = new URL(target.destination);
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const sent = (secure ? requestHttps : requestHttp)(
      url,
      {
        method: 'POST',
        signal,
        timeout: patience,
        ...(secure ? trustOf(target) : {}),
        headers: {
          ...Object.fromEntries(target.headers),
          'Content-Type': 'application/json',
          'Content-Length': String(Buffer.byteLength(body)),
          'OData-Version': '4.0',
        },
      },
      (answer) => {
        const { statusCode: status = 0 } = answer;
        let length = 0;
        answer.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > maxAnswer) answer.destroy();
        });
        answer.on('error', () => undefined);
        answer.on('close', () => {
          if (status >= 200 && status < 300) resolve();
          else reject(new Error(`the receiver answered with status ${status}`));
        });
      },
    );
    // A receiver that answers byte by byte must not hold the line for ever either.
    const overdue = setTimeout(() => sent.destroy(new Error(`no answer in ${patience} ms`)), patience);
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${patience} ms`)));
    sent.on('error', (error) => reject(error));
    sent.on('close', () => clearTimeout(overdue));
    sent.end(body);
  });
}

/** One line of syslog. */
export interface SyslogMessage {
  readonly time: Date;
  readonly severity: 'OK' | 'Warning' | 'Critical';
  readonly hostName: string;
  readonly messageId: string;
  readonly text: string;
}

/** RFC 5424 table 2; the facility is that of daemons, 3 of table 1. */
const severities = { OK: 6, Warning: 4, Critical: 2 } as const;
const facility = 3;

/** Printable ASCII without space, of limited length, or the nil value (RFC 5424 clause 6). */
const token = (text: string, length: number): string =>
  text.replace(/[^\x21-\x7e]/g, '').slice(0, length) || '-';

/** RFC 5424 clause 6: the message begins with a byte order mark, as it is UTF-8. */
export function syslogLine({ time, severity, hostName, messageId, text }: SyslogMessage): string {
  const head = `<${facility * 8 + severities[severity]}>1 ${time.toISOString()} ${token(hostName, 255)}`;
  const flat = text.replace(/\p{Cc}+/gu, ' ');
  return `${head} redfishd - ${token(messageId, 32)} - \ufeff${flat}`;
}

const portOf = (url: URL, standard: number): number => (url.port === '' ? standard : Number(url.port));
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** Ports of RFC 5426, 6587 and 5425. */
const ports = { SyslogUDP: 514, SyslogTCP: 601, SyslogTLS: 6514 } as const;

/**
 * Sends lines of syslog. There is no acknowledgement in syslog: it has worked when the system has taken all of it.
 * @throws Error
 */
export function syslog(
  protocol: keyof typeof ports,
  target: Target,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const url = new URL(target.destination);
  const [host, port] = [hostOf(url), portOf(url, ports[protocol])];
  return protocol === 'SyslogUDP' ? datagrams(host, port, lines) : stream();

  function stream(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket: Socket =
        protocol === 'SyslogTLS'
          ? connectTls({ host, port, ...trustOf(target) })
          : connectTcp({ host, port });
      const end = (error?: Error) => {
        signal.removeEventListener('abort', abort);
        socket.destroy();
        if (error === undefined) resolve();
        else reject(error);
      };
      const abort = () => end(new Error('ended'));
      signal.addEventListener('abort', abort);
      socket.setTimeout(patience, () => end(new Error(`no answer in ${patience} ms`)));
      socket.on('error', end);
      // Octet counting (RFC 6587 clause 3.4.1): a message may hold anything.
      const frames = lines.map((line) => `${Buffer.byteLength(line)} ${line}`).join('');
      socket.once(protocol === 'SyslogTLS' ? 'secureConnect' : 'connect', () => {
        // The other end has closed its side only when it has read all of ours, or had no more use for it.
        socket.end(frames);
      });
      socket.on('data', () => undefined);
      socket.on('finish', () => end());
    });
  }
}

async function datagrams(host: string, port: number, lines: readonly string[]): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    for (const line of lines) {
      await new Promise<void>((resolve, reject) => {
        socket.send(line, port, host, (error) => (error === null ? resolve() : reject(error)));
      });
    }
  } finally {
    socket.close();
  }
}
