/** Typed signals between the components of a board: a component emits what happened and knows no subscriber. */
import type { BoardEvent } from './model/event.ts';
import type { BootPhase, PostCode } from './model/power.ts';
import type { Scope } from './model/revisions.ts';
import type { Sensor } from './model/sensor.ts';

/** Every signal with its payload. */
export interface SignalMap {
  /** State changed: power, presence, health, a crossed threshold, a setting. */
  readonly stateChanged: Scope;
  /** A reading or a POST code changed, but no state. */
  readonly readingChanged: Scope;
  /** Once per turn of the event loop in which state changed: components derived from others update. */
  readonly stateSettled: undefined;
  /** Once per turn of the event loop in which state or readings changed. */
  readonly changesSettled: undefined;
  /** Something to be recorded happened. */
  readonly event: BoardEvent;
  /** A sensor has a new good reading. */
  readonly sensorRead: Sensor;
  /** POST codes of a host arrived; `over` marks the end of a boot, also when power was lost. */
  readonly postCodesReceived: { readonly codes: readonly PostCode[]; readonly over: boolean };
  /** The firmware of a host begins, has finished, or has lost its power. */
  readonly hostBoot: { readonly host: string; readonly phase: BootPhase };
  /** A chassis was inserted or removed, and with it `inside` (itself first). Not emitted for the initial state. */
  readonly presenceChanged: {
    readonly chassis: string;
    readonly present: boolean;
    readonly inside: readonly string[];
  };
  /** Which components can be read may have changed: presence, power, or the end of a settling time. */
  readonly availabilityChanged: undefined;
  /** The contents of these chassis have had their settling time. */
  readonly chassisReady: { readonly chassis: readonly string[]; readonly after: 'insertion' | 'power-on' };
  /** The power of a slot has come, has gone, or is about to go. */
  readonly slotPowerChanged: {
    readonly chassis: string;
    readonly name: string;
    /** The slot has no power (any more). */
    readonly off: boolean;
    /** A command of this daemon caused it. */
    readonly requested: boolean;
  };
  /** All inventories that can be read have been read once more. */
  readonly inventoryRead: undefined;
  /** A node began or ceased to respond. */
  readonly nodeReachable: { readonly node: string; readonly reachable: boolean };
  /** A protection has tripped: these hosts are switched off; every host where there is none. */
  readonly protectionTripped: {
    readonly sensor: string;
    readonly host: string | undefined;
    readonly reaction: 'ForceOff' | 'GracefulShutdown';
  };
  /** A leak has lasted for its delay, and the descriptor wants the hosts around it switched off. */
  readonly leakDetected: {
    readonly detector: string;
    readonly chassis: string;
    readonly reaction: 'ForceOff' | 'GracefulShutdown';
  };
}

type Listener<K extends keyof SignalMap> = (payload: SignalMap[K]) => unknown;
type Subscriptions = { readonly [K in keyof SignalMap]: Set<Listener<K>> };

const noSubscriptions = (): Subscriptions => ({
  stateChanged: new Set(),
  readingChanged: new Set(),
  stateSettled: new Set(),
  changesSettled: new Set(),
  event: new Set(),
  sensorRead: new Set(),
  postCodesReceived: new Set(),
  hostBoot: new Set(),
  presenceChanged: new Set(),
  availabilityChanged: new Set(),
  chassisReady: new Set(),
  slotPowerChanged: new Set(),
  inventoryRead: new Set(),
  nodeReachable: new Set(),
  protectionTripped: new Set(),
  leakDetected: new Set(),
});

/**
 * Emitter of the signals. Listeners run synchronously, in the order of their subscription, which is the order in which
 * the components are created. An error of one listener is reported and stops neither the others nor the emitter.
 */
export class BoardSignals {
  readonly #subscriptions = noSubscriptions();
  readonly #onError: (error: unknown) => void;
  #scheduled = false;
  #stateChanged = false;

  /** `onError` receives what a listener throws. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
    this.on('stateChanged', () => this.#schedule(true));
    this.on('readingChanged', () => this.#schedule(false));
    this.on('event', () => this.#schedule(true));
  }

  /** @returns a function that ends the subscription */
  on<K extends keyof SignalMap>(name: K, listener: Listener<K>): () => void {
    const listeners: Set<Listener<K>> = this.#subscriptions[name];
    // A wrapper, so that one function can be subscribed twice.
    const own: Listener<K> = (payload) => listener(payload);
    listeners.add(own);
    return () => listeners.delete(own);
  }

  emit<K extends keyof SignalMap>(name: K, payload: SignalMap[K]): void {
    this.#call(name, payload);
  }

  /** As `emit`, and resolves once the promises that listeners returned have settled. Never rejects. */
  async deliver<K extends keyof SignalMap>(name: K, payload: SignalMap[K]): Promise<void> {
    const pending: Promise<unknown>[] = [];
    this.#call(name, payload, pending);
    await Promise.allSettled(pending);
  }

  /** The board stops: nothing follows changes any more, but events, readings and changes are still announced. */
  endReactions(): void {
    const reactions = [
      'presenceChanged',
      'availabilityChanged',
      'chassisReady',
      'slotPowerChanged',
      'protectionTripped',
      'leakDetected',
      'inventoryRead',
      'stateSettled',
    ] as const;
    for (const name of reactions) this.#subscriptions[name].clear();
  }

  /** Adds the work of listeners that take their time to `pending`. */
  #call<K extends keyof SignalMap>(name: K, payload: SignalMap[K], pending?: Promise<unknown>[]): void {
    const listeners: Set<Listener<K>> = this.#subscriptions[name];
    for (const listener of listeners) {
      try {
        const work = listener(payload);
        if (!(work instanceof Promise)) continue;
        const settled = work.catch(this.#onError);
        pending?.push(settled);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  /** Announces the changes of this turn of the event loop once, at its end. */
  #schedule(isState: boolean): void {
    this.#stateChanged ||= isState;
    if (this.#scheduled || (!isState && this.#subscriptions.changesSettled.size === 0)) return;
    this.#scheduled = true;
    setImmediate(() => {
      const stateChanged = this.#stateChanged;
      this.#scheduled = false;
      this.#stateChanged = false;
      this.emit('changesSettled', undefined);
      if (stateChanged) this.emit('stateSettled', undefined);
    });
  }
}
