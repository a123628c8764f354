/** The hardware interfaces of a board, implemented by Linux and by the twin. */
import type { GpioLines } from './gpio/lines.ts';
import type { HostInterfaces } from './host-ipmi/host-ipmi.ts';
import type { Hwmon } from './hwmon/hwmon.ts';
import type { I2cTransport } from './i2c/transport.ts';
import type { IpmiPaths } from './ipmi/ipmi.ts';
import type { Leds } from './leds/leds.ts';
import type { PostCodeDevices } from './post/post-codes.ts';
import type { VirtualMachines } from './qemu/machines.ts';
import type { SerialPorts } from './serial/serial.ts';
import type { Watchdogs } from './watchdog/watchdog.ts';

/** All hardware of a board: the real machine (`linux.ts`) or the twin (`src/twin`). */
export interface Hardware {
  /** The transport of bus number `bus`; the same one for the same number. Never throws: a missing bus fails on use. */
  i2c(bus: number): I2cTransport;
  readonly gpio: GpioLines;
  readonly hwmon: Hwmon;
  readonly serial: SerialPorts;
  readonly postCodes: PostCodeDevices;
  readonly leds: Leds;
  readonly watchdogs: Watchdogs;
  readonly ipmi: IpmiPaths;
  /** Interfaces over which hosts send IPMI requests. */
  readonly hostIpmi: HostInterfaces;
  readonly machines: VirtualMachines;
  close(): Promise<void>;
}
