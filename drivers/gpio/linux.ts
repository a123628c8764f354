/** GPIO lines of a Linux machine. */
import { DeviceError } from '../errors.ts';
import type { GpioLines } from './lines.ts';

/** Every request fails with DeviceError `unsupported`. */
export function linuxGpio(): GpioLines {
  return {
    async request({ line }) {
      throw new DeviceError('unsupported', line, 'GPIO lines on Linux are not supported by this build');
    },
    async close() {},
  };
}
