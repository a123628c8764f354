/** Hot-swap controllers and e-fuses of Monolithic Power Systems. */
import { type ChannelSpec, defineChip, type SensorChipSpec } from '../chip.ts';
import { code, command, revisionIdentity, scaledChannel, statusWord } from '../pmbus.ts';
import type { Quality } from '../quality.ts';
import { direct, linear11, type Scale } from '../scale.ts';

/** EFUSE_CFG, of which one bit tells between LINEAR11 and DIRECT. */
const efuseConfiguration = command(0xc4);
const plain = (m: number, R = 0) => direct({ m, b: 0, R });

/** In LINEAR11 while `bit` of EFUSE_CFG is set, else as `scale` says. */
const either = (channel: ChannelSpec, bit: number, scale: Scale): ChannelSpec => ({
  ...channel,
  mode: efuseConfiguration,
  scale: (_parameters, mode = 0) => (mode & bit ? linear11 : scale),
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

/** Bit 9 of EFUSE_CFG. */
const mp5990Linear = 0x0200;
export const mp5990 = efuse('mp5990', 'mp5990', 'driver-checked', {
  vin: either(scaledChannel('Voltage', code.vin, plain(32)), mp5990Linear, plain(32)),
  vout: either(scaledChannel('Voltage', code.vout, plain(32)), mp5990Linear, plain(32)),
  iout: either(scaledChannel('Current', code.iout, plain(16)), mp5990Linear, plain(16)),
  pin: either(scaledChannel('Power', code.pin, plain(1)), mp5990Linear, plain(1)),
  temperature: scaledChannel('Temperature', code.temperature1, plain(1)),
});

/** As its relative, with finer codes; nobody has held it against a document or a part. */
export const mp5998 = efuse('mp5998', 'mp5990', 'unchecked', {
  vin: either(scaledChannel('Voltage', code.vin, plain(64)), mp5990Linear, plain(64)),
  vout: either(scaledChannel('Voltage', code.vout, plain(64)), mp5990Linear, plain(64)),
  iin: either(scaledChannel('Current', code.iin, plain(16)), mp5990Linear, plain(16)),
  iout: either(scaledChannel('Current', code.iout, plain(16)), mp5990Linear, plain(16)),
  pin: either(scaledChannel('Power', code.pin, plain(2)), mp5990Linear, plain(2)),
  temperature: scaledChannel('Temperature', code.temperature1, plain(1)),
});

/** Bit 12 of EFUSE_CFG. */
const mp5926Linear = 0x1000;
export const mp5926 = efuse('mp5926', 'mp5926', 'driver-checked', {
  vin: either(scaledChannel('Voltage', code.vin, plain(16)), mp5926Linear, plain(16)),
  vout: either(scaledChannel('Voltage', code.vout, plain(16)), mp5926Linear, plain(16)),
  iin: either(scaledChannel('Current', code.iin, plain(16)), mp5926Linear, plain(16)),
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
