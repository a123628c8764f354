/** Everything that is shown of an SMBIOS table. */
import type { SmbiosFacts } from '../facts.ts';
import { memoryOf } from './memory.ts';
import { known, processorsOf } from './processors.ts';
import { slotsOf } from './slots.ts';
import { type Structure, structuresOf, tableOf } from './structures.ts';

/** The facts of a dump. Never throws: damaged tables give what comes before the damage. */
export function parseSmbios(dump: Uint8Array): SmbiosFacts {
  const structures = structuresOf(tableOf(dump));
  const first = (type: number) => structures.find((each) => each.type === type);
  const [bios, system, board] = [first(0), first(1), first(2)];
  return {
    structures: structures.length,
    biosVendor: known(bios?.text(4)),
    biosVersion: known(bios?.text(5)),
    biosDate: known(bios?.text(8)),
    manufacturer: known(system?.text(4)),
    model: known(system?.text(5)),
    serialNumber: known(system?.text(7)),
    sku: known(system?.text(0x19)),
    uuid: uuidOf(system),
    boardManufacturer: known(board?.text(4)),
    boardModel: known(board?.text(5)),
    boardSerialNumber: known(board?.text(7)),
    chassisAssetTag: known(first(3)?.text(8)),
    processors: processorsOf(structures),
    memory: memoryOf(structures),
    slots: slotsOf(structures),
    onboard: structures
      .filter(({ type }) => type === 41)
      .flatMap((each) => {
        const name = known(each.text(4));
        return name === null ? [] : [{ name, enabled: ((each.u8(5) ?? 0) & 0x80) !== 0 }];
      }),
    ipmiAddress: first(38)?.u64(8)?.toString(16) ?? null,
    hostInterfaces: structures.filter(({ type }) => type === 42).length,
    tpm: known(first(43)?.text(0x12)),
  };
}

/** UUID of the system (section 7.2.1): the first three fields are little-endian. All zeros or ones is none. */
function uuidOf(structure: Structure | undefined): string | null {
  const bytes = structure?.bytes(8, 16);
  if (bytes === undefined || bytes.every((byte) => byte === 0) || bytes.every((byte) => byte === 0xff))
    return null;
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const hex = Buffer.from(order.map((index) => bytes[index] ?? 0)).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
