/** IPMI messages and commands. */
import fc from 'fast-check';
import * as ipmi from 'node-ipmi';
import {
  type Command,
  chassisControl,
  chassisIdentify,
  cipherSuiteIds,
  completionText,
  decodeBootFlags,
  decodeIpmb,
  encodeBootFlags,
  encodeIpmb,
  FieldReader,
  getChassisStatus,
  getDeviceId,
  getPowerReading,
  getSensorThresholds,
  guidText,
  type IpmbMessage,
  IpmiError,
  type IpmiRequest,
  type IpmiResponse,
  masterWriteRead,
  readLan,
  responseTo,
  run,
  setBootFlags,
  setPowerLimit,
  setUserPassword,
} from 'node-ipmi';
import { describe, expect, test } from 'vitest';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** Answers with the given bytes (completion code first), and remembers what it was asked. */
function canned(answer: string): { asked: IpmiRequest[]; send(request: IpmiRequest): Promise<IpmiResponse> } {
  const asked: IpmiRequest[] = [];
  const [code = 0, ...data] = bytes(answer);
  return {
    asked,
    send(request) {
      asked.push(request);
      return Promise.resolve({ code, data: Uint8Array.from(data) });
    },
  };
}

const message: fc.Arbitrary<IpmbMessage> = fc.record({
  to: fc.nat(255),
  toLun: fc.nat(3),
  from: fc.nat(255),
  fromLun: fc.nat(3),
  netFn: fc.nat(62),
  sequence: fc.nat(63),
  command: fc.nat(255),
  data: fc.uint8Array({ maxLength: 60 }),
});

describe('IPMB messages', () => {
  test('come back as they were, and one changed byte is noticed', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.integer({ min: 1, max: 255 }), (some, at, change) => {
        const frame = encodeIpmb(some);
        expect(decodeIpmb(frame)).toEqual(some);
        frame[at % frame.length] = (frame[at % frame.length] ?? 0) ^ change;
        expect(decodeIpmb(frame)).toBeUndefined();
        expect(decodeIpmb(frame.subarray(0, at % 7))).toBeUndefined();
      }),
    );
  });

  test('are read with a wrong checksum where a signature protects them', () => {
    fc.assert(
      fc.property(message, fc.nat(255), fc.nat(255), (some, head, tail) => {
        const frame = encodeIpmb(some);
        frame[2] = head;
        frame[frame.length - 1] = tail;
        expect(decodeIpmb(frame, false)).toEqual(some);
      }),
    );
    expect(decodeIpmb(new Uint8Array(6), false)).toBeUndefined();
  });

  test('are laid out as on the wire of a bridge IC', () => {
    // Get Device ID from the BMC (0x20) to a node at 0x24, and the head of its answer.
    const request = { to: 0x24, toLun: 0, from: 0x20, fromLun: 0, netFn: 6, sequence: 1, command: 1 };
    expect(encodeIpmb({ ...request, data: new Uint8Array() })).toEqual(bytes('24 18 c4 20 04 01 db'));
    const answer = responseTo({ ...request, data: new Uint8Array() }, { code: 0, data: bytes('01 02') });
    expect(encodeIpmb(answer).subarray(0, 8)).toEqual(bytes('20 1c c4 24 04 01 00 01'));
  });
});

describe('run', () => {
  test('gives the typed answer', async () => {
    const target = canned('00 20 81 09 08 02 9f 91 12 00 02 0f 00 00 00 00');
    expect(await run(target, getDeviceId, undefined)).toMatchObject({
      deviceId: 0x20,
      revision: 1,
      providesSdrs: true,
      firmware: '9.08',
      ipmi: '2.0',
      manufacturer: 0x1291,
      product: 0x0f02,
    });
    expect(target.asked).toEqual([{ netFn: 6, command: 1, data: new Uint8Array(), lun: 0 }]);
  });

  test('says in words what the controller refused', async () => {
    await expect(run(canned('d4'), chassisControl, 'powerUp')).rejects.toMatchObject({
      name: 'IpmiError',
      kind: 'completion',
      code: 0xd4,
      message: expect.stringMatching(/Chassis Control: .*privilege.*0xd4/),
    });
    const bus = { address: 0x90, write: new Uint8Array([0]), readCount: 2 };
    await expect(run(canned('83'), masterWriteRead, bus)).rejects.toThrow(/no device acknowledged/);
  });

  test('reads thresholds of an answer that ends behind the last one', async () => {
    const whole = await run(canned('00 3f 01 02 03 04 05 06'), getSensorThresholds, { sensor: 1 });
    expect(whole).toMatchObject({ readable: 0x3f, raw: { lowerNonCritical: 1, upperNonRecoverable: 6 } });
    const short = await run(canned('00 3f 01 02 03 04'), getSensorThresholds, { sensor: 1 });
    expect(short).toMatchObject({ readable: 0x0f, raw: { lowerNonCritical: 1, upperNonCritical: 4 } });
  });

  test('fails typed on an answer that is too short, whatever the command', async () => {
    await expect(run(canned('00 20'), getDeviceId, undefined)).rejects.toMatchObject({ kind: 'malformed' });
    const commands = Object.values(ipmi).filter(
      (value): value is Command<unknown, unknown> =>
        typeof value === 'object' && value !== null && 'netFn' in value,
    );
    expect(commands.length).toBeGreaterThan(80);
    fc.assert(
      fc.property(fc.constantFrom(...commands), fc.uint8Array({ maxLength: 24 }), (command, data) => {
        try {
          command.decode(new FieldReader(data, command.name), { iana: 0xa015, to: 1 });
        } catch (error) {
          expect(error).toBeInstanceOf(IpmiError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('refuses values that do not fit, before anything is sent', async () => {
    const target = canned('00');
    const limit = { action: 0, limit: 70_000, correctionTime: 1000, samplingPeriod: 1 };
    await expect(run(target, setPowerLimit, limit)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(run(target, chassisIdentify, 300)).rejects.toMatchObject({ kind: 'invalid' });
    expect(target.asked).toEqual([]);
  });

  test('never shows a password', async () => {
    const request = { user: 2, operation: 'set' as const, password: 'correct horse battery staple' };
    await expect(run(canned('00'), setUserPassword, request)).rejects.not.toThrow(/horse/);
    const short = { ...request, password: 'hunter2' };
    await expect(run(canned('c9'), setUserPassword, short)).rejects.not.toThrow(/hunter2/);
  });
});

describe('commands', () => {
  test('boot flags keep every flag both ways', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 5, maxLength: 5 }).map((data) => {
          // Reserved bits are not flags.
          const [a = 0, b = 0, c = 0, d = 0, e = 0] = data;
          return Uint8Array.from([a & 0xe0, b, c, d & 15, e & 31]);
        }),
        (data) => {
          const flags = decodeBootFlags(data);
          const { device } = flags;
          fc.pre(device !== undefined);
          if (device !== undefined) expect(encodeBootFlags({ ...flags, device })).toEqual(Array.from(data));
        },
      ),
    );
  });

  test('a UEFI PXE boot, once', async () => {
    const target = canned('00');
    await run(target, setBootFlags, { device: 'pxe', uefi: true });
    expect(target.asked[0]?.data).toEqual(bytes('05 a0 04 00 00 00'));
  });

  test('chassis status', async () => {
    expect(await run(canned('00 21 10 40 00'), getChassisStatus, undefined)).toMatchObject({
      powerOn: true,
      powerPolicy: 'lastState',
      lastPowerEvent: { turnedOnByCommand: true, acFailed: false },
      identify: 'off',
    });
  });

  test('DCMI power reading', async () => {
    const answer = '00 dc ed 00 64 00 2c 01 c8 00 00 e1 0b 5e e8 03 00 00 40';
    expect(await run(canned(answer), getPowerReading, undefined)).toEqual({
      current: 237,
      minimum: 100,
      maximum: 300,
      average: 200,
      at: new Date('2020-01-01T00:00:00Z'),
      period: 1000,
      active: true,
    });
    await expect(run(canned('00 dd ed 00'), getPowerReading, undefined)).rejects.toMatchObject({
      kind: 'malformed',
    });
  });

  test('LAN parameters', async () => {
    expect(await readLan(canned('00 11 c0 00 02 07'), ipmi.LAN.ipAddress)).toBe('192.0.2.7');
    expect(await readLan(canned('00 11 02'), ipmi.LAN.ipSource)).toBe('dhcp');
    expect(await readLan(canned('00 11 0a 80'), ipmi.LAN.vlan)).toBe(10);
    await expect(readLan(canned('00 11 c0'), ipmi.LAN.ipAddress)).rejects.toMatchObject({
      kind: 'malformed',
    });
  });

  test('cipher suite records, standard and OEM', () => {
    expect(cipherSuiteIds(bytes('c0 03 01 41 81 c1 80 15 a0 00 01 c0 11 03 44 81'))).toEqual([3, 0x80, 17]);
  });

  test('GUIDs are written the usual way round', () => {
    expect(guidText(bytes('0f0e0d0c0b0a09080706050403020100'))).toBe('00010203-0405-0607-0809-0a0b0c0d0e0f');
  });

  test('every completion code has words', () => {
    for (let code = 0; code < 256; code++) expect(completionText(code)).not.toBe('');
    expect(completionText(0xc1)).toMatch(/does not know/);
  });
});
