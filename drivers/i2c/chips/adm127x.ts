/** ADM127x hot-swap controllers: PMBus with codes of a 12-bit converter in DIRECT format. */

import type { Quantity } from '../../quantity.ts';
import { type ChannelSpec, type ChipParameters, defineChip } from '../chip.ts';
import { code, command, pmbusPlace, statusWord } from '../pmbus.ts';
import { byte } from '../register.ts';
import { type DirectFacts, direct, type Scale } from '../scale.ts';

const monitorControl = byte(0xd3);
const monitorConfiguration = byte(0xd4);
const wideMonitorConfiguration = command(0xd4);

/** The monitor must stand still while its configuration changes. */
const stop = { register: monitorControl, mask: 0x01, value: 0 };
const start = { register: monitorControl, mask: 0x01, value: 0x01 };

/** Coefficient `m` per milliohm of shunt. */
const perShunt = (facts: DirectFacts) => {
  return ({ shunt: ohm = Number.NaN }: ChipParameters) => direct({ ...facts, m: facts.m * ohm * 1000 });
};

function channel(quantity: Quantity, address: number, scale: ChannelSpec['scale'], bits = 12): ChannelSpec {
  return {
    quantity,
    register: command(address),
    ...pmbusPlace(address),
    scale,
    zeros: 0xffff & ~(2 ** bits - 1),
  };
}

/** No current is in the middle of the range; code 0 is a register that has not been filled since a reset. */
const current = channel('Current', code.iout, perShunt({ m: 800, b: 20475, R: -1, bits: 12, first: 1 }));
const identity = (model: string) => [
  { block: code.manufacturer, text: 'ADI' },
  { block: code.model, text: model },
];

const voltage1278 = direct({ m: 19599, b: 0, R: -2, bits: 12 });
/** -55 to 150 Cel. */
const temperature1278 = direct({ m: 42, b: 31880, R: -1, bits: 12, first: 2957, last: 3818 });
export const adm1278 = defineChip({
  compatible: ['adm1278'],
  datasheet:
    'ADI ADM1278 Rev. B; coefficients and PMON_CONFIG bits as in Linux drivers/hwmon/pmbus/adm1275.c',
  kernel: { driver: 'adm1275' },
  quality: 'driver-checked',
  channels: {
    vin: channel('Voltage', code.vin, voltage1278),
    vout: channel('Voltage', code.vout, voltage1278),
    iout: current,
    pin: channel('Power', code.pin, perShunt({ m: 6123, b: 0, R: -2, bits: 15 }), 15),
    temperature: channel('Temperature', code.temperature1, temperature1278),
  },
  identity: identity('ADM1278'),
  // Filter of the temperature input, continuous, temperature, VIN and VOUT on.
  settings: [stop, { register: wideMonitorConfiguration, mask: 0x801e, value: 0x801e }, start],
  needs: ['shunt'],
  powerOn: [
    { register: monitorControl, value: 0x01 },
    { register: wideMonitorConfiguration, value: 0x0714 },
  ],
  status: [statusWord()],
  // POWER_CYCLE, a byte without data; the time is that of the ADM1276.
  powerCycle: { bytes: [0xd9], off: 5_000 },
});

/** Bits of the 8-bit PMON_CONFIG: 20 V range; VOUT is sampled too, or instead. */
const highRange = 0x20;
const voutSelected = 0x40;

const range20V = direct({ m: 19199, b: 0, R: -2, bits: 12 });
const range6V = direct({ m: 6720, b: 0, R: -1, bits: 12 });
const byRange = (mode: number) => (mode & highRange ? range20V : range6V);
const current127x = channel('Current', code.iout, perShunt({ m: 807, b: 20475, R: -1, bits: 12, first: 1 }));
const power20V = perShunt({ m: 6043, b: 0, R: -2, bits: 15 });
const power6V = perShunt({ m: 2115, b: 0, R: -1, bits: 15 });

const ranged = (
  quantity: Quantity,
  address: number,
  scale: (parameters: ChipParameters, mode: number) => Scale | undefined,
  bits?: number,
): ChannelSpec => ({ ...channel(quantity, address, scale, bits), mode: monitorConfiguration });

export const adm1276 = defineChip({
  compatible: ['adm1276'],
  datasheet: 'ADI ADM1276 Rev. C, tables 7, 9, 26 to 29, 31, 32, 37 and 38',
  kernel: { driver: 'adm1275' },
  quality: 'datasheet-checked',
  channels: {
    vin: ranged('Voltage', code.vin, (_parameters, mode) => byRange(mode)),
    vout: ranged('Voltage', code.vout, (_parameters, mode) =>
      mode & voutSelected ? byRange(mode) : undefined,
    ),
    iout: current127x,
    pin: ranged(
      'Power',
      code.pin,
      (parameters, mode) => (mode & highRange ? power20V : power6V)(parameters),
      15,
    ),
  },
  identity: identity('ADM1276'),
  settings: [
    stop,
    // Continuous, VOUT sampled too, and the reserved bit that must be one.
    { register: monitorConfiguration, mask: 0xc8, value: 0xc8 },
    start,
  ],
  needs: ['shunt'],
  powerOn: [
    { register: monitorControl, value: 0x01 },
    { register: monitorConfiguration, value: 0xaf },
  ],
  status: [statusWord()],
});

/** Samples the input or the output, never both: which of them is the board's choice and left as found. */
export const adm1275 = defineChip({
  compatible: ['adm1275'],
  datasheet: 'ADI ADM1275 Rev. D, tables 11, 27, 28, 30, 31 and 36; Linux drivers/hwmon/pmbus/adm1275.c',
  kernel: { driver: 'adm1275' },
  quality: 'driver-checked',
  channels: {
    vin: ranged('Voltage', code.vin, (_parameters, mode) =>
      mode & voutSelected ? undefined : byRange(mode),
    ),
    vout: ranged('Voltage', code.vout, (_parameters, mode) =>
      mode & voutSelected ? byRange(mode) : undefined,
    ),
    iout: current127x,
  },
  identity: identity('ADM1275'),
  // Continuous.
  settings: [stop, { register: monitorConfiguration, mask: 0x80, value: 0x80 }, start],
  needs: ['shunt'],
  powerOn: [{ register: monitorConfiguration, value: 0x2c }],
  status: [statusWord()],
});

/** As the ADM1278, of which it is a successor. */
export const adm1281 = defineChip({
  ...adm1278,
  compatible: ['adm1281'],
  datasheet: 'ADI ADM1281; coefficients and PMON_CONFIG bits as in Linux drivers/hwmon/pmbus/adm1275.c',
  quality: 'driver-checked',
  identity: identity('ADM1281'),
});

/** Bits of the ADM1272's PMON_CONFIG: 100 V, and 30 mV across the shunt. */
const range100V = 0x20;
const range30mV = 0x01;
const voltage1272: ChannelSpec['scale'] = (_parameters, mode = 0) =>
  direct({ m: mode & range100V ? 4062 : 6770, b: 0, R: -2, bits: 12 });
const current1272: ChannelSpec['scale'] = (parameters, mode = 0) =>
  perShunt({ m: mode & range30mV ? 663 : 1326, b: 20480, R: -1, bits: 12, first: 1 })(parameters);
const power1272: ChannelSpec['scale'] = (parameters, mode = 0) => {
  const [m60, m100] = mode & range30mV ? [1756.1, 1053.5] : [3512, 2107.1];
  return perShunt({ m: mode & range100V ? m100 : m60, b: 0, R: -2, bits: 15 })(parameters);
};
const byWideMode = (quantity: Quantity, address: number, scale: ChannelSpec['scale'], bits?: number) => ({
  ...channel(quantity, address, scale, bits),
  mode: wideMonitorConfiguration,
});

export const adm1272 = defineChip({
  compatible: ['adm1272'],
  datasheet: 'ADI ADM1272, PMBus coefficients; Linux drivers/hwmon/pmbus/adm1275.c',
  quality: 'driver-checked',
  kernel: { driver: 'adm1275' },
  channels: {
    vin: byWideMode('Voltage', code.vin, voltage1272),
    vout: byWideMode('Voltage', code.vout, voltage1272),
    iout: byWideMode('Current', code.iout, current1272),
    pin: byWideMode('Power', code.pin, power1272, 15),
    temperature: channel(
      'Temperature',
      code.temperature1,
      direct({ m: 42, b: 31871, R: -1, bits: 12, first: 2956, last: 3817 }),
    ),
  },
  identity: identity('ADM1272'),
  settings: [stop, { register: wideMonitorConfiguration, mask: 0x801e, value: 0x801e }, start],
  needs: ['shunt'],
  powerOn: [{ register: monitorControl, value: 0x01 }],
  status: [statusWord()],
});

export default [adm1272, adm1275, adm1276, adm1278, adm1281];
