/** A simulated EEPROM. */
import { DeviceError } from '../../../drivers/errors.ts';
import { wordOf } from '../../../drivers/i2c/bus.ts';
import type { EepromChipSpec } from '../../../drivers/i2c/chip.ts';

/** Transfers that find the chip in its write cycle. */
const busyTransfers = 2;

export class EepromModel {
  /** Consecutive device addresses at which it responds: one, or one for each 256 bytes. */
  readonly addresses: number;
  /** The memory; may be changed. */
  readonly image: Uint8Array;
  /** Write-protect pin. */
  writeProtected = false;
  readonly #spec: EepromChipSpec;
  readonly #blockSize: number;
  #pointer = 0;
  #busy = 0;

  /** Holds `image`, blank beyond its end. @throws RangeError for an image that is larger than the chip */
  constructor(spec: EepromChipSpec, image: Uint8Array) {
    if (image.length > spec.size)
      throw new RangeError(`${spec.compatible[0]} holds ${spec.size} bytes, not ${image.length}`);
    this.#spec = spec;
    this.#blockSize = Math.min(spec.size, 256 ** spec.addressBytes);
    this.addresses = spec.size / this.#blockSize;
    this.image = new Uint8Array(spec.size).fill(0xff);
    this.image.set(image);
  }

  /** `block` is the distance from its first device address. @throws DeviceError `no-answer` during a write cycle */
  transfer(write: Uint8Array, readLength: number, block = 0): Uint8Array {
    const { addressBytes, size, compatible } = this.#spec;
    if (this.#busy > 0) {
      this.#busy--;
      throw new DeviceError('no-answer', compatible[0], 'is in its write cycle');
    }
    if (write.length >= addressBytes) {
      const offset = addressBytes === 1 ? (write[0] ?? 0) : wordOf(write, 'be');
      this.#pointer = (block * this.#blockSize + offset) % size;
      this.#store(write.subarray(addressBytes));
    }
    const start = this.#pointer;
    this.#pointer = (start + readLength) % size;
    return Uint8Array.from({ length: readLength }, (_, index) => this.image[(start + index) % size] ?? 0);
  }

  /** Memory survives a power cycle; a write cycle in progress is over. */
  reset(): void {
    this.#busy = 0;
    this.#pointer = 0;
  }

  /** Writes wrap around within a page. */
  #store(data: Uint8Array): void {
    if (data.length === 0 || this.writeProtected) return;
    const { page } = this.#spec;
    const start = this.#pointer - (this.#pointer % page);
    for (const [index, value] of data.entries()) this.image[start + ((this.#pointer + index) % page)] = value;
    this.#busy = busyTransfers;
  }
}
