/** Interfaces of the kernel, by a stand-in that keeps the rules of their device files. */
import fc from 'fast-check';
import type { IpmiRequest } from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { serveDevice } from '../../../../drivers/host-ipmi/device.ts';
import type { DeviceFile } from '../../../../drivers/host-ipmi/device-file.ts';
import { btFraming, type Framing, kcsFraming, ssifFraming } from '../../../../drivers/host-ipmi/framing.ts';
import { linuxHostIpmi } from '../../../../drivers/host-ipmi/linux.ts';

const errno = (code: string) => Object.assign(new Error(code), { code });

/** A KCS channel: one request at a time; a write without a request, or after the host gave up, is EINVAL. */
function standIn() {
  const requests: (Uint8Array | Error)[] = [];
  const answers: number[][] = [];
  const controls: string[] = [];
  let ready: () => void = () => undefined;
  let fail: (why: string) => void = () => undefined;
  let isAsked = false;
  let isClosed = false;
  const file: DeviceFile = {
    read() {
      const next = requests.shift();
      if (next === undefined) return null;
      if (next instanceof Error) throw next;
      isAsked = true;
      return next;
    },
    write(message) {
      if (!isAsked) throw errno('EINVAL');
      isAsked = false;
      answers.push([...message]);
    },
    control: (command) => void controls.push(command),
    watch(onReady, onFail) {
      ready = onReady;
      fail = onFail;
    },
    close() {
      isClosed = true;
    },
  };
  return {
    ...{ file, answers, controls },
    send(...messages: (Uint8Array | Error)[]) {
      requests.push(...messages);
      ready();
    },
    giveUp() {
      isAsked = false;
    },
    fail: (why: string) => fail(why),
    get isClosed() {
      return isClosed;
    },
  };
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const settle = () => new Promise((resolve) => setImmediate(resolve));
const echo = async ({ data }: IpmiRequest) => ({ code: 0, data });

describe('an interface of the kernel', () => {
  it('aborts what a host had begun, then answers its requests in order', async () => {
    const device = standIn();
    const seen: IpmiRequest[] = [];
    serveDevice(device.file, kcsFraming, {
      answer: async (request) => {
        seen.push(request);
        return { code: 0, data: bytes(1, 2) };
      },
      failed: () => undefined,
    });
    expect(device.controls).toEqual(['abort']);
    device.send(bytes(0x18, 0x01));
    await settle();
    expect(seen).toEqual([{ netFn: 6, lun: 0, command: 1, data: bytes() }]);
    expect(device.answers).toEqual([[0x1c, 0x01, 0, 1, 2]]);
  });

  it('drops an answer that the host does not wait for any more', async () => {
    const device = standIn();
    const failures: (string | null)[] = [];
    serveDevice(device.file, kcsFraming, { answer: echo, failed: (fault) => void failures.push(fault) });
    device.send(bytes(0x18, 0x01));
    device.giveUp();
    await settle();
    expect(device.answers).toEqual([]);
    expect(failures).toEqual([]);
    device.send(bytes(0x18, 0x04));
    await settle();
    expect(device.answers).toHaveLength(1);
  });

  it('goes on after a message that does not fit, and aborts one that is none', async () => {
    const device = standIn();
    serveDevice(device.file, kcsFraming, { answer: echo, failed: () => undefined });
    device.send(errno('EOVERFLOW'), bytes(0x18), bytes(0x18, 0x01));
    await settle();
    expect(device.controls).toEqual(['abort', 'abort']);
    expect(device.answers).toHaveLength(1);
  });

  it('sets and clears attention, and nothing once it is closed', async () => {
    const device = standIn();
    const opened = serveDevice(device.file, kcsFraming, { answer: echo, failed: () => undefined });
    opened.attention(true);
    opened.attention(false);
    await opened.close();
    opened.attention(true);
    expect(device.controls).toEqual(['abort', 'attention', 'noAttention']);
    expect(device.isClosed).toBe(true);
  });

  it('reports a device that has gone', async () => {
    const device = standIn();
    const failures: (string | null)[] = [];
    serveDevice(device.file, kcsFraming, { answer: echo, failed: (fault) => void failures.push(fault) });
    device.fail('ENODEV');
    expect(failures).toEqual(['ENODEV']);
    expect(device.isClosed).toBe(true);
  });

  it('names what is missing where there is no device', async () => {
    const opening = linuxHostIpmi().open(
      { kcs: '/nonexistent/ipmi-kcs3' },
      { answer: echo, failed: () => undefined },
    );
    await expect(opening).rejects.toMatchObject({
      kind: 'no-bus',
      message: expect.stringContaining('IPMI_KCS_BMC_CDEV_IPMI'),
    });
  });
});

describe('framings', () => {
  const all: [string, Framing][] = [
    ['KCS', kcsFraming],
    ['BT', btFraming],
    ['SSIF', ssifFraming],
  ];
  it.each(all)('%s takes any bytes, and answers what is a request', (_, framing) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (message, data) => {
        const framed = framing(message);
        if (framed === undefined) return;
        expect(framed.request.netFn).toBeLessThan(64);
        expect(framed.answer({ code: 0, data }).length).toBeGreaterThan(2);
      }),
    );
  });

  it('BT repeats the sequence number', () => {
    const framed = btFraming(bytes(4, 0x18, 0x77, 0x01, 9));
    expect(framed?.request).toEqual({ netFn: 6, lun: 0, command: 1, data: bytes(9) });
    expect([...(framed?.answer({ code: 0xc1, data: bytes() }) ?? [])]).toEqual([4, 0x1c, 0x77, 0x01, 0xc1]);
  });

  it('SSIF tells its own capabilities', () => {
    const framed = ssifFraming(bytes(3, 0, 0, 0, 0x18, 0x57, 0));
    expect([...(framed?.answer({ code: 0xc1, data: bytes() }) ?? [])]).toEqual([
      8, 0, 0, 0, 0x1c, 0x57, 0, 0, 0x80, 0xff, 0xff, 0,
    ]);
  });
});
