/** The addon on any Linux: what it says of what is not there. The real lines and buses are those of test/lanes/hardware. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceError } from '../../../drivers/errors.ts';
import { linuxGpio } from '../../../drivers/gpio/linux.ts';
import { messagesI2c } from '../../../drivers/i2c/messages.ts';
import type { I2cTransport } from '../../../drivers/i2c/transport.ts';
import { native } from '../../../drivers/native/native.ts';

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
const addon = resolve(import.meta.dirname, '../../../drivers/native/build/Release/redfishd_native.node');
/** What a process of its own prints that has the addon as `native`; its exit code is null when it had to be killed. */
function alone(program: string, directory: string) {
  const lines = `const native = require(${JSON.stringify(addon)}); const fs = require('node:fs');\n${program}`;
  const options = { cwd: directory, encoding: 'utf8', timeout: 20_000, killSignal: 'SIGKILL' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', lines], options);
  return { status, stdout, stderr };
}
/** Writes an edge as the kernel does (linux/gpio.h, struct gpio_v2_line_event): 1 is a rising one, 2 a falling one. */
const edges = `
  require('node:child_process').execFileSync('mkfifo', ['line']);
  const line = fs.openSync('line', fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  function edge(id, time) {
    const event = Buffer.alloc(48);
    const view = new DataView(event.buffer, event.byteOffset);
    const little = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
    view.setBigUint64(0, BigInt(time), little);
    view.setUint32(8, id, little);
    fs.writeSync(line, event);
  }`;
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

  it('keeps no process from ending, with a bus that nobody closed', () => {
    const program = `
      const bus = native.i2cOpen('nothing');
      native.i2cTransfer(bus, 0x48, Buffer.of(0), 1).then(([errno]) => process.stdout.write(String(errno)));
      setTimeout(() => {}, 50);`;
    expect(alone(program, directory)).toMatchObject({ status: 0, stdout: '2' });
  });

  it('tells of edges with their time, those of one moment together, and of no more once it is not to', () => {
    const program = `${edges}
      edge(1, 1000); edge(2, 2000); edge(1, 123456789);
      let told = 0;
      const watch = native.gpioWatch(line, (...what) => {
        process.stdout.write(what.join(' ') + ';');
        told += 1;
        if (told === 1) return edge(2, 5);
        native.gpioUnwatch(watch);
        edge(1, 6);
        setTimeout(() => {}, 50);
      });
      setTimeout(() => {}, 100);`;
    expect(alone(program, directory)).toMatchObject({
      status: 0,
      stdout: '3 true 123456789;1 false 5;',
    });
  });

  it('lets what a listener throws out where it was thrown, and hears on', () => {
    const program = `${edges}
      process.on('uncaughtException', ({ message }) => process.stdout.write(message + ';'));
      let told = 0;
      native.gpioWatch(line, () => {
        told += 1;
        throw new Error('of edge ' + told);
      });
      edge(1, 1);
      setTimeout(() => {
        // A pipe is no line: this says so, and nothing of the listener.
        process.stdout.write(String(native.gpioSet(line, 1) < 0) + ';');
        edge(2, 2);
      }, 50);
      setTimeout(() => {}, 150);`;
    expect(alone(program, directory)).toMatchObject({ status: 0, stdout: 'of edge 1;true;of edge 2;' });
  });
});
