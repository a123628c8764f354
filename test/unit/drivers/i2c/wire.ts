/** A bus made of models, and what can happen on its wires. */
import { DeviceError } from '../../../../drivers/errors.ts';
import { deviceName } from '../../../../drivers/i2c/bus.ts';
import type { I2cTransport } from '../../../../drivers/i2c/transport.ts';

export type Part = (write: Uint8Array, readLength: number) => Uint8Array | Promise<Uint8Array>;

/** A simulated chip as a part of the bus. */
export const partOf =
  (model: { transfer(write: Uint8Array, readLength: number): Uint8Array }): Part =>
  (write, readLength) =>
    model.transfer(write, readLength);

export interface Wire extends I2cTransport {
  /** What answers at an address; nobody answers at the others. */
  readonly parts: Map<number, Part>;
  /** Every transfer so far, as `48: 01 02 +2` (address, bytes written, bytes read). */
  readonly log: string[];
}

const text = (bytes: Iterable<number>) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));

export function wire(parts: Iterable<readonly [number, Part]> = [], name = 'i2c-6'): Wire {
  const made: Wire = {
    name,
    parts: new Map(parts),
    log: [],
    async transfer(address, write, readLength) {
      made.log.push(
        [`${text([address])}:`, ...text(write), ...(readLength ? [`+${readLength}`] : [])].join(' '),
      );
      const part = made.parts.get(address);
      if (!part) throw new DeviceError('no-answer', deviceName(name, address), 'no answer');
      return part(write, readLength);
    },
    async close() {},
  };
  return made;
}

/** Nobody drives the data line: every read gives ones. */
export const floating: Part = (_write, readLength) => new Uint8Array(readLength).fill(0xff);

/** The kind of the DeviceError that a promise ends in. */
export async function kindOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'no error';
  } catch (error) {
    return error instanceof DeviceError ? error.kind : `not a DeviceError: ${error}`;
  }
}
