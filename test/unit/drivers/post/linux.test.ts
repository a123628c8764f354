/** A FIFO stands for the device of the kernel: it too answers EAGAIN while nothing was written, and can be waited for. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readdirSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DeviceError } from '../../../../drivers/errors.ts';
import { linuxPostCodes } from '../../../../drivers/post/linux.ts';
import { temporary } from '../../../support/temporary.ts';
import { until } from '../../../support/until.ts';

function device() {
  const path = join(temporary(), 'aspeed-lpc-snoop0');
  execFileSync('mkfifo', [path]);
  const writer = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  let open = true;
  const close = () => {
    if (open) closeSync(writer);
    open = false;
  };
  onTestFinished(close);
  return { path, close, write: (...codes: number[]) => writeSync(writer, Buffer.from(codes)) };
}

async function listenTo(path: string) {
  const stream = await linuxPostCodes().open(path);
  onTestFinished(() => void stream.destroy());
  const heard: number[] = [];
  stream.on('data', (bytes: Buffer) => heard.push(...bytes));
  return { stream, heard };
}

const failureOf = (stream: Readable) => new Promise<unknown>((done) => stream.once('error', done));

describe.skipIf(process.platform !== 'linux')('a device that hands on POST codes', () => {
  it('tells of each code, those from before it was opened too, in order', async () => {
    const { path, write } = device();
    write(0x01, 0x02);
    const { heard } = await listenTo(path);
    await until('what was kept', () => heard.length === 2);
    const all = Array.from({ length: 3000 }, (_, index) => index % 256);
    for (let at = 0; at < all.length; at += 100) write(...all.slice(at, at + 100));
    await until('all codes', () => heard.length === 2 + all.length);
    expect(heard).toEqual([1, 2, ...all]);
    write(0x55);
    await until('a late one', () => heard.at(-1) === 0x55);
  });

  it('that has gone says so', async () => {
    const { path, write, close } = device();
    const { stream, heard } = await listenTo(path);
    write(0xaa);
    await until('the code', () => heard.length === 1);
    const failed = failureOf(stream);
    close();
    expect(await failed).toBeInstanceOf(DeviceError);
    expect(await failed).toMatchObject({ kind: 'no-bus', where: path });
  });

  it('that is none is named', async () => {
    const missing = join(temporary(), 'snoop');
    await expect(linuxPostCodes().open(missing)).rejects.toMatchObject({ kind: 'no-bus', where: missing });
    // A folder is open to be read, and then is not.
    const { stream } = await listenTo(temporary());
    expect(await failureOf(stream)).toBeInstanceOf(DeviceError);
  });

  it('gives its descriptors back', async () => {
    const { path } = device();
    const count = () => readdirSync('/proc/self/fd').length;
    const before = count();
    for (let round = 0; round < 3; round++) {
      const { stream } = await listenTo(path);
      stream.destroy();
      await until('the end', () => stream.closed);
    }
    await until('the descriptors', () => count() <= before);
  });

  it('keeps no process from ending', () => {
    const { path } = device();
    const driver = resolve(import.meta.dirname, '../../../../dist/drivers/post/linux.js');
    const program = `import { linuxPostCodes } from ${JSON.stringify(driver)};
      (await linuxPostCodes().open(${JSON.stringify(path)})).on('data', () => undefined);
      console.log('waits');`;
    const options = { encoding: 'utf8', timeout: 20_000, killSignal: 'SIGKILL' } as const;
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], options);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'waits\n' });
  });
});
