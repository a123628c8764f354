/**
 * Whether a node is reachable: `(state, input) → (state, effects)`. Pure; `BoardNode` performs the effects. A loss is
 * reported once, and its end once.
 */
import type { DeviceErrorKind } from '../../../drivers/errors.ts';
import type { State, Status } from '../model/status.ts';
import { missedPeriods } from '../sensing/staleness.ts';
import type { Unavailability } from '../sensing/unavailability.ts';

export interface Reachability {
  readonly isReachable: boolean;
  readonly status: Status;
  /** Why the node does not respond, for people; null while it does. */
  readonly fault: string | null;
  /** Expected reason why the node is not polled; null while it is. */
  readonly unavailability: Unavailability | null;
  /** Rounds in a row with wrong answers. */
  readonly wrongRounds: number;
  /** The loss has been reported, and its end has not. */
  readonly isLossReported: boolean;
}

export const unknownReachability: Reachability = {
  isReachable: false,
  status: { state: 'Starting', health: 'OK' },
  fault: null,
  unavailability: null,
  wrongRounds: 0,
  isLossReported: false,
};

export type ReachabilityInput =
  /** Any answer has arrived. */
  | { readonly kind: 'answered' }
  /** The power of the host, or the pins of a bridge IC, have been read. */
  | { readonly kind: 'responded' }
  /** A round of polling has failed; `isConnected`: a connection is open. */
  | {
      readonly kind: 'failed';
      readonly error: DeviceErrorKind;
      readonly fault: string;
      readonly isConnected: boolean;
    }
  /** No answer for longer than is tolerated; `since` is the time of the last one, for people. */
  | { readonly kind: 'silent'; readonly since: string }
  | { readonly kind: 'unavailable'; readonly unavailability: Unavailability }
  | { readonly kind: 'available' };

export type ReachabilityEffect =
  | { readonly kind: 'changed' }
  | { readonly kind: 'reached' }
  /** What was known of the node is unknown from now on. */
  | { readonly kind: 'left'; readonly status: Status; readonly fault: string }
  | { readonly kind: 'reportLoss'; readonly fault: string }
  | { readonly kind: 'reportEnd'; readonly state: State }
  /** What is in progress fails, and the records may be those of another node. */
  | { readonly kind: 'disconnect' };

export interface Reached {
  readonly state: Reachability;
  readonly effects: readonly ReachabilityEffect[];
}

export function reach(state: Reachability, input: ReachabilityInput): Reached {
  switch (input.kind) {
    case 'available':
      return unchanged({ ...state, unavailability: null });
    case 'unavailable':
      return unavailable(state, input.unavailability);
    default:
      // Answers to requests from before do not count.
      return state.unavailability === null ? polled(state, input) : unchanged(state);
  }
}

const unchanged = (state: Reachability): Reached => ({ state, effects: [] });

function polled(
  state: Reachability,
  input: Exclude<ReachabilityInput, { kind: 'available' | 'unavailable' }>,
): Reached {
  switch (input.kind) {
    case 'answered':
      return state.isReachable || state.wrongRounds >= missedPeriods ? unchanged(state) : reached(state);
    case 'responded': {
      const right = { ...state, wrongRounds: 0 };
      return state.isReachable ? unchanged(right) : reached(right);
    }
    case 'failed':
      return failed(state, input);
    case 'silent':
      if (state.isReachable) return lost(state, `no answer since ${input.since}`);
      return state.isLossReported ? unchanged(state) : lost(state, state.fault ?? 'it has not answered yet');
  }
}

function reached(state: Reachability): Reached {
  const status = { state: 'Enabled', health: 'OK' } as const;
  return {
    state: { ...state, isReachable: true, fault: null, status, isLossReported: false },
    effects: [
      { kind: 'changed' },
      ...(state.isLossReported ? [{ kind: 'reportEnd', state: status.state } as const] : []),
      { kind: 'reached' },
    ],
  };
}

function failed(state: Reachability, input: Extract<ReachabilityInput, { kind: 'failed' }>): Reached {
  const { error, fault, isConnected } = input;
  const isWrong = state.isReachable && (error === 'wrong-data' || error === 'unsupported');
  const wrongRounds = isWrong ? state.wrongRounds + 1 : state.wrongRounds;
  const next = { ...state, wrongRounds };
  const isLost = error === 'no-bus' || error === 'held' || !isConnected;
  if (isLost || (isWrong && wrongRounds >= missedPeriods)) return lost(next, fault);
  if (state.isReachable || state.fault === fault) return unchanged(next);
  return { state: { ...next, fault }, effects: [{ kind: 'changed' }] };
}

function lost(state: Reachability, fault: string): Reached {
  const status = { state: 'UnavailableOffline', health: 'Warning' } as const;
  return {
    state: { ...state, isReachable: false, status, fault, isLossReported: true },
    effects: [
      { kind: 'left', status, fault },
      ...(state.isLossReported ? [] : [{ kind: 'reportLoss', fault } as const]),
    ],
  };
}

function unavailable(state: Reachability, unavailability: Unavailability): Reached {
  const before = state.unavailability;
  if (before?.state === unavailability.state && before.reason === unavailability.reason)
    return unchanged(state);
  const { reason: fault } = unavailability;
  const status = { state: unavailability.state, health: 'OK' } as const;
  return {
    state: { isReachable: false, status, fault, unavailability, wrongRounds: 0, isLossReported: false },
    effects: [
      { kind: 'disconnect' },
      { kind: 'left', status, fault },
      ...(state.isLossReported ? [{ kind: 'reportEnd', state: status.state } as const] : []),
    ],
  };
}
