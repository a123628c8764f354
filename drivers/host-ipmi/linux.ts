/** System interfaces of a Linux machine: device files of the kernel, and sockets of virtual machines. */
import { serveDevice } from './device.ts';
import { findDeviceFile, openDeviceFile } from './device-file.ts';
import { btFraming, type Framing, kcsFraming, ssifFraming } from './framing.ts';
import { type HostInterfaces, wayOf } from './host-ipmi.ts';
import { openVm } from './vm.ts';

const framings: Readonly<Record<'kcs' | 'bt' | 'ssif', Framing>> = {
  kcs: kcsFraming,
  bt: btFraming,
  ssif: ssifFraming,
};

export function linuxHostIpmi(): HostInterfaces {
  return {
    find(facts) {
      const [way, path] = wayOf(facts);
      if (way === 'vm') return `the daemon makes the socket ${path}`;
      findDeviceFile(path);
      return `${path} is there`;
    },
    async open(facts, listener) {
      const [way, path] = wayOf(facts);
      if (way === 'vm') return openVm(path, listener);
      return serveDevice(openDeviceFile(path), framings[way], listener);
    },
  };
}
