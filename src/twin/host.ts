/**
 * A host as its pins show it: a power button that acts at release, or cuts the power when it is held; a power
 * sequence and a firmware that take time; an operating system that shuts down when asked, if it listens.
 *
 * Time is evaluated when somebody looks; one timer for the next transition makes it happen when nobody does.
 */
import type { HostFacts } from '../platform/vocabulary/index.ts';

/** `post`: has power, firmware at work. `shutdown`: the operating system is ending itself. */
export type HostState = 'off' | 'starting' | 'post' | 'running' | 'shutdown';

/** Milliseconds of a common server: button to power-good, firmware, orderly shutdown. */
const durations = { starting: 1500, post: 8000, shutdown: 3000 } as const;
/** Where firmware that does not come to its end hangs, of 1. */
const hangs = 0.6;
/** A press this long cuts the power (ACPI specification, "Power Button Override"). */
const overridePress = 4000;

/** `state`, `powered` and `boots` are as of the last `advance`. */
export interface HostModel {
  readonly facts: HostFacts;
  readonly state: HostState;
  /** The main rails are up. */
  readonly powered: boolean;
  /** How often its firmware has begun. */
  readonly boots: number;
  /** How much of its work the firmware has done, 0 to 1; null while it does none. */
  readonly progress: number | null;
  press(): void;
  release(): void;
  reset(held: boolean): void;
  /** A relay feeds it, and it starts by itself; or feeds it no more. */
  feed(on: boolean): void;
  /** The board lost its supply: off at once. */
  losePower(): void;
  /** What hinders it may have changed. */
  reconsider(): void;
  /** Does what has become due. */
  advance(): void;
  close(): void;
}

export interface HostSurroundings {
  readonly now: () => number;
  readonly speed: number;
  /** There is power to start with. */
  supplied(): boolean;
  hindered(by: 'ignoreGraceful' | 'noPost' | 'crash'): boolean;
  /** The operating system started anew: a crash is over. */
  rebooted(): void;
  /** Called before a change that happened at `at`, so that what depends on the time so far can be summed up. */
  before(at: number): void;
  /** Called after a change of `state` that happened at `at`. */
  changed(at: number): void;
}

export function createHost(facts: HostFacts, around: HostSurroundings): HostModel {
  const { power } = facts;
  // Halfway between the presses of the descriptor where they are nearer together than on a real machine.
  const override =
    power.kind === 'relay' || power.kind === 'ipmi'
      ? overridePress
      : Math.min(
          overridePress,
          (Math.max(power.onPulse, power.gracefulPulse ?? 0) + power.forceOffPulse) / 2,
        );

  let state: HostState = 'off';
  let due: { readonly at: number; readonly state: HostState } | undefined;
  let pressed: { readonly at: number; cut: boolean } | undefined;
  let resetHeld = false;
  let boots = 0;
  let begun = 0;
  let timer: NodeJS.Timeout | undefined;

  const isPowered = () => state === 'post' || state === 'running' || state === 'shutdown';
  const after = (from: number, duration: keyof typeof durations) => from + durations[duration] / around.speed;

  function enter(next: HostState, at: number): void {
    around.before(at);
    if (next === 'off' || next === 'post') around.rebooted();
    state = next;
    due = undefined;
    if (next === 'post' && !resetHeld) {
      boots++;
      begun = at;
    }
    if (next === 'starting') due = { at: after(at, 'starting'), state: 'post' };
    if (next === 'shutdown') due = { at: after(at, 'shutdown'), state: 'off' };
    if (next === 'post' && !resetHeld && !around.hindered('noPost')) {
      due = { at: after(at, 'post'), state: 'running' };
    }
    around.changed(at);
  }

  /** When the button that is held now cuts the power. */
  const cutAt = () =>
    pressed && !pressed.cut && isPowered() ? pressed.at + override : Number.POSITIVE_INFINITY;
  const dueAt = () => due?.at ?? Number.POSITIVE_INFINITY;

  function advance(): void {
    const now = around.now();
    while (Math.min(cutAt(), dueAt()) <= now) {
      if (pressed && cutAt() <= dueAt()) {
        const at = cutAt();
        pressed.cut = true;
        enter('off', at);
      } else if (due) enter(due.state, due.at);
    }
    clearTimeout(timer);
    const wake = Math.min(cutAt(), dueAt());
    if (wake !== Number.POSITIVE_INFINITY) timer = setTimeout(advance, Math.ceil(wake - now)).unref();
  }

  function shortPress(now: number): void {
    if (state === 'off' && around.supplied()) enter('starting', now);
    // Before the operating system listens, firmware switches off at once.
    else if (state === 'post') enter('off', now);
    else if (state === 'running' && !around.hindered('ignoreGraceful') && !around.hindered('crash')) {
      enter('shutdown', now);
    }
  }

  return {
    facts,
    get state() {
      return state;
    },
    get powered() {
      return isPowered();
    },
    get boots() {
      return boots;
    },
    get progress() {
      if (!isPowered() || resetHeld) return null;
      if (state !== 'post') return 1;
      const done = ((around.now() - begun) * around.speed) / durations.post;
      return Math.min(done, due === undefined ? hangs : 1);
    },
    press() {
      advance();
      pressed = { at: around.now(), cut: false };
      advance();
    },
    release() {
      advance();
      const press = pressed;
      pressed = undefined;
      const now = around.now();
      if (press && !press.cut && now - press.at < override) shortPress(now);
      advance();
    },
    reset(held) {
      advance();
      resetHeld = held;
      if (isPowered()) enter('post', around.now());
      advance();
    },
    feed(on) {
      advance();
      if (on && state === 'off' && around.supplied()) enter('post', around.now());
      else if (!on && state !== 'off') enter('off', around.now());
      advance();
    },
    losePower() {
      advance();
      if (state !== 'off') enter('off', around.now());
      advance();
    },
    reconsider() {
      advance();
      const stays = resetHeld || around.hindered('noPost');
      if (state === 'post' && stays !== (due === undefined)) enter('post', around.now());
      advance();
    },
    advance,
    close: () => clearTimeout(timer),
  };
}
