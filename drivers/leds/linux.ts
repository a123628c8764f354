/** The LED class of Linux in sysfs (Documentation/leds/leds-class.rst, ABI/testing/sysfs-class-led-trigger-timer). */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeviceError } from '../errors.ts';
import type { Led, Leds } from './leds.ts';

/** `folder` is where the kernel offers its lights. */
export function linuxLeds(folder = '/sys/class/leds'): Leds {
  return { led: (name) => sysfsLed(name, join(folder, name)) };
}

function sysfsLed(name: string, path: string): Led {
  const where = `light ${name}`;
  const write = async (file: string, text: string) => {
    try {
      await writeFile(join(path, file), text);
    } catch (error) {
      throw failure(where, path, error);
    }
  };
  const read = async (file: string) => {
    try {
      return (await readFile(join(path, file), 'utf8')).trim();
    } catch (error) {
      throw failure(where, path, error);
    }
  };
  return {
    name,
    async set(lit) {
      // Brightness 0 ends the blinking too; lit while it blinks would only change how bright it does.
      await write('brightness', '0');
      if (lit) await write('brightness', await read('max_brightness'));
    },
    async blink(on, off) {
      if (!(await read('trigger').catch(() => '')).split(/\s+/).some((each) => /^\[?timer\]?$/.test(each)))
        return false;
      await write('trigger', 'timer');
      await write('delay_on', String(on));
      await write('delay_off', String(off));
      return true;
    },
  };
}

function failure(where: string, path: string, error: unknown): DeviceError {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return new DeviceError('no-bus', where, `the kernel offers no ${path}`, { cause: error });
  if (code === 'EACCES' || code === 'EPERM')
    return new DeviceError('unsupported', where, `${path} may not be written by this process`, {
      cause: error,
    });
  const message = error instanceof Error ? error.message : String(error);
  return new DeviceError('no-answer', where, message, { cause: error });
}
