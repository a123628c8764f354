/** Real terminal devices: the two ends of a pseudo-terminal stand for a cable between two ports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceError } from '../../../../drivers/errors.ts';
import { linuxSerial } from '../../../../drivers/serial/linux.ts';
import { until } from '../../../support/until.ts';

const able = ['/usr/bin/socat', '/bin/socat'].some((file) => existsSync(file));
if (!able && process.env.CI !== undefined) throw new Error('needs socat (apt-get install socat)');
if (!able) process.stderr.write('SKIPPED: serial ports need socat (apt-get install socat)\n');

describe.skipIf(!able)('a serial port', () => {
  let directory: string;
  let cable: ChildProcess;
  const opened: Duplex[] = [];
  const end = (name: string) => join(directory, name);
  const open = async (name: string) => {
    const port = await linuxSerial().open(end(name), 57_600);
    const heard: Buffer[] = [];
    port.on('data', (bytes: Buffer) => heard.push(bytes));
    opened.push(port);
    return { port, heard: () => Buffer.concat(heard) };
  };

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'serial-'));
    const ends = ['a', 'b'].map((name) => `PTY,raw,echo=0,link=${end(name)}`);
    cable = spawn('socat', ends, { stdio: 'ignore' });
    await until('the cable', () => existsSync(end('a')) && existsSync(end('b')));
  });
  afterEach(() => {
    for (const port of opened.splice(0)) port.destroy();
    cable.kill();
    rmSync(directory, { recursive: true, force: true });
  });

  it('carries every byte both ways, and changes none', async () => {
    const [a, b] = [await open('a'), await open('b')];
    const all = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256));
    a.port.write(all);
    b.port.write('from b\r\n');
    await until('all bytes', () => b.heard().length >= all.length && a.heard().length >= 8);
    expect(b.heard()).toEqual(all);
    expect(a.heard().toString()).toBe('from b\r\n');
  });

  it('says that it has gone', async () => {
    const { port } = await open('a');
    const failed = new Promise<unknown>((resolve) => port.once('error', resolve));
    cable.kill();
    expect(await failed).toMatchObject({ kind: 'no-bus', message: expect.stringMatching(/has gone/) });
  });

  it('gives its descriptors back', async () => {
    const count = () => readdirSync('/proc/self/fd').length;
    const before = count();
    for (let round = 0; round < 3; round++) {
      const { port } = await open('a');
      port.destroy();
      await until('the end', () => port.closed);
    }
    await until('the descriptors', () => count() <= before);
  });

  it('that is not there is named', async () => {
    const missing = linuxSerial().open(end('c'), 9600);
    await expect(missing).rejects.toBeInstanceOf(DeviceError);
    await expect(linuxSerial().open(end('c'), 9600)).rejects.toMatchObject({
      kind: 'no-bus',
      where: end('c'),
    });
    await expect(linuxSerial().open('/dev/null', 9600)).rejects.toMatchObject({ kind: 'unsupported' });
  });
});
