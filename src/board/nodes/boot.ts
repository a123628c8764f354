/** Boot overrides as IPMI boot flags (IPMI 2.0, table 28-14). The flags carry no URI: UefiHttp is a network boot. */
import { type BootDevice, encodeBootFlags, getBootFlags, run, setBootFlags, type Target } from 'node-ipmi';
import type { BootOverride } from '../model/power.ts';
import { BoardRefusal } from '../model/refusal.ts';

/** Boot devices of the flags by Redfish BootSource; other values have none. */
const devices: ReadonlyMap<string, BootDevice> = new Map(
  Object.entries({
    None: 'none',
    Pxe: 'pxe',
    Hdd: 'hdd',
    Cd: 'cd',
    BiosSetup: 'biosSetup',
    Usb: 'floppy',
    Diags: 'diagnostics',
    UefiHttp: 'pxe',
  } as const),
);

/** The flags of an override. @throws BoardRefusal `out-of-range` for a target without a boot device */
function flagsOf({ enabled, target, mode }: BootOverride) {
  const device = enabled === 'Disabled' ? 'none' : devices.get(target);
  if (device === undefined)
    throw new BoardRefusal(
      'out-of-range',
      `IPMI boot flags have no device for the target ${target}: choose another one`,
    );
  return {
    device,
    persistent: enabled === 'Continuous',
    uefi: mode !== 'Legacy',
    valid: enabled !== 'Disabled',
  };
}

/** The five bytes of the flags for a host that asks this controller; a target without a boot device is no override. */
export function flagBytes(boot: BootOverride): readonly number[] {
  const known = boot.enabled === 'Disabled' || devices.has(boot.target);
  return encodeBootFlags(known ? flagsOf(boot) : { device: 'none', valid: false });
}

/** Sends an override to the controller of a host. @throws IpmiError, BoardRefusal */
export const applyBoot = async (target: Target, boot: BootOverride): Promise<void> =>
  run(target, setBootFlags, flagsOf(boot));

/** Whether the controller still holds valid flags: one boot uses up a one-time override. @throws IpmiError */
export const isBootPending = async (target: Target): Promise<boolean> =>
  (await run(target, getBootFlags, undefined)).valid;
