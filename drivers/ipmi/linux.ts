/** IPMI on Linux: IPMB through the kernel's ipmb-dev-int, LAN through the network of the machine. */
import { existsSync } from 'node:fs';
import { IpmbDevice, IpmiError } from 'node-ipmi';
import { DeviceError } from '../errors.ts';
import type { IpmiPaths } from './ipmi.ts';

/** `folder` has the devices `ipmb-N`; N is the number of the I2C bus. */
export const linuxIpmi = (folder = '/dev'): IpmiPaths => ({
  ipmb(bus) {
    const path = `${folder}/ipmb-${bus}`;
    if (!existsSync(path))
      throw new DeviceError(
        'no-bus',
        `IPMB ${bus}`,
        `there is no ${path}; the kernel makes one of an "ipmb-dev" node on that bus`,
      );
    try {
      return new IpmbDevice(path);
    } catch (error) {
      if (!(error instanceof IpmiError)) throw error;
      throw new DeviceError('held', `IPMB ${bus}`, error.message, { cause: error });
    }
  },
  lan: async (_node, options, secrets) => ({ ...options, ...(await secrets()) }),
});
