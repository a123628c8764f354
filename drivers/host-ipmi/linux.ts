/** System interfaces of a Linux machine: device files of the kernel, and sockets of virtual machines. */
import { DeviceError } from '../errors.ts';
import { type HostInterfaces, wayOf } from './host-ipmi.ts';
import { openVm } from './vm.ts';

export function linuxHostIpmi(): HostInterfaces {
  return {
    async open(facts, listener) {
      const [way, path] = wayOf(facts);
      if (way === 'vm') return openVm(path, listener);
      throw new DeviceError('unsupported', path, `no driver for ${way}`);
    },
  };
}
