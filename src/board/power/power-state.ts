/**
 * The power state of one host or slot as data: what is known of it, the operation that runs, the requests behind it, and
 * what it can be requested to do now. Pure; times are milliseconds on the monotonic clock.
 */
import type { ResetType } from '../../platform/reset-types.ts';
import type { PowerState as PowerStateName } from '../model/power.ts';
import { BoardRefusal } from '../model/refusal.ts';
import type { Sequences } from './sequences/sequences.ts';
import type { OperationType, Step, Steps, Transition } from './sequences/steps.ts';

/** What does not change: the names that messages use, and the sequences of the wiring. */
export interface PowerSetup {
  readonly id: string;
  readonly name: string;
  readonly sequences: Sequences;
}

export interface Operation {
  /** Identifies the request that it carries out. */
  readonly request: number;
  readonly type: OperationType;
  /** The current step and those behind it. */
  readonly steps: Steps;
  /** An output is being driven; a press is held; it is being released; time or power-good is waited for. */
  readonly phase: 'driving' | 'holding' | 'releasing' | 'waiting';
  /** When the phase ends by itself; infinite while an output is driven. */
  readonly until: number;
  /** The first output has been driven. */
  readonly accepted: boolean;
  /** Why it ends early, as soon as its output is released; null while it goes on. */
  readonly interrupted: string | null;
}

/** A request that waits for the running operation to end. */
export interface Queued {
  readonly request: number;
  readonly type: OperationType;
  /** It has interrupted the operation before it. */
  readonly preempted: boolean;
  readonly since: number;
  /** When it is given up. */
  readonly until: number;
}

export interface PowerState {
  /** Power-good; null before it could be read, and while it cannot be. */
  readonly good: boolean | null;
  /** When power-good last came. */
  readonly goodSince: number;
  readonly transition: Transition | null;
  readonly operation: Operation | null;
  readonly queue: readonly Queued[];
  /** Until when a change of power-good counts as the answer to a press of the button. */
  readonly answerUntil: number;
  /** A failed operation has been reported, and its correction has not. */
  readonly failed: boolean;
  /** What the hardware did not do at the last request; null once it has, or once power-good has changed since. */
  readonly fault: string | null;
  /** Until when power-good may still follow a press of the button, or a power-on that was interrupted. */
  readonly unsettledUntil: number;
  readonly unplugged: boolean;
  readonly stopped: boolean;
}

export const initialPower: PowerState = {
  good: null,
  goodSince: Number.NEGATIVE_INFINITY,
  transition: null,
  operation: null,
  queue: [],
  answerUntil: Number.NEGATIVE_INFINITY,
  failed: false,
  fault: null,
  unsettledUntil: Number.NEGATIVE_INFINITY,
  unplugged: false,
  stopped: false,
};

/** Redfish PowerState; null while power-good is unknown. */
export function nameOf({ good, transition }: PowerState): PowerStateName | null {
  if (good === null) return null;
  return transition ?? (good ? 'On' : 'Off');
}

/** The state that an operation leaves the host in; those that are absent leave it as it is. */
export const aims: Readonly<Partial<Record<OperationType, boolean>>> = {
  On: true,
  ForceOn: true,
  Restore: true,
  GracefulRestart: true,
  ForceRestart: true,
  PowerCycle: true,
  ForceOff: false,
  GracefulShutdown: false,
};

/** Requests that are fulfilled already where power-good is what they aim at (DSP0266, POST (action): NoOperation). */
const idempotent: readonly OperationType[] = ['On', 'ForceOn', 'Restore', 'ForceOff', 'GracefulShutdown'];

export function isFulfilled(type: OperationType, { good, unsettledUntil }: PowerState, now: number): boolean {
  // A host that may still come on is not off for good.
  if (type === 'ForceOff' && now < unsettledUntil) return false;
  return idempotent.includes(type) && aims[type] === good;
}

/** Why a reset is refused now; null when it is carried out, be it after the operation that runs. */
export function refusalOf(setup: PowerSetup, state: PowerState, type: OperationType): BoardRefusal | null {
  const { id, sequences } = setup;
  if (type !== 'Restore' && !sequences.supported.includes(type))
    return new BoardRefusal('not-supported', `${id} has no wiring for ${type}`);
  if (state.stopped) return new BoardRefusal('busy', `${type} of ${id} is refused: the daemon is stopping`);
  const { operation } = state;
  if (state.good === null)
    return new BoardRefusal(
      'device',
      `power-good of ${id} cannot be read (line ${sequences.good}): check the line or the controller behind it`,
    );
  if (operation !== null) {
    if (preempts(type, operation, state) || operation.interrupted !== null) return null;
    const waitsForOs = operation.steps.some((step) => step.kind === 'expect' && step.blames === 'os');
    if (!waitsForOs) return null;
    return new BoardRefusal(
      'busy',
      `${operation.type} of ${id} waits for the operating system: ${interrupting(sequences)} would interrupt it`,
    );
  }
  if (type === 'Nmi' && !state.good)
    return new BoardRefusal('not-in-this-state', `${id} is off: an NMI needs a running host`);
  return null;
}

const interrupting = ({ supported }: Sequences) =>
  forced.filter((type) => supported.includes(type)).join(', ');

/** What does not wait for an operating system. */
const forced: readonly ResetType[] = ['ForceOff', 'ForceRestart', 'PowerCycle'];

/** Whether a request ends the running operation early: ForceOff always does, forced ones while an OS is waited for. */
export function preempts(type: OperationType, operation: Operation, { good }: PowerState): boolean {
  if (operation.interrupted !== null) return false;
  if (type === 'ForceOff') return operation.type !== 'ForceOff';
  const isGraceful = operation.type === 'GracefulShutdown' || operation.type === 'GracefulRestart';
  return isGraceful && good === true && forced.some((each) => each === type);
}

/** Longest time that the rest of an operation takes. */
export function remainingTime({ steps, until }: Operation, now: number): number {
  const [, ...rest] = steps;
  const own = rest.reduce((sum, step) => sum + timeOf(step), 0);
  return own + (Number.isFinite(until) ? Math.max(0, until - now) : timeOf(steps[0]));
}

const timeOf = (step: Step | undefined): number => (step !== undefined && 'time' in step ? step.time : 0);

/** When time alone changes the state next; null when nothing waits for time. */
export function wakeTime({ operation, queue }: PowerState): number | null {
  const times = [operation?.until ?? Number.POSITIVE_INFINITY, ...queue.map(({ until }) => until)];
  const first = Math.min(...times);
  return Number.isFinite(first) ? first : null;
}
