/** What drives a fan: a PWM output of the controller, or an output of a chip. */
import { DeviceError } from '../../../drivers/errors.ts';
import type { Hwmon } from '../../../drivers/hwmon/hwmon.ts';
import type { I2cBus } from '../../../drivers/i2c/bus.ts';
import type { SensorChip } from '../../../drivers/i2c/sensor-chip.ts';
import type { DeviceFacts, FanFacts } from '../../platform/vocabulary/index.ts';
import { fittedChip } from '../sensing/chip-reader.ts';

export interface FanOutput {
  /** Fans with the same one are driven together. */
  readonly key: string;
  /** A chip may lose its duty when it is reset: it is set again now and then. */
  readonly isVolatile: boolean;
  /** Sets the duty, percent. @throws DeviceError */
  drive(percent: number): Promise<void>;
}

export interface OutputParts {
  readonly hwmon: Hwmon;
  readonly buses: ReadonlyMap<number, I2cBus>;
  readonly devices: readonly DeviceFacts[];
}

export function outputOf({ pwm, output }: FanFacts, { hwmon, buses, devices }: OutputParts): FanOutput {
  if (output === undefined) {
    const index = pwm ?? 0;
    return { key: `pwm ${index}`, isVolatile: false, drive: (percent) => hwmon.setDuty(index, percent) };
  }
  const { device: id, channel } = output;
  const device = devices.find((each) => each.id === id);
  let chip: SensorChip | undefined;
  const driveChip = async (facts: DeviceFacts, percent: number) => {
    try {
      chip ??= await fittedChip(facts, buses);
      await chip.drive(channel, percent);
    } catch (error) {
      // Another part may be fitted by now.
      chip = undefined;
      if (!(error instanceof DeviceError) || error.kind !== 'held') throw error;
      // A driver of the kernel owns the chip.
      await hwmon.setChipDuty(facts.bus, facts.address, Number(/\d+$/.exec(channel)?.[0] ?? 1), percent);
    }
  };
  return {
    key: `${id} ${channel}`,
    isVolatile: true,
    async drive(percent) {
      if (device === undefined) throw new DeviceError('unsupported', id, 'is not in the descriptor');
      await driveChip(device, percent);
    },
  };
}
