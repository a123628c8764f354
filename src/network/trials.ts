/**
 * Changes on trial: each is undone unless it is confirmed in time. What would undo them is kept in the settings, so that a
 * change after which nobody could come back does not survive a restart either.
 */
import type { Settings } from '../store/settings.ts';

interface Trial<U> {
  readonly name: string;
  readonly undo: U;
}

export interface TrialOptions<U> {
  readonly settings: Settings;
  readonly decode: (value: unknown) => U | undefined;
  /** Carries out what undoes a change whose time is over. */
  readonly undo: (name: string, undo: U) => void;
}

const key = 'network.trials';

export class Trials<U> {
  readonly #options: TrialOptions<U>;
  readonly #running = new Map<string, { readonly undo: U; readonly timer: NodeJS.Timeout }>();

  constructor(options: TrialOptions<U>) {
    this.#options = options;
  }

  /** What the daemon left on trial when it last ended; they are forgotten with this. @throws StoreError */
  takeLeft(): readonly Trial<U>[] {
    const { settings, decode } = this.#options;
    const left = settings.json(key, (value) => (Array.isArray(value) ? (value as unknown[]) : undefined), []);
    settings.delete(key);
    return left.flatMap((each) => {
      const { name, undo } = (each ?? {}) as { readonly name?: unknown; readonly undo?: unknown };
      const decoded = decode(undo);
      return typeof name === 'string' && decoded !== undefined ? [{ name, undo: decoded }] : [];
    });
  }

  /**
   * Puts what has the name `name` on trial for so many milliseconds. While an earlier trial of that name runs, its undo
   * stays the one that counts: it leads back to what was last confirmed.
   * @throws StoreError
   */
  begin(name: string, undo: U, time: number): void {
    const earlier = this.#running.get(name);
    clearTimeout(earlier?.timer);
    const timer = setTimeout(() => this.#end(name), time);
    timer.unref();
    this.#running.set(name, { undo: earlier?.undo ?? undo, timer });
    this.#save();
  }

  has(name: string): boolean {
    return this.#running.has(name);
  }

  /** Ends a trial: what it was about stays. @throws StoreError */
  confirm(name: string): boolean {
    const trial = this.#running.get(name);
    if (trial === undefined) return false;
    clearTimeout(trial.timer);
    this.#running.delete(name);
    this.#save();
    return true;
  }

  /** Stops the clocks; what is on trial is undone when the daemon starts again. */
  close(): void {
    for (const { timer } of this.#running.values()) clearTimeout(timer);
    this.#running.clear();
  }

  #end(name: string): void {
    const trial = this.#running.get(name);
    this.#running.delete(name);
    if (trial === undefined) return;
    this.#options.undo(name, trial.undo);
    try {
      this.#save();
    } catch {
      // The record stays, and what is undone already is undone once more at the next start: that changes nothing.
    }
  }

  #save(): void {
    const trials = [...this.#running].map(([name, { undo }]): Trial<U> => ({ name, undo }));
    if (trials.length === 0) this.#options.settings.delete(key);
    else this.#options.settings.setJson(key, trials);
  }
}
