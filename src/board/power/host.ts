/** One host: its power, its settings, and what its lines show. */
import type { Logger } from '../../base/logger.ts';
import type { ResetType } from '../../platform/reset-types.ts';
import type { HostFacts } from '../../platform/vocabulary/index.ts';
import type { Lines } from '../lines/lines.ts';
import type { HostEvent } from '../model/event.ts';
import type {
  BootOverride,
  BootPhase,
  BootRetry,
  Host,
  PowerState,
  RestorePolicy,
  StartedReset,
} from '../model/power.ts';
import { BoardRefusal } from '../model/refusal.ts';
import { hostScope } from '../model/revisions.ts';
import type { Health, Status } from '../model/status.ts';
import type { PersistedState } from '../persisted-state.ts';
import type { Unavailability } from '../sensing/unavailability.ts';
import type { BoardSignals } from '../signals.ts';
import { Buttons } from './buttons.ts';
import { HostBoot } from './host-boot.ts';
import { type HostController, HostPower } from './host-power.ts';
import { HostPostCodes } from './post-codes.ts';
import type { PowerNotice } from './power-effects.ts';
import { PowerRestore } from './restore-policy.ts';

/** Rails and regulators need a moment after power-good before their readings mean anything. */
const settleAfterPowerOn = 2_000;
/** How long a change of power-good counts as the answer to a press of a button. */
const pressWindow = 30_000;

export interface HostParts {
  readonly lines: Lines;
  readonly persisted: PersistedState;
  readonly signals: BoardSignals;
  /** Roll-up over the parts of the host. */
  readonly health: () => Health;
  /** Called when power has come, has settled, or has gone. */
  readonly onPower: () => void;
  readonly log: Logger;
  /** Of a host that is switched over IPMI. */
  readonly controller?: HostController;
  /** Whether that controller still holds a boot override that it was given. */
  readonly isBootPending?: () => Promise<boolean>;
  /** The chassis around the host has power. */
  readonly isFed: () => boolean;
}

export class BoardHost implements Host {
  readonly facts: HostFacts;
  readonly power: HostPower;
  /** Takes the POST codes from their source; null where there is none. */
  readonly postCodes: HostPostCodes | null;
  readonly bootControl: HostBoot;
  readonly #parts: HostParts;
  readonly #buttons: Buttons;
  readonly #restore: PowerRestore;
  /** Power-good when `onPower` was last called. */
  #good: boolean | null = null;
  #settling: NodeJS.Timeout | undefined;

  constructor(facts: HostFacts, parts: HostParts) {
    this.facts = facts;
    this.#parts = parts;
    const { lines, persisted, log, controller, isBootPending } = parts;
    const { id } = facts;
    this.postCodes =
      facts.postCodes === undefined
        ? null
        : new HostPostCodes(id, { ...parts, powered: () => this.power.good });
    this.bootControl = new HostBoot(facts, {
      ...{ persisted, log },
      ...(isBootPending === undefined ? {} : { isBootPending }),
      changed: () => this.#stateChanged(),
      emit: (event) => this.#emit(event),
      restart: () => this.#restart(),
    });
    const power = () => this.power;
    this.#restore = new PowerRestore({ host: id, persisted, log, power, policy: () => this.restorePolicy });
    this.power = new HostPower(facts, { lines, controller, notify: (notice) => this.#notice(notice) });
    this.#buttons = new Buttons(facts, {
      lines,
      event: (event) => this.#emit(event),
      isOn: () => this.power.good,
      supported: () => this.power.supported,
      reset: (type) => this.reset(type),
      pressed: () => this.power.pressed(pressWindow),
    });
    for (const { present } of facts.processors?.sockets ?? [])
      lines.watch(present, () => this.#stateChanged());
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

  get operation(): Host['operation'] {
    return this.power.operation;
  }

  get restorePolicy(): RestorePolicy {
    return this.#parts.persisted.restorePolicy(this.id) ?? this.facts.restorePolicy ?? 'LastState';
  }

  get boot(): BootOverride {
    return this.bootControl.override;
  }

  get bootRetry(): BootRetry | null {
    return this.bootControl.retry;
  }

  get assetTag(): string {
    return this.#parts.persisted.assetTag('host', this.id);
  }

  get processorCount(): number | null {
    if (this.facts.processors === undefined) return null;
    const occupied = [...this.sockets.values()];
    return occupied.includes(null) ? null : occupied.filter(Boolean).length;
  }

  get sockets(): Host['sockets'] {
    const sockets = this.facts.processors?.sockets ?? [];
    return new Map(sockets.map(({ id, present }) => [id, this.#parts.lines.get(present)]));
  }

  get status(): Status {
    const { good, fault } = this.power;
    // It waits for nobody but who switches it on; power managers of other firmware look for this word.
    if (!this.#parts.isFed()) return { state: 'Disabled', health: 'OK' };
    if (good === null) return { state: 'UnavailableOffline', health: 'Warning' };
    const health = fault === null ? this.#parts.health() : 'Critical';
    return { state: good ? 'Enabled' : 'Disabled', health };
  }

  get supportedResets(): readonly ResetType[] {
    return this.power.supported;
  }

  resetRefusal(type: ResetType): BoardRefusal | null {
    if (this.#parts.isFed()) return this.power.refusal(type);
    return new BoardRefusal(
      'no-power',
      `${this.id} has no power: chassis ${this.chassis} is off, switch it on first`,
    );
  }

  /** As `HostPower.reset`. */
  async reset(type: ResetType): Promise<StartedReset> {
    const refusal = this.resetRefusal(type);
    if (refusal !== null) throw refusal;
    this.bootControl.resetRequested();
    return this.power.reset(type);
  }

  /** Expected reason why parts that this host powers have no readings; null when they have. */
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
  setRestorePolicy(policy: RestorePolicy): void {
    this.#parts.persisted.setRestorePolicy(this.id, policy);
    this.#stateChanged();
  }

  /** @throws what the settings throw; nothing has changed then */
  setAssetTag(tag: string): void {
    this.#parts.persisted.setAssetTag('host', this.id, tag);
    this.#stateChanged();
  }

  /** Mains has returned: the restore policy applies as soon as power-good can be read. */
  mainsRestored(): void {
    this.#restore.mainsRestored();
  }

  /** Its own operating system or firmware has reset it, which no line shows. */
  restarted(): void {
    this.#notice({ kind: 'booting' });
  }

  /** The host was plugged in and has had its time to start: power has come to it, as after a loss of mains. */
  pluggedIn(): void {
    this.power.plug();
    this.mainsRestored();
  }

  /** The host was pulled, or its chassis has lost power. */
  pulled(): void {
    this.#restore.forget();
    this.power.unplug();
  }

  async stop(): Promise<void> {
    this.#restore.stop();
    clearTimeout(this.#settling);
    this.#buttons.stop();
    this.bootControl.stop();
    this.postCodes?.end();
    await this.power.stop();
  }

  #stateChanged(): void {
    this.#parts.signals.emit('stateChanged', hostScope(this.id));
  }

  #boot(phase: BootPhase): void {
    this.#parts.signals.emit('hostBoot', { host: this.id, phase });
  }

  #emit(event: HostEvent): void {
    this.#parts.signals.emit('event', { ...event, origin: { kind: 'host', id: this.id }, host: this.id });
  }

  #notice(notice: PowerNotice): void {
    switch (notice.kind) {
      case 'changed':
        this.#changed();
        break;
      case 'event':
        this.#emit(notice.event);
        break;
      case 'aim':
        this.#restore.aim(notice.on);
        break;
      case 'resting':
        this.#restore.resting(notice.on);
        break;
      case 'booting':
        this.postCodes?.begin();
        this.bootControl.began();
        this.#boot('began');
        break;
      case 'bootFailed':
        this.bootControl.failed();
        break;
      case 'bootOver':
        this.bootControl.over(notice.powered);
        if (notice.powered) this.postCodes?.end();
        else this.postCodes?.forget();
        this.#boot(notice.powered ? 'finished' : 'lostPower');
        break;
    }
  }

  /** Restarts the host in the way that disturbs it least. */
  #restart(): Promise<StartedReset> {
    return this.power.reset(this.power.supported.includes('ForceRestart') ? 'ForceRestart' : 'PowerCycle');
  }

  #changed(): void {
    this.#stateChanged();
    const { good } = this.power;
    if (good === this.#good) return;
    this.#good = good;
    clearTimeout(this.#settling);
    if (good) this.#settling = setTimeout(this.#parts.onPower, settleAfterPowerOn).unref();
    this.#parts.onPower();
    this.#restore.apply();
  }
}
