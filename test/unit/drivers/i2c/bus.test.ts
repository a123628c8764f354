import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeviceError } from '../../../../drivers/errors.ts';
import { crc8, createI2cBus } from '../../../../drivers/i2c/bus.ts';
import { kindOf, type Part, wire } from './wire.ts';

const echo: Part = (_write, readLength) => new Uint8Array(readLength).fill(0x2a);

describe('the queue of a bus', () => {
  it('runs jobs one at a time and in order, whatever they wait for', async () => {
    const bus = createI2cBus(wire([[0x48, echo]]));
    const events: string[] = [];
    const job = (name: string) =>
      bus.run(async (transfer) => {
        events.push(`${name} begins`);
        await transfer(0x48, Uint8Array.of(1), 1);
        await new Promise(setImmediate);
        await transfer(0x48, Uint8Array.of(2), 1);
        events.push(`${name} ends`);
        return name;
      });
    expect(await Promise.all([job('a'), job('b')])).toEqual(['a', 'b']);
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('goes on after a job that fails', async () => {
    const bus = createI2cBus(wire([[0x48, echo]]));
    const failing = bus.run(async () => {
      throw new Error('of the job itself');
    });
    const next = bus.device(0x48).readByte(0);
    await expect(failing).rejects.toThrow('of the job itself');
    expect(await next).toBe(0x2a);
    expect(bus.state).toBe('ok');
  });

  it('lets a device join accesses that nothing may come between', async () => {
    const line = wire([[0x48, echo]]);
    const bus = createI2cBus(line);
    const device = bus.device(0x48);
    const joined = device.run(async (registers) => {
      await registers.writeByte(0x00, 1);
      return registers.readWord(0x8b, 'le');
    });
    await Promise.all([joined, device.readByte(0x07)]);
    expect(line.log).toEqual(['48: 00 01', '48: 8b +2', '48: 07 +1']);
  });
});

describe('a missing acknowledge', () => {
  it('is tried three times, then is no-answer with the device in the message', async () => {
    const line = wire();
    const bus = createI2cBus(line);
    await expect(bus.device(0x4e).readByte(0)).rejects.toThrow('i2c-6 0x4e: no answer');
    expect(line.log).toHaveLength(3);
    expect(bus.state).toBe('ok');
  });

  it('is forgiven when a repetition is answered', async () => {
    let calls = 0;
    const bus = createI2cBus(
      wire([
        [
          0x48,
          () => {
            if (++calls < 3) throw new DeviceError('no-answer', 'i2c-6 0x48', 'no answer');
            return Uint8Array.of(7);
          },
        ],
      ]),
    );
    expect(await bus.device(0x48).readByte(0)).toBe(7);
  });

  it('is tried as often as the bus is told', async () => {
    const line = wire();
    await kindOf(createI2cBus(line, { retries: 0 }).device(0x4e).readByte(0));
    expect(line.log).toHaveLength(1);
  });
});

it('says that a bus is missing until it is there', async () => {
  let there = false;
  const bus = createI2cBus(
    wire([
      [
        0x48,
        () => {
          if (!there) throw new DeviceError('no-bus', 'i2c-6', 'there is no such bus');
          return Uint8Array.of(1);
        },
      ],
    ]),
  );
  const device = bus.device(0x48);
  expect(await kindOf(device.readByte(0))).toBe('no-bus');
  expect(bus.state).toBe('missing');
  there = true;
  expect(await device.readByte(0)).toBe(1);
  expect(bus.state).toBe('ok');
});

it('calls too few bytes wrong data', async () => {
  const bus = createI2cBus(wire([[0x48, () => Uint8Array.of(1)]]));
  expect(await kindOf(bus.device(0x48).readWord(0, 'be'))).toBe('wrong-data');
});

describe('a hung transfer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function hanging() {
    const pending: ((answer: Uint8Array) => void)[] = [];
    const line = wire([
      [0x10, () => new Promise<Uint8Array>((resolve) => pending.push(resolve))],
      [0x48, echo],
    ]);
    return { line, bus: createI2cBus(line, { timeout: 50 }), pending };
  }

  it('makes the bus stuck, fails every job at once, and heals when it returns', async () => {
    const { line, bus, pending } = hanging();
    const hung = kindOf(bus.device(0x10).readByte(0));
    const waiting = kindOf(bus.device(0x48).readByte(0));
    await vi.advanceTimersByTimeAsync(49);
    expect(bus.state).toBe('ok');
    await vi.advanceTimersByTimeAsync(2);
    expect(await hung).toBe('stuck');
    expect(await waiting).toBe('stuck');
    expect(bus.state).toBe('stuck');

    // No time passes, and nothing more is put on the wires.
    expect(await kindOf(bus.device(0x48).readByte(0))).toBe('stuck');
    expect(line.log).toEqual(['10: 00 +1']);

    pending[0]?.(Uint8Array.of(0));
    await vi.advanceTimersByTimeAsync(0);
    expect(bus.state).toBe('ok');
    expect(await bus.device(0x48).readByte(0)).toBe(0x2a);
  });

  it('is not repeated, also where the kernel reports it', async () => {
    const line = wire([
      [
        0x48,
        () => {
          throw new DeviceError('stuck', 'i2c-6', 'the transfer timed out');
        },
      ],
    ]);
    const bus = createI2cBus(line);
    expect(await kindOf(bus.device(0x48).readByte(0))).toBe('stuck');
    expect(line.log).toHaveLength(1);
    expect(bus.state).toBe('stuck');
  });

  it('does not count as one when the answer only waited for a busy process', async () => {
    const late: Part = async () => {
      await null; // so that its timer runs after that of the bus, in the same turn of the event loop
      return new Promise((resolve) => setTimeout(resolve, 50, Uint8Array.of(3)));
    };
    const bus = createI2cBus(wire([[0x48, late]]), { timeout: 50 });
    const reading = bus.device(0x48).readByte(0);
    await vi.advanceTimersByTimeAsync(60);
    expect(await reading).toBe(3);
  });
});

describe('packet error checking', () => {
  it('is the CRC-8 of SMBus', () => {
    // The check value of CRC-8 with polynomial 07h, over the digits 1 to 9.
    expect(crc8(Buffer.from('123456789'))).toBe(0xf4);
  });

  // Read word 1234h of register 8Bh at 0x40: CRC-8 of 80 8B 81 34 12.
  const good = 0x9f;

  it('reads one byte more and checks it', async () => {
    const line = wire([[0x40, () => Uint8Array.of(0x34, 0x12, good)]]);
    expect(await createI2cBus(line).device(0x40).withPec().readWord(0x8b, 'le')).toBe(0x1234);
    expect(line.log).toEqual(['40: 8b +3']);
  });

  it('ends in wrong-data after repetitions', async () => {
    const line = wire([[0x40, () => Uint8Array.of(0x34, 0x12, good ^ 0x01)]]);
    const device = createI2cBus(line).device(0x40).withPec();
    await expect(device.readWord(0x8b, 'le')).rejects.toThrow(/^i2c-6 0x40: bad packet error code/);
    expect(line.log).toHaveLength(3);
  });

  it('is appended to what is written', async () => {
    const line = wire([[0x40, () => new Uint8Array()]]);
    await createI2cBus(line).device(0x40).withPec().writeByte(0x00, 0x01);
    expect(line.log).toEqual(['40: 00 01 0c']);
  });

  it('covers the count of a block', async () => {
    const block = Uint8Array.of(2, 0x58, 0x50, 0xd0);
    const line = wire([[0x40, (_write, readLength) => block.slice(0, readLength)]]);
    expect([...(await createI2cBus(line).device(0x40).withPec().readBlock(0x99))]).toEqual([0x58, 0x50]);
  });
});

it('refuses a block longer than SMBus allows', async () => {
  const line = wire([[0x40, (_write, readLength) => new Uint8Array(readLength).fill(0xff)]]);
  expect(await kindOf(createI2cBus(line).device(0x40).readBlock(0x99))).toBe('wrong-data');
});
