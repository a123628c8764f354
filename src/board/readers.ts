/** How each device of a descriptor is read: one reader per device, grouped into lanes that cannot delay each other. */
import { DeviceError } from '../../drivers/errors.ts';
import type { Hardware } from '../../drivers/hardware.ts';
import { createI2cBus, type I2cBus } from '../../drivers/i2c/bus.ts';
import { openChip, type SensorChip } from '../../drivers/i2c/chip.ts';
import { findChip } from '../../drivers/i2c/chips/index.ts';
import { muxBus } from '../../drivers/i2c/mux.ts';
import type { DeviceFacts, Platform, SensorFacts } from '../platform/schema.ts';
import type { Lines } from './lines.ts';
import type { Quantity } from './model.ts';

export const defaultPeriod = 1000;

/** One value that a reader can give. */
export interface Channel {
  readonly sensor: string;
  read(): Promise<number>;
}

/** A device to be sampled. */
export interface Reader {
  readonly device: string;
  /** I2C bus it is on; null for what the controller itself measures. */
  readonly bus: number | null;
  readonly optional: boolean;
  readonly poweredBy: string | null;
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
  readonly lanes: ReadonlyMap<string, readonly Reader[]>;
  readonly sensors: readonly SensorDeclaration[];
  readonly buses: ReadonlyMap<number, I2cBus>;
  /** Lane of an I2C bus. */
  laneOf(bus: number): string;
}

export function createReaders(platform: Platform, hardware: Hardware, lines: Lines): Readers {
  const { buses, laneOf } = openBuses(platform, hardware);
  const lanes = new Map<string, Reader[]>();
  const sensors: SensorDeclaration[] = [];
  const add = (lane: string, reader: Reader) => lanes.set(lane, [...(lanes.get(lane) ?? []), reader]);

  for (const device of platform.devices ?? []) {
    if (device.sensors === undefined && device.alternatives === undefined) continue;
    const period = device.poll ?? defaultPeriod;
    const poweredBy = device.poweredBy ?? null;
    add(laneOf(device.bus), chipReader(device, buses, period));
    for (const [channel, facts] of Object.entries(device.sensors ?? {})) {
      sensors.push({
        facts,
        device: device.id,
        chassis: facts.chassis ?? device.chassis,
        quantity: quantityOf(device, channel),
        poweredBy: facts.poweredBy ?? poweredBy,
        period: facts.poll ?? period,
        unsupported: null,
      });
    }
  }
  for (const { channel, divider = 1, bridge, sensor } of platform.adc ?? []) {
    const device = `ADC ${channel}`;
    const period = sensor.poll ?? defaultPeriod;
    const read = async () => {
      if (bridge === undefined) return (await hardware.hwmon.adc(channel)) / divider;
      lines.set(bridge.line, true);
      try {
        if (bridge.settle !== undefined) await new Promise((resolve) => setTimeout(resolve, bridge.settle));
        return (await hardware.hwmon.adc(channel)) / divider;
      } finally {
        // Left on, the divider would drain the battery.
        lines.set(bridge.line, false);
      }
    };
    add('adc', controllerReader(device, period, sensor, read));
    sensors.push(controllerSensor(device, period, sensor, 'Voltage', undefined));
  }
  for (const fan of platform.fans ?? []) {
    for (const { tach, sensor } of fan.tachs) {
      const device = fan.name ?? fan.id;
      const period = sensor.poll ?? defaultPeriod;
      add(
        'tach',
        controllerReader(device, period, sensor, () => hardware.hwmon.tach(tach)),
      );
      sensors.push(controllerSensor(device, period, sensor, 'Rotational', fan.chassis));
    }
  }
  for (const { id, sensors: list } of platform.ipmb ?? []) {
    for (const facts of list)
      sensors.push(unsupported(id, facts, facts.quantity, 'IPMB is not read by this build'));
  }
  for (const { id, sensors: list } of platform.peci ?? []) {
    for (const facts of Object.values(list))
      sensors.push(unsupported(id, facts, 'Temperature', 'PECI is not read by this build'));
  }
  return { lanes, sensors, buses, laneOf };
}

function openBuses(platform: Platform, hardware: Hardware) {
  const buses = new Map<number, I2cBus>();
  const lanes = new Map<number, string>();
  const open = (bus: number, timeout?: number) => {
    buses.set(bus, createI2cBus(hardware.i2c(bus), timeout === undefined ? {} : { timeout }));
    lanes.set(bus, `i2c-${bus}`);
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
          lanes.set(bus, lanes.get(mux.bus) ?? `i2c-${mux.bus}`);
        }
      }
    }
  }
  return { buses, laneOf: (bus: number) => lanes.get(bus) ?? `i2c-${bus}` };
}

type Candidate = Pick<DeviceFacts, 'chip' | 'bus' | 'address' | 'shunt' | 'pec' | 'sensors'>;

/** A sensor chip, or whichever of its second sources answers. */
function chipReader(device: DeviceFacts, buses: ReadonlyMap<number, I2cBus>, period: number): Reader {
  const { alternatives = [], ...first } = device;
  const candidates: Candidate[] = [first, ...alternatives.map((other) => ({ ...first, ...other }))];
  return {
    device: device.id,
    bus: device.bus,
    optional: device.optional ?? false,
    poweredBy: device.poweredBy ?? null,
    period,
    prepare: async () => {
      const refusals: DeviceError[] = [];
      for (const candidate of candidates) {
        try {
          const chip = open(device.id, candidate, buses);
          await chip.identify();
          await chip.configure();
          return Object.entries(candidate.sensors ?? {}).map(([channel, { id }]) => ({
            sensor: id,
            read: () => chip.read(channel),
          }));
        } catch (error) {
          if (
            !(error instanceof DeviceError) ||
            (error.kind !== 'no-answer' && error.kind !== 'wrong-device')
          )
            throw error;
          refusals.push(error);
        }
      }
      // Another chip at the address says more than silence at another one.
      throw (
        refusals.find(({ kind }) => kind === 'wrong-device') ??
        refusals[0] ??
        new DeviceError('no-answer', device.id, 'nothing answers')
      );
    },
  };
}

function open(
  id: string,
  { chip, bus, address, shunt, pec }: Candidate,
  buses: ReadonlyMap<number, I2cBus>,
): SensorChip {
  const spec = findChip(chip);
  const on = buses.get(bus);
  if (spec?.kind !== 'sensor')
    throw new DeviceError('unsupported', id, `${chip} is no sensor chip that this build knows`);
  if (on === undefined) throw new DeviceError('no-bus', id, `bus ${bus} is not in the descriptor`);
  return openChip(spec, on.device(address), {
    ...(shunt === undefined ? {} : { shunt }),
    ...(pec === undefined ? {} : { pec }),
  });
}

function quantityOf(device: DeviceFacts, channel: string): Quantity {
  for (const { chip } of [device, ...(device.alternatives ?? [])]) {
    const spec = chip === undefined ? undefined : findChip(chip);
    const found = spec?.kind === 'sensor' ? spec.channels[channel] : undefined;
    if (found !== undefined) return found.quantity;
  }
  return 'Temperature';
}

const controllerReader = (
  device: string,
  period: number,
  sensor: SensorFacts,
  read: () => Promise<number>,
): Reader => ({
  device,
  bus: null,
  optional: false,
  poweredBy: sensor.poweredBy ?? null,
  period,
  prepare: () => Promise.resolve([{ sensor: sensor.id, read }]),
});

const controllerSensor = (
  device: string,
  period: number,
  facts: SensorFacts,
  quantity: Quantity,
  chassis: string | undefined,
): SensorDeclaration => ({
  facts,
  device,
  chassis: facts.chassis ?? chassis,
  quantity,
  poweredBy: facts.poweredBy ?? null,
  period,
  unsupported: null,
});

const unsupported = (
  device: string,
  facts: SensorFacts,
  quantity: Quantity,
  why: string,
): SensorDeclaration => ({
  ...controllerSensor(device, facts.poll ?? defaultPeriod, facts, quantity, undefined),
  unsupported: why,
});
