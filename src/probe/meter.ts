/**
 * A transport that counts what goes over the wire, and lets nothing through that could change a device: registers are
 * named and read, the channels of muxes and the pages of chips that have them are chosen, and that is all.
 */
import { DeviceError } from '../../drivers/errors.ts';
import type { I2cTransport } from '../../drivers/i2c/transport.ts';

export interface Count {
  transfers: number;
  /** On the wire: start, stop, and nine clocks for each byte with its acknowledge. */
  bits: number;
  /** Spent in transfers, milliseconds. */
  time: number;
}

/** What besides naming a register may be written: whole transfers without a read. */
export type Permission = (address: number, write: Uint8Array) => boolean;

/** An EEPROM is asked for two bytes of address, a chip for one or two. */
const longestPointer = 2;

export function metered(transport: I2cTransport, count: Count, may: Permission): I2cTransport {
  return {
    name: transport.name,
    async transfer(address, write, readLength) {
      if (readLength === 0 ? !may(address, write) : write.length > longestPointer) {
        const what = [...write].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
        const message = `would have to be written to (${what}) before this can be read; a probe writes nothing`;
        throw new DeviceError('unsupported', `${transport.name} 0x${address.toString(16)}`, message);
      }
      const before = performance.now();
      try {
        return await transport.transfer(address, write, readLength);
      } finally {
        count.transfers += 1;
        count.bits += bitsOf(write.length, readLength);
        count.time += performance.now() - before;
      }
    },
    close: () => transport.close(),
  };
}

/** Clocks of one transfer (NXP UM10204, 3.1): each part begins with a start and an address byte; one stop ends it all. */
export function bitsOf(written: number, read: number): number {
  const write = written > 0 || read === 0 ? 1 + 9 * (1 + written) : 0;
  const answer = read > 0 ? 1 + 9 * (1 + read) : 0;
  return write + answer + 1;
}
