/** PCA955x LED drivers: each light off, on, or blinking at one of two rates. */
import { defineLeds, type LedChipSpec } from '../chip.ts';

const drivers = (compatible: readonly [string, ...string[]], leds: number, blinkClock: number): LedChipSpec =>
  defineLeds({
    compatible,
    datasheet: `NXP ${compatible[0].toUpperCase()}, "Register descriptions"; Linux drivers/leds/leds-pca955x.c`,
    quality: 'driver-checked',
    kernel: { driver: 'leds-pca955x' },
    leds,
    blinkClock,
  });

export const pca9550 = drivers(['pca9550'], 2, 44);
export const pca9551 = drivers(['pca9551'], 8, 38);
export const pca9552 = drivers(['pca9552'], 16, 44);
export const pca9553 = drivers(['pca9553'], 4, 44);

export default [pca9550, pca9551, pca9552, pca9553];
