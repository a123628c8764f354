/** Identifies the devices of a descriptor: chips by their identity registers, EEPROMs by their inventory. */
import { decodeFru, fruText } from 'node-ipmi/fru';
import { DeviceError } from '../../drivers/errors.ts';
import type { I2cBus } from '../../drivers/i2c/bus.ts';
import type { Identity } from '../../drivers/i2c/chip.ts';
import { findChip } from '../../drivers/i2c/chips/index.ts';
import { openEeprom } from '../../drivers/i2c/eeprom.ts';
import { type Candidate, candidatesOf, openCandidate } from '../board/sensing/chip-reader.ts';
import type { DeviceFacts, Platform } from '../platform/vocabulary/index.ts';
import { deviceError } from './errors.ts';
import type { DeviceFinding, DeviceState } from './report.ts';

/** Bytes of an inventory that are read. */
const inventoryLength = 1024;

export interface Identified {
  readonly finding: DeviceFinding;
  /** The part that is fitted; null when none responds as the descriptor states. */
  readonly fitted: Candidate | null;
}

/** A device whose chassis is not inserted is not addressed. */
export const notInserted = (device: DeviceFacts): Identified => ({
  finding: finding(device, 'absent', `its chassis ${device.chassis} is not plugged in`),
  fitted: null,
});

const finding = (
  { id, chip, bus, address }: Pick<DeviceFacts, 'id' | 'chip' | 'bus' | 'address'>,
  state: DeviceState,
  detail: string,
): DeviceFinding => ({ id, chip, bus, address, state, detail, readings: {} });

/** Identifies a device or the second source in its place. `isOff` tells that its host has no power. */
export async function identify(
  device: DeviceFacts,
  platform: Platform,
  buses: ReadonlyMap<number, I2cBus>,
  isOff: boolean,
): Promise<Identified> {
  const refusals: { candidate: Candidate; error: DeviceError }[] = [];
  for (const candidate of candidatesOf(device)) {
    try {
      const detail = await answerOf(device.id, candidate, platform, buses);
      return { finding: finding({ ...device, ...candidate }, 'answers', detail), fitted: candidate };
    } catch (error) {
      refusals.push({ candidate, error: deviceError(error, device.id) });
    }
  }
  // A wrong response tells more than silence at another address.
  const { candidate, error } =
    refusals.find(({ error: { kind } }) => kind !== 'no-answer') ?? refusals[0] ?? unreachable();
  if (isOff && error.kind === 'no-answer') {
    const detail = `it has no power: its host ${device.poweredBy} is off`;
    return { finding: finding({ ...device, ...candidate }, 'absent', detail), fitted: null };
  }
  const state = stateOf(error, device.optional === true);
  return { finding: finding({ ...device, ...candidate }, state, error.message), fitted: null };
}

const unreachable = (): never => {
  throw new Error('a device has no candidate');
};

/** Its identity, for people. @throws DeviceError */
async function answerOf(
  id: string,
  candidate: Candidate,
  platform: Platform,
  buses: ReadonlyMap<number, I2cBus>,
): Promise<string> {
  const spec = findChip(candidate.chip);
  if (spec?.kind === 'eeprom') {
    const bus = buses.get(candidate.bus);
    if (bus === undefined) throw new DeviceError('no-bus', id, `there is no bus ${candidate.bus}`);
    const eeprom = openEeprom(spec, bus.device(candidate.address));
    const image = await eeprom.read(0, Math.min(eeprom.size, inventoryLength));
    const fru = platform.frus?.some(({ device }) => device === id);
    return fru === true ? inventoryText(image) : 'answers';
  }
  await openCandidate(id, candidate, buses).identify();
  return spec?.kind === 'sensor' && spec.identity.length > 0
    ? spec.identity.map(identityText).join(', ')
    : 'it answers, and has no identity register';
}

const hex = (value: number) => `0x${value.toString(16).padStart(2, '0')}`;

const identityText = (identity: Identity): string =>
  'block' in identity
    ? `block ${hex(identity.block)} begins "${identity.text}"`
    : `register ${hex(identity.register.address)} is ${hex(identity.value)}`;

function inventoryText(image: Uint8Array): string {
  const { board, product, faults } = decodeFru(image);
  const [fault] = faults;
  if (fault !== undefined)
    return `inventory damaged: ${fault.area} area at offset ${fault.offset}: ${fault.message}`;
  const texts = [
    fruText(product?.manufacturer) ?? fruText(board?.manufacturer),
    fruText(product?.productName) ?? fruText(board?.productName),
    fruText(product?.serialNumber) ?? fruText(board?.serialNumber),
  ].filter((text) => text !== null && text !== undefined);
  return texts.length === 0 ? 'inventory empty' : `"${texts.join('", "')}"`;
}

function stateOf({ kind }: DeviceError, optional: boolean): DeviceState {
  if (kind === 'held') return 'held';
  if (kind === 'stuck' || kind === 'no-bus') return 'no bus';
  if (optional && (kind === 'no-answer' || kind === 'wrong-device')) return 'absent';
  if (kind === 'no-answer') return 'silent';
  return kind === 'unsupported' ? 'unknown' : 'other';
}
