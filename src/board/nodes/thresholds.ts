/** Present thresholds of a sensor: its record has the initial ones. */
import {
  EVENT_TYPE,
  getSensorThresholds,
  IpmiError,
  ownerTarget,
  run,
  type Sdr,
  type Target,
} from 'node-ipmi';

/** Threshold access of a record: readable, or readable and settable (IPMI 2.0, table 43-1, byte 12). */
const readable = [1, 2];

/** The record with the present thresholds, where the controller reports them. @throws IpmiError, but not for a refusal */
export async function withThresholds(target: Target, sdr: Sdr): Promise<Sdr> {
  if (sdr.kind !== 'full' || sdr.eventType !== EVENT_TYPE.threshold) return sdr;
  if (!readable.includes(sdr.capabilities.thresholds)) return sdr;
  try {
    const owner = ownerTarget(target, sdr.owner);
    const now = await run(owner, getSensorThresholds, { sensor: sdr.number }, sdr.owner.lun);
    return {
      ...sdr,
      masks: { ...sdr.masks, reading: (sdr.masks.reading & ~0x3f) | now.readable },
      thresholds: now.raw,
    };
  } catch (error) {
    if (error instanceof IpmiError && error.kind === 'completion') return sdr;
    throw error;
  }
}
