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
    return this.#of(chassis).length === 0 ? null : this.#active.has(chassis);
  }

  /** @throws DeviceError when a light cannot be driven; all are then as before */
  setIdentify(chassis: string, on: boolean): void {
    const driven: IndicatorFacts[] = [];
    try {
      for (const indicator of this.#of(chassis)) {
        this.#lines.set(indicator.line, on);
        driven.push(indicator);
      }
    } catch (error) {
      for (const indicator of driven) this.#show(indicator, this.#active.has(chassis));
      throw error;
    }
    this.showIdentify(chassis, on);
  }

  /** As `setIdentify`, but a light that cannot be driven follows as soon as it can. */
  showIdentify(chassis: string, on: boolean): void {
    if (on) this.#active.add(chassis);
    else this.#active.delete(chassis);
    for (const indicator of this.#of(chassis)) this.#show(indicator, on);
  }

  /** Shows power and health. */
  show(kind: 'power' | 'fault', isLit: (chassis: string, host: string | undefined) => boolean): void {
    for (const indicator of this.#facts) {
      if (indicator.kind === kind)
        this.#lines.show(indicator.line, isLit(this.#chassisOf(indicator), indicator.host));
    }
  }

  /** The lights stay as they are. */
  stop(): void {
    for (const timer of this.#blinking.values()) clearTimeout(timer);
    this.#blinking.clear();
  }

  #of(chassis: string): readonly IndicatorFacts[] {
    return this.#facts.filter((each) => each.kind === 'identify' && this.#chassisOf(each) === chassis);
  }

  #show({ line, blink }: IndicatorFacts, lit: boolean): void {
    clearTimeout(this.#blinking.get(line));
    this.#blinking.delete(line);
    this.#lines.show(line, lit);
    if (lit && blink !== undefined) this.#blink(line, blink, true);
  }

  #blink(line: string, pattern: { readonly on: number; readonly off: number }, lit: boolean): void {
    const next = () => {
      this.#lines.show(line, !lit);
      this.#blink(line, pattern, !lit);
    };
    this.#blinking.set(line, setTimeout(next, lit ? pattern.on : pattern.off).unref());
  }
}
