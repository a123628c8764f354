/** One round over the sensors of each bus, as the daemon makes them, and the share of the bus that it takes. */
import type { I2cBus } from '../../drivers/i2c/bus.ts';
import type { Buses } from '../board/sensing/buses.ts';
import { type Candidate, openCandidate } from '../board/sensing/chip-reader.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import type { Identified } from './devices.ts';
import { deviceError } from './errors.ts';
import type { Count } from './meter.ts';
import type { BusFinding, DeviceFinding } from './report.ts';

/** Clock of a bus where the descriptor has none, Hz. */
const defaultSpeed = 100_000;
/** Sampling period where the descriptor has none, milliseconds. */
const defaultPeriod = 1000;

/** Reads all devices that respond, and puts their readings into `found`. @returns one finding per bus with such devices */
export async function probeRounds(
  platform: Platform,
  buses: Buses,
  found: Map<string, Identified>,
  countOf: (bus: number) => Count,
): Promise<BusFinding[]> {
  const rounds: BusFinding[] = [];
  for (const adapter of buses.adapters) {
    const round = await probeRound(platform, buses, adapter, found, countOf(adapter));
    if (round.devices > 0) rounds.push(round);
  }
  return rounds;
}

async function probeRound(
  platform: Platform,
  { all, adapterOf }: Buses,
  adapter: number,
  found: Map<string, Identified>,
  count: Count,
): Promise<BusFinding> {
  const facts = platform.buses?.find(({ bus }) => bus === adapter);
  const speed = facts?.speed ?? defaultSpeed;
  // What it took to identify the devices is not part of a round.
  Object.assign(count, { transfers: 0, bits: 0, time: 0 });
  const begun = performance.now();
  let load = 0;
  let devices = 0;
  let sensors = 0;
  for (const { id, bus, poll } of platform.devices ?? []) {
    const entry = found.get(id);
    const declared = entry?.fitted?.sensors;
    if (adapterOf(bus) !== adapter || entry?.finding.state !== 'answers') continue;
    if (declared === undefined || entry.fitted === null) continue;
    const before = count.bits;
    const readings = await readAll(id, entry.fitted, all);
    const periods = Object.values(declared).map((sensor) => sensor.poll ?? poll ?? defaultPeriod);
    devices += 1;
    sensors += Object.keys(readings).length;
    load += (100 * (count.bits - before)) / speed / (Math.min(...periods) / 1000);
    found.set(id, { ...entry, finding: { ...entry.finding, readings } });
  }
  const { transfers, bits } = count;
  const name = facts?.name ?? `i2c-${adapter}`;
  const wire = (1000 * bits) / speed;
  const measured = performance.now() - begun;
  return { bus: adapter, name, devices, sensors, transfers, bits, speed, wire, measured, load };
}

/** Reads every sensor of a device. Never throws. */
async function readAll(
  id: string,
  candidate: Candidate,
  buses: ReadonlyMap<number, I2cBus>,
): Promise<DeviceFinding['readings']> {
  const readings: Record<string, { value: number | null; fault: string | null }> = {};
  const chip = openCandidate(id, candidate, buses);
  for (const [channel, { id: sensor, scale = 1, offset = 0 }] of Object.entries(candidate.sensors ?? {})) {
    try {
      readings[sensor] = { value: (await chip.read(channel)) * scale + offset, fault: null };
    } catch (error) {
      readings[sensor] = { value: null, fault: deviceError(error, id).message };
    }
  }
  return readings;
}
