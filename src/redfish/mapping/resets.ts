/** The Reset action of systems and chassis: refused with its reason, carried out, or as a task for clients that ask for one. */
import type { ResetType, StartedReset } from '../../board/model/power.ts';
import { BoardRefusal } from '../../board/model/refusal.ts';
import { message, RedfishError } from '../../messages/messages.ts';
import { orAborted } from '../../tasks/tasks.ts';
import type { App } from '../app.ts';
import type { ResourceResetType } from '../generated/types.ts';
import { accepted } from '../resources/tasks/tasks.ts';
import type { WriteContext } from '../service/declare.ts';
import type { JsonObject } from '../service/json.ts';
import type { Accepted } from '../service/write/accepted.ts';
import { withMessages } from '../service/write/extended-info.ts';
import { chassisUri } from '../uris.ts';

/** Milliseconds; an orderly shutdown may take its time, and the board gives up before this. */
const resetTimeout = 30 * 60_000;

/** What is reset, and how. */
export interface Resettable<T extends ResetType> {
  readonly name: string;
  /** `ComputerSystem.Reset` */
  readonly action: string;
  /** Chassis that has to be on for it. */
  readonly chassis: string;
  readonly supported: readonly T[];
  /** Why a reset cannot be asked for now; null when it can. */
  readonly refusal: (type: T) => BoardRefusal | null;
  readonly reset: (type: T) => Promise<StartedReset>;
}

export async function runReset<T extends ResetType>(
  what: Resettable<T>,
  wanted: ResourceResetType | undefined,
  context: WriteContext<App>,
): Promise<Accepted | JsonObject | undefined> {
  const { preferences } = context;
  const type = what.supported.find((each) => each === wanted);
  if (type === undefined)
    throw new RedfishError([message('Base.ActionParameterMissing', [what.action, 'ResetType'])], 400);
  const refusal = what.refusal(type);
  if (refusal !== null) throw refusalError(what, refusal);
  if (preferences.get('respond-async') === undefined) {
    const { performed } = await begin(what, type);
    return performed ? undefined : noOperation();
  }
  preferences.apply('respond-async');
  return accepted(context, {
    name: `Reset of ${what.name}: ${type}`,
    action: what.action,
    timeout: resetTimeout,
    body: { ResetType: type },
    run: async ({ signal }) => {
      const { done, performed } = await begin(what, type);
      const outcome = await orAborted(done, signal);
      if (!outcome.ok) throw new BoardRefusal('device', outcome.reason);
      return performed
        ? { status: 204, headers: {}, body: null }
        : { status: 200, headers: {}, body: JSON.stringify(noOperation()) };
    },
  });
}

async function begin<T extends ResetType>(what: Resettable<T>, type: T): Promise<StartedReset> {
  try {
    return await what.reset(type);
  } catch (error) {
    throw error instanceof BoardRefusal ? refusalError(what, error) : error;
  }
}

/** The requested state is there already (DSP0266, "POST (action)": 200 with NoOperation). */
const noOperation = (): JsonObject => withMessages({}, [message('Base.NoOperation', [])]);

/** A refusal as the message of the registry that fits, with the board's own words on what to do. */
function refusalError<T extends ResetType>(
  { chassis }: Resettable<T>,
  refusal: BoardRefusal,
): RedfishError | BoardRefusal {
  const options = { resolution: `${refusal.message}.` };
  switch (refusal.reason) {
    case 'no-power':
      return new RedfishError(
        [message('Base.ChassisPowerStateOnRequired', [chassisUri(chassis)], options)],
        409,
      );
    case 'not-in-this-state':
      return new RedfishError([message('Base.ResourceInStandby', [], options)], 409);
    case 'held-back':
      return new RedfishError([message('Base.ConditionInRelatedResource', [], options)], 409);
    case 'busy':
      return new RedfishError([message('Base.ResourceInUse', [], options)], 409, { 'Retry-After': '5' });
    default:
      return refusal;
  }
}
