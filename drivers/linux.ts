/** The hardware of the machine this runs on: a management controller under Linux. */
import { DeviceError } from './errors.ts';
import { linuxGpio } from './gpio/linux.ts';
import type { Hardware } from './hardware.ts';
import { linuxHostIpmi } from './host-ipmi/linux.ts';
import { linuxHwmon } from './hwmon/linux.ts';
import { linuxI2c } from './i2c/linux.ts';
import { messagesI2c } from './i2c/messages.ts';
import type { I2cTransport } from './i2c/transport.ts';
import { linuxIpmi } from './ipmi/linux.ts';
import { linuxLeds } from './leds/linux.ts';
import { linuxPostCodes } from './post/linux.ts';
import { qemuMachines } from './qemu/qemu.ts';
import { linuxSerial } from './serial/linux.ts';
import { linuxWatchdogs } from './watchdog/linux.ts';

/** @throws DeviceError `unsupported` where there is no Linux. */
export async function linuxHardware(): Promise<Hardware> {
  if (process.platform !== 'linux') {
    const message = `a board needs Linux, this is ${process.platform}; the simulated board runs here with --twin`;
    throw new DeviceError('unsupported', 'this machine', message);
  }
  const buses = new Map<number, I2cTransport>();
  const gpio = linuxGpio();
  const hwmon = linuxHwmon();
  return {
    i2c(bus) {
      const transport = buses.get(bus) ?? messagesI2c(bus, linuxI2c(bus));
      buses.set(bus, transport);
      return transport;
    },
    gpio,
    hwmon,
    serial: linuxSerial(),
    postCodes: linuxPostCodes(),
    leds: linuxLeds(),
    watchdogs: linuxWatchdogs(),
    ipmi: linuxIpmi(),
    hostIpmi: linuxHostIpmi(),
    machines: qemuMachines(),
    async close() {
      await Promise.all([gpio.close(), hwmon.close(), ...[...buses.values()].map((bus) => bus.close())]);
    },
  };
}
