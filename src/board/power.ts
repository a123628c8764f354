/**
 * Switches one host: presses its buttons for as long as the descriptor says and watches power-good for what came of it.
 * What was asked for, what the pins say, and how it ended are kept apart and all shown.
 */
import type { HostFacts } from '../platform/schema.ts';
import type { Lines } from './lines.ts';
import {
  type BoardEvent,
  BoardRefusal,
  type PowerOutcome,
  type PowerState,
  type ResetType,
} from './model.ts';

/** Waits that a descriptor leaves out, in milliseconds. */
const defaults = {
  settle: 0,
  resetPulse: 100,
  nmiPulse: 100,
  onTimeout: 10_000,
  offTimeout: 10_000,
  gracefulTimeout: 300_000,
  postTimeout: 300_000,
};

/** What ended a wait: a forced operation that took over, or the end of the daemon. */
class Superseded extends Error {}

export interface PowerListener {
  /** Any of the public state has moved. */
  changed(): void;
  event(event: Omit<BoardEvent, 'origin' | 'host'>): void;
  /** Power-good has come or gone for good: what to return to after mains was lost. */
  settled(on: boolean): void;
}

interface Operation {
  readonly type: ResetType | 'Restore';
  readonly graceful: boolean;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

export class HostPower {
  readonly #facts: HostFacts;
  readonly #lines: Lines;
  readonly #listener: PowerListener;
  #good: boolean | null = null;
  #transition: 'PoweringOn' | 'PoweringOff' | null = null;
  #operation: Operation | null = null;
  #postTimer: NodeJS.Timeout | undefined;
  #waiters = new Set<() => void>();
  #stopped = false;
  postComplete: boolean | null = null;
  lastReset: { readonly type: ResetType | 'Restore'; readonly time: Date } | null = null;
  /** Why the last operation failed; null after one that did not. */
  fault: string | null = null;
  /** When power-good last came, on the monotonic clock. */
  goodSince = Number.NEGATIVE_INFINITY;

  constructor(facts: HostFacts, lines: Lines, listener: PowerListener) {
    this.#facts = facts;
    this.#lines = lines;
    this.#listener = listener;
    lines.watch(facts.power.good, (good) => this.#goodChanged(good));
    lines.watch(facts.post?.complete, () => this.#postChanged());
  }

  get state(): PowerState | null {
    if (this.#good === null) return null;
    return this.#transition ?? (this.#good ? 'On' : 'Off');
  }

  get good(): boolean | null {
    return this.#good;
  }

  get supported(): readonly ResetType[] {
    const { reset, nmi } = this.#facts.power;
    return [
      'On',
      'ForceOff',
      'GracefulShutdown',
      'GracefulRestart',
      ...(reset === undefined ? [] : (['ForceRestart'] as const)),
      ...(nmi === undefined ? [] : (['Nmi'] as const)),
      'ForceOn',
      'PushPowerButton',
      'PowerCycle',
    ];
  }

  allowed(): readonly ResetType[] {
    if (this.#good === null || this.#stopped) return [];
    const operation = this.#operation;
    const off: readonly ResetType[] = ['On', 'ForceOn', 'PushPowerButton'];
    const forced: readonly ResetType[] = ['ForceOff', 'ForceRestart', 'PowerCycle'];
    return this.supported.filter((type) => {
      // A wait for the operating system can be cut short; a pulse in progress cannot.
      if (operation !== null) return operation.graceful && this.#good === true && forced.includes(type);
      return this.#good ? type === 'PushPowerButton' || !off.includes(type) : off.includes(type);
    });
  }

  /** @throws BoardRefusal, DeviceError */
  async reset(type: ResetType): Promise<{ readonly done: Promise<PowerOutcome> }> {
    const { id } = this.#facts;
    if (!this.supported.includes(type))
      throw new BoardRefusal('not-supported', `${id} has no wiring for ${type}`);
    if (this.#good === null)
      throw new BoardRefusal('device', `power-good of ${id} cannot be read (line ${this.#facts.power.good})`);
    if (!this.allowed().includes(type)) {
      const busy = this.#operation !== null;
      throw new BoardRefusal(
        busy ? 'busy' : 'not-in-this-state',
        busy
          ? `${this.#operation?.type} of ${id} is under way`
          : `${type} makes no sense while ${id} is ${this.state}`,
      );
    }
    return this.#begin(type, this.#plan(type));
  }

  /** Switches on after mains has returned. */
  restore(): void {
    this.#begin('Restore', this.#plan('On')).catch(() => undefined);
  }

  /** Ends what is under way; the lines go back to rest. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#postTimer);
    const operation = this.#operation;
    operation?.abort.abort();
    await operation?.ended;
  }

  async #begin(type: ResetType | 'Restore', steps: (signal: AbortSignal) => Promise<void>) {
    const before = this.#operation;
    before?.abort.abort();
    await before?.ended;
    const abort = new AbortController();
    const graceful = type === 'GracefulShutdown' || type === 'GracefulRestart';
    let driven: (() => void) | undefined;
    let refused: ((error: unknown) => void) | undefined;
    const started = new Promise<void>((resolve, reject) => {
      driven = resolve;
      refused = reject;
    });
    this.#onDriven = () => driven?.();
    this.lastReset = { type, time: new Date() };
    this.fault = null;
    const done = steps(abort.signal).then(
      (): PowerOutcome => ({ ok: true }),
      (error: unknown): PowerOutcome => {
        refused?.(error);
        return this.#failed(type, error);
      },
    );
    const operation: Operation = { type, graceful, abort, ended: done.then(() => undefined) };
    this.#operation = operation;
    this.#listener.changed();
    void done.then(() => {
      if (this.#operation !== operation) return;
      this.#operation = null;
      this.#transition = null;
      this.#listener.changed();
    });
    await started;
    return { done };
  }

  #onDriven: () => void = () => undefined;

  #failed(type: string, error: unknown): PowerOutcome {
    if (error instanceof Superseded) return { ok: false, reason: `${type} was cut short` };
    const reason = error instanceof Error ? error.message : String(error);
    this.fault = reason;
    this.#listener.event({
      message: 'ResourceEvent.ResourceErrorsDetected',
      args: ['PowerState', reason],
      severity: 'Critical',
      condition: `power:${this.#facts.id}`,
      detail: `${type} failed.`,
    });
    return { ok: false, reason };
  }

  #plan(type: ResetType): (signal: AbortSignal) => Promise<void> {
    const { power } = this.#facts;
    const on = async (signal: AbortSignal) => {
      this.#becoming('PoweringOn');
      await this.#press(power.button, power.onPulse, signal);
      await this.#sleep(power.settle ?? defaults.settle, signal);
      await this.#await(true, power.onTimeout ?? defaults.onTimeout, 'come', signal);
    };
    const off = async (signal: AbortSignal) => {
      this.#becoming('PoweringOff');
      await this.#press(power.button, power.forceOffPulse, signal);
      await this.#await(false, power.offTimeout ?? defaults.offTimeout, 'gone', signal);
    };
    const shutdown = async (signal: AbortSignal) => {
      this.#becoming('PoweringOff');
      await this.#press(power.button, power.gracefulPulse ?? power.onPulse, signal);
      await this.#await(false, power.gracefulTimeout ?? defaults.gracefulTimeout, 'gone', signal);
    };
    switch (type) {
      case 'On':
      case 'ForceOn':
        return on;
      case 'ForceOff':
        return off;
      case 'GracefulShutdown':
        return shutdown;
      case 'GracefulRestart':
        return async (signal) => {
          await shutdown(signal);
          await this.#sleep(power.cycleDelay, signal);
          await on(signal);
        };
      case 'PowerCycle':
        return async (signal) => {
          await off(signal);
          await this.#sleep(power.cycleDelay, signal);
          await on(signal);
        };
      case 'ForceRestart':
        return async (signal) => {
          await this.#press(power.reset ?? '', power.resetPulse ?? defaults.resetPulse, signal);
          this.#listener.event({ message: 'Platform.PlatformReset', args: [type], severity: 'OK' });
          this.#beginPost();
        };
      case 'Nmi':
        return async (signal) => this.#press(power.nmi ?? '', power.nmiPulse ?? defaults.nmiPulse, signal);
      case 'PushPowerButton':
        return async (signal) => this.#press(power.button, power.onPulse, signal);
    }
  }

  #becoming(transition: 'PoweringOn' | 'PoweringOff'): void {
    this.#transition = transition;
    this.#listener.changed();
    const key = transition === 'PoweringOn' ? 'ResourcePoweringOn' : 'ResourcePoweringOff';
    this.#listener.event({ message: `ResourceEvent.${key}`, args: [this.#name], severity: 'OK' });
  }

  get #name(): string {
    return this.#facts.name ?? this.#facts.id;
  }

  /** Asserts a line for so long; it is released whatever happens meanwhile. @throws DeviceError, Superseded */
  async #press(line: string, milliseconds: number, signal: AbortSignal): Promise<void> {
    this.#lines.set(line, true);
    this.#onDriven();
    try {
      await this.#sleep(milliseconds, signal);
    } finally {
      this.#lines.set(line, false);
    }
  }

  /** @throws Superseded */
  #sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) throw new Superseded();
      const end = () => {
        clearTimeout(timer);
        reject(new Superseded());
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', end);
        resolve();
      }, milliseconds);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  /** Waits until power-good is `wanted`. @throws Error when it does not get there, Superseded */
  async #await(wanted: boolean, limit: number, verb: string, signal: AbortSignal): Promise<void> {
    if (this.#good === wanted) return;
    const arrived = new AbortController();
    const look = () => {
      if (this.#good === wanted) arrived.abort();
    };
    this.#waiters.add(look);
    try {
      await this.#sleep(limit, AbortSignal.any([signal, arrived.signal]));
    } catch (error) {
      if (arrived.signal.aborted && !signal.aborted) return;
      throw error;
    } finally {
      this.#waiters.delete(look);
    }
    throw new Error(
      `power-good (line ${this.#facts.power.good}) had not ${verb} ${limit / 1000} s after it was asked to`,
    );
  }

  #goodChanged(good: boolean): void {
    const before = this.#good;
    if (before === good) return;
    this.#good = good;
    if (good) this.goodSince = performance.now();
    const asked = this.#operation !== null && this.#operation.type !== 'PushPowerButton';
    for (const look of this.#waiters) look();
    if (good) this.#beginPost();
    else this.#endPost();
    this.#listener.changed();
    // The first look tells what is, not what happened.
    if (before === null) return;
    this.#listener.settled(good);
    this.#listener.event({
      message: good ? 'ResourceEvent.ResourcePoweredOn' : 'ResourceEvent.ResourcePoweredOff',
      args: [this.#name],
      severity: asked ? 'OK' : 'Warning',
      condition: `power:${this.#facts.id}`,
      resolves: asked,
      ...(asked
        ? {}
        : { detail: 'Nobody asked for it here: a button was pressed, the host did it, or power failed.' }),
    });
  }

  #beginPost(): void {
    const { post } = this.#facts;
    if (post === undefined) return;
    clearTimeout(this.#postTimer);
    this.postComplete = false;
    this.#postChanged();
    if (this.postComplete) return;
    const limit = post.timeout ?? defaults.postTimeout;
    this.#postTimer = setTimeout(() => {
      this.#listener.event({
        message: 'Platform.DeviceBootTimeout',
        args: [this.#name],
        severity: 'Warning',
        detail: `The firmware had not finished after ${limit / 1000} s.`,
      });
    }, limit).unref();
  }

  #endPost(): void {
    clearTimeout(this.#postTimer);
    if (this.#facts.post !== undefined) this.postComplete = false;
  }

  #postChanged(): void {
    const { post } = this.#facts;
    if (post === undefined) return;
    const complete = this.#good === true && this.#lines.get(post.complete) === true;
    if (complete) clearTimeout(this.#postTimer);
    if (complete !== this.postComplete) {
      this.postComplete = complete;
      this.#listener.changed();
    }
  }
}
