/**
 * A slot: a chassis whose power this controller switches, with everything in it. What is asked for lasts over restarts; an
 * open latch and an empty slot hold the power back for as long as they last.
 */
import type { Logger } from '../../base/logger.ts';
import type { ChassisFacts } from '../../platform/schema.ts';
import type { Changes } from '../changes.ts';
import type { Lines } from '../lines/lines.ts';
import {
  BoardRefusal,
  type ChassisReset,
  type HostEvent,
  type PowerOutcome,
  type PowerState,
} from '../model.ts';
import { settleAfterInsertion } from '../parts/pluggable.ts';
import type { PersistedState } from '../persisted-state.ts';
import type { Unavailability } from '../sensing/unavailability.ts';
import { HostPower } from './power.ts';

/** Off time of a power cycle where the descriptor has none, milliseconds. */
const offTime = 5_000;
/** How often a switch that could not be driven is tried again, and settings that could not be stored. */
const retryPeriod = 10_000;

const chassisResets: readonly ChassisReset[] = ['On', 'ForceOff', 'ForceOn', 'PowerCycle'];

export type SwitchedFacts = ChassisFacts & { readonly switch: NonNullable<ChassisFacts['switch']> };

export interface SlotParts {
  readonly lines: Lines;
  readonly persisted: PersistedState;
  readonly changes: Changes;
  readonly log: Logger;
  /** A chassis is plugged in, and has had its time to start. */
  readonly isThere: (chassis: string) => boolean;
  /** Host in the chassis whose log tells of it too. */
  readonly hostIn: (chassis: string) => string | undefined;
  /** The power of the slot has come, or has gone or is about to: what is in it is without. */
  readonly moved: (slot: Slot) => void;
  /** Power has come, and what is in the slot has had its time to start. */
  readonly settled: (slot: Slot) => void;
}

export class Slot {
  readonly facts: SwitchedFacts;
  readonly name: string;
  readonly #parts: SlotParts;
  /** It is switched as a host is that a relay feeds. */
  readonly #power: HostPower;
  /** What was asked for; null before the first look. */
  #wanted: boolean | null = null;
  /** The first look waits for the line. */
  #begin: (() => void) | null = null;
  /** What has been made of that, and of all that holds it back. */
  #heeded: boolean | null = null;
  #fed: boolean | null = null;
  #fedSince = Number.NEGATIVE_INFINITY;
  #settling: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #storing: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(facts: SwitchedFacts, parts: SlotParts) {
    const { id, name = id, switch: own } = facts;
    this.facts = facts;
    this.name = name;
    this.#parts = parts;
    const relay = {
      kind: 'relay' as const,
      line: own.line,
      cycleDelay: own.offTime ?? offTime,
      ...(own.good === undefined ? {} : { good: own.good }),
    };
    this.#power = new HostPower({ id, name, chassis: id, power: relay }, parts.lines, {
      changed: () => this.#changed(),
      event: (event) => {
        // Of a slot that is empty only what was wrong is told to be over.
        if (!parts.isThere(id) && event.resolves !== true) return;
        this.#tell({ ...event, ...(event.condition === undefined ? {} : { condition: `slot:${id}` }) });
      },
      wanted: () => undefined,
      resting: () => this.#rested(),
      booting: () => undefined,
      bootOver: () => undefined,
    });
    let closed: boolean | null = null;
    parts.lines.watch(own.latch, (now) => {
      const before = closed;
      closed = now;
      if (before !== null && before !== now) this.#latchMoved(now);
    });
    parts.lines.watch(own.serviced, () => this.follow());
  }

  get id(): string {
    return this.facts.id;
  }

  get state(): PowerState | null {
    return this.#power.state;
  }

  get fault(): string | null {
    return this.#power.fault;
  }

  /** Why nothing in it can be read; null while it is fed, or while nobody knows. */
  get unavailability(): Unavailability | null {
    if (this.#fed === false) return { state: 'StandbyOffline', reason: `${this.name} is switched off` };
    // A timer may fire a moment early.
    return performance.now() - this.#fedSince < this.#settle - 10
      ? { state: 'Starting', reason: `${this.name} has just been switched on` }
      : null;
  }

  get supported(): readonly ChassisReset[] {
    return chassisResets;
  }

  allowed(): readonly ChassisReset[] {
    if (this.isHeldBack) return this.#wanted === true ? ['ForceOff'] : [];
    return chassisResets.filter((type) => this.#power.allowed().includes(type));
  }

  /** `mains` has just come back: the slot is fed unless somebody had switched it off. */
  start(mains: boolean): void {
    const before = this.#parts.persisted.slot(this.id);
    this.#begin = () => {
      this.#wanted = before === undefined ? mains || this.#power.good === true : before !== 'off';
      this.#heeded = this.#should;
      const on = () => {
        if (before === 'cycle') this.#store('on');
        this.follow(true);
      };
      if (mains) on();
      // It was off in the middle of a cycle when the daemon ended.
      else if (before === 'cycle') this.#retry = setTimeout(on, this.facts.switch.offTime ?? offTime).unref();
    };
    this.#changed();
  }

  /** A card has been plugged in: it is to run. */
  plugged(): void {
    if (this.#wanted === false) this.#store('on');
    this.#wanted = true;
    this.follow(true);
  }

  /** Resolves once the line has been driven. @throws BoardRefusal, DeviceError; nothing has been changed then */
  async reset(type: ChassisReset): Promise<{ readonly done: Promise<PowerOutcome> }> {
    if (this.isHeldBack) {
      if (!this.allowed().includes(type))
        throw new BoardRefusal('not-in-this-state', `the latch of ${this.id} is open`);
      this.#want(false);
      return { done: Promise.resolve({ ok: true }) };
    }
    const before = this.#wanted === true;
    // What is wrong is said by the power itself.
    if (!this.allowed().includes(type)) return this.#power.reset(type);
    const isCycle = type === 'PowerCycle';
    // The operation may end before it is known here that it has begun; and the daemon may end before the operation does.
    this.#want(type !== 'ForceOff', isCycle ? 'cycle' : undefined);
    try {
      const { done } = await this.#power.reset(type);
      if (isCycle)
        void done.then(() => {
          if (!this.#stopped) this.#store(this.#wanted === true ? 'on' : 'off');
        });
      return { done };
    } catch (error) {
      this.#want(before);
      throw error;
    }
  }

  /** What holds the power back may have come or gone; `again` tries once more what has been tried. */
  follow(again = false): void {
    const should = this.#should;
    const { good, resting } = this.#power;
    if (this.#wanted === null || this.#stopped || good === null) return;
    if (should === this.#heeded && !again) return;
    clearTimeout(this.#retry);
    if (!should) {
      this.#heeded = false;
      if (good || !resting) this.#power.cut();
    } else if (resting) {
      this.#heeded = true;
      this.#power.restore();
    }
  }

  /** Its power goes because somebody here wants it to. */
  get asked(): boolean {
    return this.#power.state === 'PoweringOff' && !this.#isOpen;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of [this.#settling, this.#retry, this.#storing]) clearTimeout(timer);
    await this.#power.stop();
  }

  get #settle(): number {
    return this.facts.settle ?? settleAfterInsertion;
  }

  get #should(): boolean {
    return this.#wanted === true && !this.#isOpen && this.#parts.isThere(this.id);
  }

  /** An open latch keeps it from being fed. */
  get isHeldBack(): boolean {
    return this.#isOpen && this.#power.good === false && this.#power.resting;
  }

  /** A latch that cannot be read, or that nobody can get at, holds nothing back. */
  get #isOpen(): boolean {
    const { latch, serviced } = this.facts.switch;
    return this.#parts.lines.get(latch) === false && this.#parts.lines.get(serviced) !== false;
  }

  #want(on: boolean, stored: 'on' | 'off' | 'cycle' = on ? 'on' : 'off'): void {
    this.#wanted = on;
    this.#heeded = this.#should;
    this.#store(stored);
    this.#parts.changes.touch();
  }

  #latchMoved(closed: boolean): void {
    const ends = this.#isOpen && this.#power.good === true;
    this.#tell({
      message: 'ResourceEvent.ResourceStateChanged',
      args: [`Latch of ${this.name}`, closed ? 'closed' : 'open'],
      severity: closed ? 'OK' : 'Warning',
      condition: `latch:${this.id}`,
      resolves: closed,
      ...(ends ? { detail: 'Its power ends at once: somebody is about to pull the card.' } : {}),
    });
    this.follow(closed);
  }

  #rested(): void {
    // What did not work is not tried again at once, and to be switched on not at all.
    if (this.#power.fault === null) this.follow();
    else if (this.#wanted !== null && !this.#should && this.#power.good === true)
      this.#retry = setTimeout(() => this.follow(true), retryPeriod).unref();
  }

  #changed(): void {
    this.#parts.changes.touch();
    const { good, state } = this.#power;
    if (good !== null && this.#begin !== null) {
      const begin = this.#begin;
      this.#begin = null;
      begin();
    }
    const before = this.#fed;
    this.#fed = state === null ? null : state === 'On';
    if (this.#fed === before) return;
    clearTimeout(this.#settling);
    if (this.#fed === true && before === false) {
      this.#fedSince = performance.now();
      this.#settling = setTimeout(() => this.#parts.settled(this), this.#settle).unref();
    }
    this.#parts.moved(this);
  }

  #tell(event: HostEvent): void {
    const host = this.#parts.hostIn(this.id);
    this.#parts.changes.emit({
      ...event,
      origin: { kind: 'chassis', id: this.id },
      ...(host === undefined ? {} : { host }),
    });
  }

  /** A store that cannot be written holds up no switch; it is tried again. */
  #store(state: 'on' | 'off' | 'cycle'): void {
    clearTimeout(this.#storing);
    try {
      this.#parts.persisted.setSlot(this.id, state);
    } catch (error) {
      this.#parts.log.error('the requested power state of a slot cannot be stored', {
        chassis: this.id,
        error: String(error),
      });
      this.#storing = setTimeout(() => this.#store(state), retryPeriod).unref();
    }
  }
}
