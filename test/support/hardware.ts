/** The hardware that a twin is, as an object whose parts a test may replace. */
import type { Hardware } from '../../drivers/hardware.ts';

export const hardwareOf = (twin: Hardware): Hardware => {
  const { i2c, gpio, hwmon, serial, postCodes, leds, watchdogs, ipmi, hostIpmi, machines, close } = twin;
  return { i2c, gpio, hwmon, serial, postCodes, leds, watchdogs, ipmi, hostIpmi, machines, close };
};
