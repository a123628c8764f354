/** The fans of a board: driven as their zone asks in automatic mode, at the requested duty in manual mode. */
import type { Platform } from '../../platform/vocabulary/index.ts';
import { drivenDuty } from '../cooling/zone.ts';
import type { Lines } from '../lines/lines.ts';
import type { Cooling } from '../model/cooling.ts';
import { BoardRefusal } from '../model/refusal.ts';
import type { PersistedState } from '../persisted-state.ts';
import { BoardFan, type FanParts } from './fan.ts';
import { settleAfterInsertion } from './pluggable.ts';

/** Milliseconds between attempts to drive a fan that failed. */
const retryPeriod = 5_000;

export interface FansParts extends FanParts {
  readonly lines: Lines;
  readonly persisted: PersistedState;
}

export class Fans {
  readonly all: ReadonlyMap<string, BoardFan>;
  readonly #parts: FansParts;
  /** Percent. */
  readonly #limits: { readonly minimumDuty: number; readonly failSafeDuty: number };
  #mode: Cooling['mode'];
  #isFullSpeed: boolean;
  /** When manual mode began, on the monotonic clock. */
  #manualSince = performance.now();
  /** Duty that the zone of a fan asks for, percent; in manual mode its least one. */
  #demands: ReadonlyMap<string, number> = new Map();
  /** Mode in which they were asked for. */
  #demandsIn: Cooling['mode'] = 'automatic';
  #retry: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor({ cooling, fans = [] }: Platform, parts: FansParts, defaultChassis: string) {
    this.#parts = parts;
    this.#limits = { minimumDuty: cooling?.minimumDuty ?? 20, failSafeDuty: cooling?.failSafeDuty ?? 100 };
    this.#mode = parts.persisted.cooling();
    this.#isFullSpeed = parts.persisted.fullSpeed();
    this.all = new Map(
      fans.map((facts) => [facts.id, new BoardFan(facts, facts.chassis ?? defaultChassis, parts)]),
    );
    for (const fan of this.all.values()) this.#watch(fan);
    parts.signals.on('stateSettled', () => {
      for (const fan of this.all.values()) fan.update();
    });
  }

  get cooling(): Omit<Cooling, 'zones'> {
    return { mode: this.#mode, isFullSpeed: this.#isFullSpeed, ...this.#limits };
  }

  /** Milliseconds since manual mode began; null in automatic mode. */
  get manualFor(): number | null {
    return this.#mode === 'manual' ? performance.now() - this.#manualSince : null;
  }

  /** Drives the fans as zones ask, percent by fan. A fan whose duty stays is not written. */
  control(demands: ReadonlyMap<string, number>): void {
    this.#demands = demands;
    this.#demandsIn = this.#mode;
    if (this.#isStopped) return;
    for (const fan of this.all.values()) {
      const duty = this.#dutyOf(fan);
      // A failure shows in the fan itself, and is retried.
      if (fan.target !== duty) fan.drive(duty).catch(() => undefined);
    }
  }

  /** @throws what the settings throw; nothing has changed then */
  async setFullSpeed(on: boolean): Promise<void> {
    this.#parts.persisted.setFullSpeed(on);
    this.#isFullSpeed = on;
    this.#parts.signals.emit('stateChanged', 'board');
    await this.#drive();
  }

  /** Drives every fan to its duty; one that fails is retried until it succeeds. */
  async start(): Promise<void> {
    this.#retry = setInterval(() => {
      if ([...this.all.values()].some(({ fault, output }) => fault !== null || output.isVolatile))
        void this.#drive();
    }, retryPeriod).unref();
    await this.#drive();
  }

  /** Leaves the fans at the fail-safe duty: from now on no process controls them. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#retry);
    const { failSafeDuty } = this.#limits;
    await Promise.allSettled([...this.all.values()].map((fan) => fan.drive(failSafeDuty)));
  }

  /**
   * A fan that cannot be driven prevents neither mode: it shows in its status and in an event, and is retried.
   * @throws what the settings throw; nothing has changed then
   */
  async setMode(mode: Cooling['mode']): Promise<void> {
    this.#parts.persisted.setCooling(mode);
    if (mode === 'manual' && this.#mode !== mode) this.#manualSince = performance.now();
    this.#mode = mode;
    this.#parts.signals.emit('stateChanged', 'board');
    await this.#drive();
  }

  /**
   * Sets the duty of a fan, and of all on the same PWM output; manual mode only.
   * @throws BoardRefusal, DeviceError, what the settings throw; the fan has its old duty then
   */
  async setDuty(id: string, percent: number): Promise<void> {
    const fan = this.all.get(id);
    if (fan === undefined) throw new BoardRefusal('not-supported', `there is no fan ${id}`);
    if (this.#isStopped) throw new BoardRefusal('busy', 'the daemon is ending');
    if (this.#mode !== 'manual')
      throw new BoardRefusal('not-in-this-state', 'the fans are in automatic mode');
    const { minimumDuty, failSafeDuty } = this.#limits;
    if (!(percent >= minimumDuty && percent <= 100))
      throw new BoardRefusal('out-of-range', `a duty is ${minimumDuty} to 100 percent, not ${percent}`);
    const before = fan.duty ?? failSafeDuty;
    const group = this.#group(fan);
    try {
      const least = this.#isFullSpeed ? 100 : this.#demandOf(group);
      await Promise.all(group.map((each) => each.drive(Math.max(percent, least ?? 0))));
      this.#parts.persisted.setDuty(group[0]?.id ?? id, percent);
      this.#parts.signals.emit('stateChanged', 'board');
    } catch (error) {
      // A fan that was given yet another duty meanwhile keeps that.
      const back = group.filter(({ target }) => target === percent);
      await Promise.allSettled(back.map((each) => each.drive(before)));
      throw error;
    }
  }

  #watch(fan: BoardFan): void {
    const { lines, signals } = this.#parts;
    const reevaluate = () => signals.emit('availabilityChanged', undefined);
    lines.watch(fan.facts.present, (present) => {
      fan.plug.setPresent(present);
      reevaluate();
      if (present) setTimeout(reevaluate, settleAfterInsertion).unref();
    });
  }

  /** The fans on one output; their duty is stored under the first. */
  #group({ output }: BoardFan): readonly BoardFan[] {
    return [...this.all.values()].filter((other) => other.output.key === output.key);
  }

  async #drive(): Promise<void> {
    if (this.#isStopped) return;
    // A failure shows in the fan itself.
    await Promise.allSettled([...this.all.values()].map((fan) => fan.drive(this.#dutyOf(fan))));
  }

  /** The duty that a fan is to have, percent: the highest of those on its output. */
  #dutyOf(fan: BoardFan): number {
    if (this.#isFullSpeed) return 100;
    const { minimumDuty, failSafeDuty } = this.#limits;
    const group = this.#group(fan);
    const [first = fan] = group;
    if (this.#mode === 'manual') {
      const duty = this.#parts.persisted.duty(first.id) ?? failSafeDuty;
      return Math.max(duty, minimumDuty, this.#demandOf(group) ?? 0);
    }
    if (!group.some(({ id }) => this.#demands.has(id))) return failSafeDuty;
    // Until its zone has made a step in this mode the fan goes on as it is.
    const demand = this.#demandOf(group);
    return demand === null ? (fan.target ?? failSafeDuty) : drivenDuty(fan.target, demand);
  }

  /** What the zones of these fans ask for at most, percent; null while they ask for nothing in this mode. */
  #demandOf(group: readonly BoardFan[]): number | null {
    if (this.#demandsIn !== this.#mode) return null;
    const demands = group.flatMap(({ id }) => this.#demands.get(id) ?? []);
    return demands.length === 0 ? null : Math.max(...demands);
  }
}
