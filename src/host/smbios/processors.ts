/** Processors and their caches (DSP0134, sections 7.5 and 7.8). */
import type { Cache, Processor } from '../facts.ts';
import type { Structure } from './structures.ts';

const unlessZero = (value: number | undefined): number | null =>
  value === undefined || value === 0 ? null : value;

/** A count of one byte, or of the word at `wide` where the byte is FFh. */
function count(structure: Structure, narrow: number, wide: number): number | null {
  const byte = structure.u8(narrow);
  return unlessZero(byte === 0xff ? (structure.u16(wide) ?? byte) : byte);
}

/** A speed in MHz; 0 is unknown. */
const speed = (structure: Structure, offset: number): number | null => unlessZero(structure.u16(offset));

/** Firmware fills unknown texts with such words. */
const fillers =
  /^(?:not specified|unknown|none|n\/?a|no asset tag|to be filled by o\.?e\.?m\.?|default string|0x0+|\.+)$/i;

export function known(text: string | undefined): string | null {
  return text === undefined || fillers.test(text) ? null : text;
}

const cacheTypes: Readonly<Record<number, Cache['type']>> = { 3: 'Instruction', 4: 'Data', 5: 'Unified' };

/** A cache of type 7; null for one that is not there. */
function cacheOf(structure: Structure | undefined): Cache | null {
  if (structure === undefined) return null;
  const level = ((structure.u16(5) ?? 0) & 7) + 1;
  const short = structure.u16(9) ?? 0;
  const long = structure.u32(0x17);
  // 64 KiB granularity where the top bit is set; all ones refers to the longer field.
  const narrow = short === 0xffff ? undefined : (short & 0x7fff) * (short & 0x8000 ? 64 : 1);
  const wide = long === undefined ? undefined : (long & 0x7fffffff) * (long & 0x80000000 ? 64 : 1);
  const kib = narrow ?? wide ?? 0;
  if (kib === 0) return null;
  return { level, kib, type: cacheTypes[structure.u8(0x11) ?? 0] ?? null };
}

/** CPU sockets, occupied or not, in the order of the table. Accelerators and other processors are left out. */
export function processorsOf(structures: readonly Structure[]): Processor[] {
  const caches = new Map(structures.filter(({ type }) => type === 7).map((each) => [each.handle, each]));
  return structures
    .filter((each) => each.type === 4 && [undefined, 1, 2, 3].includes(each.u8(5)))
    .map((each) => processorOf(each, caches));
}

function processorOf(structure: Structure, caches: ReadonlyMap<number, Structure>): Processor {
  const status = structure.u8(0x18) ?? 0;
  const present = (status & 0x40) !== 0;
  const socket = known(structure.text(4));
  if (!present) return { ...absentProcessor, socket };
  const id = structure.u64(8);
  return {
    socket,
    present,
    enabled: (status & 7) === 1,
    manufacturer: known(structure.text(7)),
    model: known(structure.text(0x10)),
    id: id === undefined || id === 0n ? null : `0x${id.toString(16).padStart(16, '0').toUpperCase()}`,
    maxMHz: speed(structure, 0x14),
    mhz: speed(structure, 0x16),
    cores: count(structure, 0x23, 0x2a),
    enabledCores: count(structure, 0x24, 0x2c),
    threads: count(structure, 0x25, 0x2e),
    serialNumber: known(structure.text(0x20)),
    partNumber: known(structure.text(0x22)),
    assetTag: known(structure.text(0x21)),
    ppin: null,
    caches: [0x1a, 0x1c, 0x1e].flatMap((offset) => {
      const cache = cacheOf(caches.get(structure.u16(offset) ?? 0xffff));
      return cache === null ? [] : [cache];
    }),
  };
}

/** A socket without a processor. */
export const absentProcessor: Processor = {
  ...{ socket: null, present: false, enabled: false, manufacturer: null, model: null, id: null },
  ...{ maxMHz: null, mhz: null, cores: null, enabledCores: null, threads: null },
  ...{ serialNumber: null, partNumber: null, assetTag: null, ppin: null, caches: [] },
};
