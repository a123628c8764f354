/** Readings that switch hosts off when they are too high for too long. */
import type { ShutdownFacts } from '../../platform/vocabulary/index.ts';
import type { BoardSensor } from '../sensing/sensor.ts';
import { inputOf, isHot } from './inputs.ts';
import type { CoolingParts } from './parts.ts';
import { armed, type ProtectionState, stepProtection } from './protection.ts';

interface Guard {
  readonly facts: ShutdownFacts;
  state: ProtectionState;
}

export class Protections {
  readonly #guards: readonly Guard[];
  readonly #parts: CoolingParts;

  constructor(facts: readonly ShutdownFacts[], parts: CoolingParts) {
    this.#parts = parts;
    this.#guards = facts.map((each) => ({ facts: each, state: armed }));
  }

  step(seconds: number): void {
    for (const guard of this.#guards) this.#step(guard, seconds);
  }

  #step(guard: Guard, seconds: number): void {
    const { of, above, for: lasts = 10_000, confirm } = guard.facts;
    const sensor = this.#parts.sensors.all.get(of);
    if (sensor === undefined) return;
    const input = {
      reading: sensor.reading,
      time: sensor.readingTime?.getTime() ?? 0,
      isPowered: inputOf(sensor, false).kind !== 'none',
      isConfirmed: this.#isConfirmed(confirm),
    };
    const { state, action } = stepProtection(guard.state, input, { above, lasts: lasts / 1000 }, seconds);
    guard.state = state;
    if (action !== null) this.#act(guard.facts, sensor, action);
  }

  /** What cannot be read does not speak against it. */
  #isConfirmed(confirm: string | undefined): boolean {
    const other = confirm === undefined ? undefined : this.#parts.sensors.all.get(confirm);
    return other === undefined || other.reading === null || isHot(other);
  }

  #act(
    { above, host, how = 'GracefulShutdown' }: ShutdownFacts,
    sensor: BoardSensor,
    action: 'shutdown' | 'force',
  ): void {
    const reaction = action === 'force' ? 'ForceOff' : how;
    this.#parts.signals.emit('event', {
      message: 'ResourceEvent.ResourceStatusChangedCritical',
      args: [sensor.name, 'Critical'],
      severity: 'Critical',
      origin: { kind: 'sensor', id: sensor.id, chassis: sensor.chassis },
      detail: `It has been at or above ${above} for too long: ${host ?? 'every host'} is switched off (${reaction}).`,
    });
    this.#parts.signals.emit('protectionTripped', { sensor: sensor.id, host, reaction });
  }
}
