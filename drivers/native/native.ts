/**
 * The addon of this folder: what Node has no call for. Numbers that come back are zero or more, or a negative errno.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeviceError } from '../errors.ts';

/** The kernel's description of one line of a chip; absent texts are empty. */
export interface KernelLine {
  readonly name: string;
  readonly consumer: string;
  readonly used: boolean;
}

/** An opaque thing of the addon. */
export type Handle = { readonly handle: unique symbol };

export interface Native {
  gpioLines(chip: string): readonly KernelLine[] | number;
  /** `value` is -1 for an output that is to stay as it is; `debounce` is in microseconds, 0 for none. */
  gpioRequest(
    chip: string,
    offset: number,
    flags: number,
    value: number,
    debounce: number,
    consumer: string,
  ): number;
  gpioGet(line: number): number;
  gpioSet(line: number, value: number): number;
  gpioClose(line: number): number;
  /** `listener` receives edges: their count, whether the last one was rising, its time; a negative count is an errno. */
  gpioWatch(
    line: number,
    listener: (count: number, rising: boolean, nanoseconds: number) => void,
  ): Handle | number;
  gpioUnwatch(watch: Handle): void;
  i2cOpen(path: string): Handle | number;
  /** The bytes that were read, or an errno and whether it was the bus that could not be opened. */
  i2cTransfer(
    bus: Handle,
    address: number,
    write: Buffer,
    readLength: number,
  ): Promise<Buffer | readonly [number, boolean]>;
  i2cClose(bus: Handle): void;
  /**
   * `listener` receives 0 while a file, such as a character device, has something to read, again until it was read;
   * a negative errno, once, that it has failed.
   */
  fileWatch(descriptor: number, listener: (failure: number) => void): Handle | number;
  /** Attention (0 sets, 1 clears it) or an abort (2) of the open interface of a host. */
  hostIpmiControl(descriptor: number, command: number): number;
  /** Once for each handle, before the file is closed. */
  fileUnwatch(watch: Handle): void;
  /** One datagram to a socket of the Unix domain; a name with @ before it is an abstract one. */
  notify(socket: string, text: string): number;
  /** Sets the time-out of an open watchdog, seconds; what its driver made of it. */
  watchdogTimeout(watchdog: number, seconds: number): number;
}

const file = 'redfishd_native.node';
const here = dirname(fileURLToPath(import.meta.url));

/** Where the addon may be: named by the environment, beside the program, in this folder, or in the one this was compiled from. */
const places = [
  process.env.REDFISHD_NATIVE,
  join(here, file),
  join(here, 'build/Release', file),
  join(here, '../../../drivers/native/build/Release', file),
  join(here, '../../drivers/native/build/Release', file),
];

let loaded: Native | undefined;

/** @throws DeviceError `unsupported` where the addon is not there or cannot be used */
export function native(): Native {
  loaded ??= load();
  return loaded;
}

function load(): Native {
  const path = places.find((each) => each !== undefined && existsSync(each));
  if (path === undefined) {
    const message = `${file} is not there; compile it with \`npm rebuild\`, or name it in REDFISHD_NATIVE`;
    throw new DeviceError('unsupported', 'this machine', message);
  }
  try {
    return createRequire(import.meta.url)(path) as Native;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DeviceError('unsupported', path, `it cannot be loaded: ${why}`, { cause });
  }
}
