/** The VM protocol on a real socket. */
import { mkdtempSync, statSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { IpmiRequest } from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { linuxHostIpmi } from '../../../../drivers/host-ipmi/linux.ts';
import {
  answerFrame,
  commandFrame,
  requestFrame,
  VM_COMMAND,
  type VmFrame,
  VmFrames,
} from '../../../../drivers/host-ipmi/vm-protocol.ts';
import { afterThisTest } from '../../../support/cleanup.ts';

const bytes = fc.uint8Array({ maxLength: 64 });
const byte = fc.integer({ min: 0, max: 255 });

describe('the VM protocol', () => {
  it('carries any request, in any pieces', () => {
    const netFn = fc.integer({ min: 0, max: 31 }).map((half) => half * 2);
    fc.assert(
      fc.property(
        byte,
        netFn,
        byte,
        bytes,
        fc.integer({ min: 1, max: 9 }),
        (sequence, fn, command, data, size) => {
          const stream = requestFrame(sequence, { netFn: fn, command, data, lun: 1 });
          const frames = new VmFrames();
          const found: VmFrame[] = [];
          for (let at = 0; at < stream.length; at += size)
            found.push(...frames.read(stream.subarray(at, at + size)));
          expect(found).toEqual([
            { kind: 'request', sequence, lun: 1, request: { netFn: fn, command, data, lun: 1 } },
          ]);
        },
      ),
    );
  });

  it('drops damaged frames and goes on', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (noise) => {
        const frames = new VmFrames();
        [...frames.read(noise)];
        [...frames.read(Uint8Array.from([0xa0]))];
        const good = requestFrame(1, { netFn: 6, command: 1, data: new Uint8Array() });
        expect([...frames.read(good)]).toHaveLength(1);
      }),
    );
  });
});

async function open(answer?: (request: IpmiRequest) => Promise<{ code: number; data: Uint8Array }>) {
  const path = join(mkdtempSync(join(tmpdir(), 'redfishd-vm-')), 'vm/ipmi.sock');
  const opened = await linuxHostIpmi().open(
    { vm: path },
    { answer: answer ?? (async ({ data }) => ({ code: 0, data })), failed: () => undefined },
  );
  afterThisTest(() => opened.close());
  return { path, opened };
}

async function connect(path: string) {
  const socket: Socket = createConnection(path);
  afterThisTest(() => void socket.destroy());
  const received: number[] = [];
  const waiting: (() => void)[] = [];
  socket.on('data', (chunk) => {
    received.push(...chunk);
    for (const wake of waiting.splice(0)) wake();
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  const until = async (length: number) => {
    while (received.length < length) await new Promise<void>((resolve) => waiting.push(resolve));
    return received.splice(0);
  };
  return { socket, until };
}

describe('an interface for a virtual machine', () => {
  it('answers requests in order, and only the owner may connect', async () => {
    const { path } = await open();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { socket, until } = await connect(path);
    const request = { netFn: 6, command: 1, data: Uint8Array.from([0xa0, 0xaa]) };
    socket.write(requestFrame(7, request));
    const expected = answerFrame(
      { kind: 'request', sequence: 7, lun: 0, request },
      { code: 0, data: request.data },
    );
    expect(await until(expected.length)).toEqual([...expected]);
  });

  it('tells its version to a machine that tells its own, and nothing else unasked', async () => {
    const { path, opened } = await open();
    const { socket, until } = await connect(path);
    socket.write(commandFrame(VM_COMMAND.version, 1));
    expect(await until(3)).toEqual([0xff, 0x01, 0xa1]);
    opened.interrupts(true);
    opened.attention(true);
    opened.attention(false);
    expect(await until(6)).toEqual([0x05, 0xa1, 0x02, 0xa1, 0x00, 0xa1]);
  });

  it('takes the place of a process that has ended, and not of one that listens', async () => {
    const { path, opened } = await open();
    const again = linuxHostIpmi().open(
      { vm: path },
      { answer: async () => ({ code: 0, data: new Uint8Array() }), failed: () => undefined },
    );
    await expect(again).rejects.toMatchObject({ kind: 'held' });
    await opened.close();
    const next = await linuxHostIpmi().open(
      { vm: path },
      { answer: async () => ({ code: 0, data: new Uint8Array() }), failed: () => undefined },
    );
    await next.close();
  });

  it('tells a host that floods it that it is busy', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { path } = await open(async () => {
      await held;
      return { code: 0, data: new Uint8Array() };
    });
    const { socket, until } = await connect(path);
    const request = { netFn: 6, command: 1, data: new Uint8Array() };
    for (let sequence = 0; sequence < 40; sequence++) socket.write(requestFrame(sequence, request));
    const first = await until(6);
    expect(first[3]).toBe(0xc0);
    release();
  });
});
