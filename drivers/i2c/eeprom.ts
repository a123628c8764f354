/**
 * 24Cxx EEPROMs: read in pieces, written page by page; each page is waited for by acknowledge polling and read back.
 * An EEPROM has no identity: one that answers only ones may be blank, so what it holds must be checked by its reader.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DeviceError } from '../errors.ts';
import { hex, type I2cDevice, type Transfer } from './bus.ts';
import type { EepromChipSpec } from './chip.ts';

export interface Eeprom {
  readonly spec: EepromChipSpec;
  readonly device: I2cDevice;
  /** Bytes. */
  readonly size: number;
  /** @throws RangeError outside the memory; DeviceError */
  read(offset: number, length: number): Promise<Uint8Array>;
  /**
   * Writes and reads back. When it fails, pages before the failing one hold the new bytes.
   *
   * @throws RangeError outside the memory; DeviceError `wrong-data` when the memory did not keep what was written
   * (write-protected, worn out).
   */
  write(offset: number, bytes: Uint8Array): Promise<void>;
}

/** Bytes of one read: what an SMBus block carries, so that every adapter can do it and other jobs get their turn. */
const chunk = 32;

/** Least number of polls for the end of a write cycle. */
const leastPolls = 5;

export function openEeprom(spec: EepromChipSpec, device: I2cDevice): Eeprom {
  const { size, addressBytes } = spec;
  const blockSize = 256 ** addressBytes;

  /** Parts above 256 bytes with a one-byte address answer at several device addresses. */
  const deviceAt = (offset: number) =>
    offset < blockSize ? device : device.bus.device(device.address + Math.floor(offset / blockSize));
  const pointerTo = (offset: number) =>
    addressBytes === 1 ? Uint8Array.of(offset & 0xff) : Uint8Array.of((offset >> 8) & 0xff, offset & 0xff);

  const check = (offset: number, length: number) => {
    if (Number.isInteger(offset) && offset >= 0 && length >= 0 && offset + length <= size) return;
    throw new RangeError(
      `${device.name}: bytes ${offset} to ${offset + length - 1} are not within ${size} bytes`,
    );
  };

  async function read(offset: number, length: number): Promise<Uint8Array> {
    check(offset, length);
    const bytes = new Uint8Array(length);
    for (const piece of pieces(offset, length, chunk)) {
      bytes.set(await deviceAt(piece.offset).read(pointerTo(piece.offset), piece.length), piece.from);
    }
    return bytes;
  }

  /** One page, with the bus held until the EEPROM answers again. */
  const writePage = (offset: number, bytes: Uint8Array) =>
    device.bus.run(async (transfer) => {
      const { address } = deviceAt(offset);
      await transfer(address, Uint8Array.of(...pointerTo(offset), ...bytes), 0);
      await answersAgain(transfer, address, pointerTo(offset));
    });

  async function answersAgain(transfer: Transfer, address: number, pointer: Uint8Array): Promise<void> {
    const deadline = performance.now() + 4 * spec.writeTime;
    for (let asked = 1; ; asked++) {
      try {
        await transfer(address, pointer, 0);
        return;
      } catch (error) {
        const busy = error instanceof DeviceError && error.kind === 'no-answer';
        // A stall of this process does not count as polling.
        if (!busy || (asked >= leastPolls && performance.now() > deadline)) throw error;
        await sleep(1);
      }
    }
  }

  async function write(offset: number, bytes: Uint8Array): Promise<void> {
    check(offset, bytes.length);
    for (const piece of pieces(offset, bytes.length, spec.page)) {
      const wanted = bytes.subarray(piece.from, piece.from + piece.length);
      await writePage(piece.offset, wanted);
      const kept = await read(piece.offset, piece.length);
      const wrong = wanted.findIndex((value, index) => kept[index] !== value);
      if (wrong >= 0) {
        const message = `${spec.compatible[0]} did not keep what was written at ${hex(piece.offset + wrong)}; is it write-protected?`;
        throw new DeviceError('wrong-data', device.name, message);
      }
    }
  }

  return { spec, device, size, read, write };
}

/** Cuts a range so that no piece crosses a multiple of `unit`. */
function* pieces(offset: number, length: number, unit: number) {
  for (let from = 0; from < length; ) {
    const at = offset + from;
    const size = Math.min(length - from, unit - (at % unit));
    yield { offset: at, from, length: size };
    from += size;
  }
}
