/** What the firmware of a host writes to I/O port 0x80 while it tests and starts the machine. */
import type { Readable } from 'node:stream';

export interface PostCodeDevices {
  /**
   * Opens a device that hands on codes as they are written; each byte that is read is one. It begins with those that
   * the kernel has kept. The stream fails with a DeviceError when the device goes.
   *
   * @param device path of the device, `/dev/aspeed-lpc-snoop0`
   * @throws DeviceError `no-bus` (there is none), `held`, `unsupported`
   */
  open(device: string): Promise<Readable>;
}
