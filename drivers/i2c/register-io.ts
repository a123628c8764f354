/** Access to the registers of a chip in the way that it lays them out. */
import { DeviceError } from '../errors.ts';
import { hex, type RegisterAccess } from './bus.ts';
import { type Identity, pageRegisterOf, pointerOf, type SensorChipSpec } from './chip.ts';
import { allOnes, bytesOf, checkByte, numberOf, type Register } from './register.ts';

const nothing = new Uint8Array();
/** By the global timer, which tests in virtual time replace; that of node:timers/promises they cannot. */
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** An identity as it was found, with words for an error message. */
export interface FoundIdentity {
  readonly place: string;
  readonly text: string;
  readonly onlyOnes: boolean;
  readonly matches: boolean;
}

export class RegisterIo {
  readonly #spec: SensorChipSpec;
  readonly #where: string;

  /** `where` names the device in error messages. */
  constructor(spec: SensorChipSpec, where: string) {
    this.#spec = spec;
    this.#where = where;
  }

  async read(access: RegisterAccess, register: Register): Promise<number> {
    await this.#selectPage(access, register.page);
    const { address, bytes, order, low, conversion, request } = register;
    const { at, of } = register.within ?? { at: 0, of: bytes };
    const pointer = pointerOf(this.#spec, address);
    if (request) {
      await access.write(Uint8Array.from(request.bytes), nothing);
      if (request.wait) await sleep(request.wait);
    }
    if (low !== undefined) return readSplit(access, address, low);
    if (conversion !== undefined) {
      await access.write(pointer, nothing);
      await sleep(conversion);
    }
    const whole = await access.read(conversion === undefined ? pointer : nothing, of);
    const value = whole.subarray(at, at + bytes);
    if (register.checked && whole[at + bytes] !== checkByte(value)) {
      const message = `the check byte of register ${hex(address)} is wrong`;
      throw new DeviceError('wrong-data', this.#where, message);
    }
    return numberOf(value, order);
  }

  async write(access: RegisterAccess, register: Register, value: number): Promise<void> {
    await this.#selectPage(access, register.page);
    const pointer = pointerOf(this.#spec, register.written ?? register.address);
    await this.send(access, [...pointer, ...bytesOf(value, register)]);
  }

  /** Writes a message as it is, and waits as long as the chip needs after a write. */
  async send(access: RegisterAccess, bytes: readonly number[]): Promise<void> {
    await access.write(Uint8Array.from(bytes), nothing);
    if (this.#spec.writeDelay !== undefined) await sleep(this.#spec.writeDelay);
  }

  /** `isChecked`: with packet error codes, which cover only a block that is read whole. */
  async identity(access: RegisterAccess, identity: Identity, isChecked: boolean): Promise<FoundIdentity> {
    if ('block' in identity) return this.#block(access, identity, isChecked);
    const content = await this.read(access, identity.register);
    return {
      place: `register ${hex(identity.register.address)}`,
      text: hex(content),
      onlyOnes: content === allOnes(identity.register),
      matches: (content & (identity.mask ?? allOnes(identity.register))) === identity.value,
    };
  }

  async #block(
    access: RegisterAccess,
    { block, text: wanted, page }: Extract<Identity, { block: number }>,
    isChecked: boolean,
  ): Promise<FoundIdentity> {
    await this.#selectPage(access, page);
    // Without a check code one transfer of the count and the wanted beginning is enough.
    const bytes = isChecked ? await access.readBlock(block) : await access.read(block, wanted.length + 1);
    const text = String.fromCharCode(...(isChecked ? bytes : bytes.subarray(1)));
    return {
      place: `block ${hex(block)}`,
      text: JSON.stringify(text),
      onlyOnes: bytes.every((each) => each === 0xff),
      matches: text.startsWith(wanted),
    };
  }

  async #selectPage(access: RegisterAccess, page: number | undefined): Promise<void> {
    if (page !== undefined) await this.send(access, [pageRegisterOf(this.#spec), page]);
  }
}

/** The chip may measure between the two reads: the high byte is read again, and the low byte too if it changed. */
async function readSplit(access: RegisterAccess, high: number, low: number): Promise<number> {
  const before = await access.readByte(high);
  const below = await access.readByte(low);
  const after = await access.readByte(high);
  return after * 256 + (after === before ? below : await access.readByte(low));
}
