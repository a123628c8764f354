/** Power draw of a node and its limit (DCMI 1.5, section 6.6). */
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
import type { PowerLimit } from '../model/node.ts';
import { BoardRefusal } from '../model/refusal.ts';
import { type FoundSensor, idOf } from './records.ts';

/** Completion code of Get Power Limit: no limit is set (table 6-18). */
const noLimit = 0x80;
/** Completion codes of Set Power Limit: out of range (table 6-19). */
const outOfRange = [0x84, 0x85, 0x89, 0xc9];
/** Statistics sampling period of a limit, seconds. */
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

/** Power limit of a node; null where none can be set, undefined where its controller does not measure power. @throws IpmiError */
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

/** Sets the limit or removes it. @throws IpmiError, BoardRefusal `out-of-range` */
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

/** The answer, or undefined where the controller refuses the command. @throws IpmiError */
async function orRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof IpmiError && error.kind === 'completion') return undefined;
    throw error;
  }
}
