/** The lights: identify goes before fault, fault before power, each in the pattern that the descriptor gives it. */
import type { Platform } from '../../platform/vocabulary/index.ts';
import type { Glow, Lamp } from './lamps.ts';

type IndicatorFacts = NonNullable<Platform['indicators']>[number];

const priority: readonly IndicatorFacts['kind'][] = ['identify', 'fault', 'power'];

type Place = Pick<IndicatorFacts, 'line' | 'led' | 'node'>;

/** One light, and all that it may say; what goes before others first. */
interface Light {
  readonly lamp: Lamp;
  readonly uses: readonly IndicatorFacts[];
  /** How it glows while it has nothing to say. */
  rest: Glow;
}

export class Indicators {
  #lights: Light[];
  readonly #lampOf: (place: Place) => Lamp;
  readonly #chassisOf: (indicator: IndicatorFacts) => string;
  /** Ids of the indicators that have something to say. */
  readonly #active = new Set<string>();
  /** Lights that are no indicators, by their lines. */
  readonly #plain = new Map<string, Light>();
  /** Chassis that are being identified. */
  readonly #identified = new Set<string>();

  constructor(
    facts: readonly IndicatorFacts[],
    lampOf: (place: Place) => Lamp,
    chassisOf: (indicator: IndicatorFacts) => string,
  ) {
    this.#chassisOf = chassisOf;
    this.#lampOf = lampOf;
    const uses = new Map<string, IndicatorFacts[]>();
    for (const each of facts) {
      const { line, led, node } = each;
      const key = JSON.stringify({ line, led, node });
      uses.set(key, [...(uses.get(key) ?? []), each]);
    }
    this.#lights = [...uses.values()].flatMap((all) => {
      const [first] = all;
      if (first === undefined) return [];
      const sorted = all.toSorted((a, b) => priority.indexOf(a.kind) - priority.indexOf(b.kind));
      return [{ lamp: lampOf(first), uses: sorted, rest: false }];
    });
  }

  /** Adds a light of its own. */
  add(indicator: IndicatorFacts): void {
    this.#lights = [...this.#lights, { lamp: this.#lampOf(indicator), uses: [indicator], rest: false }];
  }

  /** The light of an indicator that was added is gone. */
  remove(id: string): void {
    for (const { lamp, uses } of this.#lights) if (uses.some((use) => use.id === id)) lamp.stop();
    this.#lights = this.#lights.filter(({ uses }) => uses.every((use) => use.id !== id));
    this.#active.delete(id);
  }

  /** Whether the chassis is being identified; null where it has no light. */
  identify(chassis: string): boolean | null {
    return this.#of(chassis).length === 0 ? null : this.#identified.has(chassis);
  }

  /** @throws DeviceError when a light cannot be driven; all are then as before */
  async setIdentify(chassis: string, on: boolean): Promise<void> {
    const driven: Light[] = [];
    try {
      for (const light of this.#of(chassis)) {
        await light.lamp.set(on);
        driven.push(light);
      }
    } catch (error) {
      for (const light of driven) this.#refresh(light);
      throw error;
    }
    this.showIdentify(chassis, on);
  }

  /** As `setIdentify`, but a light that cannot be driven follows as soon as it can. */
  showIdentify(chassis: string, on: boolean): void {
    if (on) this.#identified.add(chassis);
    else this.#identified.delete(chassis);
    this.#mark('identify', (each) => this.#chassisOf(each) === chassis, on);
  }

  /** Shows power and health. */
  show(kind: 'power' | 'fault', isLit: (chassis: string, host: string | undefined) => boolean): void {
    for (const { uses } of this.#lights) {
      for (const use of uses)
        if (use.kind === kind)
          this.#mark(kind, (each) => each === use, isLit(this.#chassisOf(use), use.host));
    }
  }

  /** How the light of a line glows while it has nothing to say. */
  rest(line: string, glow: Glow): void {
    let light = this.#lights.find(({ uses }) => uses[0]?.line === line) ?? this.#plain.get(line);
    if (light === undefined) {
      light = { lamp: this.#lampOf({ line }), uses: [], rest: false };
      this.#plain.set(line, light);
      this.#lights.push(light);
    }
    light.rest = glow;
    this.#refresh(light);
  }

  /** The lights stay as they are. */
  stop(): void {
    for (const { lamp } of this.#lights) lamp.stop();
  }

  #of(chassis: string): readonly Light[] {
    return this.#lights.filter(({ uses }) =>
      uses.some((each) => each.kind === 'identify' && this.#chassisOf(each) === chassis),
    );
  }

  #mark(kind: IndicatorFacts['kind'], which: (use: IndicatorFacts) => boolean, on: boolean): void {
    for (const light of this.#lights) {
      const own = light.uses.filter((each) => each.kind === kind && which(each));
      if (own.length === 0) continue;
      for (const { id } of own) {
        if (on) this.#active.add(id);
        else this.#active.delete(id);
      }
      this.#refresh(light);
    }
  }

  #refresh({ lamp, uses, rest }: Light): void {
    const use = uses.find(({ id }) => this.#active.has(id));
    lamp.show(use === undefined ? rest : (use.blink ?? true));
  }
}
