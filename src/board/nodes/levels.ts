/** What a controller reports of its host as levels: power, and the pins of a bridge IC. */
import { bicGetGpio, getChassisStatus, getDeviceId, IpmiError, run, type Target } from 'node-ipmi';
import type { Identity } from './identity.ts';
import { bitLine, powerLine } from './node-lines.ts';

export interface Levels {
  readonly levels: ReadonlyMap<string, boolean>;
  /** Commands that the controller refuses, for people; what they would report stays unknown. */
  readonly refusals: readonly string[];
}

/**
 * Reads the levels. A bridge IC reports the power only if `isPowerUsed`: a host is switched by it.
 * @throws IpmiError, but not for a refusal: a controller that refuses one command is reachable all the same
 */
export async function readLevels(
  target: Target,
  { bridge, hasChassis }: Pick<Identity, 'bridge' | 'hasChassis'>,
  isPowerUsed: boolean,
): Promise<Levels> {
  const levels = new Map<string, boolean>();
  const refusals: string[] = [];
  const read = async (job: () => Promise<void>) => {
    try {
      await job();
    } catch (error) {
      if (!(error instanceof IpmiError) || error.kind !== 'completion') throw error;
      refusals.push(error.message);
    }
  };
  const asksPower = bridge === null ? hasChassis : isPowerUsed;
  if (bridge !== null)
    await read(async () => {
      const pins = await run(target, bicGetGpio, { iana: bridge });
      for (let bit = 0; bit < pins.length * 8; bit++)
        levels.set(bitLine(bit), ((pins[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0);
    });
  if (asksPower)
    await read(async () => {
      levels.set(powerLine, (await run(target, getChassisStatus, undefined)).powerOn);
    });
  // Without either, an answer to anything shows that the controller is reachable.
  if (bridge === null && !asksPower) await run(target, getDeviceId, undefined);
  return { levels, refusals };
}
