/** The reset of what has power: refused when it makes no sense, done at once, or as a task for who wants to wait. */

import { BoardRefusal, type PowerOutcome, type PowerState, type ResetType } from '../../board/model.ts';
import { message, RedfishError } from '../../messages/messages.ts';
import { orAborted } from '../../tasks/tasks.ts';
import type { App } from '../app.ts';
import type { ResourceResetType } from '../generated/types.ts';
import { accepted } from '../resources/tasks/tasks.ts';
import type { WriteContext } from '../service/declare.ts';
import type { Accepted } from '../service/write/accepted.ts';
import { chassisUri } from '../uris.ts';

/** Milliseconds; an orderly shutdown may take its time, and the board gives up before this. */
const resetTimeout = 30 * 60_000;

/** What is reset, and how. */
export interface Resettable<T extends ResetType> {
  readonly name: string;
  /** `ComputerSystem.Reset` */
  readonly action: string;
  /** Chassis whose power stands in the way of what makes no sense. */
  readonly chassis: string;
  readonly powerState: PowerState | null;
  readonly supported: readonly T[];
  readonly allowed: readonly T[];
  /** The chassis around it is switched off. */
  readonly isUnfed?: boolean;
  /** Something else keeps it from being switched on, and the log says what. */
  readonly isHeldBack?: boolean;
  readonly reset: (type: T) => Promise<{ readonly done: Promise<PowerOutcome> }>;
}

export async function runReset<T extends ResetType>(
  what: Resettable<T>,
  wanted: ResourceResetType | undefined,
  context: WriteContext<App>,
): Promise<Accepted | undefined> {
  const { preferences } = context;
  const type = what.supported.find((each) => each === wanted);
  if (type === undefined)
    throw new RedfishError([message('Base.ActionParameterMissing', [what.action, 'ResetType'])], 400);
  if (!what.allowed.includes(type)) {
    const refusal = refused(what, type);
    if (refusal !== undefined) throw refusal;
  }
  if (preferences.get('respond-async') === undefined) {
    const { done } = await what.reset(type);
    // How it ends is logged as an event; here it must only not go unhandled.
    done.catch(() => undefined);
    return undefined;
  }
  preferences.heed('respond-async');
  return accepted(context, {
    name: `Reset of ${what.name}: ${type}`,
    action: what.action,
    timeout: resetTimeout,
    body: { ResetType: type },
    run: async ({ signal }) => {
      const { done } = await what.reset(type);
      const outcome = await orAborted(done, signal);
      if (!outcome.ok) throw new BoardRefusal('device', outcome.reason);
      return { status: 204, headers: {}, body: null };
    },
  });
}

const switchingOn: readonly ResetType[] = ['On', 'ForceOn'];

/** Why a reset type that the board supports makes no sense now; where its power does not say, the board does. */
function refused<T extends ResetType>(
  { chassis, powerState, isUnfed = false, isHeldBack = false }: Resettable<T>,
  type: T,
): RedfishError | undefined {
  const isOn = switchingOn.includes(type);
  if (isUnfed || (powerState === 'Off' && !isOn))
    return new RedfishError([message('Base.ChassisPowerStateOnRequired', [chassisUri(chassis)])], 409);
  if (powerState === 'On' && isOn)
    return new RedfishError([message('Base.ChassisPowerStateOffRequired', [chassisUri(chassis)])], 409);
  if (isHeldBack) return new RedfishError([message('Base.ConditionInRelatedResource', [])], 409);
  // Without a word from the lines nothing is allowed.
  if (powerState === null) return undefined;
  return new RedfishError([message('Base.ResourceInUse', [])], 409, { 'Retry-After': '5' });
}
