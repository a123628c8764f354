/**
 * The watchdog character devices of Linux (Documentation/watchdog/watchdog-api.rst): a byte feeds, the byte `V` before
 * closing disarms ("magic close") unless the driver was built with nowayout. Time-out and cause of the last reset stand
 * in sysfs (ABI/testing/sysfs-class-watchdog).
 */
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DeviceError } from '../errors.ts';
import { native } from '../native/native.ts';
import type { Watchdogs } from './watchdog.ts';

/** WDIOF_CARDRESET of include/uapi/linux/watchdog.h. */
const cardReset = 0x20;

/** Sets the time-out of an open watchdog in whole seconds and returns what the driver made of it (WDIOC_SETTIMEOUT). */
export type SetTimeout = (descriptor: number, seconds: number) => number;

/** @throws DeviceError where the addon is not there; Error where the driver refuses */
const byIoctl: SetTimeout = (descriptor, seconds) => {
  const result = native().watchdogTimeout(descriptor, seconds);
  if (result <= 0) throw new Error(`the driver refuses a time-out of ${seconds} s (${result})`);
  return result;
};

/** `setTimeout` and `folder` are those of the machine but for tests. */
export function linuxWatchdogs(setTimeout: SetTimeout = byIoctl, folder = '/sys/class/watchdog'): Watchdogs {
  return {
    open(device, timeout) {
      const name = basename(device) === 'watchdog' ? 'watchdog0' : basename(device);
      const fact = (file: string): number => {
        try {
          return Number(readFileSync(join(folder, name, file), 'utf8').trim() || Number.NaN);
        } catch {
          return Number.NaN;
        }
      };
      let descriptor: number;
      try {
        // Never made when it is not there.
        descriptor = openSync(device, constants.O_WRONLY);
      } catch (error) {
        throw failure(device, error);
      }
      const write = (byte: string) => {
        try {
          writeSync(descriptor, byte);
        } catch (error) {
          throw failure(device, error);
        }
      };
      const inEffect = (): number => {
        try {
          return 1000 * setTimeout(descriptor, Math.ceil(timeout / 1000));
        } catch {
          // A driver with a fixed time-out, or no addon: it stays as the kernel has it.
        }
        const seconds = fact('timeout');
        return seconds > 0 ? 1000 * seconds : timeout;
      };
      return {
        timeout: inEffect(),
        hasReset: (fact('bootstatus') & cardReset) !== 0,
        feed: () => write('\n'),
        close(disarm) {
          try {
            if (disarm) write('V');
          } finally {
            closeSync(descriptor);
          }
        },
      };
    },
  };
}

function failure(device: string, error: unknown): DeviceError {
  const { code = '' } = error as NodeJS.ErrnoException;
  const cause = { cause: error };
  if (code === 'ENOENT' || code === 'ENODEV' || code === 'ENXIO')
    return new DeviceError('no-bus', device, 'the kernel has no such watchdog', cause);
  if (code === 'EBUSY')
    return new DeviceError(
      'held',
      device,
      'another process feeds this watchdog; stop it, or remove the watchdog from the descriptor',
      cause,
    );
  if (code === 'EACCES' || code === 'EPERM')
    return new DeviceError('unsupported', device, 'may not be opened by this process', cause);
  const message = error instanceof Error ? error.message : String(error);
  return new DeviceError('no-answer', device, message, cause);
}
