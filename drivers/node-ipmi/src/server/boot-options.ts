/** System boot options of a controller: parameters 0 to 7 (IPMI v2.0, section 28.13 and table 28-14). */
import type { FieldReader } from '../command.ts';
import { PRIVILEGE } from '../commands/app.ts';
import { BOOT_PARAMETER } from '../commands/boot.ts';
import { NETFN } from '../message.ts';
import { type Route, refuse } from './router.ts';

/** Where the boot flags are kept, and what follows from their use. */
export interface BootModel {
  /** The five bytes of parameter 5. */
  flags(): readonly number[];
  setFlags(bytes: Uint8Array): void | Promise<void>;
  /** The flags have been read. */
  flagsRead?(): void;
  /** The firmware has handled the boot information: it cleared bit 0 of parameter 4. */
  acknowledged?(): void | Promise<void>;
}

/** Completion codes of both commands. */
const unsupported = 0x80;
const alreadyInProgress = 0x81;
/** Bytes of a block of the initiator mailbox, and blocks: 80 bytes in all. */
const block = 16;
const blocks = 5;
/** Parameters whose bytes are kept as given, with their length. */
const kept: Readonly<Record<number, number>> = {
  [BOOT_PARAMETER.servicePartition]: 1,
  [BOOT_PARAMETER.scan]: 1,
  [BOOT_PARAMETER.validClearing]: 1,
  [BOOT_PARAMETER.initiator]: 9,
};

/** Boot options. Nothing expires: a host whose memory training takes minutes still finds its override. */
export class BootOptions {
  readonly #model: BootModel;
  readonly #kept = new Map<number, Uint8Array>();
  readonly #mailbox = new Uint8Array(block * blocks);
  #inProgress = false;
  #acknowledge = 0;

  constructor(model: BootModel) {
    this.#model = model;
  }

  /** A new override waits for the firmware: what it checks before it believes the flags (parameter 4). */
  renewed(): void {
    this.#acknowledge |= 1;
  }

  /** The boot initiator acknowledge data. */
  get acknowledge(): number {
    return this.#acknowledge;
  }

  routes(): readonly Route[] {
    const { chassis } = NETFN;
    return [
      [chassis, 0x08, PRIVILEGE.operator, (request) => this.#set(request)],
      [chassis, 0x09, PRIVILEGE.operator, (request) => this.#get(request)],
    ];
  }

  async #set(request: FieldReader): Promise<readonly number[]> {
    const parameter = request.u8() & 0x7f;
    // Marks a parameter valid or invalid, without data.
    if (request.left === 0) return parameter <= BOOT_PARAMETER.mailbox ? [] : refuse(unsupported);
    const length = kept[parameter];
    if (length !== undefined) {
      this.#kept.set(parameter, request.bytes(Math.min(length, request.left)));
      return [];
    }
    switch (parameter) {
      case BOOT_PARAMETER.inProgress:
        return this.#progress(request.u8() & 3);
      case BOOT_PARAMETER.acknowledge:
        return this.#acknowledged(request.u8(), request.u8());
      case BOOT_PARAMETER.flags:
        await this.#model.setFlags(request.bytes(5));
        return [];
      case BOOT_PARAMETER.mailbox:
        return this.#write(request.u8(), request.rest());
      default:
        return refuse(unsupported);
    }
  }

  #progress(state: number): readonly number[] {
    if (state === 1 && this.#inProgress) return refuse(alreadyInProgress);
    this.#inProgress = state === 1;
    return [];
  }

  async #acknowledged(mask: number, data: number): Promise<readonly number[]> {
    const before = this.#acknowledge;
    this.#acknowledge = (before & ~mask) | (data & mask);
    if (before & ~this.#acknowledge & 1) await this.#model.acknowledged?.();
    return [];
  }

  #write(set: number, data: Uint8Array): readonly number[] {
    if (set >= blocks || data.length > block) return refuse(0xc9);
    this.#mailbox.set(data, set * block);
    return [];
  }

  #get(request: FieldReader): readonly number[] {
    const parameter = request.u8() & 0x7f;
    const set = request.left > 0 ? request.u8() : 0;
    return [0x01, parameter, ...this.#data(parameter, set)];
  }

  #data(parameter: number, set: number): readonly number[] {
    const length = kept[parameter];
    if (length !== undefined) {
      const out = new Uint8Array(length);
      out.set(this.#kept.get(parameter) ?? []);
      return [...out];
    }
    switch (parameter) {
      case BOOT_PARAMETER.inProgress:
        return [this.#inProgress ? 1 : 0];
      case BOOT_PARAMETER.acknowledge:
        return [0, this.#acknowledge];
      case BOOT_PARAMETER.flags:
        this.#model.flagsRead?.();
        return this.#model.flags();
      case BOOT_PARAMETER.mailbox:
        if (set >= blocks) return refuse(0xc9);
        return [set, ...this.#mailbox.subarray(set * block, (set + 1) * block)];
      default:
        return refuse(unsupported);
    }
  }
}
