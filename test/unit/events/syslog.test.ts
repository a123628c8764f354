/** Lines of syslog over real sockets. */
import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type SyslogMessage, type SyslogProtocol, syslog, syslogLine } from '../../../src/events/syslog.ts';
import type { TrustFacts } from '../../../src/events/trust.ts';
import { createAuthority } from '../../support/authority.ts';
import { type Line, parseFrames, parseLine } from '../../support/syslog.ts';
import { until } from '../../support/until.ts';

const message: SyslogMessage = {
  time: new Date('2026-01-02T03:04:05.678Z'),
  ...{ severity: 'Warning', hostName: 'bmc', messageId: 'ResourceEvent.1.4.TestMessage', text: 'über' },
};
const { signal } = new AbortController();
const nobody: TrustFacts = { verifyCertificate: false, certificates: [] };

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

interface Listener {
  readonly destination: string;
  readonly lines: () => Line[];
  /** What went wrong with connections. */
  readonly faults: unknown[];
  readonly connections: () => number;
}

async function listen(server: Server, event: string, read: (socket: Socket) => void = () => {}) {
  const parts: Buffer[] = [];
  const faults: unknown[] = [];
  let connections = 0;
  server.on(event, (socket: Socket) => {
    connections += 1;
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('error', (error) => faults.push(error));
    read(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  const listener: Listener = {
    destination: `syslog://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lines: () => parseFrames(Buffer.concat(parts)),
    ...{ faults, connections: () => connections },
  };
  return listener;
}

const listenTls = (options: TlsOptions, read?: (socket: Socket) => void) =>
  listen(createTlsServer(options), 'secureConnection', read);

async function listenUdp(address = '127.0.0.1') {
  const lines: Line[] = [];
  const sizes: number[] = [];
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (bytes) => {
    sizes.push(bytes.length);
    lines.push(parseLine(bytes));
  });
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  ends.push(() => socket.close());
  const host = address.includes(':') ? `[${address}]` : address;
  return { destination: `syslog://${host}:${socket.address().port}`, lines, sizes };
}

const send = (protocol: SyslogProtocol, destination: string, texts: readonly string[], trust = nobody) =>
  syslog(
    protocol,
    { destination, ...trust },
    texts.map((text) => syslogLine({ ...message, text }, protocol)),
    signal,
  );
const textsOf = (lines: readonly Line[]) => lines.map(({ text }) => text);

describe('a line', () => {
  it('says what RFC 5424 has it say', () => {
    expect(parseLine(Buffer.from(syslogLine(message, 'SyslogUDP')))).toEqual({
      ...{ priority: 3 * 8 + 4, time: '2026-01-02T03:04:05.678Z', host: 'bmc', app: 'redfishd' },
      ...{ messageId: 'ResourceEvent.1.4.TestMessage', text: 'über' },
    });
  });

  const texts = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 4000 }), fc.string({ unit: 'binary' }));

  it('is whole whatever is in it, and no longer than receivers take', () => {
    const longest = { SyslogUDP: 2048, SyslogTCP: 8192, SyslogTLS: 8192, SyslogRELP: 8192 } as const;
    const protocols = fc.constantFrom(...(Object.keys(longest) as SyslogProtocol[]));
    fc.assert(
      fc.property(protocols, texts, texts, texts, (protocol, text, hostName, messageId) => {
        const bytes = Buffer.from(syslogLine({ ...message, text, hostName, messageId }, protocol));
        const { text: read } = parseLine(bytes);
        expect(bytes.length).toBeLessThanOrEqual(longest[protocol]);
        const told = Buffer.from(text)
          .toString()
          .replace(/\p{Cc}+/gu, ' ');
        expect(told.startsWith(read)).toBe(true);
        // Less than a character is given away.
        if (read !== told) expect(bytes.length).toBeGreaterThan(longest[protocol] - 4);
      }),
    );
  });

  it('comes out of its frame again', () => {
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 5 }), (all) => {
        const lines = all.map((text) => syslogLine({ ...message, text }, 'SyslogTCP'));
        const frames = lines.map((line) => `${Buffer.byteLength(line)} ${line}`).join('');
        expect(parseFrames(Buffer.from(frames))).toEqual(lines.map((line) => parseLine(Buffer.from(line))));
      }),
    );
  });
});

describe('over UDP', () => {
  it.each(['127.0.0.1', '::1'])('each line is a datagram to %s', async (address) => {
    const listener = await listenUdp(address);
    await send('SyslogUDP', listener.destination, ['one', 'two\nthree']);
    await until('both', () => listener.lines.length === 2);
    expect(textsOf(listener.lines)).toEqual(['one', 'two three']);
  });

  it('a long one is cut, where it would be too large for any datagram', async () => {
    const listener = await listenUdp();
    await send('SyslogUDP', listener.destination, ['ü'.repeat(100_000), 'after it']);
    await until('both', () => listener.lines.length === 2);
    expect(listener.sizes[0]).toBeGreaterThan(2044);
    expect(textsOf(listener.lines)[1]).toBe('after it');
  });
});

describe('over TCP', () => {
  it('many lines come in order, in frames, over one connection', async () => {
    const listener = await listen(createServer(), 'connection');
    const texts = Array.from({ length: 64 }, (_, at) => `${at} ${'x'.repeat(5000)}`);
    await send('SyslogTCP', listener.destination, texts);
    await until('all', () => listener.lines().length === texts.length);
    expect(textsOf(listener.lines())).toEqual(texts);
    expect(listener.connections()).toBe(1);
  });

  it('a receiver that takes its time to read, and then says something, is not cut off', async () => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    let left = false;
    const listener = await listen(server, 'connection', (socket) => {
      setTimeout(() => socket.resume(), 200);
      // A connection that is gone shows with what is written after the first answer to it.
      socket.on('end', () => {
        socket.write('good');
        setTimeout(() => socket.end('bye'), 100);
      });
      socket.on('close', () => {
        left = true;
      });
    });
    await send('SyslogTCP', listener.destination, ['one']);
    await until('the end', () => left);
    expect([textsOf(listener.lines()), listener.faults]).toEqual([['one'], []]);
  });

  it('nobody there, and one who hangs up, are errors', async () => {
    const server = createServer((socket) => socket.destroy());
    const listener = await listen(server, 'connection');
    const texts = Array.from({ length: 2000 }, () => 'x'.repeat(8000));
    await expect(send('SyslogTCP', listener.destination, texts)).rejects.toThrow();
    server.close();
    await until('the end', () => !server.listening);
    await expect(send('SyslogTCP', listener.destination, ['one'])).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('over TLS', () => {
  it('lines come in frames where the certificate holds, or is not asked for', async () => {
    const authority = await createAuthority();
    const listener = await listenTls(await authority.issue({ names: ['127.0.0.1'] }));
    await send('SyslogTLS', listener.destination, ['unasked']);
    await until('the first', () => listener.lines().length === 1);
    const trust = { verifyCertificate: true, certificates: [{ pem: authority.cert }] };
    await send('SyslogTLS', listener.destination, ['one', 'two'], trust);
    await until('the others', () => listener.lines().length === 3);
    expect(textsOf(listener.lines())).toEqual(['unasked', 'one', 'two']);
    expect(listener.faults).toEqual([]);
  });

  it('nothing is said to somebody else', async () => {
    const authority = await createAuthority();
    const trust = { verifyCertificate: true, certificates: [{ pem: authority.cert }] };
    const stranger = await listenTls(await authority.issue({ names: ['log.example'] }));
    await expect(send('SyslogTLS', stranger.destination, ['one'], trust)).rejects.toThrow(/not in the cert/);
    const foreign = await listenTls(
      await (await createAuthority('CN=Other')).issue({ names: ['127.0.0.1'] }),
    );
    await expect(send('SyslogTLS', foreign.destination, ['one'], trust)).rejects.toThrow(/certificate/);
    const plain = await listen(
      createServer((socket) => void socket.end('hello')),
      'connection',
    );
    await expect(send('SyslogTLS', plain.destination, ['one'])).rejects.toThrow();
    expect([stranger.lines(), foreign.lines()]).toEqual([[], []]);
  });

  it('a receiver that reads late loses nothing', async () => {
    const authority = await createAuthority();
    const listener = await listenTls(await authority.issue(), (socket) => {
      socket.pause();
      setTimeout(() => socket.resume(), 200);
    });
    const texts = Array.from({ length: 64 }, (_, at) => `${at} ${'x'.repeat(5000)}`);
    await send('SyslogTLS', listener.destination, texts);
    await until('all', () => listener.lines().length === texts.length);
    expect(listener.faults).toEqual([]);
  });
});
