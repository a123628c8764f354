/** The fans: one PWM output each, run at the fail-safe duty unless somebody takes over by hand. */
import type { Hwmon } from '../../../drivers/hwmon/hwmon.ts';
import type { FanFacts, Platform } from '../../platform/vocabulary/index.ts';
import { worst } from '../health.ts';
import type { Lines } from '../lines/lines.ts';
import type { Cooling, Fan } from '../model/chassis.ts';
import { BoardRefusal } from '../model/refusal.ts';
import { chassisScope } from '../model/revisions.ts';
import type { Sensor } from '../model/sensor.ts';
import type { Status } from '../model/status.ts';
import type { PersistedState } from '../persisted-state.ts';
import type { BoardSignals } from '../signals.ts';
import { type PartEvent, Pluggable, settleAfterInsertion, severityOf } from './pluggable.ts';

const retryPeriod = 5_000;

class BoardFan implements Fan {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: FanFacts;
  readonly sensors: readonly string[];
  readonly plug: Pluggable;
  duty: number | null = null;
  /** Why it cannot be driven; null when it can. */
  fault: string | null = null;
  /** The duty that was asked for last. */
  target: number | null = null;
  readonly #rotors: readonly Sensor[];
  readonly #parts: FanParts;
  #writing: Promise<void> | null = null;

  constructor(
    facts: FanFacts,
    chassis: string,
    parts: FanParts,
    tell: (fan: BoardFan, event: PartEvent) => void,
  ) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id;
    this.chassis = chassis;
    this.facts = facts;
    this.sensors = facts.tachs.map(({ sensor }) => sensor.id);
    this.#parts = parts;
    this.#rotors = this.sensors.flatMap((id) => parts.sensors.get(id) ?? []);
    this.plug = new Pluggable((event) => tell(this, event));
  }

  get present(): boolean {
    return this.plug.present;
  }

  get status(): Status {
    if (!this.present) return { state: 'Absent', health: 'OK' };
    const [first, ...others] = this.#rotors.map(({ status }) => status);
    // What all rotors are, the fan is; one that turns makes it a fan at work.
    const alike = first !== undefined && others.every(({ state }) => state === first.state);
    const still = alike && (first.state === 'Starting' || first.state === 'StandbyOffline');
    const health = worst(this.#rotors.map(({ status }) => status.health));
    return { state: still ? first.state : 'Enabled', health: this.fault === null ? health : 'Critical' };
  }

  /** Sets the duty; of several that are asked for at a time the last one holds. @throws DeviceError */
  async drive(percent: number): Promise<void> {
    this.target = percent;
    this.#writing ??= Promise.resolve().then(() => this.#write());
    await this.#writing;
  }

  async #write(): Promise<void> {
    try {
      for (;;) {
        const percent = this.target ?? 100;
        try {
          await this.#parts.hwmon.setDuty(this.facts.pwm, percent);
          this.duty = percent;
          this.fault = null;
        } catch (error) {
          this.fault = error instanceof Error ? error.message : String(error);
          if (this.target === percent) throw error;
        }
        if (this.target === percent) return;
      }
    } finally {
      // Before anybody else can run: who asks from now on must start a write of his own.
      this.#writing = null;
      this.plug.update(this.status.health);
      this.#parts.signals.emit('stateChanged', chassisScope(this.chassis));
    }
  }
}

export interface FanParts {
  readonly hwmon: Hwmon;
  readonly lines: Lines;
  readonly persisted: PersistedState;
  readonly signals: BoardSignals;
  readonly sensors: ReadonlyMap<string, Sensor>;
}

export class Fans {
  readonly all: ReadonlyMap<string, BoardFan>;
  readonly #parts: FanParts;
  readonly #limits: { readonly minimumDuty: number; readonly failSafeDuty: number };
  #mode: Cooling['mode'];
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(platform: Platform, parts: FanParts, defaultChassis: string) {
    this.#parts = parts;
    this.#limits = {
      minimumDuty: platform.cooling?.minimumDuty ?? 20,
      failSafeDuty: platform.cooling?.failSafeDuty ?? 100,
    };
    this.#mode = parts.persisted.cooling();
    const all = new Map<string, BoardFan>();
    for (const facts of platform.fans ?? []) {
      const chassis = facts.chassis ?? defaultChassis;
      const fan = new BoardFan(facts, chassis, parts, (...event) => this.#emit(...event));
      all.set(facts.id, fan);
      parts.lines.watch(facts.present, (present) => {
        fan.plug.setPresent(present);
        const available = () => parts.signals.emit('availabilityChanged', undefined);
        available();
        if (present) setTimeout(available, settleAfterInsertion).unref();
      });
    }
    this.all = all;
    // A rotor that stands or races makes its fan fail.
    parts.signals.on('stateSettled', () => {
      for (const { plug, status } of all.values()) plug.update(status.health);
    });
  }

  get cooling(): Cooling {
    return { mode: this.#mode, ...this.#limits };
  }

  /** Brings every fan to its duty; one that cannot be driven is tried again until it can. */
  async start(): Promise<void> {
    this.#retry = setInterval(() => {
      if ([...this.all.values()].some(({ fault }) => fault !== null)) void this.#drive();
    }, retryPeriod).unref();
    await this.#drive();
  }

  /** Leaves the fans where nobody has to look after them: no write that is under way has the last word. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#retry);
    const { failSafeDuty } = this.#limits;
    await Promise.allSettled([...this.all.values()].map((fan) => fan.drive(failSafeDuty)));
  }

  /**
   * A fan that cannot be driven holds up neither mode: it shows in its status and in an event, and is tried again.
   * @throws what the settings throw; nothing has changed then
   */
  async setMode(mode: Cooling['mode']): Promise<void> {
    this.#parts.persisted.setCooling(mode);
    this.#mode = mode;
    this.#parts.signals.emit('stateChanged', 'board');
    await this.#drive();
  }

  /** Manual mode only. @throws BoardRefusal, DeviceError, what the settings throw; the fan has its old duty then */
  async setDuty(id: string, percent: number): Promise<void> {
    const fan = this.all.get(id);
    if (fan === undefined) throw new BoardRefusal('not-supported', `there is no fan ${id}`);
    if (this.#stopped) throw new BoardRefusal('busy', 'the daemon is ending');
    if (this.#mode !== 'manual')
      throw new BoardRefusal('not-in-this-state', 'the fans are in automatic mode');
    const { minimumDuty, failSafeDuty } = this.#limits;
    if (!(percent >= minimumDuty && percent <= 100)) {
      throw new BoardRefusal('out-of-range', `a duty is ${minimumDuty} to 100 percent, not ${percent}`);
    }
    const before = fan.duty ?? failSafeDuty;
    const zone = this.#zone(fan);
    try {
      await Promise.all(zone.map((each) => each.drive(percent)));
      this.#parts.persisted.setDuty(zone[0]?.id ?? id, percent);
    } catch (error) {
      // Unless somebody has asked for yet another meanwhile.
      const back = zone.filter(({ target }) => target === percent);
      await Promise.allSettled(back.map((each) => each.drive(before)));
      throw error;
    }
  }

  /** The fans that are driven as one, itself among them; what is remembered of them is kept under the first. */
  #zone({ facts }: BoardFan): readonly BoardFan[] {
    return [...this.all.values()].filter((other) => other.facts.pwm === facts.pwm);
  }

  async #drive(): Promise<void> {
    if (this.#stopped) return;
    // What fails is shown by the fan itself.
    await Promise.allSettled([...this.all.values()].map((fan) => fan.drive(this.#wanted(fan))));
  }

  #wanted(fan: BoardFan): number {
    const { minimumDuty, failSafeDuty } = this.#limits;
    const [first = fan] = this.#zone(fan);
    const duty = this.#mode === 'manual' ? this.#parts.persisted.duty(first.id) : undefined;
    return duty === undefined ? failSafeDuty : Math.max(duty, minimumDuty);
  }

  #emit(fan: BoardFan, event: PartEvent): void {
    this.#parts.signals.emit('event', {
      message: `Environmental.Fan${event}`,
      args: [fan.name],
      severity: severityOf[event],
      origin: { kind: 'fan', id: fan.id, chassis: fan.chassis },
      condition: `fan:${fan.id}`,
      resolves: severityOf[event] === 'OK',
      ...(event === 'Failed' && fan.fault !== null ? { detail: `${fan.fault}.` } : {}),
    });
  }
}
