/** The fans of a board: driven at the fail-safe duty in automatic mode, at the requested duty in manual mode. */
import type { Platform } from '../../platform/vocabulary/index.ts';
import type { Lines } from '../lines/lines.ts';
import type { Cooling } from '../model/chassis.ts';
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
  #retry: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor({ cooling, fans = [] }: Platform, parts: FansParts, defaultChassis: string) {
    this.#parts = parts;
    this.#limits = { minimumDuty: cooling?.minimumDuty ?? 20, failSafeDuty: cooling?.failSafeDuty ?? 100 };
    this.#mode = parts.persisted.cooling();
    this.all = new Map(
      fans.map((facts) => [facts.id, new BoardFan(facts, facts.chassis ?? defaultChassis, parts)]),
    );
    for (const fan of this.all.values()) this.#watch(fan);
    parts.signals.on('stateSettled', () => {
      for (const fan of this.all.values()) fan.update();
    });
  }

  get cooling(): Cooling {
    return { mode: this.#mode, ...this.#limits };
  }

  /** Drives every fan to its duty; one that fails is retried until it succeeds. */
  async start(): Promise<void> {
    this.#retry = setInterval(() => {
      if ([...this.all.values()].some(({ fault }) => fault !== null)) void this.#drive();
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
      await Promise.all(group.map((each) => each.drive(percent)));
      this.#parts.persisted.setDuty(group[0]?.id ?? id, percent);
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

  /** The fans on one PWM output; their duty is stored under the first. */
  #group({ facts }: BoardFan): readonly BoardFan[] {
    return [...this.all.values()].filter((other) => other.facts.pwm === facts.pwm);
  }

  async #drive(): Promise<void> {
    if (this.#isStopped) return;
    // A failure shows in the fan itself.
    await Promise.allSettled([...this.all.values()].map((fan) => fan.drive(this.#dutyOf(fan))));
  }

  /** The duty that a fan is to have, percent. */
  #dutyOf(fan: BoardFan): number {
    const { minimumDuty, failSafeDuty } = this.#limits;
    const [first = fan] = this.#group(fan);
    const duty = this.#mode === 'manual' ? this.#parts.persisted.duty(first.id) : undefined;
    return duty === undefined ? failSafeDuty : Math.max(duty, minimumDuty);
  }
}
