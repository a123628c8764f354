/** A board with one of everything that the twin simulates, and the drivers to read it. */
import type { Hardware } from '../../../drivers/hardware.ts';
import { createI2cBus, type I2cBus } from '../../../drivers/i2c/bus.ts';
import { findChip } from '../../../drivers/i2c/chips/index.ts';
import { muxBus } from '../../../drivers/i2c/mux.ts';
import { openChip, type SensorChip } from '../../../drivers/i2c/sensor-chip.ts';
import type { Platform } from '../../../src/platform/vocabulary/index.ts';

export const board = {
  id: 'bench',
  name: 'Bench Board',
  manufacturer: 'Acme',
  manager: { id: 'bmc' },
  chassis: [{ id: 'chassis', type: 'RackMount', fru: 'main' }],
  buses: [{ bus: 1 }, { bus: 3 }, { bus: 6 }],
  muxes: [
    { id: 'RISERS', chip: 'pca9544', bus: 1, address: 0x71, channels: [16, 17, 18, 19] },
    { id: 'SLOT', chip: 'pca9546', bus: 16, address: 0x73, channels: [20, 21, 22, 23] },
    { id: 'KERNEL', chip: 'pca9546', bus: 3, address: 0x70, channels: [30, 31, 32, 33], driver: 'kernel' },
  ],
  devices: [
    {
      id: 'INLET',
      chip: 'tmp421',
      bus: 6,
      address: 0x4e,
      sensors: {
        local: { id: 'INLET_TEMP', context: 'Intake', thresholds: { upperCritical: 40 } },
        remote1: { id: 'CPU_TEMP', context: 'CPU', thresholds: { upperCritical: 90 }, poweredBy: 'system' },
      },
    },
    {
      id: 'HSC',
      chip: 'adm1278',
      bus: 6,
      address: 0x45,
      shunt: 0.00025,
      pec: true,
      sensors: {
        vin: { id: 'HSC_VIN', thresholds: { upperCritical: 13.2, lowerCritical: 10.8 } },
        vout: { id: 'HSC_VOUT' },
        iout: { id: 'HSC_IOUT', thresholds: { upperCritical: 52.8 } },
        pin: { id: 'HSC_PIN', thresholds: { upperCritical: 792 } },
      },
    },
    {
      id: 'VR',
      chip: 'pmbus-dual',
      bus: 6,
      address: 0x20,
      poweredBy: 'system',
      sensors: {
        vout1: { id: 'VCCIN_V', thresholds: { upperCritical: 2.05, lowerCritical: 1.45 } },
        iout1: { id: 'VCCIN_A', thresholds: { upperCritical: 235 } },
        pout1: { id: 'VCCIN_W', thresholds: { upperCritical: 414 }, scale: 2, offset: 1 },
      },
    },
    { id: 'RISER_TEMP', chip: 'tmp75', bus: 17, address: 0x48, sensors: { temperature: { id: 'RISER' } } },
    { id: 'SLOT_TEMP', chip: 'tmp75', bus: 21, address: 0x48, sensors: { temperature: { id: 'SLOT_T' } } },
    {
      id: 'KERNEL_TEMP',
      chip: 'tmp75',
      bus: 31,
      address: 0x48,
      sensors: { temperature: { id: 'KERNEL_T' } },
      alternatives: [{ chip: 'tmp421', address: 0x4c, sensors: { local: { id: 'KERNEL_T' } } }],
    },
    { id: 'MB_EEPROM', chip: '24c64', bus: 6, address: 0x54 },
    { id: 'SPARE_EEPROM', chip: '24c02', bus: 6, address: 0x51 },
  ],
  frus: [
    { id: 'main', device: 'MB_EEPROM' },
    { id: 'spare', name: 'Spare Card', device: 'SPARE_EEPROM' },
  ],
  lines: {
    POWER_OUT: { line: 'power-out', direction: 'out', activeLow: true },
    RESET_OUT: { direction: 'out', activeLow: true },
    POWER_BUTTON: { direction: 'in', activeLow: true },
    PS_PWROK: { direction: 'in' },
    POST_COMPLETE: { direction: 'in', activeLow: true },
    CPU0_PRESENT: { direction: 'in', activeLow: true },
    FAN1_PRESENT: { direction: 'in', activeLow: true },
    PSU_GOOD: { direction: 'in' },
    BAT_BRIDGE: { direction: 'out', activeLow: true },
  },
  adc: [
    {
      channel: 0,
      divider: 0.4107,
      sensor: { id: 'P3V3', thresholds: { upperCritical: 3.62, lowerCritical: 2.97 } },
    },
    {
      channel: 7,
      divider: 0.3333,
      bridge: { line: 'BAT_BRIDGE' },
      sensor: { id: 'P3V_BAT', context: 'Battery', thresholds: { upperCritical: 3.74, lowerCritical: 2.73 } },
    },
  ],
  fans: [
    {
      id: 'FAN0',
      pwm: 0,
      tachs: [{ tach: 0, sensor: { id: 'FAN0_TACH', thresholds: { upperCaution: 8500 } } }],
    },
    { id: 'FAN1', pwm: 1, present: 'FAN1_PRESENT', tachs: [{ tach: 2, sensor: { id: 'FAN1_TACH' } }] },
  ],
  powerSupplies: [
    {
      id: 'PSU',
      type: 'DC',
      inputVoltage: 'HSC_VIN',
      outputVoltage: 'HSC_VOUT',
      outputCurrent: 'HSC_IOUT',
      inputPower: 'HSC_PIN',
      good: 'PSU_GOOD',
    },
  ],
  hosts: [
    {
      id: 'system',
      chassis: 'chassis',
      fru: 'main',
      power: {
        kind: 'gpio',
        button: 'POWER_OUT',
        reset: 'RESET_OUT',
        good: 'PS_PWROK',
        onPulse: 1000,
        forceOffPulse: 6000,
        cycleDelay: 1000,
      },
      post: { complete: 'POST_COMPLETE' },
      buttons: { power: 'POWER_BUTTON' },
      processors: { sockets: [{ id: 'CPU0', present: 'CPU0_PRESENT' }] },
    },
  ],
} as const satisfies Platform;

const opened = new WeakMap<Hardware, Map<number, I2cBus>>();

/** The bus `number` as the drivers see it, through the muxes that redfishd switches; one instance per bus. */
export function busOf(hardware: Hardware, number: number, descriptor: Platform = board): I2cBus {
  const known = opened.get(hardware) ?? new Map<number, I2cBus>();
  opened.set(hardware, known);
  const bus = known.get(number) ?? openBus(hardware, number, descriptor);
  known.set(number, bus);
  return bus;
}

function openBus(hardware: Hardware, number: number, descriptor: Platform): I2cBus {
  const mux = descriptor.muxes?.find(
    ({ channels, driver }) => driver !== 'kernel' && channels.includes(number),
  );
  if (!mux) return createI2cBus(hardware.i2c(number), { timeout: 50 });
  const spec = findChip(mux.chip);
  if (spec?.kind !== 'mux') throw new Error(`${mux.chip} is no mux`);
  const parent = busOf(hardware, mux.bus, descriptor);
  return muxBus(spec, parent, mux.address, mux.channels.indexOf(number), `i2c-${number}`);
}

/** The chip of a device, identified and configured. */
export async function openDevice(
  hardware: Hardware,
  id: string,
  descriptor: Platform = board,
): Promise<SensorChip> {
  const device = descriptor.devices?.find((candidate) => candidate.id === id);
  const spec = device?.chip === undefined ? undefined : findChip(device.chip);
  if (device?.bus === undefined || device.address === undefined || spec?.kind !== 'sensor') {
    throw new Error(`${id} is no sensor chip`);
  }
  const chip = openChip(spec, busOf(hardware, device.bus, descriptor).device(device.address), device);
  await chip.identify();
  await chip.configure();
  return chip;
}

/** A clock that only `pass` advances. */
export function clock() {
  let time = 1000;
  return {
    now: () => time,
    pass(ms: number) {
      time += ms;
    },
  };
}
