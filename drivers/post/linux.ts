/**
 * POST codes on Linux: the LPC snoop device of ASPEED controllers (drivers/soc/aspeed/aspeed-lpc-snoop.c), a character
 * device with a queue of 2048 bytes of which the oldest give way. It is no terminal, so libuv has no stream for it.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { getSystemErrorName } from 'node:util';
import { DeviceError, type DeviceErrorKind } from '../errors.ts';
import { type Handle, native } from '../native/native.ts';
import type { PostCodeDevices } from './post-codes.ts';

/** Bytes of the kernel's queue. */
const room = 2048;
/** Milliseconds in which codes gather: an operating system that writes there constantly (outb_p) costs one wake-up per interval. */
const pause = 10;

export function linuxPostCodes(): PostCodeDevices {
  return {
    async open(device) {
      const addon = native();
      let descriptor: number;
      try {
        descriptor = openSync(device, constants.O_RDONLY | constants.O_NONBLOCK);
      } catch (error) {
        throw deviceError(device, error);
      }
      return new Snoop(device, descriptor, addon);
    },
  };
}

class Snoop extends Readable {
  readonly #device: string;
  readonly #descriptor: number;
  readonly #addon: ReturnType<typeof native>;
  #watch: Handle | undefined;
  #timer: NodeJS.Timeout | undefined;
  #waiting = false;

  constructor(device: string, descriptor: number, addon: ReturnType<typeof native>) {
    super();
    this.#device = device;
    this.#descriptor = descriptor;
    this.#addon = addon;
  }

  override _read(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#wait();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#unwatch();
    closeSync(this.#descriptor);
    done(error);
  }

  #wait(): void {
    const watch = this.#addon.fileWatch(this.#descriptor, (failure) => {
      this.#unwatch();
      if (failure < 0) this.destroy(this.#gone(getSystemErrorName(failure)));
      else this.#timer = setTimeout(() => this.#readCodes(), pause).unref();
    });
    if (typeof watch === 'number') this.destroy(this.#gone(getSystemErrorName(watch)));
    else this.#watch = watch;
  }

  #readCodes(): void {
    const codes = Buffer.alloc(room);
    let length: number;
    try {
      length = readSync(this.#descriptor, codes);
    } catch (error) {
      // Another reader was faster.
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') this.#wait();
      else this.destroy(deviceError(this.#device, error));
      return;
    }
    if (length === 0) {
      this.destroy(this.#gone('it has ended'));
      return;
    }
    this.#waiting = false;
    this.push(codes.subarray(0, length));
  }

  #unwatch(): void {
    if (this.#watch !== undefined) this.#addon.fileUnwatch(this.#watch);
    this.#watch = undefined;
  }

  #gone(why: string): DeviceError {
    return new DeviceError('no-bus', this.#device, `the device has disappeared (${why})`);
  }
}

const kinds: Readonly<Record<string, readonly [DeviceErrorKind, string]>> = {
  ENOENT: ['no-bus', 'there is no such device'],
  ENODEV: ['no-bus', 'there is no such device'],
  ENXIO: ['no-bus', 'there is no such device'],
  EBUSY: ['held', 'another process has it'],
  EACCES: ['unsupported', 'this user may not open it'],
  EPERM: ['unsupported', 'this user may not open it'],
};

function deviceError(device: string, error: unknown): DeviceError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const [kind, text] = kinds[code] ?? (['no-answer', 'the device has failed'] as const);
  return new DeviceError(kind, device, `${text} (${code || message})`, { cause: error });
}
