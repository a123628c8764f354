/** Boot overrides as the boot flags of IPMI (IPMI 2.0, table 28-14). */
import { type BootDevice, encodeBootFlags, getBootFlags, run, setBootFlags, type Target } from 'node-ipmi';
import { BoardRefusal, type BootOverride } from '../model.ts';

/** Redfish BootSource by what the flags can say; the others have no number there. */
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

/** The request for an override. @throws BoardRefusal `out-of-range` for a target that has no number */
function flagsOf({ enabled, target, mode }: BootOverride) {
  const device = enabled === 'Disabled' ? 'none' : devices.get(target);
  if (device === undefined)
    throw new BoardRefusal('out-of-range', `IPMI has no boot flags for the target ${target}`);
  return {
    device,
    persistent: enabled === 'Continuous',
    uefi: mode !== 'Legacy',
    valid: enabled !== 'Disabled',
  };
}

/** The five bytes that a host is given which asks this controller; an override that has no number is none. */
export function flagBytes(boot: BootOverride): readonly number[] {
  const known = boot.enabled === 'Disabled' || devices.has(boot.target);
  return encodeBootFlags(known ? flagsOf(boot) : { device: 'none', valid: false });
}

/** Tells a controller how its host is to boot. @throws IpmiError, BoardRefusal */
export const applyBoot = async (target: Target, boot: BootOverride): Promise<void> =>
  run(target, setBootFlags, flagsOf(boot));

/** Whether the flags of a controller still hold: an override for one boot is used up by it. @throws IpmiError */
export const isBootPending = async (target: Target): Promise<boolean> =>
  (await run(target, getBootFlags, undefined)).valid;
