/** The watchdog timer of a controller (IPMI v2.0, section 27). */
import { type FieldReader, le } from '../command.ts';
import { PRIVILEGE } from '../commands/app.ts';
import { COMPLETION } from '../completion.ts';
import { NETFN } from '../message.ts';
import { type Route, refuse } from './router.ts';

const uses = [undefined, 'biosFrb2', 'biosPost', 'osLoad', 'smsOs', 'oem'] as const;
const actions = ['none', 'hardReset', 'powerDown', 'powerCycle'] as const;
const warnings = ['none', 'smi', 'nmi', 'message'] as const;

/** What the timer is used for, and what it does when it runs out. */
export interface WatchdogState {
  readonly use: (typeof uses)[number];
  readonly action: (typeof actions)[number];
  readonly warning: (typeof warnings)[number];
  readonly running: boolean;
  /** False where the host has asked for no record of the expiry. */
  readonly logged: boolean;
  /** Seconds. */
  readonly initial: number;
}

export interface WatchdogModel {
  /** The warning before the end (pretimeout). */
  warned?(state: WatchdogState): void;
  expired?(state: WatchdogState): void;
  changed?(): void;
}

const neverSet = 0x80;
/** Milliseconds of a count of the timer. */
const tick = 100;

/** Counts down once the host has set and started it; a timer that was never set cannot be started. */
export class WatchdogTimer {
  readonly #model: WatchdogModel;
  #isSet = false;
  #use = 0;
  #actions = 0;
  /** Seconds from the warning to the end. */
  #interval = 0;
  #expired = 0;
  /** Counts. */
  #initial = 0;
  /** When it runs out, on the monotonic clock; undefined while it does not run. */
  #end: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hasWarned = false;

  constructor(model: WatchdogModel = {}) {
    this.#model = model;
  }

  get state(): WatchdogState {
    return {
      use: uses[this.#use & 7],
      action: actions[this.#actions & 7] ?? 'none',
      warning: warnings[(this.#actions >> 4) & 7] ?? 'none',
      running: this.#end !== undefined,
      logged: (this.#use & 0x80) === 0,
      initial: (this.#initial * tick) / 1000,
    };
  }

  /** The host has lost its power, or the controller ends. */
  stop(): void {
    clearTimeout(this.#timer);
    if (this.#end === undefined) return;
    this.#end = undefined;
    this.#model.changed?.();
  }

  routes(): readonly Route[] {
    const { app } = NETFN;
    return [
      [app, 0x22, PRIVILEGE.operator, () => (this.#isSet ? this.#start() : refuse(neverSet))],
      [app, 0x24, PRIVILEGE.operator, (request) => this.#set(request)],
      [app, 0x25, PRIVILEGE.user, () => this.#get()],
    ];
  }

  #set(request: FieldReader): readonly number[] {
    const [use, action, interval, clear] = [request.u8(), request.u8(), request.u8(), request.u8()];
    const initial = request.u16();
    if (uses[use & 7] === undefined || actions[action & 7] === undefined)
      return refuse(COMPLETION.invalidField);
    if (warnings[(action >> 4) & 7] === undefined) return refuse(COMPLETION.invalidField);
    const continues = (use & 0x40) !== 0 && this.#end !== undefined;
    clearTimeout(this.#timer);
    this.#end = undefined;
    this.#isSet = true;
    this.#use = use & 0x87;
    this.#actions = action & 0x77;
    this.#interval = interval;
    this.#expired &= ~clear;
    this.#initial = initial;
    if (continues) this.#start();
    else this.#model.changed?.();
    return [];
  }

  #start(): readonly number[] {
    this.#end = performance.now() + this.#initial * tick;
    this.#hasWarned = ((this.#actions >> 4) & 7) === 0;
    this.#arm();
    this.#model.changed?.();
    return [];
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#end === undefined) return;
    const left = this.#end - performance.now();
    const untilWarning = left - this.#interval * 1000;
    const due = this.#hasWarned ? left : Math.max(0, untilWarning);
    this.#timer = setTimeout(() => this.#due(), Math.max(0, Math.ceil(due)));
    this.#timer.unref();
  }

  #due(): void {
    if (this.#end === undefined) return;
    if (!this.#hasWarned) {
      this.#hasWarned = true;
      this.#model.warned?.(this.state);
      this.#arm();
      return;
    }
    // A timer may fire a moment early.
    const { state } = this;
    this.#end = undefined;
    this.#expired |= 1 << (this.#use & 7);
    this.#model.changed?.();
    this.#model.expired?.(state);
  }

  #get(): readonly number[] {
    const left = this.#end === undefined ? this.#initial : Math.ceil((this.#end - performance.now()) / tick);
    const running = this.#end === undefined ? 0 : 0x40;
    return [
      ...[this.#use | running, this.#actions, this.#interval, this.#expired],
      ...le(this.#initial, 2),
      ...le(Math.min(0xffff, Math.max(0, left)), 2),
    ];
  }
}
