/** The fans: one PWM output each, run at the fail-safe duty unless somebody takes over by hand. */
import { DeviceError } from '../../drivers/errors.ts';
import type { Hwmon } from '../../drivers/hwmon/hwmon.ts';
import type { FanFacts, Platform } from '../platform/schema.ts';
import type { Changes } from './changes.ts';
import type { Lines } from './lines.ts';
import type { Memory } from './memory.ts';
import { BoardRefusal, type Cooling, type Fan, type Sensor, type Status } from './model.ts';

const retryPeriod = 5_000;

interface FanState {
  readonly facts: FanFacts;
  readonly chassis: string;
  duty: number | null;
  fault: string | null;
  failed: boolean;
  present: boolean;
}

export class Fans {
  readonly #hwmon: Hwmon;
  readonly #lines: Lines;
  readonly #memory: Memory;
  readonly #changes: Changes;
  readonly #sensors: ReadonlyMap<string, Sensor>;
  readonly #fans = new Map<string, FanState>();
  readonly #limits: { readonly minimumDuty: number; readonly failSafeDuty: number };
  #mode: Cooling['mode'];
  #retry: NodeJS.Timeout | undefined;

  constructor(
    platform: Platform,
    parts: {
      hwmon: Hwmon;
      lines: Lines;
      memory: Memory;
      changes: Changes;
      sensors: ReadonlyMap<string, Sensor>;
    },
    defaultChassis: string,
  ) {
    this.#hwmon = parts.hwmon;
    this.#lines = parts.lines;
    this.#memory = parts.memory;
    this.#changes = parts.changes;
    this.#sensors = parts.sensors;
    this.#limits = {
      minimumDuty: platform.cooling?.minimumDuty ?? 20,
      failSafeDuty: platform.cooling?.failSafeDuty ?? 100,
    };
    this.#mode = parts.memory.cooling();
    for (const facts of platform.fans ?? []) {
      const chassis = facts.chassis ?? defaultChassis;
      const state: FanState = { facts, chassis, duty: null, fault: null, failed: false, present: true };
      this.#fans.set(facts.id, state);
      this.#lines.watch(facts.present, (present) => this.#presence(state, present));
    }
  }

  get ids(): Iterable<string> {
    return this.#fans.keys();
  }

  get cooling(): Cooling {
    return { mode: this.#mode, ...this.#limits };
  }

  view(id: string): Fan | undefined {
    const fan = this.#fans.get(id);
    if (fan === undefined) return undefined;
    const { facts, chassis, duty, present } = fan;
    return {
      id,
      name: facts.name ?? id,
      chassis,
      facts,
      sensors: facts.tachs.map(({ sensor }) => sensor.id),
      present,
      duty,
      status: this.#status(fan),
    };
  }

  /** Brings every fan to its duty; one that cannot be driven is tried again until it can. */
  async start(): Promise<void> {
    await this.#drive();
    this.#retry = setInterval(() => {
      if ([...this.#fans.values()].some(({ fault }) => fault !== null)) void this.#drive();
      for (const fan of this.#fans.values()) this.#watch(fan);
    }, retryPeriod).unref();
  }

  /** Leaves the fans where nobody has to look after them. */
  async stop(): Promise<void> {
    clearInterval(this.#retry);
    const all = [...this.#fans.values()].map(({ facts }) =>
      this.#hwmon.setDuty(facts.pwm, this.#limits.failSafeDuty),
    );
    await Promise.allSettled(all);
  }

  async setMode(mode: Cooling['mode']): Promise<void> {
    this.#memory.setCooling(mode);
    this.#mode = mode;
    this.#changes.touch();
    await this.#drive();
  }

  /** @throws BoardRefusal, DeviceError */
  async setDuty(id: string, percent: number): Promise<void> {
    const fan = this.#fans.get(id);
    if (fan === undefined) throw new BoardRefusal('not-supported', `there is no fan ${id}`);
    if (this.#mode !== 'manual')
      throw new BoardRefusal('not-in-this-state', 'the fans are in automatic mode');
    const { minimumDuty } = this.#limits;
    if (!(percent >= minimumDuty && percent <= 100)) {
      throw new BoardRefusal('out-of-range', `a duty is ${minimumDuty} to 100 percent, not ${percent}`);
    }
    await this.#hwmon.setDuty(fan.facts.pwm, percent);
    this.#memory.setDuty(id, percent);
    fan.duty = percent;
    fan.fault = null;
    this.#changes.touch();
  }

  /** Sensors have moved: a rotor that stands or races makes its fan fail. */
  look(): void {
    for (const fan of this.#fans.values()) this.#watch(fan);
  }

  async #drive(): Promise<void> {
    for (const fan of this.#fans.values()) {
      const { failSafeDuty } = this.#limits;
      const percent =
        this.#mode === 'manual' ? (this.#memory.duty(fan.facts.id) ?? failSafeDuty) : failSafeDuty;
      try {
        await this.#hwmon.setDuty(fan.facts.pwm, percent);
        fan.duty = percent;
        fan.fault = null;
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error;
        fan.duty = null;
        fan.fault = error.message;
      }
      this.#watch(fan);
    }
    this.#changes.touch();
  }

  #presence(fan: FanState, present: boolean): void {
    if (fan.present === present) return;
    fan.present = present;
    this.#tell(fan, present ? 'FanInserted' : 'FanRemoved', present ? 'OK' : 'Warning', null);
  }

  #watch(fan: FanState): void {
    const failed = fan.present && this.#status(fan).health === 'Critical';
    if (failed === fan.failed) return;
    fan.failed = failed;
    if (failed) this.#tell(fan, 'FanFailed', 'Critical', fan.fault);
    else this.#tell(fan, 'FanRestored', 'OK', null);
  }

  #tell({ facts, chassis }: FanState, key: string, severity: Status['health'], detail: string | null): void {
    this.#changes.emit({
      message: `Environmental.${key}`,
      args: [facts.name ?? facts.id],
      severity,
      origin: { kind: 'fan', id: facts.id, chassis },
      condition: `fan:${facts.id}`,
      resolves: severity === 'OK',
      ...(detail === null ? {} : { detail: `${detail}.` }),
    });
  }

  #status(fan: FanState): Status {
    if (!fan.present) return { state: 'Absent', health: 'OK' };
    if (fan.fault !== null) return { state: 'Enabled', health: 'Critical' };
    const rotors = fan.facts.tachs.flatMap(({ sensor }) => this.#sensors.get(sensor.id) ?? []);
    if (rotors.some(({ status }) => status.health === 'Critical'))
      return { state: 'Enabled', health: 'Critical' };
    if (rotors.some(({ status }) => status.health === 'Warning'))
      return { state: 'Enabled', health: 'Warning' };
    return {
      state: rotors.every(({ status }) => status.state === 'Starting') ? 'Starting' : 'Enabled',
      health: 'OK',
    };
  }
}
