/** Reads the image of an inventory EEPROM. */
import { DeviceError } from '../../../drivers/errors.ts';
import type { Hwmon } from '../../../drivers/hwmon/hwmon.ts';
import type { I2cBus } from '../../../drivers/i2c/bus.ts';
import { findChip } from '../../../drivers/i2c/chips/index.ts';
import { openEeprom } from '../../../drivers/i2c/eeprom.ts';
import type { DeviceFacts } from '../../platform/vocabulary/index.ts';

/** Bytes of an EEPROM that are read: inventories are far shorter, and a whole EEPROM would occupy the bus. */
const readLength = 2048;

/** @throws DeviceError */
export async function eepromImage(
  { id, chip, bus, address }: DeviceFacts,
  buses: ReadonlyMap<number, I2cBus>,
  hwmon: Hwmon,
): Promise<Uint8Array> {
  const spec = findChip(chip);
  const on = buses.get(bus);
  if (spec?.kind !== 'eeprom') throw new DeviceError('unsupported', id, `${chip} is no EEPROM`);
  if (on === undefined) throw new DeviceError('no-bus', id, `there is no bus ${bus}`);
  const eeprom = openEeprom(spec, on.device(address));
  const length = Math.min(eeprom.size, readLength);
  try {
    return await eeprom.read(0, length);
  } catch (error) {
    if (!(error instanceof DeviceError) || error.kind !== 'held') throw error;
    // The kernel's driver owns the EEPROM, and offers it as a file.
    return hwmon.eeprom(bus, address, length).catch(() => Promise.reject(error));
  }
}
