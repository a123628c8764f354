/** The lights: identify blinks in the pattern of the board, a power light follows its host, a fault light the health. */
import type { Platform } from '../platform/schema.ts';
import type { Lines } from './lines.ts';

type IndicatorFacts = NonNullable<Platform['indicators']>[number];

export class Indicators {
  readonly #lines: Lines;
  readonly #facts: readonly IndicatorFacts[];
  readonly #chassisOf: (indicator: IndicatorFacts) => string;
  readonly #blinking = new Map<string, NodeJS.Timeout>();
  readonly #active = new Set<string>();

  constructor(
    facts: readonly IndicatorFacts[],
    lines: Lines,
    chassisOf: (indicator: IndicatorFacts) => string,
  ) {
    this.#facts = facts;
    this.#lines = lines;
    this.#chassisOf = chassisOf;
  }

  /** Whether the chassis is being identified; null where it has no light. */
  identify(chassis: string): boolean | null {
    return this.#of('identify', chassis).length === 0 ? null : this.#active.has(chassis);
  }

  /** @throws DeviceError when a light cannot be driven; it is then as before. */
  setIdentify(chassis: string, on: boolean): void {
    for (const indicator of this.#of('identify', chassis)) {
      // Driven before anything is noted, so that a light that cannot be had is reported and not shown as lit.
      this.#lines.set(indicator.line, on);
      this.#stop(indicator.line);
      if (on && indicator.blink !== undefined)
        this.#blink(indicator.line, indicator.blink.on, indicator.blink.off);
    }
    if (on) this.#active.add(chassis);
    else this.#active.delete(chassis);
  }

  /** Shows power and health; a light that cannot be driven is told of by the lines themselves. */
  show(kind: 'power' | 'fault', lit: (indicator: IndicatorFacts) => boolean): void {
    for (const indicator of this.#facts) {
      if (indicator.kind !== kind || this.#lines.get(indicator.line) === null) continue;
      this.#lines.set(indicator.line, lit(indicator));
    }
  }

  stop(): void {
    for (const line of this.#blinking.keys()) this.#stop(line);
  }

  #of(kind: IndicatorFacts['kind'], chassis: string): readonly IndicatorFacts[] {
    return this.#facts.filter((each) => each.kind === kind && this.#chassisOf(each) === chassis);
  }

  #blink(line: string, on: number, off: number): void {
    const step = (lit: boolean) => {
      this.#blinking.set(
        line,
        setTimeout(
          () => {
            if (this.#lines.get(line) !== null) this.#lines.set(line, !lit);
            step(!lit);
          },
          lit ? on : off,
        ).unref(),
      );
    };
    step(true);
  }

  #stop(line: string): void {
    clearTimeout(this.#blinking.get(line));
    this.#blinking.delete(line);
  }
}
