/** Which writes a probe may send: none that changes a device. */

import type { SensorChipSpec } from '../../drivers/i2c/chip.ts';
import { findChip } from '../../drivers/i2c/chips/index.ts';
import { pageCommand } from '../../drivers/i2c/register.ts';
import { candidatesOf } from '../board/sensing/chip-reader.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import type { Permission } from './meter.ts';

/** The writes that reading requires: selecting the channel of a mux, or the page of a chip. */
export function permittedWrites(platform: Platform): Permission {
  const muxes = new Set(platform.muxes?.map(({ address }) => address));
  const pages = new Map<number, Set<number>>();
  for (const device of platform.devices ?? [])
    for (const { chip, address } of candidatesOf(device)) {
      const spec = findChip(chip);
      if (spec?.kind !== 'sensor' || !hasPages(spec)) continue;
      pages.set(address, (pages.get(address) ?? new Set()).add(spec.pageRegister ?? pageCommand));
    }
  return (address: number, write: Uint8Array): boolean =>
    write.length <= 1 ||
    (muxes.has(address) && write.length === 1) ||
    // A page, and its packet error code where the chip requires one.
    (write.length <= 3 && pages.get(address)?.has(write[0] ?? -1) === true);
}

const hasPages = ({ channels, identity }: SensorChipSpec): boolean =>
  Object.values(channels).some(({ register }) => register.page !== undefined) ||
  identity.some((each) => ('register' in each ? each.register.page : each.page) !== undefined);
