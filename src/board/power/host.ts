/** One host: its power, what it remembers, and what its pins tell of it. */
import type { Logger } from '../../base/logger.ts';
import type { HostFacts } from '../../platform/schema.ts';
import type { Changes } from '../changes.ts';
import type { Lines } from '../lines/lines.ts';
import {
  BoardRefusal,
  type BootOverride,
  type Health,
  type Host,
  type PowerState,
  type ResetType,
  type RestorePolicy,
  type Status,
} from '../model.ts';
import type { PersistedState } from '../persisted-state.ts';
import type { Unavailability } from '../sensing/unavailability.ts';
import { BootOnce } from './boot-once.ts';
import { Buttons } from './buttons.ts';
import { HostPostCodes } from './post-codes.ts';
import { type HostController, HostPower, type PowerListener } from './power.ts';

/** Rails and regulators need a moment after power-good before their readings mean anything. */
const settleAfterPowerOn = 2_000;
/** How long what power-good does counts as the answer to a button that a person pressed. */
const pressAnswer = 30_000;
/** A state that has held this long is what to return to after mains was lost; the drop before it is not. */
const steady = 5_000;

export interface HostParts {
  readonly lines: Lines;
  readonly persisted: PersistedState;
  readonly changes: Changes;
  /** What the parts of the host add up to. */
  readonly health: () => Health;
  /** Called when power has come, has settled, or has gone. */
  readonly onPower: () => void;
  readonly log: Logger;
  /** The controller that switches it, where one does. */
  readonly controller?: HostController;
  /** Whether that one still has a boot override which it was given. */
  readonly isBootPending?: () => Promise<boolean>;
  /** The chassis that it is in has power. */
  readonly isFed: () => boolean;
}

export class BoardHost implements Host {
  readonly facts: HostFacts;
  readonly power: HostPower;
  /** Whoever gets codes of its firmware hands them to this. */
  readonly postCodes: HostPostCodes | null;
  readonly bootOnce: BootOnce;
  readonly #parts: HostParts;
  readonly #buttons: Buttons;
  /** Power-good as `onPower` was last told. */
  #good: boolean | null = null;
  #restore = false;
  #remembering: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;

  constructor(facts: HostFacts, parts: HostParts) {
    this.facts = facts;
    this.#parts = parts;
    const { lines, changes } = parts;
    this.postCodes =
      facts.postCodes === undefined
        ? null
        : new HostPostCodes(facts.id, { ...parts, powered: () => this.power.good });
    const listener: PowerListener = {
      changed: () => this.#changed(),
      event: (event) => changes.emit({ ...event, origin: { kind: 'host', id: facts.id }, host: facts.id }),
      // Whatever mains does meanwhile, this is what to return to.
      wanted: (on) => this.#remember(on),
      resting: (on) => {
        clearTimeout(this.#remembering);
        this.#remembering = setTimeout(() => {
          // An operation under way has said what is wanted; its end says what came of it.
          if (this.power.resting && this.power.good === on) this.#remember(on);
        }, steady).unref();
      },
      booting: () => {
        this.postCodes?.begin();
        this.bootOnce.begin();
      },
      bootOver: (powered) => {
        this.bootOnce.over();
        if (powered) this.postCodes?.end();
        else this.postCodes?.forget();
      },
    };
    this.bootOnce = new BootOnce({
      boot: () => this.boot,
      used: () => this.#bootUsed(),
      hasPost: facts.post !== undefined,
      ...(parts.isBootPending === undefined ? {} : { isPending: parts.isBootPending }),
    });
    this.power = new HostPower(facts, lines, listener, parts.controller);
    this.#buttons = new Buttons(facts, {
      lines,
      event: (event) => changes.emit({ ...event, origin: { kind: 'host', id: facts.id }, host: facts.id }),
      isOn: () => this.power.good,
      supported: () => this.power.supported,
      reset: (type) => this.reset(type),
      pressed: () => this.power.pressed(pressAnswer),
    });
    for (const { present } of facts.processors?.sockets ?? []) lines.watch(present, () => changes.touch());
  }

  get id(): string {
    return this.facts.id;
  }

  get name(): string {
    return this.facts.name ?? this.facts.id;
  }

  get chassis(): string {
    return this.facts.chassis;
  }

  get powerState(): PowerState | null {
    return this.#parts.isFed() ? this.power.state : 'Off';
  }

  get postComplete(): boolean | null {
    return this.power.postComplete;
  }

  get postSince(): Date | null {
    return this.power.postSince;
  }

  get lastReset(): Host['lastReset'] {
    return this.power.lastReset;
  }

  get restorePolicy(): RestorePolicy {
    return this.#parts.persisted.restorePolicy(this.id) ?? this.facts.restorePolicy ?? 'LastState';
  }

  get boot(): BootOverride {
    return this.#parts.persisted.boot(this.id);
  }

  get assetTag(): string {
    return this.#parts.persisted.assetTag('host', this.id);
  }

  get processorCount(): number | null {
    const sockets = this.facts.processors?.sockets;
    if (sockets === undefined) return null;
    const occupied = sockets.map(({ present }) => this.#parts.lines.get(present));
    return occupied.includes(null) ? null : occupied.filter(Boolean).length;
  }

  get status(): Status {
    const { good, fault } = this.power;
    if (!this.#parts.isFed()) return { state: 'StandbyOffline', health: 'OK' };
    if (good === null) return { state: 'UnavailableOffline', health: 'Warning' };
    const health = fault === null ? this.#parts.health() : 'Critical';
    return { state: good ? 'Enabled' : 'StandbyOffline', health };
  }

  get supportedResets(): readonly ResetType[] {
    return this.power.supported;
  }

  allowedResets(): readonly ResetType[] {
    return this.#parts.isFed() ? this.power.allowed() : [];
  }

  /** As `HostPower.reset`. */
  async reset(type: ResetType): ReturnType<HostPower['reset']> {
    if (!this.#parts.isFed())
      throw new BoardRefusal('not-in-this-state', `${this.id} has no power: chassis ${this.chassis} is off`);
    return this.power.reset(type);
  }

  /** Why what this host powers cannot be read now; null when it can. */
  get unavailability(): Unavailability | null {
    const { good, goodSince } = this.power;
    if (!this.#parts.isFed()) return { state: 'StandbyOffline', reason: `chassis ${this.chassis} is off` };
    if (good === null)
      return { state: 'UnavailableOffline', reason: `whether ${this.id} has power cannot be read` };
    if (!good) return { state: 'StandbyOffline', reason: 'its host is off' };
    // A timer may fire a moment early.
    if (performance.now() - goodSince >= settleAfterPowerOn - 10) return null;
    return { state: 'Starting', reason: 'its host has just come on' };
  }

  /** @throws what the settings throw; nothing has changed then */
  setBoot(boot: BootOverride): void {
    this.#parts.persisted.setBoot(this.id, boot);
    this.#parts.changes.touch();
  }

  /** @throws what the settings throw; nothing has changed then */
  setRestorePolicy(policy: RestorePolicy): void {
    this.#parts.persisted.setRestorePolicy(this.id, policy);
    this.#parts.changes.touch();
  }

  /** @throws what the settings throw; nothing has changed then */
  setAssetTag(tag: string): void {
    this.#parts.persisted.setAssetTag('host', this.id, tag);
    this.#parts.changes.touch();
  }

  /** Mains has returned: does what the policy says, as soon as power-good can be read. */
  mainsRestored(): void {
    this.#restore = true;
    this.#followPolicy();
  }

  /** It has been plugged in, and had its time to start: power has come to it, as after a loss of mains. */
  pluggedIn(): void {
    this.power.plug();
    this.mainsRestored();
  }

  /** It has been pulled, or has no power any more. What it was remains what to return to. */
  pulled(): void {
    this.#restore = false;
    clearTimeout(this.#remembering);
    this.power.unplug();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#remembering);
    clearTimeout(this.#settling);
    this.#buttons.stop();
    this.bootOnce.stop();
    this.postCodes?.end();
    await this.power.stop();
  }

  /** Its next boot is one like any other. */
  #bootUsed(): void {
    try {
      this.setBoot({ ...this.boot, enabled: 'Disabled' });
    } catch (error) {
      this.#parts.log.error('the use of a boot override cannot be stored: it applies again', {
        host: this.id,
        error: String(error),
      });
    }
  }

  #changed(): void {
    this.#parts.changes.touch();
    const { good } = this.power;
    if (good === this.#good) return;
    this.#good = good;
    clearTimeout(this.#settling);
    if (good) this.#settling = setTimeout(this.#parts.onPower, settleAfterPowerOn).unref();
    this.#parts.onPower();
    this.#followPolicy();
  }

  #followPolicy(): void {
    if (!this.#restore || this.power.good === null) return;
    this.#restore = false;
    const { restorePolicy: policy } = this;
    const on = policy === 'AlwaysOn' || (policy === 'LastState' && this.#parts.persisted.wasOn(this.id));
    if (on) this.power.restore();
  }

  /** A store that cannot be written holds up no power operation; it is tried again. */
  #remember(on: boolean): void {
    clearTimeout(this.#remembering);
    try {
      this.#parts.persisted.setWasOn(this.id, on);
    } catch (error) {
      this.#parts.log.error('the power state for the restore policy cannot be stored', {
        host: this.id,
        error: String(error),
      });
      this.#remembering = setTimeout(() => this.#remember(on), steady).unref();
    }
  }
}
