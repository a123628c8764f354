/** Hot-swap controllers and e-fuses of Monolithic Power Systems. */
import { type ChannelSpec, defineChip, type SensorChipSpec } from '../chip.ts';
import { code, command, revisionIdentity, scaledChannel, statusWord } from '../pmbus.ts';
import type { Quality } from '../quality.ts';
import type { Register } from '../register.ts';
import { direct, linear11, type Scale } from '../scale.ts';

const plain = (m: number, R = 0) => direct({ m, b: 0, R });

/** A register with a bit that selects LINEAR11. */
interface FormatBit {
  readonly register: Register;
  readonly mask: number;
}

/** In LINEAR11 while the bit is set, otherwise in `scale`. */
const either = (channel: ChannelSpec, { register, mask }: FormatBit, scale: Scale): ChannelSpec => ({
  ...channel,
  mode: register,
  scale: (_parameters, mode = 0) => (mode & mask ? linear11 : scale),
});

function efuse(
  name: string,
  driver: string | undefined,
  quality: Quality,
  channels: Record<string, ChannelSpec>,
): SensorChipSpec {
  return defineChip({
    compatible: [name],
    datasheet: `MPS ${name.toUpperCase()}, not public; Linux drivers/hwmon/pmbus/${driver}.c`,
    quality,
    ...(driver ? { kernel: { driver } } : {}),
    channels,
    identity: [revisionIdentity],
    status: [statusWord()],
    powerOn: [{ register: revisionIdentity.register, value: 0x33 }],
  });
}

export const mp5023 = efuse('mp5023', 'mp5023', 'driver-checked', {
  vin: scaledChannel('Voltage', code.vin, plain(32)),
  vout: scaledChannel('Voltage', code.vout, plain(32)),
  iout: scaledChannel('Current', code.iout, plain(16)),
  pin: scaledChannel('Power', code.pin, plain(1)),
  temperature: scaledChannel('Temperature', code.temperature1, plain(2)),
});

/** EFUSE_CFG of the MP5990. */
const mp5990Linear: FormatBit = { register: command(0xc4), mask: 0x0200 };
export const mp5990 = efuse('mp5990', 'mp5990', 'driver-checked', {
  vin: either(scaledChannel('Voltage', code.vin, plain(32)), mp5990Linear, plain(32)),
  vout: either(scaledChannel('Voltage', code.vout, plain(32)), mp5990Linear, plain(32)),
  iout: either(scaledChannel('Current', code.iout, plain(16)), mp5990Linear, plain(16)),
  pin: either(scaledChannel('Power', code.pin, plain(1)), mp5990Linear, plain(1)),
  temperature: scaledChannel('Temperature', code.temperature1, plain(1)),
});

/** As the MP5990, with finer codes; compared neither with a document nor with a part. */
export const mp5998 = efuse('mp5998', 'mp5990', 'unchecked', {
  vin: either(scaledChannel('Voltage', code.vin, plain(64)), mp5990Linear, plain(64)),
  vout: either(scaledChannel('Voltage', code.vout, plain(64)), mp5990Linear, plain(64)),
  iin: either(scaledChannel('Current', code.iin, plain(16)), mp5990Linear, plain(16)),
  iout: either(scaledChannel('Current', code.iout, plain(16)), mp5990Linear, plain(16)),
  pin: either(scaledChannel('Power', code.pin, plain(2)), mp5990Linear, plain(2)),
  temperature: scaledChannel('Temperature', code.temperature1, plain(1)),
});

/** EFUSE_CFG of the MP5926 has an address of its own. */
const mp5926Linear: FormatBit = { register: command(0xcf), mask: 0x1000 };
/** I_SCALE_SEL: with bit 6 an ampere has 4 counts instead of 16 in DIRECT. */
const currentScale = command(0xc6);
const coarseCurrent = 0x0040;
export const mp5926 = efuse('mp5926', 'mp5926', 'driver-checked', {
  vin: either(scaledChannel('Voltage', code.vin, plain(16)), mp5926Linear, plain(16)),
  vout: either(scaledChannel('Voltage', code.vout, plain(16)), mp5926Linear, plain(16)),
  iin: {
    ...scaledChannel('Current', code.iin, plain(16)),
    mode: [mp5926Linear.register, currentScale],
    scale: (_parameters, format = 0, scale = 0) =>
      format & mp5926Linear.mask ? linear11 : plain(scale & coarseCurrent ? 4 : 16),
  },
  pin: either(scaledChannel('Power', code.pin, plain(25, -2)), mp5926Linear, plain(25, -2)),
  temperature: either(scaledChannel('Temperature', code.temperature1, plain(4)), mp5926Linear, plain(4)),
});

export const mp5920 = efuse('mp5920', 'mp5920', 'driver-checked', {
  vin: scaledChannel('Voltage', code.vin, plain(2266, -1)),
  vout: scaledChannel('Voltage', code.vout, plain(2266, -1)),
  iout: scaledChannel('Current', code.iout, plain(546, -2)),
  pout: scaledChannel('Power', code.pout, plain(5840, -3)),
  temperature: scaledChannel('Temperature', code.temperature1, direct({ m: 1067, b: 20500, R: -2 })),
});

export default [mp5023, mp5990, mp5998, mp5926, mp5920];
