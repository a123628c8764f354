/** The power that a node draws as a whole, and its limit, by DCMI 1.5 (section 6.6). */
import {
  activatePowerLimit,
  getPowerLimit,
  getPowerReading,
  IpmiError,
  LIMIT_ACTIONS,
  run,
  setPowerLimit,
  type Target,
} from 'node-ipmi';
import type { NodeFacts } from '../../platform/vocabulary/index.ts';
import { BoardRefusal, type PowerLimit } from '../model.ts';
import { type FoundSensor, idOf } from './records.ts';

/** Completion codes of Get Power Limit that say no limit is in force (table 6-18): none set. */
const noLimit = 0x80;
/** Of Set Power Limit (table 6-19): what is out of range. */
const outOfRange = [0x84, 0x85, 0x89, 0xc9];
/** Seconds between the samples that a limit is held against, where none was set before. */
const samplingPeriod = 1;
const defaultCorrection = 1000;

const exceptions = {
  [LIMIT_ACTIONS.none]: 'NoAction',
  [LIMIT_ACTIONS.powerOff]: 'HardPowerOff',
  [LIMIT_ACTIONS.log]: 'LogEventOnly',
} as const satisfies Readonly<Record<number, PowerLimit['exception']>>;

export const declarePower = ({ id, name = id }: NodeFacts): FoundSensor => ({
  facts: { id: idOf(id, 'DCMI_POWER'), name: `${name} power`, context: 'Chassis' },
  quantity: 'Power',
});

/** What limits the power of a node; undefined for a controller that does not measure it, null where none can be set. */
export async function powerLimit(target: Target): Promise<PowerLimit | null | undefined> {
  if ((await orRefused(run(target, getPowerReading, undefined))) === undefined) return undefined;
  return readLimit(target);
}

async function readLimit(target: Target): Promise<PowerLimit | null> {
  try {
    const { action, limit, correctionTime } = await run(target, getPowerLimit, undefined);
    return { watts: limit, exception: exceptionOf(action), correction: correctionTime };
  } catch (error) {
    if (!(error instanceof IpmiError) || error.kind !== 'completion') throw error;
    return error.code === noLimit
      ? { watts: null, exception: 'NoAction', correction: defaultCorrection }
      : null;
  }
}

const exceptionOf = (action: number): PowerLimit['exception'] =>
  (exceptions as Readonly<Record<number, PowerLimit['exception'] | undefined>>)[action] ?? 'NoAction';

/** Sets the limit, or lifts it. @throws IpmiError, BoardRefusal `out-of-range` */
export async function applyLimit(target: Target, wanted: PowerLimit): Promise<void> {
  if (wanted.watts === null) {
    await run(target, activatePowerLimit, { active: false });
    return;
  }
  const action = Object.entries(exceptions).find(([, name]) => name === wanted.exception)?.[0];
  try {
    await run(target, setPowerLimit, {
      action: Number(action),
      limit: wanted.watts,
      correctionTime: wanted.correction,
      samplingPeriod,
    });
  } catch (error) {
    if (error instanceof IpmiError && (error.kind === 'invalid' || outOfRange.includes(error.code ?? -1)))
      throw new BoardRefusal('out-of-range', error.message, { cause: error });
    throw error;
  }
  await run(target, activatePowerLimit, { active: true });
}

/** What a command gives, or undefined where the controller does not know it. @throws IpmiError */
async function orRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof IpmiError && error.kind === 'completion') return undefined;
    throw error;
  }
}
