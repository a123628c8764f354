/**
 * Checks a descriptor against the hardware. Nothing is written to any device: inputs are requested and given back,
 * outputs are only looked up, chips and EEPROMs are read.
 */
import type { Hardware } from '../../drivers/hardware.ts';
import { openBuses } from '../board/sensing/buses.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import { probeControllers } from './controllers.ts';
import { type Identified, identify, notInserted } from './devices.ts';
import { probeInputs } from './inputs.ts';
import { hostsOff, missingChassis, probeLines } from './lines.ts';
import { type Count, metered } from './meter.ts';
import { permittedWrites } from './permitted-writes.ts';
import type { ProbeReport } from './report.ts';
import { probeRounds } from './rounds.ts';

/** States of something that is as the descriptor states, or is expected to be missing. */
const expected: readonly string[] = ['answers', 'held', 'absent', 'found'];

export async function probe(platform: Platform, hardware: Hardware): Promise<ProbeReport> {
  const lines = await probeLines(platform, hardware);
  const missing = missingChassis(platform, lines);
  const off = hostsOff(platform, lines);
  const { transport, countOf } = counting(hardware, platform);
  const buses = openBuses(platform, { i2c: transport });
  const found = new Map<string, Identified>();
  for (const device of platform.devices ?? []) {
    const isMissing = missing.has(device.chassis ?? '');
    const isOff = off.has(device.poweredBy ?? '');
    found.set(
      device.id,
      isMissing ? notInserted(device) : await identify(device, platform, buses.all, isOff),
    );
  }
  const rounds = await probeRounds(platform, buses, found, countOf);
  const devices = [...found.values()].map(({ finding }) => finding);
  const inputs = await probeInputs(platform, hardware);
  const controllers = await probeControllers(platform, hardware.ipmi, missing);
  return {
    board: platform.name,
    ...{ devices, lines, inputs, buses: rounds, controllers },
    ok: [...devices, ...lines, ...inputs, ...controllers].every(({ state }) => expected.includes(state)),
  };
}

/** The transports of the hardware, each counted and limited to reading. */
function counting(hardware: Hardware, platform: Platform) {
  const counts = new Map<number, Count>();
  const countOf = (bus: number): Count => {
    const count = counts.get(bus) ?? { transfers: 0, bits: 0, time: 0 };
    counts.set(bus, count);
    return count;
  };
  const permitted = permittedWrites(platform);
  const transports = new Map<number, ReturnType<Hardware['i2c']>>();
  const transport = (bus: number) => {
    const made = transports.get(bus) ?? metered(hardware.i2c(bus), countOf(bus), permitted);
    transports.set(bus, made);
    return made;
  };
  return { transport, countOf };
}
