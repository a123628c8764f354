/** Simulated lights of the LED class of the kernel, by name. */
import { DeviceError } from '../../drivers/errors.ts';
import type { Leds } from '../../drivers/leds/leds.ts';

/** State of a light: dark, lit, or blinking with these times, ms. */
export type Shown = 'dark' | 'lit' | { readonly on: number; readonly off: number };

export interface TwinLeds extends Leds {
  /** Undefined for an unknown light. */
  shown(name: string): Shown | undefined;
  readonly all: Readonly<Record<string, Shown>>;
}

export function createLeds(names: readonly string[]): TwinLeds {
  const lights = new Map<string, Shown>(names.map((name) => [name, 'dark']));
  const show = (name: string, shown: Shown) => {
    if (!lights.has(name)) throw new DeviceError('no-bus', `light ${name}`, 'the machine has no such light');
    lights.set(name, shown);
  };
  return {
    led: (name) => ({
      name,
      async set(lit) {
        show(name, lit ? 'lit' : 'dark');
      },
      async blink(on, off) {
        show(name, { on, off });
        return true;
      },
    }),
    shown: (name) => lights.get(name),
    get all() {
      return Object.fromEntries(lights);
    },
  };
}
