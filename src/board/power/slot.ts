/**
 * A slot: a chassis whose power this controller switches, with everything in it. The requested state lasts over restarts;
 * an open latch and an empty slot hold the power back for as long as they last.
 */
import type { Logger } from '../../base/logger.ts';
import type { ChassisFacts } from '../../platform/vocabulary/index.ts';
import type { Lines } from '../lines/lines.ts';
import type { HostEvent } from '../model/event.ts';
import type { ChassisReset, PowerState, StartedReset } from '../model/power.ts';
import { BoardRefusal } from '../model/refusal.ts';
import { chassisScope } from '../model/revisions.ts';
import { settleAfterInsertion } from '../parts/pluggable.ts';
import type { PersistedState } from '../persisted-state.ts';
import type { Unavailability } from '../sensing/unavailability.ts';
import type { BoardSignals } from '../signals.ts';
import { HostPower } from './host-power.ts';
import type { PowerNotice } from './power-effects.ts';

/** Off time of a power cycle where the descriptor has none, milliseconds. */
const defaultOffTime = 5_000;
/** How often a switch that could not be driven is tried again, and a state that could not be stored; milliseconds. */
const retryPeriod = 10_000;

const chassisResets: readonly ChassisReset[] = ['On', 'ForceOff', 'ForceOn', 'PowerCycle'];

export type SwitchedFacts = ChassisFacts & { readonly switch: NonNullable<ChassisFacts['switch']> };

export interface SlotParts {
  readonly lines: Lines;
  readonly persisted: PersistedState;
  readonly signals: BoardSignals;
  readonly log: Logger;
  /** A chassis is plugged in, and has had its time to start. */
  readonly isThere: (chassis: string) => boolean;
  /** Host in the chassis whose log records the events of the slot too. */
  readonly hostIn: (chassis: string) => string | undefined;
  /** The power of the slot has come, or has gone or is about to go. */
  readonly moved: (slot: Slot) => void;
  /** Power has come, and the contents have had their time to start. */
  readonly settled: (slot: Slot) => void;
}

export class Slot {
  readonly facts: SwitchedFacts;
  readonly name: string;
  readonly #parts: SlotParts;
  /** Switched like a host that a relay feeds. */
  readonly #power: HostPower;
  /** The requested state; null before the initial read. */
  #wanted: boolean | null = null;
  /** Runs once the line has been read for the first time. */
  #begin: (() => void) | null = null;
  /** The state that was last applied, after all that holds the power back. */
  #applied: boolean | null = null;
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
      cycleDelay: own.offTime ?? defaultOffTime,
      ...(own.good === undefined ? {} : { good: own.good }),
    };
    const { lines } = parts;
    const notify = (notice: PowerNotice) => this.#notice(notice);
    this.#power = new HostPower({ id, name, chassis: id, power: relay }, { lines, notify });
    let closed: boolean | null = null;
    lines.watch(own.latch, (now) => {
      const before = closed;
      closed = now;
      if (before !== null && before !== now) this.#latchMoved(now);
    });
    lines.watch(own.serviced, () => this.apply());
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

  /** Expected reason why nothing in it has readings; null while it is fed, and while that is unknown. */
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

  /** Why a reset is refused now; null when it is carried out. */
  refusal(type: ChassisReset): BoardRefusal | null {
    if (!this.isHeldBack) return this.#power.refusal(type);
    // Off is off; requested while it was to be on, it stays off when the latch is closed.
    if (type === 'ForceOff') return null;
    return new BoardRefusal('held-back', `the latch of ${this.id} is open: close it first`);
  }

  /** `mains` has just come back: the slot is fed unless it had been switched off by request. */
  start(mains: boolean): void {
    const before = this.#parts.persisted.slot(this.id);
    this.#begin = () => {
      this.#wanted = before === undefined ? mains || this.#power.good === true : before !== 'off';
      this.#applied = this.#target;
      const on = () => {
        if (before === 'cycle') this.#store('on');
        this.apply(true);
      };
      if (mains) on();
      // The daemon ended in the off time of a cycle.
      else if (before === 'cycle')
        this.#retry = setTimeout(on, this.facts.switch.offTime ?? defaultOffTime).unref();
    };
    this.#changed();
  }

  /** A card has been plugged in: it is switched on. */
  plugged(): void {
    if (this.#wanted === false) this.#store('on');
    this.#wanted = true;
    this.apply(true);
  }

  /** Resolves once the line has been driven. @throws BoardRefusal, DeviceError; nothing has been changed then */
  async reset(type: ChassisReset): Promise<StartedReset> {
    const refusal = this.refusal(type);
    if (refusal !== null) throw refusal;
    const before = this.#wanted === true;
    if (this.isHeldBack) {
      this.#request(false);
      return { done: Promise.resolve({ ok: true }), performed: before };
    }
    const isCycle = type === 'PowerCycle';
    // Stored first: the operation may end before its start is known here, and the daemon before the operation.
    this.#request(type !== 'ForceOff', isCycle ? 'cycle' : undefined);
    try {
      const started = await this.#power.reset(type);
      if (isCycle)
        void started.done.then(() => {
          if (!this.#stopped) this.#store(this.#wanted === true ? 'on' : 'off');
        });
      return started;
    } catch (error) {
      this.#request(before);
      throw error;
    }
  }

  /** Applies the requested state where what holds the power back has changed; `again` also without a change. */
  apply(again = false): void {
    const target = this.#target;
    const { good, resting } = this.#power;
    if (this.#wanted === null || this.#stopped || good === null) return;
    if (target === this.#applied && !again) return;
    clearTimeout(this.#retry);
    if (!target) {
      this.#applied = false;
      if (good || !resting) this.#power.cut();
    } else if (resting) {
      this.#applied = true;
      this.#power.restore();
    }
  }

  /** Its power goes by request. */
  get isSwitchingOff(): boolean {
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

  get #target(): boolean {
    return this.#wanted === true && !this.#isOpen && this.#parts.isThere(this.id);
  }

  /** An open latch keeps it from being fed. */
  get isHeldBack(): boolean {
    return this.#isOpen && this.#power.good === false && this.#power.resting;
  }

  /** A latch that cannot be read, or that is out of reach, holds nothing back. */
  get #isOpen(): boolean {
    const { latch, serviced } = this.facts.switch;
    return this.#parts.lines.get(latch) === false && this.#parts.lines.get(serviced) !== false;
  }

  #request(on: boolean, stored: 'on' | 'off' | 'cycle' = on ? 'on' : 'off'): void {
    this.#wanted = on;
    this.#applied = this.#target;
    this.#store(stored);
    this.#parts.signals.emit('stateChanged', chassisScope(this.id));
  }

  #latchMoved(closed: boolean): void {
    const ends = this.#isOpen && this.#power.good === true;
    this.#emit({
      message: 'ResourceEvent.ResourceStateChanged',
      args: [`Latch of ${this.name}`, closed ? 'closed' : 'open'],
      severity: closed ? 'OK' : 'Warning',
      condition: `latch:${this.id}`,
      resolves: closed,
      ...(ends ? { detail: 'Its power is cut at once: the card is about to be pulled.' } : {}),
    });
    this.apply(closed);
  }

  #notice(notice: PowerNotice): void {
    if (notice.kind === 'changed') this.#changed();
    else if (notice.kind === 'resting') this.#rested();
    else if (notice.kind === 'event') {
      const { event } = notice;
      // Of an empty slot only the end of a fault is an event.
      if (!this.#parts.isThere(this.id) && event.resolves !== true) return;
      this.#emit({ ...event, ...(event.condition === undefined ? {} : { condition: `slot:${this.id}` }) });
    }
  }

  #rested(): void {
    // What has failed is not repeated at once, and a power-on not at all.
    if (this.#power.fault === null) this.apply();
    else if (this.#wanted !== null && !this.#target && this.#power.good === true)
      this.#retry = setTimeout(() => this.apply(true), retryPeriod).unref();
  }

  #changed(): void {
    this.#parts.signals.emit('stateChanged', chassisScope(this.id));
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

  #emit(event: HostEvent): void {
    const host = this.#parts.hostIn(this.id);
    this.#parts.signals.emit('event', {
      ...event,
      origin: { kind: 'chassis', id: this.id },
      ...(host === undefined ? {} : { host }),
    });
  }

  /** A store that cannot be written delays no switch; it is tried again. */
  #store(state: 'on' | 'off' | 'cycle'): void {
    clearTimeout(this.#storing);
    try {
      this.#parts.persisted.setSlot(this.id, state);
    } catch (error) {
      const detail = { chassis: this.id, error: String(error) };
      this.#parts.log.error('the requested power state of a slot cannot be stored', detail);
      this.#storing = setTimeout(() => this.#store(state), retryPeriod).unref();
    }
  }
}
