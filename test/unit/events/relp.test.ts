/** RELP against receivers that answer as they should, and as they should not. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type RelpFrame, readRelp, relp, relpFrame } from '../../../src/events/relp.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});
const { signal } = new AbortController();

/** A receiver that gives `answer` to each frame; what it has been sent. */
async function receiver(answer: (frame: RelpFrame, socket: Socket) => void) {
  const frames: RelpFrame[] = [];
  const server = createServer((socket) => {
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (part: Buffer) => {
      const read = readRelp(Buffer.concat([rest, part]));
      rest = read.rest;
      for (const frame of read.frames) {
        frames.push(frame);
        answer(frame, socket);
      }
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, frames };
}

const ok = ({ transaction }: RelpFrame, socket: Socket, data = '200 OK') =>
  socket.write(relpFrame({ transaction, command: 'rsp', data }));

describe('frames', () => {
  const frames = fc.array(
    fc.record({
      transaction: fc.nat(999_999_999),
      command: fc.constantFrom('open', 'close', 'syslog', 'rsp', 'serverclose'),
      data: fc.string({ unit: 'grapheme' }),
    }),
  );

  it('are read as they were written, however they come in pieces', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.nat(200)), (all, cuts) => {
        const bytes = Buffer.from(all.map(relpFrame).join(''));
        const places = [...new Set([0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length])];
        const read: RelpFrame[] = [];
        let rest: Buffer = Buffer.alloc(0);
        places.sort((one, other) => one - other);
        for (const [at, place] of places.entries()) {
          const piece = bytes.subarray(places[at - 1] ?? 0, place);
          const next = readRelp(Buffer.concat([rest, piece]));
          read.push(...next.frames);
          rest = next.rest;
        }
        expect([read, rest.length]).toEqual([all, 0]);
      }),
    );
  });

  it('of anything else are refused, or waited for no longer than a header', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 256 }), (bytes) => {
        try {
          readRelp(Buffer.from(bytes));
        } catch (error) {
          expect(String(error)).toMatch(/RELP/);
        }
      }),
    );
    for (const text of [
      'HTTP/1.1 400 Bad Request\r\n',
      '220 mail.example ESMTP\r\n',
      '1 rsp 99999999 ',
      '1 rsp 2 OKx\n',
    ])
      expect(() => readRelp(Buffer.from(text)), text).toThrow(/RELP/);
    expect(readRelp(Buffer.from('1 rsp 0 \n2 rsp 0\n')).frames.map(({ transaction }) => transaction)).toEqual(
      [1, 2],
    );
  });
});

describe('a session', () => {
  it('offers, sends every line, and is closed when all are acknowledged', async () => {
    const { port, frames } = await receiver((frame, socket) => {
      ok(frame, socket);
      if (frame.command === 'close') socket.end();
    });
    await relp('127.0.0.1', port, ['one', 'über\n', ''], signal);
    expect(frames.map(({ transaction, command, data }) => [transaction, command, data])).toEqual([
      [1, 'open', 'relp_version=0\nrelp_software=redfishd\ncommands=syslog'],
      [2, 'syslog', 'one'],
      [3, 'syslog', 'über\n'],
      [4, 'syslog', ''],
      [5, 'close', ''],
    ]);
  });

  it.each<[string, (frame: RelpFrame, socket: Socket) => void, RegExp]>([
    ['refuses the session', (frame, socket) => ok(frame, socket, '500 no'), /500 no/],
    [
      'refuses a line',
      (frame, socket) => ok(frame, socket, frame.data === 'two' ? '500 full' : '200 OK'),
      /500 full/,
    ],
    [
      'hangs up before the last line',
      (frame, socket) => (frame.data === 'two' ? socket.destroy() : ok(frame, socket)),
      /closed the connection|ECONNRESET/,
    ],
    [
      'ends the session',
      (frame, socket) =>
        frame.command === 'open'
          ? ok(frame, socket)
          : socket.write(relpFrame({ transaction: 0, command: 'serverclose', data: '' })),
      /ended the session/,
    ],
    ['speaks something else', (_, socket) => socket.write('HTTP/1.1 400 Bad Request\r\n'), /RELP/],
  ])('with a receiver that %s fails', async (_, answer, reason) => {
    const { port } = await receiver(answer);
    await expect(relp('127.0.0.1', port, ['one', 'two'], signal)).rejects.toThrow(reason);
  });

  it('ends with the daemon', async () => {
    const { port, frames } = await receiver((frame, socket) => frame.command === 'open' && ok(frame, socket));
    const stop = new AbortController();
    const sent = relp('127.0.0.1', port, ['one'], stop.signal);
    setTimeout(() => stop.abort(), 100);
    await expect(sent).rejects.toThrow('ended');
    expect(frames.length).toBeGreaterThan(0);
  });
});
