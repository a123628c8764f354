/** The lights of an LED driver that no kernel driver holds, over I2C. */
import { DeviceError } from '../errors.ts';
import type { I2cDevice, RegisterAccess } from '../i2c/bus.ts';
import type { LedChipSpec } from '../i2c/chip.ts';
import type { Led, Leds } from './leds.ts';

/** Two bits of a selector for each light. */
const lit = 0;
const dark = 1;
const blinking = [2, 3] as const;

/** Registers come after as many input registers as the chip needs for its pins: two rates, then the selectors. */
export function ledRegisters({ leds }: LedChipSpec) {
  const rates = Math.ceil(leds / 8);
  return {
    prescaler: (rate: number) => rates + 2 * rate,
    duty: (rate: number) => rates + 2 * rate + 1,
    selector: (led: number) => rates + 4 + (led >> 2),
    shift: (led: number) => 2 * (led & 3),
  };
}

/** What the registers of a rate are for times in milliseconds; undefined where the chip cannot be so slow or fast. */
export function blinkRate({ blinkClock }: LedChipSpec, on: number, off: number) {
  const prescaler = Math.round(((on + off) / 1000) * blinkClock) - 1;
  if (!(on > 0 && off > 0) || prescaler < 0 || prescaler > 0xff) return undefined;
  // The register holds the dark part in 256ths.
  const duty = Math.min(255, Math.max(1, Math.round((256 * off) / (on + off))));
  return { prescaler, duty };
}

/** `names` are those of the lights, from the first on. */
export function expanderLeds(
  spec: LedChipSpec,
  device: I2cDevice,
  names: readonly (string | undefined)[],
): Leds {
  const registers = ledRegisters(spec);
  /** Lights that blink, by the rate that they use. */
  const users = [new Set<number>(), new Set<number>()] as const;
  const rates: (ReturnType<typeof blinkRate> | undefined)[] = [undefined, undefined];

  async function select(access: RegisterAccess, index: number, mode: number): Promise<void> {
    const register = registers.selector(index);
    const before = await access.readByte(register);
    const shift = registers.shift(index);
    const after = (before & ~(3 << shift)) | (mode << shift);
    if (after !== before) await access.writeByte(register, after);
  }

  const indexOf = (name: string): number => {
    const index = names.indexOf(name);
    if (index >= 0 && index < spec.leds) return index;
    throw new DeviceError(
      'no-bus',
      `light ${name}`,
      `${spec.compatible[0]} at ${device.name} has no such light`,
    );
  };

  const led = (name: string): Led => ({
    name,
    async set(on) {
      const index = indexOf(name);
      await device.run((access) => select(access, index, on ? lit : dark));
      for (const each of users) each.delete(index);
    },
    async blink(on, off) {
      const index = indexOf(name);
      const wanted = blinkRate(spec, on, off);
      if (!wanted) return false;
      const isSame = (rate: (typeof rates)[number]) =>
        rate?.prescaler === wanted.prescaler && rate.duty === wanted.duty;
      const isFree = (number: number) => [...(users[number] ?? [])].every((user) => user === index);
      const number = rates.findIndex(isSame) >= 0 ? rates.findIndex(isSame) : [0, 1].find(isFree);
      const mode = number === undefined ? undefined : blinking[number];
      if (number === undefined || mode === undefined) return false;
      await device.run(async (access) => {
        await access.writeByte(registers.prescaler(number), wanted.prescaler);
        await access.writeByte(registers.duty(number), wanted.duty);
        await select(access, index, mode);
      });
      rates[number] = wanted;
      for (const each of users) each.delete(index);
      users[number]?.add(index);
      return true;
    },
  });
  return { led };
}
