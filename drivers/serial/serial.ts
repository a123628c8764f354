/** Serial ports: what a host writes to its console, byte for byte. */
import type { Duplex } from 'node:stream';

export interface SerialPorts {
  /**
   * Opens a port, without echo or any other treatment of what passes. The stream fails with a DeviceError, or ends, when
   * the port goes.
   *
   * @param device path of the device, `/dev/ttyS1`
   * @param baud bits per second; 8 data bits, no parity
   * @throws DeviceError `no-bus` (there is none), `held`, `unsupported`
   */
  open(device: string, baud: number): Promise<Duplex>;
}
