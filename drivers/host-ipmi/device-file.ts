/** The device file of a system interface: whole messages in and out, and attention. */
import { accessSync, closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { DeviceError, type DeviceErrorKind } from '../errors.ts';
import { type Handle, native } from '../native/native.ts';

/** What the kernel offers; a test's stand-in keeps the same rules. */
export interface DeviceFile {
  /** The next message; null while there is none. @throws ErrnoException */
  read(): Uint8Array | null;
  /** @throws ErrnoException: EINVAL where the host has given up meanwhile */
  write(message: Uint8Array): void;
  control(command: DeviceCommand): void;
  /** Calls `ready` whenever there may be something to read; `failed` once the device has gone. */
  watch(ready: () => void, failed: (why: string) => void): void;
  close(): void;
}

export type DeviceCommand = 'attention' | 'noAttention' | 'abort';
const commands: Readonly<Record<DeviceCommand, number>> = { attention: 0, noAttention: 1, abort: 2 };

/** A request of KCS is at most 1000 bytes; those of BT and SSIF are shorter. */
const room = 1024;

/** Whether the device is there and may be used; it is not opened. @throws DeviceError `no-bus`, `unsupported` */
export function findDeviceFile(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw openError(path, error);
  }
}

/** @throws DeviceError `no-bus`, `held`, `unsupported` */
export function openDeviceFile(path: string): DeviceFile {
  const addon = native();
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    throw openError(path, error);
  }
  let handle: Handle | undefined;
  const unwatch = () => {
    if (handle !== undefined) addon.fileUnwatch(handle);
    handle = undefined;
  };
  return {
    read() {
      const message = Buffer.alloc(room);
      try {
        return message.subarray(0, readSync(descriptor, message));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null;
        throw error;
      }
    },
    write: (message) => void writeSync(descriptor, message),
    // Not every interface has every command: BT and SSIF cannot abort.
    control: (command) => void addon.hostIpmiControl(descriptor, commands[command]),
    watch(ready, failed) {
      const watch = addon.fileWatch(descriptor, (failure) => {
        if (failure === 0) return ready();
        unwatch();
        failed(getSystemErrorName(failure));
      });
      if (typeof watch === 'number') failed(getSystemErrorName(watch));
      else handle = watch;
    },
    close() {
      unwatch();
      closeSync(descriptor);
    },
  };
}

const kinds: Readonly<Record<string, readonly [DeviceErrorKind, string]>> = {
  ENOENT: [
    'no-bus',
    'there is no such device: the kernel needs IPMI_KCS_BMC_CDEV_IPMI, ASPEED_BT_IPMI_BMC or SSIF_IPMI_BMC, and the device tree the node',
  ],
  ENODEV: ['no-bus', 'the device has no hardware behind it'],
  ENXIO: ['no-bus', 'the device has no hardware behind it'],
  EBUSY: ['held', 'another process has it: only one may answer a host'],
  EACCES: ['unsupported', 'this user may not open it: see the rules in systemd/'],
  EPERM: ['unsupported', 'this user may not open it: see the rules in systemd/'],
};

function openError(path: string, error: unknown): DeviceError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const [kind, text] = kinds[code] ?? (['unsupported', 'it cannot be opened'] as const);
  return new DeviceError(kind, path, `${text} (${code || message})`, { cause: error });
}
