/**
 * Changes on trial: each is undone unless it is confirmed in time. The undo data is stored in the settings, so that a restart
 * undoes an unconfirmed change too.
 */
import type { Settings } from '../store/settings.ts';

interface Trial<U> {
  readonly name: string;
  readonly undo: U;
}

export interface TrialOptions<U> {
  readonly settings: Settings;
  readonly decode: (value: unknown) => U | undefined;
  /** Called to undo a change that was not confirmed in time. */
  readonly undo: (name: string, undo: U) => void;
}

const key = 'network.trials';

export class Trials<U> {
  readonly #options: TrialOptions<U>;
  readonly #running = new Map<string, { readonly undo: U; readonly timer: NodeJS.Timeout }>();

  constructor(options: TrialOptions<U>) {
    this.#options = options;
  }

  /** Returns and removes the trials that were open when the daemon last stopped. @throws StoreError */
  drainUnfinished(): readonly Trial<U>[] {
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
   * Starts a trial of `time` milliseconds. An open trial of the same name keeps its undo data, which restores the last
   * confirmed state.
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

  /** Confirms a change and ends its trial. @returns false when there was none @throws StoreError */
  confirm(name: string): boolean {
    const trial = this.#running.get(name);
    if (trial === undefined) return false;
    clearTimeout(trial.timer);
    this.#running.delete(name);
    this.#save();
    return true;
  }

  /** Stops the timers; open trials are undone at the next start. */
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
      // The record remains, and the next start undoes the change again, which has no effect.
    }
  }

  #save(): void {
    const trials = [...this.#running].map(([name, { undo }]): Trial<U> => ({ name, undo }));
    if (trials.length === 0) this.#options.settings.delete(key);
    else this.#options.settings.setJson(key, trials);
  }
}
