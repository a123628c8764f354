/** The INA233: an INA226 that speaks PMBus, DIRECT throughout. */
import { defineChip } from '../chip.ts';
import { code, command, scaledChannel, statusWord } from '../pmbus.ts';
import { direct, linear } from '../scale.ts';

/** MFR_READ_VSHUNT and MFR_CALIBRATION. */
const readShunt = 0xd1;
const calibration = command(0xd4);
/** Volt across the shunt of one count, which a count of current is once the calibration has been set so. */
const shuntLsb = 2.5e-6;
const volt = direct({ m: 8, b: 0, R: 2 });

export const ina233 = defineChip({
  compatible: ['ina233'],
  datasheet: 'TI SBOS790 (INA233), PMBus commands; Linux drivers/hwmon/pmbus/ina233.c of Linux 6.14',
  quality: 'driver-checked',
  kernel: { driver: 'ina233' },
  channels: {
    voltage: scaledChannel('Voltage', code.vin, volt),
    shunt: {
      ...scaledChannel('Voltage', readShunt, linear({ lsb: shuntLsb, signed: true })),
      hwmon: { label: 'vmon' },
    },
    current: {
      ...scaledChannel('Current', code.iin, ({ shunt: ohm = Number.NaN }) =>
        linear({ lsb: shuntLsb / ohm, signed: true }),
      ),
      calibration,
    },
    power: {
      ...scaledChannel('Power', code.pin, ({ shunt: ohm = Number.NaN }) =>
        linear({ lsb: (25 * shuntLsb) / ohm }),
      ),
      calibration,
    },
  },
  identity: [{ block: code.model, text: 'INA233' }],
  // 0.00512 / (Current_LSB × shunt).
  settings: [{ register: calibration, mask: 0xffff, value: 2048 }],
  needs: ['shunt'],
  status: [statusWord()],
});

export default [ina233];
