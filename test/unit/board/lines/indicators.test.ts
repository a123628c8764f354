/** Indicators on LEDs of the kernel: their priorities, and LEDs that cannot be driven. */
import { describe, expect, it } from 'vitest';
import { DeviceError } from '../../../../drivers/errors.ts';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import type { Twin } from '../../../../src/twin/twin.ts';
import { bench, pass, startBench, useOwnTime } from '../support.ts';

useOwnTime();

const blink = { on: 200, off: 300 };
/** One light that says everything of the chassis, and one that says it of a card. */
const lit: Platform = {
  ...bench,
  indicators: [
    { id: 'on', led: 'front', kind: 'power', host: 'system' },
    { id: 'bad', led: 'front', kind: 'fault', chassis: 'main', blink: { on: 50, off: 50 } },
    { id: 'here', led: 'front', kind: 'identify', chassis: 'main', blink },
    { id: 'card', led: 'card', kind: 'identify', chassis: 'card' },
  ],
};

/** Lights that cannot be driven, or cannot blink by themselves. */
const leds = (twin: Twin, how: { broken?: boolean; plain?: boolean }): Twin['leds'] => ({
  ...twin.leds,
  led: (name) => {
    const led = twin.leds.led(name);
    const check = () => {
      if (how.broken === true) throw new DeviceError('no-bus', `light ${name}`, 'has gone');
    };
    return {
      name,
      set: async (on) => {
        check();
        await led.set(on);
      },
      blink: async (on, off) => {
        check();
        return how.plain === true ? false : led.blink(on, off);
      },
    };
  },
});

describe('an LED with several indicators', () => {
  it('shows identify first, then fault, then power', async () => {
    const b = await startBench({ platform: lit });
    const shown = () => b.twin.leds.shown('front');
    expect(shown()).toBe('dark');
    await b.running();
    expect(shown()).toBe('lit');
    b.twin.set('INLET_TEMP', 60);
    await pass(2000);
    expect(shown()).toEqual({ on: 50, off: 50 });
    await b.board.setIdentify('main', true);
    await pass(10);
    expect(shown()).toEqual(blink);
    expect(b.board.chassis.get('main')?.identify).toBe(true);
    expect(b.board.chassis.get('card')?.identify).toBe(false);
    await b.board.setIdentify('main', false);
    await pass(10);
    expect(shown()).toEqual({ on: 50, off: 50 });
    b.twin.set('INLET_TEMP', null);
    await pass(3000);
    expect(shown()).toBe('lit');
  });

  it('is switched by the daemon where the kernel cannot blink it', async () => {
    const b = await startBench({
      platform: lit,
      hardware: (twin) => ({ leds: leds(twin, { plain: true }) }),
    });
    await b.board.setIdentify('main', true);
    const seen: unknown[] = [];
    for (let at = 0; at < 1000; at += 100) {
      await pass(100);
      seen.push(b.twin.leds.shown('front'));
    }
    expect(seen.filter((each) => each === 'lit').length).toBeGreaterThan(2);
    expect(seen.filter((each) => each === 'dark').length).toBeGreaterThan(2);
  });

  it('refuses identify while it cannot be driven, reports that, and follows once it can', async () => {
    const how = { broken: true };
    const b = await startBench({ platform: lit, hardware: (twin) => ({ leds: leds(twin, how) }) });
    await expect(b.board.setIdentify('card', true)).rejects.toMatchObject({ kind: 'no-bus' });
    expect(b.board.chassis.get('card')?.identify).toBe(false);
    await b.running();
    expect(b.events.map(({ message, args }) => [message, args[0]])).toContainEqual([
      'Platform.DeviceManagementInterfaceError',
      'light front',
    ]);
    how.broken = false;
    await pass(11_000);
    expect(b.twin.leds.shown('front')).toBe('lit');
    expect(b.events.at(-1)).toMatchObject({ condition: 'light:front', resolves: true });
  });
});
