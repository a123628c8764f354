/** Reads sensors: one, many, or all while their records are still being read. */
import { bridge } from './bridge.ts';
import { run } from './command.ts';
import { getReadingFactors, getSensorReading } from './commands/sensor.ts';
import { IpmiError } from './errors.ts';
import { BMC_ADDRESS, type Target } from './message.ts';
import { expandSensor, interpretReading, isSensor, type SensorReading } from './reading.ts';
import type { FullSensor, Sdr, SensorOwner, SensorSdr } from './sdr.ts';
import { decodeFactors } from './sdr-decode.ts';
import { readSdrs } from './sdr-reader.ts';

/** A sensor with its reading, or with the reason why there is none. */
export interface SensorSample {
  readonly sdr: SensorSdr;
  readonly reading: SensorReading | undefined;
  readonly error: IpmiError | undefined;
}

/** The controller that a sensor's owner is, seen from the BMC: itself, or a node behind it. */
export function ownerTarget(target: Target, owner: SensorOwner): Target {
  const isOwn = owner.address === (target.address ?? BMC_ADDRESS);
  return isOwn ? target : bridge(target, { address: owner.address, channel: owner.channel });
}

/** Reads one sensor from its owner. Never fails: the error is part of the sample. */
export async function sampleSensor(target: Target, sdr: SensorSdr): Promise<SensorSample> {
  try {
    const owner = ownerTarget(target, sdr.owner);
    const raw = await run(owner, getSensorReading, { sensor: sdr.number }, sdr.owner.lun);
    const known =
      sdr.kind === 'full' && sdr.factors.linearization >= NON_LINEAR
        ? await linearAt(owner, sdr, raw.raw)
        : sdr;
    return { sdr, reading: interpretReading(known, raw), error: undefined };
  } catch (error) {
    if (!(error instanceof IpmiError)) throw error;
    return { sdr, reading: undefined, error };
  }
}

/** From this linearization on a sensor is not linear, and has factors for each reading. */
const NON_LINEAR = 0x70;

/** The record of a non-linear sensor with the factors that hold at one raw reading (section 36.2). */
async function linearAt(owner: Target, sdr: FullSensor, raw: number): Promise<FullSensor> {
  if (sdr.factors.format === 'none') return sdr;
  const answer = await run(owner, getReadingFactors, { sensor: sdr.number, raw }, sdr.owner.lun);
  return { ...sdr, factors: decodeFactors(answer.factors, 0, sdr.factors.format) };
}

/** Reads many sensors at once. Event-only sensors have no reading and are left out. */
export function sampleSensors(target: Target, sdrs: readonly Sdr[]): Promise<SensorSample[]> {
  return Promise.all(sdrs.flatMap(readable).map((sdr) => sampleSensor(target, sdr)));
}

/** The sensors of a record that have readings: several where they share it. */
function readable(sdr: Sdr): readonly SensorSdr[] {
  return isSensor(sdr) && sdr.kind !== 'eventOnly' ? expandSensor(sdr) : [];
}

/** Reads all records and, while that goes on, the sensors that they describe. */
export async function sweep(target: Target): Promise<{ sdrs: readonly Sdr[]; samples: SensorSample[] }> {
  const samples = new Map<string, Promise<SensorSample>>();
  const each = (sdr: Sdr): void => {
    for (const sensor of readable(sdr))
      samples.set(`${sdr.recordId}/${sensor.number}`, sampleSensor(target, sensor));
  };
  const sdrs = await readSdrs(target, { each });
  const ids = new Set(sdrs.map((sdr) => sdr.recordId));
  const all = await Promise.all(samples.values());
  // Records that were deleted while the repository was read are no longer sensors.
  return { sdrs, samples: all.filter(({ sdr }) => ids.has(sdr.recordId)) };
}
