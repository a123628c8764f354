/** ADC channels, tachometers and PWM outputs of the controller. */
import { DeviceError } from '../../drivers/errors.ts';
import type { Hwmon } from '../../drivers/hwmon/hwmon.ts';
import { deviceName } from '../../drivers/i2c/bus.ts';
import type { FanFacts, Platform } from '../platform/vocabulary/index.ts';

/** Duty at start, percent: controllers start at full speed. */
export const startDuty: number = 100;

export interface TwinHwmon extends Hwmon {
  /** Duty of a PWM output, percent. */
  dutyOf(pwm: number): number;
  /** Returns every output to its power-on state. */
  reset(): void;
}

/** Duty with which a fan is driven, by the controller or by a chip; percent. */
export function drivenDuty(
  { pwm, output }: FanFacts,
  hwmon: TwinHwmon,
  chips: { dutyOf(output: NonNullable<FanFacts['output']>): number } | null,
): number {
  if (output !== undefined) return chips?.dutyOf(output) ?? startDuty;
  return pwm === undefined ? startDuty : hwmon.dutyOf(pwm);
}

export interface HwmonSurroundings {
  /** Brings the board up to the present moment; called before a read or a change. */
  settle(): void;
  value(sensor: string): number;
  asserted(line: string): boolean;
}

/** What a driver of the kernel shows of a processor, millidegrees by label; undefined for another device. */
function peciInputs(
  { peci = [] }: Platform,
  device: string,
  value: (sensor: string) => number,
): ReadonlyMap<string, number> | undefined {
  const processor = peci.find(({ address }) => device.endsWith(`.cpu${address - 0x30}`));
  if (processor === undefined) return undefined;
  const { temperature, thermalMargin, tjMax, memory, dimmGroupA, dimmGroupB } = processor.sensors;
  const limit = tjMax === undefined ? 93 : value(tjMax.id);
  const die = () => (thermalMargin === undefined ? undefined : limit + value(thermalMargin.id));
  const shown: Readonly<Record<string, number | undefined>> = device.startsWith('peci_cputemp')
    ? { Die: die() ?? (temperature && value(temperature.id)), Tjmax: limit }
    : {
        'DIMM A1': (dimmGroupA ?? memory) && value((dimmGroupA ?? memory)?.id ?? ''),
        'DIMM D1': dimmGroupB && value(dimmGroupB.id),
      };
  return new Map(
    Object.entries(shown).flatMap(([label, cel]) =>
      cel === undefined ? [] : [[label, Math.round(cel * 1000)] as const],
    ),
  );
}

export function createHwmon(board: Platform, around: HwmonSurroundings): TwinHwmon {
  const channels = new Map((board.adc ?? []).map((adc) => [adc.channel, adc]));
  const tachs = new Map(
    (board.fans ?? []).flatMap(({ tachs: own = [] }) =>
      own.map(({ tach, sensor }) => [tach, sensor.id] as const),
    ),
  );
  const duties = new Map(
    (board.fans ?? []).flatMap(({ pwm }) => (pwm === undefined ? [] : [[pwm, startDuty] as const])),
  );

  function known<V>(nodes: ReadonlyMap<number, V>, index: number, what: string): V {
    around.settle();
    const node = nodes.get(index);
    if (node === undefined) throw new DeviceError('no-bus', `${what} ${index}`, 'the machine has none');
    return node;
  }

  return {
    async adc(channel) {
      const { sensor, divider = 1, bridge } = known(channels, channel, 'adc');
      if (bridge && !around.asserted(bridge.line)) return 0;
      return around.value(sensor.id) * divider;
    },
    async tach(index) {
      return Math.max(0, Math.round(around.value(known(tachs, index, 'tach'))));
    },
    async duty(index) {
      return known(duties, index, 'pwm');
    },
    async setDuty(index, percent) {
      known(duties, index, 'pwm');
      if (!(percent >= 0 && percent <= 100)) {
        throw new DeviceError('unsupported', `pwm ${index}`, `the duty is 0 to 100 percent, not ${percent}`);
      }
      duties.set(index, percent);
    },
    async labelled(device, labels) {
      around.settle();
      const shown = peciInputs(board, device, (id) => around.value(id));
      if (shown === undefined) throw new DeviceError('no-bus', device, 'the machine has none');
      return new Map([...shown].filter(([label]) => labels.test(label)));
    },
    // No kernel driver holds a chip of the twin.
    async chip(bus, address) {
      throw new DeviceError('no-bus', deviceName(`i2c-${bus}`, address), 'no driver of the kernel has it');
    },
    async setChipDuty(bus, address) {
      throw new DeviceError('no-bus', deviceName(`i2c-${bus}`, address), 'no driver of the kernel has it');
    },
    async eeprom(bus, address) {
      throw new DeviceError('no-bus', deviceName(`i2c-${bus}`, address), 'no driver of the kernel has it');
    },
    async close() {},
    dutyOf: (pwm) => duties.get(pwm) ?? 0,
    reset() {
      for (const pwm of duties.keys()) duties.set(pwm, startDuty);
    },
  };
}
