/** PCA954x and TCA954x: I2C muxes (one channel at a time) and switches (any channels). No channel is open at power-on. */
import { defineMux } from '../chip.ts';

export const pca9543 = defineMux({
  compatible: ['pca9543', 'pca9543a', 'tca9543a'],
  datasheet: 'NXP PCA9543, table 1',
  quality: 'datasheet-checked',
  kernel: { driver: 'pca954x' },
  channels: 2,
  control: 'bit',
});

export const pca9544 = defineMux({
  compatible: ['pca9544', 'pca9544a', 'tca9544a'],
  datasheet: 'TI SCPS146D (PCA9544A), figure 2 and table 1',
  quality: 'datasheet-checked',
  kernel: { driver: 'pca954x' },
  channels: 4,
  control: { enable: 0x04 },
});

export const pca9545 = defineMux({
  compatible: ['pca9545', 'pca9545a', 'tca9545a'],
  datasheet: 'NXP PCA9545A Rev. 9, table 4',
  quality: 'datasheet-checked',
  kernel: { driver: 'pca954x' },
  channels: 4,
  control: 'bit',
});

export const pca9546 = defineMux({
  compatible: ['pca9546', 'pca9546a', 'tca9546a'],
  datasheet: 'NXP PCA9546A Rev. 6, table 4',
  quality: 'datasheet-checked',
  kernel: { driver: 'pca954x' },
  channels: 4,
  control: 'bit',
});

export const pca9548 = defineMux({
  compatible: ['pca9548', 'pca9548a', 'tca9548a'],
  datasheet: 'NXP PCA9548A, "Control register definition"; Linux drivers/i2c/muxes/i2c-mux-pca954x.c',
  quality: 'driver-checked',
  kernel: { driver: 'pca954x' },
  channels: 8,
  control: 'bit',
});

export default [pca9543, pca9544, pca9545, pca9546, pca9548];
