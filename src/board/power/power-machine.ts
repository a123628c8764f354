/**
 * The power state machine of a host or slot: `(state, input) → (state, effects)`. Pure and in virtual time; `HostPower`
 * performs the effects. Requests behind a running operation wait in order; ForceOff goes before all of them.
 */
import { BoardRefusal } from '../model/refusal.ts';
import { Draft } from './draft.ts';
import {
  begin,
  failed,
  interrupt,
  interruption,
  operationGood,
  operationTime,
  performed,
} from './operation.ts';
import type { PowerEffect, PowerInput } from './power-effects.ts';
import { type PowerSetup, type PowerState, preempts, refusalOf, remainingTime } from './power-state.ts';
import { type OperationType, seconds } from './sequences/steps.ts';

export interface Turned {
  readonly state: PowerState;
  readonly effects: readonly PowerEffect[];
}

/** The next state, and what is to be done. `now` is the monotonic clock, in milliseconds. */
export function turn(setup: PowerSetup, state: PowerState, input: PowerInput, now: number): Turned {
  const draft = new Draft(setup, state, now);
  apply(draft, input);
  const hadEnded = state.operation !== null && draft.state.operation === null;
  beginQueued(draft);
  const { good, stopped, operation } = draft.state;
  if (hadEnded && operation === null && good !== null && !stopped) draft.do({ kind: 'resting', on: good });
  return { state: draft.state, effects: draft.effects };
}

function apply(draft: Draft, input: PowerInput): void {
  switch (input.kind) {
    case 'request':
      request(draft, input.request, input.type);
      break;
    case 'good':
      if (input.value === null) lost(draft);
      else goodChanged(draft, input.value);
      break;
    case 'performed':
      performed(draft);
      break;
    case 'failed':
      failed(draft, input.error);
      break;
    case 'pressed':
      draft.set({ answerUntil: draft.now + input.window });
      break;
    case 'time':
      operationTime(draft);
      giveUpQueued(draft);
      break;
    case 'unplugged':
      unplugged(draft);
      break;
    case 'plugged':
      draft.set({ unplugged: false });
      break;
    case 'stop':
      draft.set({ stopped: true });
      refuseQueued(draft, 'the daemon is stopping');
      interrupt(draft, 'the daemon is stopping');
      break;
  }
}

function request(draft: Draft, id: number, type: OperationType): void {
  const refusal = refusalOf(draft.setup, draft.state, type);
  if (refusal !== null) {
    draft.do({ kind: 'refused', request: id, error: refusal });
    return;
  }
  const { operation } = draft.state;
  if (operation === null) {
    begin(draft, { request: id, type, preempted: false });
    return;
  }
  const preempted = preempts(type, operation, draft.state);
  const reason = `${type} was requested`;
  // ForceOff leaves the host off, whatever was requested before it.
  if (type === 'ForceOff') refuseQueued(draft, reason);
  const isUnbounded = preempted || type === 'ForceOff';
  const until = isUnbounded ? Number.POSITIVE_INFINITY : draft.now + remainingTime(operation, draft.now);
  const queued = { request: id, type, preempted, since: draft.now, until };
  draft.set({ queue: preempted ? [queued, ...draft.state.queue] : [...draft.state.queue, queued] });
  if (preempted) interrupt(draft, reason);
}

function beginQueued(draft: Draft): void {
  for (;;) {
    const [first, ...queue] = draft.state.queue;
    if (first === undefined || draft.state.operation !== null) return;
    draft.set({ queue });
    begin(draft, first);
  }
}

function refuseQueued(draft: Draft, reason: string): void {
  const { queue } = draft.state;
  draft.set({ queue: [] });
  for (const { request: id, type } of queue)
    draft.do({ kind: 'refused', request: id, error: interruption(draft.setup.id, type, reason) });
}

function giveUpQueued(draft: Draft): void {
  // What may begin now does.
  if (draft.state.operation === null) return;
  const { queue, operation } = draft.state;
  draft.set({ queue: queue.filter(({ until }) => draft.now < until) });
  for (const { request: id, type, since, until } of queue) {
    if (draft.now < until) continue;
    const waited = `waited ${seconds(Math.round(draft.now - since))} for ${operation.type} to end`;
    const text = `${type} of ${draft.setup.id} ${waited}: send it again, or use ForceOff`;
    draft.do({ kind: 'refused', request: id, error: new BoardRefusal('busy', text) });
  }
}

function goodChanged(draft: Draft, good: boolean): void {
  const { good: before, stopped, unplugged: isUnplugged } = draft.state;
  if (before === good || stopped || isUnplugged) return;
  draft.set({ good, ...(good ? { goodSince: draft.now } : {}) });
  if (good || before === true) draft.set({ unsettledUntil: Number.NEGATIVE_INFINITY });
  if (!good) draft.do({ kind: 'bootOver', powered: false });
  else if (before !== null) draft.do({ kind: 'booting' });
  draft.do({ kind: 'powered', good });
  // The initial read sets the baseline and emits no event.
  if (before !== null) reportChange(draft, good);
  if (draft.state.operation === null) draft.do({ kind: 'resting', on: good });
  draft.changed();
  operationGood(draft, good);
}

function reportChange(draft: Draft, good: boolean): void {
  const isExpected = expected(draft, good);
  draft.set({ answerUntil: Number.NEGATIVE_INFINITY });
  draft.emit({
    message: good ? 'ResourceEvent.ResourcePoweredOn' : 'ResourceEvent.ResourcePoweredOff',
    args: [draft.setup.name],
    severity: isExpected ? 'OK' : 'Warning',
    ...(isExpected ? {} : { detail: unexpected }),
  });
  if (draft.state.operation === null) draft.recovered();
}

const unexpected = 'Not requested here: a button was pressed, the host did it, or power failed.';

function expected({ state, now }: Draft, good: boolean): boolean {
  const { answerUntil, operation, transition } = state;
  if (now < answerUntil) return true;
  if (operation === null || operation.type === 'Nmi') return false;
  // A reset may take power-good with it for a moment.
  return transition === null || (transition === 'PoweringOn') === good;
}

/** Power-good cannot be read any more. An operation that runs waits on. */
function lost(draft: Draft): void {
  if (draft.state.good === null) return;
  forget(draft);
  draft.changed();
}

function unplugged(draft: Draft): void {
  if (draft.state.unplugged) return;
  draft.set({ unplugged: true });
  forget(draft);
  refuseQueued(draft, 'it was unplugged');
  interrupt(draft, 'it was unplugged');
  draft.recovered();
  draft.changed();
}

function forget(draft: Draft): void {
  draft.set({ good: null, transition: null, answerUntil: Number.NEGATIVE_INFINITY });
  draft.do({ kind: 'powered', good: null }, { kind: 'bootOver', powered: false });
}
