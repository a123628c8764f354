/**
 * A host as its pins show it: a power button that acts at release, or switches off when it is held; a power sequence and
 * firmware that take time; an operating system that shuts down on request.
 *
 * State is computed on access; one timer makes the next transition happen without an access.
 */
import type { HostFacts, HostPowerFacts } from '../platform/vocabulary/index.ts';

/** `post`: has power, firmware runs. `shutdown`: the operating system shuts down. */
export type HostState = 'off' | 'starting' | 'post' | 'running' | 'shutdown';

/** Milliseconds of a common server: button to power-good, firmware, orderly shutdown. */
const durations = { starting: 1500, post: 8000, shutdown: 3000 } as const;
/** Share of its work after which firmware with the fault `noPost` hangs. */
const hangProgress = 0.6;
/** Press that switches off, ms (ACPI specification, "Power Button Override"). */
const overridePress = 4000;

export interface HostSurroundings {
  readonly now: () => number;
  readonly speed: number;
  /** Whether there is power to start. */
  supplied(): boolean;
  /** Whether the host has this fault. */
  hasFault(kind: 'ignoreGraceful' | 'noPost' | 'crash'): boolean;
  /** The host restarted, which ends a crash. */
  restarted(): void;
  /** Called before a change at time `at`: the physics of the time so far is to be computed first. */
  before(at: number): void;
  /** Called after a change of `state` at time `at`. */
  changed(at: number): void;
}

/** `state`, `isPowered` and `boots` are those of the last `advance`. */
export class HostModel {
  readonly facts: HostFacts;
  readonly #around: HostSurroundings;
  /** Press that switches off, ms. */
  readonly #overridePress: number;
  #state: HostState = 'off';
  #due: { readonly at: number; readonly state: HostState } | undefined;
  #pressed: { readonly at: number; isSpent: boolean } | undefined;
  #isResetHeld = false;
  #boots = 0;
  #bootedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(facts: HostFacts, around: HostSurroundings) {
    this.facts = facts;
    this.#around = around;
    this.#overridePress = overridePressOf(facts.power);
  }

  get state(): HostState {
    return this.#state;
  }

  /** The main rails are up. */
  get isPowered(): boolean {
    return this.#state === 'post' || this.#state === 'running' || this.#state === 'shutdown';
  }

  /** Number of firmware starts. */
  get boots(): number {
    return this.#boots;
  }

  /** Share of its work that the firmware has done, 0 to 1; null while none runs. */
  get progress(): number | null {
    if (!this.isPowered || this.#isResetHeld) return null;
    if (this.#state !== 'post') return 1;
    const done = ((this.#around.now() - this.#bootedAt) * this.#around.speed) / durations.post;
    return Math.min(done, this.#due === undefined ? hangProgress : 1);
  }

  press(): void {
    this.#change((now) => {
      this.#pressed = { at: now, isSpent: false };
    });
  }

  release(): void {
    this.#change((now) => {
      const press = this.#pressed;
      this.#pressed = undefined;
      if (press && !press.isSpent && now - press.at < this.#overridePress) this.#shortPress(now);
    });
  }

  reset(held: boolean): void {
    this.#change((now) => {
      this.#isResetHeld = held;
      if (this.isPowered) this.#enter('post', now);
    });
  }

  /** A relay feeds the host, which then starts, or stops feeding it. */
  feed(on: boolean): void {
    this.#change((now) => {
      if (on && this.#state === 'off' && this.#around.supplied()) this.#enter('post', now);
      else if (!on && this.#state !== 'off') this.#enter('off', now);
    });
  }

  /** The board lost its supply. */
  losePower(): void {
    this.#change((now) => {
      if (this.#state !== 'off') this.#enter('off', now);
    });
  }

  /** The faults of the host may have changed. */
  reevaluate(): void {
    this.#change((now) => {
      const stays = this.#isResetHeld || this.#around.hasFault('noPost');
      if (this.#state === 'post' && stays !== (this.#due === undefined)) this.#enter('post', now);
    });
  }

  /** Performs the transitions that are due. */
  advance(): void {
    const now = this.#around.now();
    while (Math.min(this.#overrideAt, this.#dueAt) <= now) {
      if (this.#pressed && this.#overrideAt <= this.#dueAt) {
        const at = this.#overrideAt;
        this.#pressed.isSpent = true;
        this.#enter('off', at);
      } else if (this.#due) this.#enter(this.#due.state, this.#due.at);
    }
    clearTimeout(this.#timer);
    const wake = Math.min(this.#overrideAt, this.#dueAt);
    if (wake === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.advance(), Math.ceil(wake - now)).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** Makes a change at the present moment, with the transitions that are due before and after it. */
  #change(make: (now: number) => void): void {
    this.advance();
    make(this.#around.now());
    this.advance();
  }

  #shortPress(now: number): void {
    const ignores = this.#around.hasFault('ignoreGraceful') || this.#around.hasFault('crash');
    if (this.#state === 'off' && this.#around.supplied()) this.#enter('starting', now);
    // Firmware switches off at once, before an operating system runs.
    else if (this.#state === 'post') this.#enter('off', now);
    else if (this.#state === 'running' && !ignores) this.#enter('shutdown', now);
  }

  #enter(next: HostState, at: number): void {
    this.#around.before(at);
    if (next === 'off' || next === 'post') this.#around.restarted();
    this.#state = next;
    if (next === 'post' && !this.#isResetHeld) {
      this.#boots++;
      this.#bootedAt = at;
    }
    this.#due = this.#dueAfter(next, at);
    this.#around.changed(at);
  }

  /** The transition that ends a state by itself. */
  #dueAfter(state: HostState, at: number): { at: number; state: HostState } | undefined {
    const after = (duration: keyof typeof durations) => at + durations[duration] / this.#around.speed;
    if (state === 'starting') return { at: after('starting'), state: 'post' };
    if (state === 'shutdown') return { at: after('shutdown'), state: 'off' };
    const hangs = this.#isResetHeld || this.#around.hasFault('noPost');
    return state === 'post' && !hangs ? { at: after('post'), state: 'running' } : undefined;
  }

  /** When the button that is held now switches off. */
  get #overrideAt(): number {
    const press = this.#pressed;
    if (!press || press.isSpent || !this.isPowered) return Number.POSITIVE_INFINITY;
    return press.at + this.#overridePress;
  }

  get #dueAt(): number {
    return this.#due?.at ?? Number.POSITIVE_INFINITY;
  }
}

/** Halfway between the presses of the descriptor when those are closer together than on a real server. */
function overridePressOf(power: HostPowerFacts): number {
  if (power.kind !== 'gpio') return overridePress;
  const longest = Math.max(power.onPulse, power.gracefulPulse ?? 0);
  return Math.min(overridePress, (longest + power.forceOffPulse) / 2);
}
