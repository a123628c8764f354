/**
 * A reading of the rules of Facebook's fscd (fscd3), to compare with on the same plant: steps, a PID without a clamp that
 * starts above its hysteresis, sums of both, the maximum, and a ramp of so many points in a cycle of 3 s. Boards with
 * entity-manager's tables use its steps alone, each second.
 */
import type { LoopFacts } from '../../../src/platform/vocabulary/index.ts';

export interface FscdPid {
  readonly setPoint: number;
  readonly kp: number;
  readonly ki: number;
  readonly positive: number;
  readonly negative: number;
}

export interface FscdRules {
  /** Seconds. */
  readonly cycle: number;
  /** Points in a cycle. */
  readonly ramp: number;
  readonly minimum: number;
  /** While a fan has failed; percent. */
  readonly boost: number;
  /** By loop id. */
  readonly pids: Readonly<Record<string, FscdPid>>;
}

interface PidState {
  integral: number;
  out: number;
}

export class Fscd {
  readonly #rules: FscdRules;
  readonly #loops: readonly LoopFacts[];
  readonly #states = new Map<string, PidState>();
  duty: number;

  constructor(rules: FscdRules, loops: readonly LoopFacts[], duty: number) {
    this.#rules = rules;
    this.#loops = loops;
    this.duty = duty;
  }

  /** One cycle; `hottest` is the reading of a loop by its id, null where there is none, `failed` what boosts. */
  step(hottest: (loop: LoopFacts) => number | null, failed: boolean): number {
    const { ramp, minimum, boost } = this.#rules;
    let wanted = minimum;
    for (const loop of this.#loops) {
      const x = hottest(loop);
      if (x !== null) wanted = Math.max(wanted, this.#steps(loop, x) + this.#pid(loop, x));
    }
    if (failed) wanted = Math.max(wanted, boost);
    const change = Math.min(ramp, Math.max(-ramp, Math.min(100, wanted) - this.duty));
    this.duty += change;
    return this.duty;
  }

  #steps({ curve }: LoopFacts, x: number): number {
    const reached = curve.filter(([from = 0]) => from <= x).at(-1) ?? curve[0];
    return reached?.[1] ?? 0;
  }

  #pid({ id }: LoopFacts, x: number): number {
    const pid = this.#rules.pids[id];
    if (pid === undefined) return 0;
    const state = this.#states.get(id) ?? { integral: 0, out: 0 };
    this.#states.set(id, state);
    const { setPoint, kp, ki, positive, negative } = pid;
    const [low, high] = [setPoint - negative, setPoint + positive];
    if (x < low) {
      state.integral = 0;
      state.out = 0;
    } else if (x > high) {
      const error = high - x;
      state.integral += error * this.#rules.cycle;
      state.out = kp * error + ki * state.integral;
    }
    return state.out;
  }
}
