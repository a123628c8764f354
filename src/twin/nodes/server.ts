/** A common server with two processors and a management controller of its own. Numbers, names and limits are invented. */
import {
  current,
  discrete,
  ENTITY,
  fanSpeed,
  type NodeSensorFacts,
  power,
  rail,
  temperature,
} from './facts.ts';

const { processor, disk, systemBoard, memoryDevice, powerSupply, fan, battery, inlet, operatingSystem } =
  ENTITY;

const limits = (upperCaution: number, upperCritical: number) => ({ upperCaution, upperCritical });

/** Numbers of the sensors with states of their own. */
export const serverNumbers = {
  acpiState: 0x80,
  systemBoot: 0x81,
  watchdog: 0x82,
  powerSupplies: [0x84, 0x85],
  drives: [0x88, 0x89, 0x8a, 0x8b],
} as const;

/** Sensor of the power that DCMI reports. */
export const serverPowerName = 'Total Power';
/** Power at full load, W. */
export const serverFullPower = 420;

export const serverSensors: readonly NodeSensorFacts[] = [
  temperature(0x01, 'Inlet Temp', [inlet, 1], {
    context: 'Intake',
    thresholds: { upperCaution: 40, upperCritical: 45, upperFatal: 50, lowerCritical: -5 },
    standby: true,
  }),
  temperature(0x02, 'Exhaust Temp', [systemBoard, 1], {
    context: 'Exhaust',
    thresholds: limits(75, 80),
    standby: true,
  }),
  ...[1, 2].map((cpu) =>
    temperature(0x02 + cpu, `CPU${cpu} Temp`, [processor, cpu], {
      context: 'CPU',
      thresholds: { ...limits(92, 97), upperFatal: 105 },
    }),
  ),
  ...[1, 2, 3, 4].map((dimm) =>
    temperature(0x08 + dimm, `DIMM${dimm} Temp`, [memoryDevice, dimm], {
      context: 'Memory',
      thresholds: limits(82, 85),
    }),
  ),
  temperature(0x0f, 'PCH Temp', [systemBoard, 2], { context: 'ASIC', thresholds: limits(85, 90) }),
  rail(12, 0x20, 'P12V'),
  rail(5, 0x21, 'P5V'),
  rail(3.3, 0x22, 'P3V3'),
  rail(5, 0x23, 'P5V_AUX', { standby: true }),
  rail(1.8, 0x24, 'CPU1 VCCIN', { context: 'CPU' }),
  rail(1.8, 0x25, 'CPU2 VCCIN', { context: 'CPU' }),
  rail(3, 0x26, 'P3V_BAT', { context: 'Battery', entity: [battery, 1], standby: true }),
  ...[1, 2, 3, 4].map((number) =>
    fanSpeed(16_320)(0x2f + number, `Fan${number}`, [fan, number], {
      context: 'Fan',
      thresholds: { lowerCaution: 1500, lowerCritical: 1000 },
      nominal: 12_000,
    }),
  ),
  power(1020)(0x40, serverPowerName, [systemBoard, 1], {
    context: 'Chassis',
    thresholds: { upperCritical: 900 },
    nominal: serverFullPower,
    standby: true,
  }),
  ...[1, 2].flatMap((supply) => [
    power(510)(0x40 + supply, `PS${supply} Power`, [powerSupply, supply], {
      context: 'PowerSupply',
      thresholds: { upperCritical: 480 },
      nominal: serverFullPower / 2,
      standby: true,
    }),
    current(51)(0x42 + supply, `PS${supply} Current`, [powerSupply, supply], {
      context: 'PowerSupply',
      thresholds: { upperCritical: 45 },
      nominal: serverFullPower / 2 / 12,
      standby: true,
    }),
  ]),
  discrete(serverNumbers.acpiState, 'ACPI State', 0x22, 0x21, { standby: true }),
  discrete(serverNumbers.systemBoot, 'System Boot', 0x1d, 0x1f, {
    entity: [operatingSystem, 1],
    standby: true,
  }),
  discrete(serverNumbers.watchdog, 'Watchdog2', 0x23, 0x0f, { standby: true }),
  ...serverNumbers.powerSupplies.map((number, index) =>
    discrete(number, `PS${index + 1} Status`, 0x08, 0x0f, {
      entity: [powerSupply, index + 1],
      standby: true,
    }),
  ),
  ...serverNumbers.drives.map((number, index) =>
    discrete(number, `Drive ${index}`, 0x0d, 0x03, { entity: [disk, index + 1], standby: true }),
  ),
];
