/** The devices of a descriptor as readers, grouped into lanes that cannot delay each other. */
import type { Hwmon } from '../../../drivers/hwmon/hwmon.ts';
import { readPeci } from '../../../drivers/hwmon/peci.ts';
import { findChip } from '../../../drivers/i2c/chips/index.ts';
import type { DeviceFacts, Platform, SensorFacts } from '../../platform/vocabulary/index.ts';
import type { Lines } from '../lines/lines.ts';
import type { Quantity } from '../model/sensor.ts';
import { satelliteReader } from '../nodes/satellite.ts';
import type { IpmiTransports } from '../nodes/transports.ts';
import { sensorsOfDrive } from '../parts/drives.ts';
import { sensorsOfSupply } from '../parts/supply.ts';
import type { Buses } from './buses.ts';
import { candidatesOf, chipReader } from './chip-reader.ts';
import type { DeviceReader, SensorDeclaration } from './reader.ts';

/** Sampling period where the descriptor has none, milliseconds. */
const defaultPeriod = 1000;

export interface Readers {
  /** Readers by lane: a root bus with everything behind its own muxes, the ADC, the tachometers, an IPMB. */
  readonly lanes: ReadonlyMap<string, readonly DeviceReader[]>;
  readonly sensors: readonly SensorDeclaration[];
  /** Chassis that carries the device of a sensor, by the sensor's id, where the descriptor states it. */
  readonly carriers: ReadonlyMap<string, string | undefined>;
}

/** What one section of the descriptor declares. */
interface Declared {
  readonly lane: string;
  readonly sensors: readonly SensorDeclaration[];
  readonly reader: DeviceReader;
  /** Chassis that carries the device. */
  readonly chassis?: string | undefined;
}

export function createReaders(
  platform: Platform,
  hwmon: Hwmon,
  buses: Buses,
  lines: Lines,
  transports: IpmiTransports,
): Readers {
  const lanes = new Map<string, DeviceReader[]>();
  const sensors: SensorDeclaration[] = [];
  const carriers = new Map<string, string | undefined>();
  const declared = [
    ...chips(platform, hwmon, buses),
    ...converters(platform, hwmon, lines),
    ...tachometers(platform, hwmon),
    ...satellites(platform, transports),
    ...processors(platform, hwmon),
  ];
  for (const { lane, sensors: own, reader, chassis } of declared) {
    if (own.length === 0) continue;
    sensors.push(...own);
    const readers = lanes.get(lane);
    if (readers === undefined) lanes.set(lane, [reader]);
    else readers.push(reader);
    for (const { facts } of own) if (chassis !== undefined) carriers.set(facts.id, chassis);
  }
  return { lanes, carriers, sensors };
}

function chips(platform: Platform, hwmon: Hwmon, { all, adapterOf }: Buses): Declared[] {
  const removable = removableSensors(platform);
  return (platform.devices ?? []).map((device) => {
    const sensors = sensorsOf(device);
    const adapter = adapterOf(device.bus);
    const isRemovable = device.optional === true && sensors.some(({ facts }) => removable.has(facts.id));
    const reader = chipReader(device, sensors, adapter, all, hwmon);
    return {
      lane: `i2c-${adapter}`,
      sensors,
      reader: { ...reader, removable: isRemovable },
      chassis: device.chassis,
    };
  });
}

/** Sensors of supplies and drives that have no presence line. */
function removableSensors({ powerSupplies = [], drives = [] }: Platform): ReadonlySet<string> {
  return new Set([
    ...powerSupplies.flatMap((facts) => (facts.present === undefined ? sensorsOfSupply(facts) : [])),
    ...drives.flatMap((facts) => (facts.present === undefined ? sensorsOfDrive(facts) : [])),
  ]);
}

/** Channels of the controller's ADC. */
function converters({ adc = [] }: Platform, hwmon: Hwmon, lines: Lines): Declared[] {
  return adc.map(({ channel, divider = 1, bridge, quantity = 'Voltage', sensor }) => {
    const measure = async () => (await hwmon.adc(channel)) / divider;
    // A divider that stayed on would drain the battery.
    const measureBridged = ({ line, settle = 0 }: NonNullable<typeof bridge>) =>
      lines.during(line, async () => {
        if (settle > 0) await new Promise((resolve) => setTimeout(resolve, settle));
        return measure();
      });
    const declared = controllerSensor(`ADC ${channel}`, sensor, quantity);
    const read = bridge === undefined ? measure : () => measureBridged(bridge);
    return { lane: 'adc', sensors: [declared], reader: controllerReader(declared, read) };
  });
}

/** Tachometer inputs of the controller. */
function tachometers({ fans = [] }: Platform, hwmon: Hwmon): Declared[] {
  return fans.flatMap(({ tachs = [], chassis }) =>
    tachs.map(({ tach, sensor }) => {
      const declared = controllerSensor(`tachometer ${tach}`, sensor, 'Rotational', chassis);
      const reader = controllerReader(declared, () => hwmon.tach(tach));
      return { lane: 'tach', sensors: [declared], reader };
    }),
  );
}

/** Satellite controllers on an IPMB. */
function satellites({ ipmb = [] }: Platform, transports: IpmiTransports): Declared[] {
  return ipmb.map((facts) => {
    const sensors = facts.sensors.map((sensor) => controllerSensor(facts.id, sensor, sensor.quantity));
    return { lane: `ipmb-${facts.bus}`, sensors, reader: satelliteReader(facts, sensors, transports) };
  });
}

/** Processors behind PECI. */
function processors({ peci = [] }: Platform, hwmon: Hwmon): Declared[] {
  return peci.map(({ id, address, sensors: declared }) => {
    const sensors = Object.values(declared).map((facts) => controllerSensor(id, facts, 'Temperature'));
    const channels = Object.entries(declared).map(([name, facts]) => ({
      facts,
      read: () => readPeci(hwmon, address, name),
    }));
    const reader: DeviceReader = {
      ...{ device: id, sensors: sensors.map(({ facts }) => facts.id), bus: null },
      ...{ optional: false, removable: false, period: Math.min(...sensors.map(({ period }) => period)) },
      prepare: () => Promise.resolve(channels),
    };
    return { lane: 'peci', sensors, reader };
  });
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

const controllerSensor = (
  device: string,
  facts: SensorFacts,
  quantity: Quantity,
  chassis?: string,
): SensorDeclaration => ({
  facts,
  device,
  chassis: facts.chassis ?? chassis,
  quantity,
  poweredBy: facts.poweredBy ?? null,
  period: facts.poll ?? defaultPeriod,
  unsupported: null,
});

const controllerReader = (
  { device, facts, period }: SensorDeclaration,
  read: () => Promise<number>,
): DeviceReader => ({
  device,
  sensors: [facts.id],
  bus: null,
  optional: false,
  removable: false,
  period,
  prepare: () => Promise.resolve([{ facts, read }]),
});
