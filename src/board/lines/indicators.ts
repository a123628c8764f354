/** The indicator LEDs: identify takes precedence over fault, fault over power, each in the pattern of the descriptor. */
import type { Platform } from '../../platform/vocabulary/index.ts';
import type { Glow, Lamp } from './lamps.ts';

type IndicatorFacts = NonNullable<Platform['indicators']>[number];

/** The first takes precedence. */
const priority: readonly IndicatorFacts['kind'][] = ['identify', 'fault', 'power'];

type Place = Pick<IndicatorFacts, 'line' | 'led' | 'node'>;

/** One LED, and the indicators that share it; the one with the highest priority first. */
interface Light {
  readonly lamp: Lamp;
  readonly uses: readonly IndicatorFacts[];
  /** Shown while no indicator is active. */
  idle: Glow;
}

export class Indicators {
  #lights: Light[];
  readonly #lampOf: (place: Place) => Lamp;
  readonly #chassisOf: (indicator: IndicatorFacts) => string;
  /** Ids of the active indicators. */
  readonly #active = new Set<string>();
  /** LEDs without indicators, by their lines. */
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
      return [{ lamp: lampOf(first), uses: sorted, idle: false }];
    });
  }

  /** Adds an indicator with an LED of its own. */
  add(indicator: IndicatorFacts): void {
    this.#lights = [...this.#lights, { lamp: this.#lampOf(indicator), uses: [indicator], idle: false }];
  }

  /** Removes an indicator that was added. */
  remove(id: string): void {
    for (const { lamp, uses } of this.#lights) if (uses.some((use) => use.id === id)) lamp.stop();
    this.#lights = this.#lights.filter(({ uses }) => uses.every((use) => use.id !== id));
    this.#active.delete(id);
  }

  /** Whether the chassis is being identified; null where it has no identify LED. */
  identify(chassis: string): boolean | null {
    return this.#identifyLightsOf(chassis).length === 0 ? null : this.#identified.has(chassis);
  }

  /** @throws DeviceError when an LED cannot be driven; all are then as before */
  async setIdentify(chassis: string, on: boolean): Promise<void> {
    const driven: Light[] = [];
    try {
      for (const light of this.#identifyLightsOf(chassis)) {
        await light.lamp.set(on);
        driven.push(light);
      }
    } catch (error) {
      for (const light of driven) this.#update(light);
      throw error;
    }
    this.showIdentify(chassis, on);
  }

  /** As `setIdentify`, but an LED that cannot be driven follows as soon as it can. */
  showIdentify(chassis: string, on: boolean): void {
    if (on) this.#identified.add(chassis);
    else this.#identified.delete(chassis);
    this.#setActive('identify', (each) => this.#chassisOf(each) === chassis, on);
  }

  /** Updates all indicators of a kind. */
  show(kind: 'power' | 'fault', isLit: (chassis: string, host: string | undefined) => boolean): void {
    for (const { uses } of this.#lights) {
      for (const use of uses)
        if (use.kind === kind)
          this.#setActive(kind, (each) => each === use, isLit(this.#chassisOf(use), use.host));
    }
  }

  /** Sets what the LED on a line shows while no indicator is active. */
  setIdle(line: string, glow: Glow): void {
    let light = this.#lights.find(({ uses }) => uses[0]?.line === line) ?? this.#plain.get(line);
    if (light === undefined) {
      light = { lamp: this.#lampOf({ line }), uses: [], idle: false };
      this.#plain.set(line, light);
      this.#lights.push(light);
    }
    light.idle = glow;
    this.#update(light);
  }

  /** The LEDs stay as they are. */
  stop(): void {
    for (const { lamp } of this.#lights) lamp.stop();
  }

  #identifyLightsOf(chassis: string): readonly Light[] {
    return this.#lights.filter(({ uses }) =>
      uses.some((each) => each.kind === 'identify' && this.#chassisOf(each) === chassis),
    );
  }

  #setActive(kind: IndicatorFacts['kind'], test: (use: IndicatorFacts) => boolean, on: boolean): void {
    for (const light of this.#lights) {
      const own = light.uses.filter((each) => each.kind === kind && test(each));
      if (own.length === 0) continue;
      for (const { id } of own) {
        if (on) this.#active.add(id);
        else this.#active.delete(id);
      }
      this.#update(light);
    }
  }

  #update({ lamp, uses, idle }: Light): void {
    const use = uses.find(({ id }) => this.#active.has(id));
    lamp.show(use === undefined ? idle : (use.blink ?? true));
  }
}
