/** The XDP710 hot-swap controller: DIRECT, by its configured shunt and ranges. */
import { type ChannelSpec, defineChip } from '../chip.ts';
import { code, command, revisionIdentity, scaledChannel, statusWord } from '../pmbus.ts';
import { direct } from '../scale.ts';

const setup = command(0xd3);
const voltageRange = command(0xd4);
const currentRange = command(0xd5);

/** Microohm, by the low six bits of REG_CFG. */
const shunts = [
  200, 250, 300, 330, 400, 470, 500, 600, 670, 700, 750, 800, 900, 1000, 1100, 1200, 1250, 1300, 1400, 1500,
  1600, 1700, 1800, 1900, 2000, 2100, 2200, 2300, 2400, 2500, 2600, 2700, 2800, 3000, 3100, 3200, 3300, 3400,
  3500, 3600, 3700, 3800, 3900, 4000, 4100, 4200, 4300, 4400, 4500, 4600, 4700, 4800, 4900, 5000, 5500, 6000,
  6500, 7000, 7500, 8000, 8500, 9000, 9500, 10000,
];

const volt: ChannelSpec['scale'] = (_parameters, mode = 0) =>
  direct({ m: 4653 * 2 ** (mode & 0x03), b: 0, R: -2 });
const perShunt =
  (m: number): ChannelSpec['scale'] =>
  (_parameters, range = 0, chosen = 0) => {
    const milliohm = (shunts[chosen & 0x3f] ?? Number.NaN) / 1000;
    return direct({ m: (m * milliohm) / 2 ** ((range >> 6) & 0x03), b: 0, R: -2 });
  };

export const xdp710 = defineChip({
  compatible: ['xdp710'],
  datasheet:
    'Infineon XDP710, PMBus coefficients, REG_CFG, V_SNS_CFG and CS_RNG; Linux drivers/hwmon/pmbus/xdp710.c',
  quality: 'driver-checked',
  kernel: { driver: 'xdp710' },
  channels: {
    vin: { ...scaledChannel('Voltage', code.vin, volt), mode: voltageRange },
    vout: { ...scaledChannel('Voltage', code.vout, volt), mode: voltageRange },
    iout: { ...scaledChannel('Current', code.iout, perShunt(23165)), mode: [currentRange, setup] },
    pin: { ...scaledChannel('Power', code.pin, perShunt(4211)), mode: [currentRange, setup] },
    temperature: scaledChannel('Temperature', code.temperature1, direct({ m: 52, b: 14321, R: -1 })),
  },
  identity: [revisionIdentity],
  status: [statusWord()],
  powerOn: [{ register: revisionIdentity.register, value: 0x33 }],
});

export default [xdp710];
