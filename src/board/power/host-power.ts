/** Switches one host or slot: performs the effects of its power state machine on lines, controller and clock. */
import type { ChassisAction } from 'node-ipmi';
import { DeviceError } from '../../../drivers/errors.ts';
import type { ResetType } from '../../platform/reset-types.ts';
import type { HostFacts } from '../../platform/vocabulary/index.ts';
import type { Lines } from '../lines/lines.ts';
import type { PowerOutcome, PowerState as PowerStateName, StartedReset } from '../model/power.ts';
import type { BoardRefusal } from '../model/refusal.ts';
import type { PowerEffect, PowerInput, PowerNotice } from './power-effects.ts';
import { turn } from './power-machine.ts';
import { PowerOnSelfTest } from './power-on-self-test.ts';
import {
  aims,
  initialPower,
  nameOf,
  type PowerSetup,
  type PowerState,
  refusalOf,
  wakeTime,
} from './power-state.ts';
import { sequencesOf } from './sequences/sequences.ts';
import type { OperationType } from './sequences/steps.ts';

/** The controller of a host that is switched over IPMI. */
export interface HostController {
  /** Resolves once the controller has accepted the command. @throws DeviceError */
  control(action: ChassisAction): Promise<void>;
}

export interface HostPowerParts {
  readonly lines: Lines;
  readonly notify: (notice: PowerNotice) => void;
  /** Of a host that is switched over IPMI. */
  readonly controller?: HostController | undefined;
}

/** A request whose caller waits for its acceptance or its end. */
interface Pending {
  readonly accept: (started: StartedReset) => void;
  readonly refuse: (error: unknown) => void;
  settle: (outcome: PowerOutcome) => void;
}

export class HostPower {
  readonly #setup: PowerSetup;
  readonly #parts: HostPowerParts;
  readonly #selfTest: PowerOnSelfTest | null;
  readonly #pending = new Map<number, Pending>();
  #requests = 0;
  #state: PowerState = initialPower;
  readonly #inputs: { readonly input: PowerInput; readonly now: number }[] = [];
  #isDraining = false;
  #timer: NodeJS.Timeout | undefined;
  #wake: number | null = null;
  /** Ends the job that holds the asserted line. */
  #release: () => void = () => undefined;
  #ended: () => void = () => undefined;
  lastReset: { readonly type: OperationType; readonly time: Date } | null = null;

  constructor({ id, name = id, power, post }: HostFacts, parts: HostPowerParts) {
    this.#setup = { id, name, sequences: sequencesOf(power) };
    this.#parts = parts;
    this.#selfTest = post === undefined ? null : new PowerOnSelfTest(post, name, parts);
    parts.lines.watch(this.#setup.sequences.good, (value) => this.#input({ kind: 'good', value }));
  }

  get state(): PowerStateName | null {
    return nameOf(this.#state);
  }

  /** Power-good; null before it could be read. */
  get good(): boolean | null {
    return this.#state.good;
  }

  /** When power-good last came, on the monotonic clock. */
  get goodSince(): number {
    return this.#state.goodSince;
  }

  /** What the hardware did not do at the last request; null once it has, or once power-good has changed since. */
  get fault(): string | null {
    return this.#state.fault;
  }

  get operation(): OperationType | null {
    return this.#state.operation?.type ?? null;
  }

  /** No operation runs. */
  get resting(): boolean {
    return this.#state.operation === null;
  }

  get postComplete(): boolean | null {
    return this.#selfTest?.complete ?? null;
  }

  get postSince(): Date | null {
    return this.#selfTest?.since ?? null;
  }

  get supported(): readonly ResetType[] {
    return this.#setup.sequences.supported;
  }

  /** Why a reset is refused now; null when it is carried out, be it after the operation that runs. */
  refusal(type: ResetType): BoardRefusal | null {
    return refusalOf(this.#setup, this.#state, type);
  }

  /** Resolves once the first output has been driven. @throws BoardRefusal, DeviceError; nothing has been changed then */
  reset(type: OperationType): Promise<StartedReset> {
    this.#requests += 1;
    const request = this.#requests;
    return new Promise((accept, refuse) => {
      this.#pending.set(request, { accept, refuse, settle: () => undefined });
      this.#input({ kind: 'request', request, type });
    });
  }

  /** Switches on after mains has returned; events report how that ends. */
  restore(): void {
    if (this.good === false && this.resting) this.reset('Restore').catch(() => undefined);
  }

  /** Switches off at once, whatever runs; events report how that ends. */
  cut(): void {
    if (this.good !== null) this.reset('ForceOff').catch(() => undefined);
  }

  /** A person has pressed the button: what power-good does within so many milliseconds is the answer. */
  pressed(window: number): void {
    this.#input({ kind: 'pressed', window });
  }

  /** The host has been pulled: what runs is interrupted, and what had failed is over. */
  unplug(): void {
    this.#input({ kind: 'unplugged' });
  }

  /** The host is back: the initial read of power-good sets the baseline. */
  plug(): void {
    if (!this.#state.unplugged) return;
    this.#input({ kind: 'plugged' });
    this.refresh();
  }

  /** The source of power-good does not respond any more. */
  markUnknown(): void {
    this.#input({ kind: 'good', value: null });
  }

  /** Reads power-good again, since its source responds again. */
  refresh(): void {
    const value = this.#parts.lines.get(this.#setup.sequences.good);
    if (value !== null) this.#input({ kind: 'good', value });
  }

  /** Interrupts what runs; resolves when the lines are at rest. */
  async stop(): Promise<void> {
    this.#selfTest?.stop();
    this.#input({ kind: 'stop' });
    if (!this.resting)
      await new Promise<void>((resolve) => {
        this.#ended = resolve;
      });
  }

  /** An effect may cause an input at once; it takes its turn after the effects before it. */
  #input(input: PowerInput, now = performance.now()): void {
    this.#inputs.push({ input, now });
    if (this.#isDraining) return;
    this.#isDraining = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        const { state, effects } = turn(this.#setup, this.#state, next.input, next.now);
        this.#state = state;
        for (const effect of effects) this.#perform(effect);
      }
    } finally {
      this.#isDraining = false;
    }
    this.#arm();
    if (this.resting) this.#ended();
  }

  #arm(): void {
    const wake = wakeTime(this.#state);
    if (wake === this.#wake) return;
    clearTimeout(this.#timer);
    this.#wake = wake;
    if (wake === null) return;
    this.#timer = setTimeout(
      () => {
        this.#wake = null;
        // A timer may fire a moment early.
        this.#input({ kind: 'time' }, Math.max(wake, performance.now()));
      },
      Math.max(0, wake - performance.now()),
    );
  }

  #perform(effect: PowerEffect): void {
    switch (effect.kind) {
      case 'assert':
        this.#assert(effect.line);
        break;
      case 'release':
        this.#release();
        break;
      case 'drive':
        this.#output(() => this.#parts.lines.set(effect.line, effect.value));
        break;
      case 'command':
        this.#command(effect.action);
        break;
      case 'accepted':
        this.#accepted(effect);
        break;
      case 'refused':
        this.#pending.get(effect.request)?.refuse(effect.error);
        this.#pending.delete(effect.request);
        break;
      case 'ended':
        this.#pending.get(effect.request)?.settle(effect.outcome);
        this.#pending.delete(effect.request);
        break;
      case 'powered':
        if (effect.good === null) this.#selfTest?.stop();
        else this.#selfTest?.powered(effect.good);
        break;
      case 'restarted':
        this.#selfTest?.begin();
        break;
      default:
        this.#parts.notify(effect);
    }
  }

  #accepted({ request, type, performed }: Extract<PowerEffect, { kind: 'accepted' }>): void {
    // Neither a diagnostic interrupt nor a press of the button, which the host may ignore, is a reset.
    if (performed && aims[type] !== undefined) this.lastReset = { type, time: new Date() };
    const pending = this.#pending.get(request);
    const done = new Promise<PowerOutcome>((settle) => {
      if (pending !== undefined) pending.settle = settle;
    });
    pending?.accept({ done, performed });
  }

  #output(drive: () => void): void {
    try {
      drive();
    } catch (error) {
      this.#input({ kind: 'failed', error });
      return;
    }
    this.#input({ kind: 'performed' });
  }

  #assert(line: string): void {
    const held = this.#parts.lines.during(line, () => {
      this.#input({ kind: 'performed' });
      return new Promise<void>((resolve) => {
        this.#release = resolve;
      });
    });
    held.then(
      () => this.#input({ kind: 'performed' }),
      (error: unknown) => this.#input({ kind: 'failed', error }),
    );
  }

  #command(action: ChassisAction): void {
    const { controller } = this.#parts;
    const sent =
      controller?.control(action) ??
      Promise.reject(new DeviceError('unsupported', this.#setup.id, 'no controller switches it'));
    sent.then(
      () => this.#input({ kind: 'performed' }),
      (error: unknown) => this.#input({ kind: 'failed', error }),
    );
  }
}
