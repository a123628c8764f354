/** The ways to controllers that speak IPMI, on this machine or on a twin of it. */
import type { IpmbLink, LanOptions } from 'node-ipmi';

export interface IpmiPaths {
  /** Opens the IPMB on an I2C bus. @throws DeviceError `no-bus` when there is no such bus, `held` */
  ipmb(bus: number): IpmbLink;
  /**
   * Where the controller of a node is in truth: as asked, or what stands in for it on a twin. Secrets are looked for only
   * where they are needed. @throws what `secrets` throws
   */
  lan(node: string, options: LanOptions, secrets: () => Promise<LanSecrets>): Promise<LanOptions>;
}

export type LanSecrets = Pick<LanOptions, 'password' | 'kg'>;
