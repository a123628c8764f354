/**
 * The I2C buses of a Linux machine, `/dev/i2c-N`, as messages of any length with a repeated start between write and read
 * (I2C_RDWR). An adapter that knows only SMBus is left to another transport.
 */
import { getSystemErrorName } from 'node:util';
import { DeviceError } from '../errors.ts';
import { type Handle, type Native, native } from '../native/native.ts';
import { deviceName } from './bus.ts';
import { deviceError } from './linux.ts';
import type { I2cTransport } from './transport.ts';

/** Errors of an adapter without I2C messages. */
const noMessages: readonly string[] = ['ENOTSUP', 'EOPNOTSUPP', 'ENOTTY'];

/**
 * Bus `bus` of this machine, on a thread of its own: one that hangs takes none from the others. Nothing is opened before the
 * first transfer.
 */
export function messagesI2c(
  bus: number,
  smbus: I2cTransport,
  path = `/dev/i2c-${bus}`,
  addon: () => Native = native,
): I2cTransport {
  const name = `i2c-${bus}`;
  let handle: Handle | undefined;
  let withoutAddon = false;

  function open(): { readonly calls: Native; readonly opened: Handle } | undefined {
    let calls: Native;
    try {
      calls = addon();
    } catch (error) {
      // Without the addon the package i2c-bus does what it can.
      if (!(error instanceof DeviceError)) throw error;
      withoutAddon = true;
      return undefined;
    }
    if (handle === undefined) {
      const opened = calls.i2cOpen(path);
      if (typeof opened === 'number')
        throw new DeviceError('unsupported', name, `no thread for it (${getSystemErrorName(opened)})`);
      handle = opened;
    }
    return { calls, opened: handle };
  }

  return {
    name,
    async transfer(address, write, readLength) {
      if (address > 0x7f) {
        const message = 'addresses of ten bits are not supported; the descriptor has one of seven bits';
        throw new DeviceError('unsupported', deviceName(name, address), message);
      }
      const at = withoutAddon ? undefined : open();
      // A probe without data means different things to different adapters: SMBus has a call for it.
      if (at === undefined || (write.length === 0 && readLength === 0))
        return smbus.transfer(address, write, readLength);
      const answer = await at.calls.i2cTransfer(at.opened, address, Buffer.from(write), readLength);
      if (answer instanceof Buffer) return new Uint8Array(answer);
      const [errno, atOpen] = answer as readonly [number, boolean];
      const code = getSystemErrorName(-errno);
      // It is asked each time: only so is a driver of the kernel noticed that has taken the chip meanwhile.
      if (!atOpen && noMessages.includes(code)) return smbus.transfer(address, write, readLength);
      const failure = Object.assign(new Error(code), { code, ...(atOpen ? { syscall: 'open' } : {}) });
      throw deviceError(failure, name, address);
    },
    async close() {
      if (handle !== undefined) addon().i2cClose(handle);
      handle = undefined;
      await smbus.close();
    },
  };
}
