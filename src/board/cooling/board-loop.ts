/** A loop of a zone at work: its settings, its state, and what it shows. */
import type { LoopFacts } from '../../platform/vocabulary/index.ts';
import type { CoolingLoop, LoopSettings } from '../model/cooling.ts';
import { BoardRefusal } from '../model/refusal.ts';
import type { Status } from '../model/status.ts';
import {
  type Fallback,
  idleLoop,
  type LoopInputs,
  type LoopState,
  seeded,
  stepLoop,
  type Tuning,
} from './loop.ts';

/** Kelvin above its target at which a loop without thresholds counts as hot. */
const hotAbove = 5;

export class BoardLoop implements CoolingLoop {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly facts: LoopFacts;
  sensors: readonly string[] = [];
  #settings: LoopSettings;
  #state: LoopState = idleLoop;

  constructor(facts: LoopFacts, zone: string, settings: LoopSettings) {
    this.id = facts.id;
    this.name = facts.name ?? facts.id;
    this.zone = zone;
    this.facts = facts;
    this.#settings = settings;
  }

  get settings(): LoopSettings {
    return this.#settings;
  }

  get target(): number | null {
    return this.#tuning.target;
  }

  get proportional(): number {
    return this.#tuning.proportional;
  }

  get integral(): number {
    return this.#tuning.integral;
  }

  get leader(): string | null {
    return this.#state.sensor;
  }

  get input(): number | null {
    return this.#state.filtered;
  }

  get demand(): number {
    return this.#state.demand;
  }

  get integralDemand(): number {
    return this.#state.integral;
  }

  get reason(): LoopState['reason'] {
    return this.#state.reason;
  }

  get isFailSafe(): boolean {
    return this.#state.reason === 'fail-safe';
  }

  /** Its reading is well above what it is to keep. */
  get isOverTarget(): boolean {
    const { target } = this;
    return target !== null && this.input !== null && this.input > target + hotAbove;
  }

  get status(): Status {
    const { reason } = this.#state;
    if (reason === 'idle') return { state: 'StandbyOffline', health: 'OK' };
    if (reason === 'start') return { state: 'Starting', health: 'OK' };
    const isWrong = reason === 'fail-safe' || reason === 'substitute';
    return { state: 'Enabled', health: reason === 'critical' ? 'Critical' : isWrong ? 'Warning' : 'OK' };
  }

  /** @throws BoardRefusal where the loop has no target, or a value is none */
  checkSettings(settings: LoopSettings): void {
    if (this.facts.target === undefined)
      throw new BoardRefusal('not-supported', `the loop ${this.id} has only a curve`);
    for (const [name, value] of Object.entries(settings))
      if (!Number.isFinite(value) || (name !== 'target' && value < 0))
        throw new BoardRefusal('out-of-range', `${name} cannot be ${value}`);
  }

  setSettings(settings: LoopSettings): void {
    this.#settings = settings;
  }

  step(inputs: LoopInputs, fallback: Fallback, seconds: number): void {
    this.#state = stepLoop(this.facts, this.#tuning, fallback, this.#state, inputs, seconds);
  }

  /** Goes on from a duty that was not its own. */
  seed(duty: number): void {
    this.#state = seeded(this.facts, this.#tuning, this.#state, duty);
  }

  get #tuning(): Tuning {
    const { target = null, proportional = 0, integral = 0 } = { ...this.facts, ...this.#settings };
    return { target, proportional, integral };
  }
}
