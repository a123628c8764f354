/**
 * One boot override in the views of IPMI: the flags of Get System Boot Options (IPMI 2.0, table 28-14) and the boot order of
 * Facebook's boards. What a view cannot express shows in it as no override.
 */
import { type BOOT_DEVICES, decodeBootFlags } from 'node-ipmi';
import type { BootOverride, BootTarget } from '../board/model/power.ts';
import { flagBytes } from '../board/nodes/boot.ts';

type Device = keyof typeof BOOT_DEVICES;

/** Targets by boot device. */
const targets: Readonly<Partial<Record<Device, BootTarget>>> = {
  none: 'None',
  pxe: 'Pxe',
  hdd: 'Hdd',
  hddSafeMode: 'Hdd',
  remoteHdd: 'Hdd',
  cd: 'Cd',
  remoteCd: 'Cd',
  biosSetup: 'BiosSetup',
  diagnostics: 'Diags',
  floppy: 'Usb',
  remoteFloppy: 'Usb',
  primaryRemoteMedia: 'Usb',
};

/** Bits of the flags that an override decides: valid, persistent, UEFI, and the device. */
const decided = [0xe0, 0x3c] as const;
const valid = 0x80;

/** Flags that are not valid all say the same. */
function isSame(one: readonly number[], other: readonly number[]): boolean {
  if ((((one[0] ?? 0) | (other[0] ?? 0)) & valid) === 0) return true;
  return decided.every((mask, index) => ((one[index] ?? 0) & mask) === ((other[index] ?? 0) & mask));
}

/** The five bytes that show an override; those that were `given` as long as they say the same. */
export function flagsView(boot: BootOverride, given: readonly number[]): readonly number[] {
  const own = flagBytes(boot);
  return isSame(own, given) ? given : own;
}

/** The override that the five bytes ask for; `before` where they say what it says already. */
export function overrideOfFlags(bytes: readonly number[], before: BootOverride): BootOverride {
  if (isSame(flagBytes(before), bytes)) return before;
  const flags = decodeBootFlags(Uint8Array.from(bytes));
  const target = targets[flags.device ?? 'none'] ?? 'None';
  const enabled = !flags.valid || target === 'None' ? 'Disabled' : flags.persistent ? 'Continuous' : 'Once';
  return {
    ...before,
    enabled,
    // Without a valid override the last target stays readable, as in Redfish.
    target: flags.valid ? target : before.target,
    mode: flags.valid ? (flags.uefi ? 'UEFI' : 'Legacy') : before.mode,
  };
}

/** Bits of the first byte of the boot order: "boot mode". */
export const ORDER_MODE = { uefi: 0x01, clearCmos: 0x02, setup: 0x04, valid: 0x80 } as const;
/** No device. */
export const nowhere = 0xff;
/** Devices of the boot order by target; network with IPv6 first is the same with bit 3. */
const orderDevices: Readonly<Partial<Record<BootTarget, number>>> = { Usb: 0, Pxe: 1, Hdd: 2, Cd: 3 };
const ipv6First = 0x08;
const length = 6;

/** Order before the firmware has told one: USB, network, disk, CD. */
export const defaultOrder: readonly number[] = [0x01, 0x00, 0x09, 0x02, 0x03, nowhere];

/** The six bytes that show an override before the order of the firmware. */
export function orderView(boot: BootOverride, order: readonly number[]): readonly number[] {
  const [, ...devices] = order;
  const mode = boot.mode === 'Legacy' ? 0 : ORDER_MODE.uefi;
  if (boot.enabled === 'Disabled') return [mode, ...devices];
  if (boot.target === 'BiosSetup') return [mode | ORDER_MODE.setup | ORDER_MODE.valid, ...devices];
  const wanted = orderDevices[boot.target === 'UefiHttp' ? 'Pxe' : boot.target];
  if (wanted === undefined) return [mode, ...devices];
  const isWanted = (device: number) => device === wanted || (wanted === 1 && device === (1 | ipv6First));
  const first = devices.find(isWanted) ?? wanted;
  const rest = devices.filter((device) => !isWanted(device));
  const full = [first, ...rest, nowhere, nowhere, nowhere].slice(0, length - 1);
  return [mode | ORDER_MODE.valid, ...full];
}

/** The override that a valid boot order asks for: its first device, for one boot unless it holds already. */
export function overrideOfOrder(bytes: readonly number[], before: BootOverride): BootOverride {
  const [mode = 0, first = nowhere] = bytes;
  if ((mode & ORDER_MODE.valid) === 0) return before;
  const device = first & 0xf0 ? undefined : first & 7;
  const found = (Object.keys(orderDevices) as BootTarget[]).find((each) => orderDevices[each] === device);
  const target = mode & ORDER_MODE.setup ? 'BiosSetup' : (found ?? 'None');
  const uefi = (mode & ORDER_MODE.uefi) !== 0;
  const isKept =
    target === before.target && uefi === (before.mode !== 'Legacy') && before.enabled !== 'Disabled';
  if (isKept) return before;
  return {
    ...before,
    enabled: target === 'None' ? 'Disabled' : 'Once',
    target,
    mode: uefi ? 'UEFI' : 'Legacy',
  };
}
