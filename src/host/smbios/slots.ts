/** Expansion slots (DSP0134, section 7.10). */
import type { PcieSlot } from '../facts.ts';
import { known } from './processors.ts';
import type { Structure } from './structures.ts';

/** PCI Express generation by slot type (table 47): generic, and with a width in the type. */
function generationOf(type: number): PcieSlot['generation'] {
  if (type >= 0xa5 && type <= 0xaa) return 'Gen1';
  if (type >= 0xab && type <= 0xb0) return 'Gen2';
  if (type >= 0xb1 && type <= 0xb6) return 'Gen3';
  if (type >= 0xb8 && type <= 0xbd) return 'Gen4';
  if (type >= 0xbe && type <= 0xc4) return 'Gen5';
  return null;
}

/** PCI Express slots without a generation: M.2, MXM, SFF-8639 and others that carry PCIe. */
const otherPcie = (type: number): boolean => (type >= 0x14 && type <= 0x28) || (type >= 0x1f && type <= 0x26);

/** Lanes by data bus width (table 48). */
const lanes: Readonly<Record<number, number>> = { 8: 1, 9: 2, 10: 4, 11: 8, 12: 12, 13: 16, 14: 32 };

/** PCI Express slots, in the order of the table; older buses are left out. */
export function slotsOf(structures: readonly Structure[]): PcieSlot[] {
  return structures.flatMap((each) => {
    const type = each.u8(5) ?? 0;
    if (each.type !== 9 || (generationOf(type) === null && !otherPcie(type))) return [];
    const usage = each.u8(7);
    return [
      {
        name: known(each.text(4)),
        generation: generationOf(type),
        lanes: lanes[each.u8(6) ?? 0] ?? null,
        inUse: usage === 4 ? true : usage === 3 ? false : null,
        // 5: the slot is not available, for example because its processor is missing.
        available: usage !== 5,
        address: addressOf(each),
      },
    ];
  });
}

/** `0000:3b:00.0`; null where firmware has given none. */
function addressOf(structure: Structure): string | null {
  const [segment, bus, device] = [structure.u16(0x0d), structure.u8(0x0f), structure.u8(0x10)];
  if (segment === undefined || bus === undefined || device === undefined) return null;
  if (segment === 0xffff && bus === 0xff && device === 0xff) return null;
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  return `${hex(segment, 4)}:${hex(bus, 2)}:${hex(device >> 3, 2)}.${device & 7}`;
}
