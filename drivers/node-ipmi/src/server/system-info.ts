/** System information parameters: what firmware and operating system say of themselves (IPMI v2.0, section 22.14a). */
import type { FieldReader } from '../command.ts';
import { PRIVILEGE } from '../commands/app.ts';
import { NETFN } from '../message.ts';
import { type Route, refuse } from './router.ts';

/** Parameters with a text. */
export const SYSTEM_INFO = {
  firmwareVersion: 1,
  systemName: 2,
  primaryOs: 3,
  os: 4,
  osVersion: 5,
  controllerUrl: 6,
  managementUrl: 7,
} as const;
export type SystemInfoName = keyof typeof SYSTEM_INFO;

const unsupported = 0x80;
const alreadyInProgress = 0x81;
/** Bytes of a block; the first begins with encoding and length. */
const block = 16;
/** A text is at most 255 bytes long: blocks that it needs with its two bytes of head. */
const maxBlocks = Math.ceil((255 + 2) / block);
/** Encodings (table 22-16c), by their number. */
const encodings = ['latin1', 'utf8', 'utf16le'] as const;

export class SystemInfo {
  readonly #blocks = new Map<number, Map<number, Uint8Array>>();
  readonly #received: (name: SystemInfoName, text: string) => void;
  #inProgress = false;

  /** @param received called with each text once all of its blocks are there */
  constructor(received: (name: SystemInfoName, text: string) => void = () => undefined) {
    this.#received = received;
  }

  routes(): readonly Route[] {
    return [
      [NETFN.app, 0x58, PRIVILEGE.administrator, (request) => this.#set(request)],
      [NETFN.app, 0x59, PRIVILEGE.user, (request) => this.#get(request)],
    ];
  }

  #set(request: FieldReader): readonly number[] {
    const parameter = request.u8();
    if (parameter === 0) {
      const state = request.u8() & 3;
      if (state === 1 && this.#inProgress) return refuse(alreadyInProgress);
      this.#inProgress = state === 1;
      return [];
    }
    const name = nameOf(parameter);
    const set = request.u8();
    const data = request.rest();
    if (set >= maxBlocks || data.length === 0 || data.length > block) return refuse(0xc9);
    const blocks = this.#blocks.get(parameter) ?? new Map<number, Uint8Array>();
    // A new first block begins a new text.
    if (set === 0) blocks.clear();
    blocks.set(set, data);
    this.#blocks.set(parameter, blocks);
    const text = textOf(blocks);
    if (text !== undefined) this.#received(name, text);
    return [];
  }

  #get(request: FieldReader): readonly number[] {
    const revisionOnly = (request.u8() & 0x80) !== 0;
    const parameter = request.u8();
    const set = request.left > 0 ? request.u8() : 0;
    const revision = 0x11;
    if (parameter === 0) return revisionOnly ? [revision] : [revision, this.#inProgress ? 1 : 0];
    nameOf(parameter);
    if (revisionOnly) return [revision];
    if (set >= maxBlocks) return refuse(0xc9);
    const out = new Uint8Array(block);
    out.set(this.#blocks.get(parameter)?.get(set) ?? []);
    return [revision, set, ...out];
  }
}

function nameOf(parameter: number): SystemInfoName {
  const names = Object.keys(SYSTEM_INFO) as SystemInfoName[];
  return names.find((name) => SYSTEM_INFO[name] === parameter) ?? refuse(unsupported);
}

/** The text of the blocks; undefined while some are missing. */
function textOf(blocks: ReadonlyMap<number, Uint8Array>): string | undefined {
  const first = blocks.get(0);
  if (first === undefined || first.length < 2) return undefined;
  const [encoding = 0, length = 0] = first;
  const parts: Uint8Array[] = [];
  for (let set = 0, left = length + 2; left > 0; set++, left -= block) {
    const data = blocks.get(set);
    if (data === undefined || data.length < Math.min(block, left)) return undefined;
    parts.push(data);
  }
  const bytes = Buffer.concat(parts).subarray(2, 2 + length);
  // The length may count a final NUL.
  return bytes.toString(encodings[encoding & 15] ?? 'latin1').replace(/\0[\s\S]*$/, '');
}
