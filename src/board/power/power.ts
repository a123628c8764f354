/**
 * Switches one host: presses its buttons for as long as the descriptor says and watches power-good for what came of it.
 * What was asked for, what the pins say, and how it ended are kept apart and all shown.
 */
import type { ChassisAction } from 'node-ipmi';
import { DeviceError } from '../../../drivers/errors.ts';
import type { HostFacts } from '../../platform/schema.ts';
import type { Lines } from '../lines/lines.ts';
import {
  BoardRefusal,
  type HostEvent,
  type PowerOutcome,
  type PowerState,
  type ResetType,
} from '../model.ts';
import { CutShort, Operation } from './operation.ts';
import { Post } from './post.ts';
import { type Sequenced, sequenceOf, Unheeded } from './sequence.ts';

export interface PowerListener {
  /** Any of the public state has moved. */
  changed(): void;
  event(event: HostEvent): void;
  /** An operation has begun that is to leave the host on, or off. */
  wanted(on: boolean): void;
  /** Nothing is under way, and this is what power-good says. */
  resting(on: boolean): void;
  /** The firmware begins anew. */
  booting(): void;
  /** The firmware has done its work or, unless `powered`, has lost its power. */
  bootOver(powered: boolean): void;
}

/** The controller of a host that is switched by IPMI. */
export interface HostController {
  /** Resolves once it has accepted that. @throws DeviceError */
  control(action: ChassisAction): Promise<void>;
}

/** The line that shows whether the controller of a node says that its power is on. */
export const nodePowerLine = (node: string): string => `${node}:power`;

/** What a host is to be after an operation; those that are not here leave it as it is. */
const aims: Readonly<Partial<Record<Operation['type'], boolean>>> = {
  On: true,
  ForceOn: true,
  Restore: true,
  GracefulRestart: true,
  ForceRestart: true,
  PowerCycle: true,
  ForceOff: false,
  GracefulShutdown: false,
};
/** What makes sense while a host is off, and what may cut short the wait for an operating system. */
const forOff: readonly ResetType[] = ['On', 'ForceOn', 'PushPowerButton'];
const forced: readonly ResetType[] = ['ForceOff', 'ForceRestart', 'PowerCycle'];

export class HostPower implements Sequenced {
  readonly #facts: HostFacts;
  readonly #lines: Lines;
  readonly #controller: HostController | undefined;
  readonly #listener: PowerListener;
  readonly #post: Post | null;
  readonly #watchers = new Set<() => void>();
  #good: boolean | null = null;
  #transition: 'PoweringOn' | 'PoweringOff' | null = null;
  #operation: Operation | null = null;
  /** Until when a change counts as the answer to a press of the button, on the monotonic clock. */
  #answerUntil = Number.NEGATIVE_INFINITY;
  /** It has been told that an operation failed, and not yet that this is over. */
  #failure = false;
  #stopped = false;
  #unplugged = false;
  lastReset: { readonly type: Operation['type']; readonly time: Date } | null = null;
  /** What the hardware did not do when it was last asked; null once it has, or once power-good has moved. */
  fault: string | null = null;
  /** When power-good last came, on the monotonic clock. */
  goodSince = Number.NEGATIVE_INFINITY;

  /** `controller` is that of a host that is switched by IPMI. */
  constructor(facts: HostFacts, lines: Lines, listener: PowerListener, controller?: HostController) {
    this.#facts = facts;
    this.#lines = lines;
    this.#controller = controller;
    this.#listener = listener;
    this.#post = facts.post === undefined ? null : new Post(facts.post, this.#name, lines, listener);
    lines.watch(this.#goodLine, (good) => this.#goodChanged(good));
  }

  /** What is driven speaks for itself where nothing else says whether a relay feeds the host. */
  get #goodLine(): string {
    const { power } = this.#facts;
    if (power.kind === 'ipmi') return nodePowerLine(power.node);
    return power.kind === 'relay' ? (power.good ?? power.line) : power.good;
  }

  get state(): PowerState | null {
    if (this.#good === null) return null;
    return this.#transition ?? (this.#good ? 'On' : 'Off');
  }

  /** What power-good says; null before it could be read. */
  get good(): boolean | null {
    return this.#good;
  }

  /** Nothing is under way. */
  get resting(): boolean {
    return this.#operation === null;
  }

  get postComplete(): boolean | null {
    return this.#post?.complete ?? null;
  }

  get postSince(): Date | null {
    return this.#post?.since ?? null;
  }

  get supported(): readonly ResetType[] {
    const { power } = this.#facts;
    if (power.kind === 'relay') return ['On', 'ForceOff', 'ForceRestart', 'ForceOn', 'PowerCycle'];
    if (power.kind === 'ipmi')
      return [
        'On',
        'ForceOff',
        'GracefulShutdown',
        'GracefulRestart',
        'ForceRestart',
        'Nmi',
        'ForceOn',
        'PowerCycle',
      ];
    const { reset, nmi } = power;
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
    return this.supported.filter((type) => {
      if (operation !== null) {
        // The wait for an operating system can be cut short; a pulse that somebody asked for cannot.
        const waits = operation.type === 'GracefulShutdown' || operation.type === 'GracefulRestart';
        return waits && this.#good === true && forced.includes(type);
      }
      return this.#good ? type !== 'On' && type !== 'ForceOn' : forOff.includes(type);
    });
  }

  /** Resolves once the first line has been driven. @throws BoardRefusal, DeviceError; nothing has been changed then */
  async reset(type: ResetType): Promise<{ readonly done: Promise<PowerOutcome> }> {
    const { id } = this.#facts;
    if (!this.supported.includes(type))
      throw new BoardRefusal('not-supported', `${id} has no wiring for ${type}`);
    if (this.#good === null)
      throw new BoardRefusal('device', `power-good of ${id} cannot be read (line ${this.#goodLine})`);
    if (!this.allowed().includes(type)) {
      if (this.#stopped) throw new BoardRefusal('busy', 'the daemon is ending');
      const { type: other } = this.#operation ?? {};
      throw other === undefined
        ? new BoardRefusal('not-in-this-state', `${type} makes no sense while ${id} is ${this.state}`)
        : new BoardRefusal('busy', `${other} of ${id} is under way`);
    }
    return this.#begin(type);
  }

  /** Switches on after mains has returned; how that ends is told by events. */
  restore(): void {
    if (this.#good === false && this.#operation === null && !this.#stopped)
      this.#begin('Restore').catch(() => undefined);
  }

  /** Switches off at once, whatever is under way; how that ends is told by events. */
  cut(): void {
    if (this.#good !== null && !this.#stopped) this.#begin('ForceOff').catch(() => undefined);
  }

  /** The host has been pulled: what was under way is cut short, and what had failed is over. */
  unplug(): void {
    if (this.#unplugged) return;
    this.#unplugged = true;
    this.#forget();
    this.#operation?.cutShort();
    this.#recovered();
    this.#listener.changed();
  }

  /** Whoever tells of its power does not answer any more: nobody knows. An operation under way waits on. */
  lose(): void {
    if (this.#good === null) return;
    this.#forget();
    this.#listener.changed();
  }

  /** Looks at power-good again, since it can be told again. */
  look(): void {
    const good = this.#unplugged ? null : this.#lines.get(this.#goodLine);
    if (good !== null) this.#goodChanged(good);
  }

  #forget(): void {
    this.#good = null;
    this.#transition = null;
    this.#answerUntil = Number.NEGATIVE_INFINITY;
    this.#post?.stop();
    this.#listener.bootOver(false);
  }

  /** It is back, with a power-good of its own, which this first look takes as it is. */
  plug(): void {
    if (!this.#unplugged) return;
    this.#unplugged = false;
    this.look();
  }

  /** Ends what is under way; the lines go back to rest. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#post?.stop();
    const operation = this.#operation;
    operation?.cutShort();
    await operation?.ended.catch(() => undefined);
  }

  async #begin(type: Operation['type']): Promise<{ readonly done: Promise<PowerOutcome> }> {
    const steps = sequenceOf(type, this.#facts.power, this);
    const operation = new Operation(type, this.#lines, this.#operation, steps);
    this.#operation = operation;
    this.#transition = null;
    const done = operation.ended.then(
      () => this.#ended(operation),
      (error: unknown) => this.#ended(operation, error),
    );
    try {
      await operation.started;
    } catch (error) {
      if (error instanceof CutShort)
        throw new BoardRefusal('busy', `${type} was cut short`, { cause: error });
      throw error;
    }
    const aim = aims[type];
    // Neither a diagnostic interrupt nor a press that the host may heed or not is a reset.
    if (aim !== undefined) this.lastReset = { type, time: new Date() };
    if (aim !== undefined && this.#operation === operation) this.#listener.wanted(aim);
    this.#listener.changed();
    return { done };
  }

  #ended(operation: Operation, error?: unknown): PowerOutcome {
    const { type } = operation;
    const outcome: PowerOutcome =
      error === undefined
        ? { ok: true }
        : { ok: false, reason: error instanceof CutShort ? `${type} was cut short` : reasonOf(error) };
    // The operation that cut this one short has taken over.
    if (this.#operation !== operation) return outcome;
    this.#operation = null;
    this.#transition = null;
    if (outcome.ok) this.#recovered();
    else if (!(error instanceof CutShort)) this.#failed(type, outcome.reason, !(error instanceof Unheeded));
    if (this.#good !== null && !this.#stopped) this.#listener.resting(this.#good);
    this.#listener.changed();
    return outcome;
  }

  #failed(type: string, reason: string, broken: boolean): void {
    if (broken) this.fault = reason;
    this.#failure = true;
    this.#listener.event({
      message: 'ResourceEvent.ResourceErrorsDetected',
      args: ['PowerState', `${type} failed`],
      severity: broken ? 'Critical' : 'Warning',
      condition: `power:${this.#facts.id}`,
      detail: `${reason}.`,
    });
  }

  /** What an operation had failed to do has been done, or something else has. */
  #recovered(): void {
    if (!this.#failure) return;
    this.#failure = false;
    this.fault = null;
    this.#listener.event({
      message: 'ResourceEvent.ResourceErrorsCorrected',
      args: ['PowerState', 'failed operation'],
      severity: 'OK',
      condition: `power:${this.#facts.id}`,
      resolves: true,
    });
  }

  becoming(transition: 'PoweringOn' | 'PoweringOff'): void {
    this.#transition = transition;
    this.#listener.event({
      message: `ResourceEvent.Resource${transition}`,
      args: [this.#name],
      severity: 'OK',
    });
    this.#listener.changed();
  }

  async becomes(operation: Operation, wanted: boolean, milliseconds: number): Promise<boolean> {
    if (this.#good !== wanted) {
      await operation.wait(milliseconds, (wake) => {
        const look = () => {
          if (this.#good === wanted) wake();
        };
        this.#watchers.add(look);
        return () => this.#watchers.delete(look);
      });
    }
    return this.#good === wanted;
  }

  async control(action: ChassisAction): Promise<void> {
    if (this.#controller === undefined)
      throw new DeviceError('unsupported', this.#facts.id, 'no controller switches it');
    await this.#controller.control(action);
  }

  pressed(patience: number): void {
    this.#answerUntil = performance.now() + patience;
  }

  restarted(): void {
    this.#listener.event({ message: 'Platform.PlatformReset', args: ['ForceRestart'], severity: 'OK' });
    this.#listener.booting();
    this.#post?.begin();
  }

  get #name(): string {
    return this.#facts.name ?? this.#facts.id;
  }

  #goodChanged(good: boolean): void {
    const before = this.#good;
    if (before === good || this.#stopped || this.#unplugged) return;
    this.#good = good;
    if (good) this.goodSince = performance.now();
    for (const look of this.#watchers) look();
    if (!good) this.#listener.bootOver(false);
    else if (before !== null) this.#listener.booting();
    this.#post?.powered(good);
    // The first look tells what is, not what happened.
    if (before !== null) this.#tellMove(good);
    if (this.#operation === null) this.#listener.resting(good);
    this.#listener.changed();
  }

  #tellMove(good: boolean): void {
    const asked = this.#isAskedFor(good);
    this.#answerUntil = Number.NEGATIVE_INFINITY;
    this.#listener.event({
      message: good ? 'ResourceEvent.ResourcePoweredOn' : 'ResourceEvent.ResourcePoweredOff',
      args: [this.#name],
      severity: asked ? 'OK' : 'Warning',
      ...(asked
        ? {}
        : { detail: 'Nobody asked for it here: a button was pressed, the host did it, or power failed.' }),
    });
    if (this.#operation === null) this.#recovered();
  }

  #isAskedFor(good: boolean): boolean {
    if (performance.now() < this.#answerUntil) return true;
    if (this.#operation === null || this.#operation.type === 'Nmi') return false;
    // A reset may take power-good with it for a moment.
    return this.#transition === null || (this.#transition === 'PoweringOn') === good;
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
