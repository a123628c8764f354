/** Sensor chips and their second sources: which of them is fitted, and how its channels are read. */
import { DeviceError, type DeviceErrorKind } from '../../../drivers/errors.ts';
import type { Hwmon } from '../../../drivers/hwmon/hwmon.ts';
import type { I2cBus } from '../../../drivers/i2c/bus.ts';
import { findChip } from '../../../drivers/i2c/chips/index.ts';
import { hwmonUnit, kernelPlaces } from '../../../drivers/i2c/kernel.ts';
import { openChip, type SensorChip } from '../../../drivers/i2c/sensor-chip.ts';
import type { DeviceFacts } from '../../platform/vocabulary/index.ts';
import type { Channel, DeviceReader, SensorDeclaration } from './reader.ts';

export type Candidate = Pick<
  DeviceFacts,
  'chip' | 'bus' | 'address' | 'shunt' | 'reference' | 'pulses' | 'pec' | 'sensors'
>;

/** The device itself, then its second sources; what a second source does not state is as for the device. */
export function candidatesOf({ alternatives = [], ...first }: DeviceFacts): Candidate[] {
  return [first, ...alternatives.map((other) => ({ ...first, ...other }))];
}

/** Errors of a part that may be another one than was tried; the most significant first. */
const mismatches: readonly DeviceErrorKind[] = ['wrong-device', 'wrong-data', 'no-answer'];

/** Reads a sensor chip, or the second source that responds in its place. */
export function chipReader(
  device: DeviceFacts,
  sensors: readonly SensorDeclaration[],
  adapter: number,
  buses: ReadonlyMap<number, I2cBus>,
  hwmon: Hwmon,
): DeviceReader {
  return {
    device: device.id,
    sensors: sensors.map(({ facts }) => facts.id),
    bus: adapter,
    optional: device.optional ?? false,
    removable: false,
    period: Math.min(...sensors.map(({ period }) => period)),
    prepare: () => firstFitted(device, (candidate) => channelsOf(device.id, candidate, buses, hwmon)),
  };
}

/** Opens the device or the second source that is fitted, by its identity. @throws DeviceError when none responds */
export const fittedChip = (device: DeviceFacts, buses: ReadonlyMap<number, I2cBus>): Promise<SensorChip> =>
  firstFitted(device, async (candidate) => {
    const chip = openCandidate(device.id, candidate, buses);
    await chip.identify();
    return chip;
  });

/** @throws DeviceError of `open`: at once unless another part may be fitted, else the most significant of all */
async function firstFitted<T>(device: DeviceFacts, open: (candidate: Candidate) => Promise<T>): Promise<T> {
  const refusals: DeviceError[] = [];
  for (const candidate of candidatesOf(device)) {
    try {
      return await open(candidate);
    } catch (error) {
      // Another chip may return anything from the registers in which this one has its identity.
      if (!(error instanceof DeviceError) || !mismatches.includes(error.kind)) throw error;
      refusals.push(error);
    }
  }
  // A wrong response is more significant than silence at another address.
  refusals.sort((one, other) => mismatches.indexOf(one.kind) - mismatches.indexOf(other.kind));
  throw refusals[0] ?? new DeviceError('no-answer', device.id, 'nothing responds');
}

/** Identifies and configures a chip. @throws DeviceError */
async function channelsOf(
  id: string,
  candidate: Candidate,
  buses: ReadonlyMap<number, I2cBus>,
  hwmon: Hwmon,
): Promise<readonly Channel[]> {
  const chip = openCandidate(id, candidate, buses);
  try {
    await chip.identify();
    await chip.configure();
  } catch (error) {
    if (!(error instanceof DeviceError) || error.kind !== 'held') throw error;
    // A driver of the kernel owns the chip: it is read from that driver's hwmon files.
    return kernelChannels(candidate, hwmon, error);
  }
  return Object.entries(candidate.sensors ?? {}).map(([channel, facts]) => ({
    facts,
    read: () => chip.read(channel),
  }));
}

/** The channels of a chip in the hwmon files of the kernel's driver. @throws DeviceError `held` where it has none */
async function kernelChannels(
  { chip, bus, address, sensors = {} }: Candidate,
  hwmon: Hwmon,
  held: DeviceError,
): Promise<Channel[]> {
  const spec = findChip(chip);
  if (spec?.kind !== 'sensor') throw held;
  const places = kernelPlaces(spec);
  const channels = Object.entries(sensors).map(([channel, facts]): Channel => {
    const place = places.get(channel);
    const quantity = spec.channels[channel]?.quantity ?? 'Temperature';
    if (place === undefined) return { facts, read: () => Promise.reject(held) };
    const unit = hwmonUnit(quantity) ?? 1;
    return { facts, read: async () => (await hwmon.chip(bus, address, place)) * unit };
  });
  // Nothing to read means that another process owns the chip, not the kernel.
  const seen = await Promise.allSettled(channels.map(({ read }) => read()));
  if (seen.every(({ status }) => status === 'rejected')) throw held;
  return channels;
}

export function openCandidate(
  id: string,
  { chip, bus, address, shunt, reference, pulses, pec, sensors = {} }: Candidate,
  buses: ReadonlyMap<number, I2cBus>,
): SensorChip {
  const spec = findChip(chip);
  const on = buses.get(bus);
  if (spec?.kind !== 'sensor')
    throw new DeviceError('unsupported', id, `${chip} is no sensor chip that this build supports`);
  if (on === undefined) throw new DeviceError('no-bus', id, `bus ${bus} is not in the descriptor`);
  const parameters = {
    ...(shunt !== undefined && { shunt }),
    ...(reference !== undefined && { reference }),
    ...(pulses !== undefined && { pulses }),
    ...(pec !== undefined && { pec }),
  };
  return openChip(spec, on.device(address), parameters, Object.keys(sensors));
}
