/** How each device of a descriptor is read: one reader per device, grouped into lanes that cannot delay each other. */
import { DeviceError, type DeviceErrorKind } from '../../../drivers/errors.ts';
import type { Hardware } from '../../../drivers/hardware.ts';
import type { Hwmon } from '../../../drivers/hwmon/hwmon.ts';
import { createI2cBus, type I2cBus } from '../../../drivers/i2c/bus.ts';
import { findChip } from '../../../drivers/i2c/chips/index.ts';
import { hwmonUnit, kernelPlaces } from '../../../drivers/i2c/kernel.ts';
import { muxBus } from '../../../drivers/i2c/mux.ts';
import { openChip, type SensorChip } from '../../../drivers/i2c/sensor-chip.ts';
import type { DeviceFacts, Platform, SensorFacts } from '../../platform/vocabulary/index.ts';
import type { Lines } from '../lines/lines.ts';
import type { Quantity } from '../model.ts';
import { satelliteReader } from '../nodes/satellite.ts';
import type { Ways } from '../nodes/ways.ts';

/** Sampling period where the descriptor has none, milliseconds. */
const defaultPeriod = 1000;

/** One value that a reader can give. */
export interface Channel {
  /** The sensor it feeds, with the scale and the limits that go with the part that is fitted. */
  readonly facts: SensorFacts;
  /** As the device gives it. @throws DeviceError */
  read(): Promise<number>;
}

/** A device to be sampled. */
export interface DeviceReader {
  readonly device: string;
  /** Ids of all sensors that it may feed. */
  readonly sensors: readonly string[];
  /** I2C adapter through which it is reached; null for what the controller itself measures. */
  readonly bus: number | null;
  readonly optional: boolean;
  /** The shortest period of its sensors. */
  readonly period: number;
  /** Finds and sets up the device; after that `channels` can be read. @throws DeviceError */
  prepare(): Promise<readonly Channel[]>;
}

export interface SensorDeclaration {
  readonly facts: SensorFacts;
  readonly device: string;
  readonly chassis: string | undefined;
  readonly quantity: Quantity;
  readonly poweredBy: string | null;
  readonly period: number;
  /** Why there can be no reading in this build; null when there can. */
  readonly unsupported: string | null;
}

export interface Readers {
  /** Readers by lane: a root bus with everything behind its own muxes, the ADC, the tachometers. */
  readonly lanes: ReadonlyMap<string, readonly DeviceReader[]>;
  readonly sensors: readonly SensorDeclaration[];
  readonly buses: ReadonlyMap<number, I2cBus>;
  /** Chassis that carries the device of a sensor, by the sensor's id, where the descriptor says it. */
  readonly carriers: ReadonlyMap<string, string | undefined>;
  /** Numbers of the adapters: the buses that are no channel of a mux which this daemon switches. */
  readonly adapters: readonly number[];
}

export function createReaders(platform: Platform, hardware: Hardware, lines: Lines, ways: Ways): Readers {
  const { buses, adapterOf } = openBuses(platform, hardware);
  const lanes = new Map<string, DeviceReader[]>();
  const sensors: SensorDeclaration[] = [];
  const carriers = new Map<string, string | undefined>();
  const add = (lane: string, reader: DeviceReader) => lanes.set(lane, [...(lanes.get(lane) ?? []), reader]);

  for (const device of platform.devices ?? []) {
    const declared = sensorsOf(device);
    if (declared.length === 0) continue;
    const adapter = adapterOf(device.bus);
    sensors.push(...declared);
    for (const { facts } of declared) carriers.set(facts.id, device.chassis);
    add(`i2c-${adapter}`, chipReader(device, declared, adapter, buses, hardware.hwmon));
  }
  for (const { channel, divider = 1, bridge, quantity = 'Voltage', sensor } of platform.adc ?? []) {
    const measure = async () => (await hardware.hwmon.adc(channel)) / divider;
    const bridged = ({ line, settle = 0 }: NonNullable<typeof bridge>) =>
      // Left on, the divider would drain the battery.
      lines.during(line, async () => {
        if (settle > 0) await new Promise((resolve) => setTimeout(resolve, settle));
        return measure();
      });
    const declared = controllerSensor(`ADC ${channel}`, sensor, quantity, undefined);
    sensors.push(declared);
    add('adc', controllerReader(declared, bridge === undefined ? measure : () => bridged(bridge)));
  }
  for (const fan of platform.fans ?? []) {
    for (const { tach, sensor } of fan.tachs) {
      const declared = controllerSensor(`tachometer ${tach}`, sensor, 'Rotational', fan.chassis);
      sensors.push(declared);
      add(
        'tach',
        controllerReader(declared, () => hardware.hwmon.tach(tach)),
      );
    }
  }
  for (const satellite of platform.ipmb ?? []) {
    const declared = satellite.sensors.map((facts) =>
      controllerSensor(satellite.id, facts, facts.quantity, undefined),
    );
    if (declared.length === 0) continue;
    sensors.push(...declared);
    add(`ipmb-${satellite.bus}`, satelliteReader(satellite, declared, ways));
  }
  for (const { id, sensors: list } of platform.peci ?? []) {
    for (const facts of Object.values(list))
      sensors.push(unsupported(id, facts, 'Temperature', 'PECI is not read by this build'));
  }
  return { lanes, sensors, buses, carriers, adapters: [...new Set([...buses.keys()].map(adapterOf))] };
}

/** The sensors of a chip and of its second sources, each once. */
function sensorsOf(device: DeviceFacts): SensorDeclaration[] {
  const found = new Map<string, SensorDeclaration>();
  for (const { chip, sensors = {} } of candidatesOf(device)) {
    const spec = findChip(chip);
    for (const [channel, facts] of Object.entries(sensors)) {
      if (found.has(facts.id)) continue;
      found.set(facts.id, {
        facts,
        device: device.id,
        chassis: facts.chassis ?? device.chassis,
        quantity: (spec?.kind === 'sensor' ? spec.channels[channel]?.quantity : undefined) ?? 'Temperature',
        poweredBy: facts.poweredBy ?? device.poweredBy ?? null,
        period: facts.poll ?? device.poll ?? defaultPeriod,
        unsupported: null,
      });
    }
  }
  return [...found.values()];
}

export function openBuses(platform: Platform, hardware: Hardware) {
  const buses = new Map<number, I2cBus>();
  const adapters = new Map<number, number>();
  const adapterOf = (bus: number) => adapters.get(bus) ?? bus;
  const open = (bus: number, timeout?: number) => {
    buses.set(bus, createI2cBus(hardware.i2c(bus), timeout === undefined ? {} : { timeout }));
  };
  for (const { bus, timeout } of platform.buses ?? []) open(bus, timeout);
  // Muxes may stand behind muxes, in any order in the file.
  const waiting = [...(platform.muxes ?? [])];
  for (let progress = true; waiting.length > 0 && progress; ) {
    progress = false;
    for (const mux of waiting.splice(0)) {
      const parent = buses.get(mux.bus);
      const spec = findChip(mux.chip);
      if (parent === undefined || spec?.kind !== 'mux') {
        waiting.push(mux);
        continue;
      }
      progress = true;
      for (const [channel, bus] of mux.channels.entries()) {
        // The kernel offers each channel of a mux that it drives as a bus of its own.
        if (mux.driver === 'kernel') open(bus);
        else {
          buses.set(bus, muxBus(spec, parent, mux.address, channel, `i2c-${bus}`));
          adapters.set(bus, adapterOf(mux.bus));
        }
      }
    }
  }
  return { buses, adapterOf };
}

export type Candidate = Pick<
  DeviceFacts,
  'chip' | 'bus' | 'address' | 'shunt' | 'reference' | 'pulses' | 'pec' | 'sensors'
>;

/** The device itself, then its second sources, each with all that it has from the device. */
export function candidatesOf({ alternatives = [], ...first }: DeviceFacts): Candidate[] {
  return [first, ...alternatives.map((other) => ({ ...first, ...other }))];
}

/** How it shows that not this part is fitted but perhaps another; the most telling first. */
const mismatches: readonly DeviceErrorKind[] = ['wrong-device', 'wrong-data', 'no-answer'];

/** A sensor chip, or whichever of its second sources answers. */
function chipReader(
  device: DeviceFacts,
  sensors: readonly SensorDeclaration[],
  adapter: number,
  buses: ReadonlyMap<number, I2cBus>,
  hwmon: Hwmon,
): DeviceReader {
  const candidates = candidatesOf(device);
  return {
    device: device.id,
    sensors: sensors.map(({ facts }) => facts.id),
    bus: adapter,
    optional: device.optional ?? false,
    period: Math.min(...sensors.map(({ period }) => period)),
    prepare: async () => {
      const refusals: DeviceError[] = [];
      for (const candidate of candidates) {
        try {
          const chip = openCandidate(device.id, candidate, buses);
          try {
            await chip.identify();
            await chip.configure();
          } catch (error) {
            // A driver of the kernel has the chip: it is read where that one shows it.
            if (!(error instanceof DeviceError) || error.kind !== 'held') throw error;
            return await kernelChannels(candidate, hwmon, error);
          }
          return Object.entries(candidate.sensors ?? {}).map(([channel, facts]) => ({
            facts,
            read: () => chip.read(channel),
          }));
        } catch (error) {
          // Another chip may answer with anything where this one has its identity.
          if (!(error instanceof DeviceError) || !mismatches.includes(error.kind)) throw error;
          refusals.push(error);
        }
      }
      // A wrong answer says more than silence at another address.
      refusals.sort((one, other) => mismatches.indexOf(one.kind) - mismatches.indexOf(other.kind));
      throw refusals[0] ?? new DeviceError('no-answer', device.id, 'nothing answers');
    },
  };
}

/** Whichever of a device and its second sources answers as what it is to be. @throws DeviceError */
export async function fittedChip(
  device: DeviceFacts,
  buses: ReadonlyMap<number, I2cBus>,
): Promise<SensorChip> {
  let refusal: unknown;
  for (const candidate of candidatesOf(device)) {
    try {
      const chip = openCandidate(device.id, candidate, buses);
      await chip.identify();
      return chip;
    } catch (error) {
      if (!(error instanceof DeviceError) || !mismatches.includes(error.kind)) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

/** The channels of a chip as the kernel's driver shows them. @throws DeviceError `held` where it shows none of them */
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
  // That another process has it, and not the kernel, shows in that there is nothing to read.
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
    throw new DeviceError('unsupported', id, `${chip} is no sensor chip that this build knows`);
  if (on === undefined) throw new DeviceError('no-bus', id, `bus ${bus} is not in the descriptor`);
  const parameters = {
    ...(shunt === undefined ? {} : { shunt }),
    ...(reference === undefined ? {} : { reference }),
    ...(pulses === undefined ? {} : { pulses }),
    ...(pec === undefined ? {} : { pec }),
  };
  return openChip(spec, on.device(address), parameters, Object.keys(sensors));
}

const controllerReader = (
  { device, facts, period }: SensorDeclaration,
  read: () => Promise<number>,
): DeviceReader => ({
  device,
  sensors: [facts.id],
  bus: null,
  optional: false,
  period,
  prepare: () => Promise.resolve([{ facts, read }]),
});

const controllerSensor = (
  device: string,
  facts: SensorFacts,
  quantity: Quantity,
  chassis: string | undefined,
): SensorDeclaration => ({
  facts,
  device,
  chassis: facts.chassis ?? chassis,
  quantity,
  poweredBy: facts.poweredBy ?? null,
  period: facts.poll ?? defaultPeriod,
  unsupported: null,
});

const unsupported = (
  device: string,
  facts: SensorFacts,
  quantity: Quantity,
  reason: string,
): SensorDeclaration => ({
  ...controllerSensor(device, facts, quantity, undefined),
  unsupported: reason,
});
