import { describe, expect, it } from 'vitest';
import { DeviceError } from '../../../../drivers/errors.ts';
import { createI2cBus } from '../../../../drivers/i2c/bus.ts';
import { type Adapter, linuxI2c } from '../../../../drivers/i2c/linux.ts';
import { kindOf } from './wire.ts';

/** What i2c-bus is asked for, call by call; `fail` is what the kernel answers instead. */
function adapter(fail?: Error): { calls: string[]; open: () => Promise<Adapter> } {
  const calls: string[] = [];
  const call = (name: string, ...args: (number | Buffer)[]) => {
    calls.push([name, ...args.map((arg) => (typeof arg === 'number' ? arg : `[${[...arg]}]`))].join(' '));
    if (fail) throw fail;
  };
  const bus: Adapter = {
    async close() {
      calls.push('close');
    },
    async i2cRead(address, length, buffer) {
      call('i2cRead', address, length);
      return { bytesRead: length, buffer: buffer.fill(9) };
    },
    async i2cWrite(address, length, buffer) {
      call('i2cWrite', address, length, buffer);
      return { bytesWritten: length, buffer };
    },
    async readByte(address, command) {
      call('readByte', address, command);
      return 0x12;
    },
    async readWord(address, command) {
      call('readWord', address, command);
      return 0x801f;
    },
    async readI2cBlock(address, command, length, buffer) {
      call('readI2cBlock', address, command, length);
      return { bytesRead: length, buffer: buffer.fill(7) };
    },
    async receiveByte(address) {
      call('receiveByte', address);
      return 5;
    },
    async sendByte(address, byte) {
      call('sendByte', address, byte);
    },
    async writeByte(address, command, byte) {
      call('writeByte', address, command, byte);
    },
    async writeWord(address, command, word) {
      call('writeWord', address, command, word);
    },
    async writeI2cBlock(address, command, length, buffer) {
      call('writeI2cBlock', address, command, length, buffer);
      return { bytesWritten: length, buffer };
    },
  };
  return { calls, open: async () => bus };
}

const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => index);

describe('a transfer is the SMBus call with the same bytes', () => {
  it.each([
    [[0x01], 1, ['readByte 72 1'], [0x12]],
    // A TMP105 at 31.5 Cel: 1F 80 on the wire, 801Fh as an SMBus word.
    [[0x00], 2, ['readWord 72 0'], [0x1f, 0x80]],
    [[0x8b], 3, ['readI2cBlock 72 139 3'], [7, 7, 7]],
    [[0x00], 32, ['readI2cBlock 72 0 32'], new Array(32).fill(7)],
    [[0x00], 33, ['i2cWrite 72 1 [0]', 'i2cRead 72 33'], new Array(33).fill(9)],
    [[0x12, 0x34], 2, ['i2cWrite 72 2 [18,52]', 'i2cRead 72 2'], [9, 9]],
    [[], 1, ['receiveByte 72'], [5]],
    [[], 2, ['i2cRead 72 2'], [9, 9]],
    [[], 0, ['receiveByte 72'], []],
    [[0x04], 0, ['sendByte 72 4'], []],
    [[0x01, 0x60], 0, ['writeByte 72 1 96'], []],
    [[0x05, 0x08, 0x01], 0, ['writeWord 72 5 264'], []],
    [[...bytes(4)], 0, ['writeI2cBlock 72 0 3 [1,2,3]'], []],
    [[...bytes(33)], 0, [`writeI2cBlock 72 0 32 [${[...bytes(33)].slice(1)}]`], []],
    [[...bytes(34)], 0, [`i2cWrite 72 34 [${[...bytes(34)]}]`], []],
  ])('%j +%i', async (write, readLength, calls, answer) => {
    const fake = adapter();
    const transport = linuxI2c(6, fake.open);
    expect([...(await transport.transfer(0x48, Uint8Array.from(write), readLength))]).toEqual(answer);
    expect(fake.calls).toEqual(calls);
  });
});

it('closes what it has opened', async () => {
  const fake = adapter();
  const transport = linuxI2c(6, fake.open);
  await transport.close();
  expect(fake.calls).toEqual([]);
  await transport.transfer(0x48, Uint8Array.of(0), 1);
  await transport.close();
  expect(fake.calls.at(-1)).toBe('close');
});

describe('what the kernel says becomes a kind of DeviceError', () => {
  it.each([
    ['ENOENT', 'no-bus'],
    ['ENXIO', 'no-answer'],
    ['EREMOTEIO', 'no-answer'],
    ['ENODEV', 'no-answer'],
    ['EIO', 'no-answer'],
    ['EBUSY', 'held'],
    ['ETIMEDOUT', 'stuck'],
    ['EAGAIN', 'stuck'],
    ['EBADMSG', 'wrong-data'],
    ['EPROTO', 'wrong-data'],
    ['ENOTSUP', 'unsupported'],
    ['EOPNOTSUPP', 'unsupported'],
    ['EACCES', 'unsupported'],
  ])('%s: %s', async (code, kind) => {
    const failure = Object.assign(new Error('of the kernel'), { code });
    const transfer = linuxI2c(6, adapter(failure).open).transfer(0x48, Uint8Array.of(0), 1);
    await expect(transfer).rejects.toThrow(`i2c-6 0x48: `);
    expect(await kindOf(transfer)).toBe(kind);
  });

  it('goes by errno where there is no code, whatever its sign', async () => {
    for (const errno of [6, -6]) {
      const failure = Object.assign(new Error('no code'), { errno });
      expect(await kindOf(linuxI2c(6, adapter(failure).open).transfer(0x48, Uint8Array.of(0), 1))).toBe(
        'no-answer',
      );
    }
  });

  it('lets the bus say that a package is missing', async () => {
    const missing = new DeviceError('unsupported', 'i2c-6', 'the package i2c-bus is not installed');
    const transport = linuxI2c(6, () => Promise.reject(missing));
    expect(await kindOf(transport.transfer(0x48, Uint8Array.of(0), 1))).toBe('unsupported');
    await transport.close();
  });
});

it.skipIf(process.platform !== 'linux')('reports a bus that does not exist', async () => {
  const transport = linuxI2c(255);
  // The first transfer loads the package, which takes longer than a transfer may on a busy machine.
  const bus = createI2cBus(transport, { timeout: 10_000 });
  const reading = bus.device(0x48).readByte(0);
  // `unsupported` where the optional package could not be built.
  expect(['no-bus', 'unsupported']).toContain(await kindOf(reading));
  await expect(reading).rejects.toThrow('i2c-255');
  await transport.close();
});
