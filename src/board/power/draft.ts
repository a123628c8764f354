/** A transition of the power state machine while it is worked out: the state so far, and the effects so far. */
import type { HostEvent } from '../model/event.ts';
import type { PowerEffect } from './power-effects.ts';
import type { Operation, PowerSetup, PowerState } from './power-state.ts';

export class Draft {
  state: PowerState;
  readonly effects: PowerEffect[] = [];
  readonly setup: PowerSetup;
  /** Monotonic clock, milliseconds. */
  readonly now: number;

  constructor(setup: PowerSetup, state: PowerState, now: number) {
    this.setup = setup;
    this.state = state;
    this.now = now;
  }

  set(change: Partial<PowerState>): void {
    this.state = { ...this.state, ...change };
  }

  setOperation(change: Partial<Operation>): void {
    const { operation } = this.state;
    if (operation !== null) this.set({ operation: { ...operation, ...change } });
  }

  do(...effects: readonly PowerEffect[]): void {
    this.effects.push(...effects);
  }

  emit(event: HostEvent): void {
    this.do({ kind: 'event', event });
  }

  changed(): void {
    this.do({ kind: 'changed' });
  }

  /** What a failed operation did not do has been done, or the power has changed since. */
  recovered(): void {
    if (!this.state.failed) return;
    this.set({ failed: false, fault: null });
    this.emit({
      message: 'ResourceEvent.ResourceErrorsCorrected',
      args: ['PowerState', 'failed operation'],
      severity: 'OK',
      condition: `power:${this.setup.id}`,
      resolves: true,
    });
  }
}
