/** Port expanders of the PCA953x kind and the PCF8574: input, output, polarity and configuration of eight lines each. */
import { defineGpio, type GpioChipSpec } from '../chip.ts';
import type { Quality } from '../quality.ts';

const linux = 'Linux drivers/gpio/gpio-pca953x.c';

/** Registers by the number of ports of eight lines; five ports have theirs eight apart. */
const registersOf = (ports: number) =>
  ports === 5
    ? { input: 0x00, output: 0x08, configuration: 0x18 }
    : { input: 0, output: ports, configuration: 3 * ports };

function expander(
  compatible: readonly [string, ...string[]],
  lines: number,
  datasheet: string,
  quality: Quality = 'driver-checked',
): GpioChipSpec {
  return defineGpio({
    compatible,
    datasheet: `${datasheet}; ${linux}`,
    quality,
    kernel: { driver: 'pca953x' },
    lines,
    registers: registersOf(Math.ceil(lines / 8)),
  });
}

/** Two levels and nothing else. */
const quasi = (compatible: readonly [string, ...string[]], lines: number): GpioChipSpec =>
  defineGpio({
    compatible,
    datasheet: 'NXP PCF8574 and PCF8575, "Quasi-bidirectional I/Os"; Linux drivers/gpio/gpio-pcf857x.c',
    quality: 'driver-checked',
    kernel: { driver: 'pcf857x' },
    lines,
  });

export const pca9536 = expander(['pca9536', 'tca9536'], 4, 'NXP PCA9536, register descriptions');
export const pca9534 = expander(
  ['pca9534', 'pca9538', 'pca9554', 'pca9557', 'tca6408', 'tca9538', 'tca9554'],
  8,
  'NXP PCA9534, register descriptions',
);
export const pca9535 = expander(
  ['pca9535', 'pca9539', 'pca9555', 'pca6416', 'tca6416', 'tca9539', 'tca9555', 'max7312'],
  16,
  'NXP PCA9535, register descriptions',
);
export const pca9505 = expander(['pca9505', 'pca9506', 'pca9698'], 40, 'NXP PCA9505, register descriptions');
export const pcf8574 = quasi(['pcf8574', 'pcf8574a', 'pca8574'], 8);
export const pcf8575 = quasi(['pcf8575', 'pca8575'], 16);

export default [pca9536, pca9534, pca9535, pca9505, pcf8574, pcf8575];
