/** The addon on any Linux: what it says of what is not there. The real lines and buses are those of test/hardware. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceError } from '../../drivers/errors.ts';
import { linuxGpio } from '../../drivers/gpio/linux.ts';
import { messagesI2c } from '../../drivers/i2c/messages.ts';
import type { I2cTransport } from '../../drivers/i2c/transport.ts';
import { native } from '../../drivers/native/native.ts';

const asked: string[] = [];
/** What an adapter with nothing but SMBus is left to. */
const smbus: I2cTransport = {
  name: 'i2c-1',
  async transfer(address, write, length) {
    asked.push(`${address} [${[...write]}] ${length}`);
    return new Uint8Array(length);
  },
  async close() {
    asked.push('close');
  },
};
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => null).catch((error: unknown) => error);

describe.skipIf(process.platform !== 'linux')('the addon', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'native-'));
    asked.length = 0;
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('says of a line that is not there that there is none', async () => {
    const gpio = linuxGpio(directory);
    const wanted = { line: 'POWER_OUT', direction: 'out', activeLow: false } as const;
    expect(await failure(gpio.request(wanted))).toMatchObject({
      kind: 'no-bus',
      where: 'line POWER_OUT',
      message: expect.stringMatching(/no GPIO chip/),
    });
    // A file that is no chip is passed over.
    writeFileSync(join(directory, 'gpiochip0'), '');
    expect(await failure(gpio.request(wanted))).toBeInstanceOf(DeviceError);
    expect(native().gpioLines(join(directory, 'gpiochip0'))).toBeLessThan(0);
    await gpio.close();
  });

  it('says of a bus that is not there that there is none, and finds it when it comes', async () => {
    const bus = messagesI2c(1, smbus, join(directory, 'i2c-1'));
    expect(await failure(bus.transfer(0x48, Uint8Array.of(0), 2))).toMatchObject({
      kind: 'no-bus',
      where: 'i2c-1',
    });
    // Something that is there and has no messages is left to SMBus.
    writeFileSync(join(directory, 'i2c-1'), '');
    expect(await failure(bus.transfer(0x48, Uint8Array.of(0), 2))).toBeNull();
    expect(asked).toEqual(['72 [0] 2']);
    expect(await failure(bus.transfer(0x148, Uint8Array.of(0), 2))).toMatchObject({ kind: 'unsupported' });
    await bus.close();
    expect(asked.at(-1)).toBe('close');
  });

  it('answers many buses at once, each on its own', async () => {
    const buses = Array.from({ length: 20 }, (_, index) =>
      messagesI2c(index, smbus, join(directory, `i2c-${index}`)),
    );
    const all = await Promise.all(buses.map((bus) => failure(bus.transfer(0x20, Uint8Array.of(1), 1))));
    expect(all.every((error) => error instanceof DeviceError && error.kind === 'no-bus')).toBe(true);
    await Promise.all(buses.map((bus) => bus.close()));
  });

  it('does without the addon where there is none', async () => {
    const missing = () => {
      throw new DeviceError('unsupported', 'this machine', 'it is not there');
    };
    const bus = messagesI2c(1, smbus, '/nowhere', missing);
    expect([...(await bus.transfer(0x48, Uint8Array.of(0), 2))]).toEqual([0, 0]);
  });

  it('says of a socket that is not there that there is none', () => {
    expect(native().notify(join(directory, 'notify'), 'READY=1')).toBeLessThan(0);
  });
});
