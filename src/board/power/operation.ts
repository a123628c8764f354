/**
 * One operation of the power state machine, from its first step to its end. One output is driven at a time, and an
 * interrupted operation releases its output before it ends.
 */
import type { PowerOutcome } from '../model/power.ts';
import { BoardRefusal } from '../model/refusal.ts';
import type { Draft } from './draft.ts';
import type { PowerEffect } from './power-effects.ts';
import { aims, isFulfilled, type Operation, type Queued, refusalOf, remainingTime } from './power-state.ts';
import { defaults, type OperationType, type Step } from './sequences/steps.ts';

const never = Number.POSITIVE_INFINITY;

export const interruption = (id: string, type: OperationType, reason: string): BoardRefusal =>
  new BoardRefusal('busy', `${type} of ${id} was interrupted: ${reason}`);

/** Begins with a request while nothing runs; what cannot be done by now is refused. */
export function begin(
  draft: Draft,
  { request, type, preempted }: Pick<Queued, 'request' | 'type' | 'preempted'>,
) {
  const { good } = draft.state;
  const refusal = refusalOf(draft.setup, draft.state, type);
  if (refusal !== null || good === null) {
    draft.do({ kind: 'refused', request, error: refusal });
    return;
  }
  if (isFulfilled(type, draft.state, draft.now)) {
    // What it has interrupted would have changed the state.
    accept(draft, request, type, preempted);
    draft.do({ kind: 'ended', request, outcome: { ok: true } });
    return;
  }
  // A restart of what is off is a power-on.
  const effective = !good && aims[type] === true ? 'On' : type;
  const steps = draft.setup.sequences.steps(effective, good) ?? [];
  const start = { phase: 'waiting', until: never, accepted: false, interrupted: null } as const;
  draft.set({ operation: { request, type, steps, ...start } });
  step(draft);
}

/** The last output effect has been performed. */
export function performed(draft: Draft): void {
  const { operation } = draft.state;
  const [current] = operation?.steps ?? [];
  if (operation === null || current === undefined) return;
  if (operation.phase === 'releasing') advance(draft);
  if (operation.phase !== 'driving') return;
  if ('starts' in current && current.starts !== undefined) {
    draft.set({ transition: current.starts });
    const message = `ResourceEvent.Resource${current.starts}` as const;
    draft.emit({ message, args: [draft.setup.name], severity: 'OK' });
    draft.changed();
  }
  if (!operation.accepted) {
    draft.setOperation({ accepted: true });
    accept(draft, operation.request, operation.type, true);
  }
  if (current.kind !== 'press') {
    advance(draft);
    return;
  }
  if (current.window !== undefined) {
    const until = draft.now + current.window;
    draft.set({ answerUntil: until, unsettledUntil: until });
  }
  draft.setOperation({ phase: 'holding', until: draft.now + current.time });
  if (operation.interrupted !== null) release(draft);
}

/** An output could not be driven or released, or a command was refused. */
export const failed = (draft: Draft, error: unknown): void => end(draft, { error, broken: true });

/** Ends the operation early: at once, or as soon as its output has been driven and released. */
export function interrupt(draft: Draft, reason: string): void {
  const { operation } = draft.state;
  if (operation === null || operation.interrupted !== null) return;
  draft.setOperation({ interrupted: reason });
  if (operation.phase === 'holding') release(draft);
  else if (operation.phase === 'waiting') end(draft, null);
}

/** Time has passed. */
export function operationTime(draft: Draft): void {
  const { operation } = draft.state;
  if (operation === null || draft.now < operation.until) return;
  const [current] = operation.steps;
  if (operation.phase === 'holding') release(draft);
  else if (current?.kind === 'pause') advance(draft);
  else if (current?.kind === 'expect')
    end(draft, { error: new Error(current.failure), broken: current.blames === 'hardware' });
}

/** Power-good has changed. */
export function operationGood(draft: Draft, good: boolean): void {
  const { operation } = draft.state;
  const [current] = operation?.steps ?? [];
  if (operation?.phase === 'waiting' && current?.kind === 'expect' && current.good === good) advance(draft);
}

/** Begins the current step, or those behind it that take no time. */
function step(draft: Draft): void {
  const [current] = draft.state.operation?.steps ?? [];
  if (current === undefined) {
    end(draft, null);
    return;
  }
  switch (current.kind) {
    case 'pause':
      draft.setOperation({ phase: 'waiting', until: draft.now + current.time });
      break;
    case 'expect':
      if (draft.state.good === current.good) advance(draft);
      else draft.setOperation({ phase: 'waiting', until: draft.now + current.time });
      break;
    case 'restarted':
      draft.emit({ message: 'Platform.PlatformReset', args: ['ForceRestart'], severity: 'OK' });
      draft.do({ kind: 'booting' }, { kind: 'restarted' });
      advance(draft);
      break;
    default:
      draft.setOperation({ phase: 'driving', until: never });
      draft.do(outputOf(current));
  }
}

function advance(draft: Draft): void {
  const { operation } = draft.state;
  if (operation === null) return;
  draft.setOperation({ steps: operation.steps.slice(1) });
  if (operation.interrupted === null) step(draft);
  else end(draft, null);
}

function release(draft: Draft): void {
  const [current] = draft.state.operation?.steps ?? [];
  if (current?.kind !== 'press') return;
  draft.setOperation({ phase: 'releasing', until: never });
  draft.do({ kind: 'release', line: current.line });
}

function accept(draft: Draft, request: number, type: OperationType, isPerformed: boolean): void {
  draft.do({ kind: 'accepted', request, type, performed: isPerformed });
  const on = aims[type];
  if (isPerformed && on !== undefined) draft.do({ kind: 'aim', on });
  draft.changed();
}

/** `failure` is what went wrong; null for a success or an interruption. */
function end(draft: Draft, failure: { readonly error: unknown; readonly broken: boolean } | null): void {
  const { operation } = draft.state;
  if (operation === null) return;
  draft.set({ operation: null, transition: null });
  if (operation.interrupted !== null && mayPowerOn(operation)) {
    const time = Math.max(remainingTime(operation, draft.now), defaults.onTimeout);
    draft.set({ unsettledUntil: draft.now + time });
  }
  draft.do({ kind: 'ended', request: operation.request, outcome: outcomeOf(draft, operation, failure) });
  draft.changed();
}

/** The host was asked to power on and has not yet, or the button was let go early, which a host that is off takes for a press. */
function mayPowerOn({ steps, phase }: Operation): boolean {
  if (phase === 'releasing') return true;
  const next = steps.find(({ kind }) => kind !== 'pause' && kind !== 'restarted');
  return next?.kind === 'expect' && next.good;
}

function outcomeOf(
  draft: Draft,
  { request, type, interrupted, accepted }: Operation,
  failure: { readonly error: unknown; readonly broken: boolean } | null,
): PowerOutcome {
  if (interrupted === null && failure === null) {
    draft.recovered();
    return { ok: true };
  }
  const error = interrupted === null ? failure?.error : interruption(draft.setup.id, type, interrupted);
  const reason = error instanceof Error ? error.message : String(error);
  if (interrupted === null) reportFailure(draft, type, reason, failure?.broken === true);
  if (!accepted) draft.do({ kind: 'refused', request, error });
  return { ok: false, reason };
}

function reportFailure(draft: Draft, type: OperationType, reason: string, broken: boolean): void {
  draft.set({ failed: true, ...(broken ? { fault: reason } : {}) });
  draft.emit({
    message: 'ResourceEvent.ResourceErrorsDetected',
    args: ['PowerState', `${type} failed`],
    severity: broken ? 'Critical' : 'Warning',
    condition: `power:${draft.setup.id}`,
    detail: `${reason}.`,
  });
}

function outputOf(output: Extract<Step, { kind: 'press' | 'drive' | 'command' }>): PowerEffect {
  switch (output.kind) {
    case 'press':
      return { kind: 'assert', line: output.line };
    case 'drive':
      return { kind: 'drive', line: output.line, value: output.value };
    case 'command':
      return { kind: 'command', action: output.action };
  }
}
