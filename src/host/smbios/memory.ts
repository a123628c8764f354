/** Memory devices and their arrays (DSP0134, sections 7.17 and 7.18). */
import type { MemoryModule } from '../facts.ts';
import { known } from './processors.ts';
import type { Structure } from './structures.ts';

/** Memory types (table 78) as Redfish MemoryDeviceType. */
const types: Readonly<Record<number, MemoryModule['type']>> = {
  18: 'DDR',
  19: 'DDR2_SDRAM',
  20: 'DDR2_SDRAM_FB_DIMM',
  24: 'DDR3_SDRAM',
  26: 'DDR4_SDRAM',
  29: 'LPDDR3_SDRAM',
  30: 'LPDDR4_SDRAM',
  32: 'HBM',
  33: 'HBM2',
  34: 'DDR5',
  35: 'LPDDR5_SDRAM',
  36: 'HBM3',
};
/** Form factors (table 77) as Redfish BaseModuleType, where the schema has the word. */
const rdimm = 1 << 13;
const udimm = 1 << 14;
const lrdimm = 1 << 15;
const sodimm = 0x0d;

/** Error correction of an array (table 74) as Redfish ErrorCorrection. */
const corrections: Readonly<Record<number, MemoryModule['errorCorrection']>> = {
  3: 'NoECC',
  4: 'AddressParity',
  5: 'SingleBitECC',
  6: 'MultiBitECC',
};
/** "System memory": other arrays are video or flash. */
const systemMemory = 3;

/** Modules and empty slots of the main memory, in the order of the table. */
export function memoryOf(structures: readonly Structure[]): MemoryModule[] {
  const arrays = new Map(structures.filter(({ type }) => type === 16).map((each) => [each.handle, each]));
  return structures
    .filter((each) => {
      const array = arrays.get(each.u16(4) ?? 0xffff);
      return each.type === 17 && (array === undefined || array.u8(5) === systemMemory);
    })
    .map((each) => moduleOf(each, arrays.get(each.u16(4) ?? 0xffff)));
}

/** Mebibytes; 0 for an empty slot, null where firmware does not know. */
function sizeOf(structure: Structure): number | null {
  const size = structure.u16(0x0c) ?? 0;
  if (size === 0) return 0;
  if (size === 0xffff) return null;
  if (size === 0x7fff) return (structure.u32(0x1c) ?? 0) & 0x7fffffff;
  return size & 0x8000 ? (size & 0x7fff) / 1024 : size;
}

/** MT/s; the longer field where the word is all ones. */
function speedOf(structure: Structure, narrow: number, wide: number): number | null {
  const short = structure.u16(narrow);
  const value = short === 0xffff ? structure.u32(wide) : short;
  return value === undefined || value === 0 ? null : value;
}

const width = (bits: number | undefined): number | null =>
  bits === undefined || bits === 0 || bits === 0xffff ? null : bits;

function moduleOf(structure: Structure, array: Structure | undefined): MemoryModule {
  const mib = sizeOf(structure);
  const place = { locator: known(structure.text(0x10)), bank: known(structure.text(0x11)) };
  if (mib === 0) return { ...absentModule, ...place };
  const ranks = (structure.u8(0x1b) ?? 0) & 15;
  return {
    ...absentModule,
    ...place,
    present: true,
    mib,
    type: types[structure.u8(0x12) ?? 0] ?? null,
    module: moduleType(structure),
    maxMHz: speedOf(structure, 0x15, 0x54),
    mhz: speedOf(structure, 0x20, 0x58),
    manufacturer: known(structure.text(0x17)),
    serialNumber: known(structure.text(0x18)),
    assetTag: known(structure.text(0x19)),
    partNumber: known(structure.text(0x1a)),
    ranks: ranks === 0 ? null : ranks,
    dataWidth: width(structure.u16(0x0a)),
    totalWidth: width(structure.u16(0x08)),
    errorCorrection: corrections[array?.u8(6) ?? 0] ?? null,
  };
}

function moduleType(structure: Structure): MemoryModule['module'] {
  const detail = structure.u16(0x13) ?? 0;
  if (structure.u8(0x0e) === sodimm) return 'SO_DIMM';
  if (detail & lrdimm) return 'LRDIMM';
  if (detail & rdimm) return 'RDIMM';
  return detail & udimm ? 'UDIMM' : null;
}

/** A slot without a module. */
export const absentModule: MemoryModule = {
  ...{ locator: null, bank: null, present: false, mib: null, type: null, module: null },
  ...{ maxMHz: null, mhz: null, manufacturer: null, serialNumber: null, assetTag: null, partNumber: null },
  ...{ ranks: null, dataWidth: null, totalWidth: null, errorCorrection: null, socket: null },
  ...{ channel: null, slot: null },
};
