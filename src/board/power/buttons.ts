/** The buttons on the front panel of a host: what a person presses, for how long, and what comes of it. */
import type { HostFacts } from '../../platform/schema.ts';
import type { Lines } from '../lines/lines.ts';
import type { HostEvent, ResetType } from '../model.ts';

type ButtonFacts = NonNullable<HostFacts['buttons']>;
export type ButtonName = 'power' | 'reset' | 'nmi';

/** Shorter presses are no presses but the bouncing of a contact. */
const shortest = 20;
/** A press this long forces the host off (ACPI specification, "Power Button Override"). */
const longPress = 4_000;

export interface ButtonParts {
  readonly lines: Lines;
  readonly event: (event: HostEvent) => void;
  readonly isOn: () => boolean | null;
  readonly supported: () => readonly ResetType[];
  /** Asks for a reset; whoever it is refused to has pressed for nothing. @throws BoardRefusal, DeviceError */
  readonly reset: (type: ResetType) => Promise<unknown>;
  /** The host has been pressed by hand: what its power does next is the answer to that. */
  readonly pressed: () => void;
}

const labels: Readonly<Record<ButtonName, string>> = {
  power: 'Power button',
  reset: 'Reset button',
  nmi: 'Diagnostic interrupt button',
};

export class Buttons {
  readonly #facts: ButtonFacts;
  readonly #power: HostFacts['power'];
  readonly #parts: ButtonParts;
  readonly #down = new Map<ButtonName, { at: number; acted: boolean; timer?: NodeJS.Timeout | undefined }>();

  constructor({ buttons = {}, power }: HostFacts, parts: ButtonParts) {
    this.#facts = buttons;
    this.#power = power;
    this.#parts = parts;
    for (const name of ['power', 'reset', 'nmi'] as const)
      parts.lines.watch(buttons[name], (pressed) => this.#moved(name, pressed));
  }

  stop(): void {
    for (const { timer } of this.#down.values()) clearTimeout(timer);
    this.#down.clear();
  }

  #moved(name: ButtonName, pressed: boolean): void {
    this.#passOn(name, pressed);
    if (pressed) this.#press(name);
    else this.#release(name);
  }

  #press(name: ButtonName): void {
    if (this.#down.has(name)) return;
    const press: { at: number; acted: boolean; timer?: NodeJS.Timeout } = {
      at: performance.now(),
      acted: false,
    };
    this.#down.set(name, press);
    this.#parts.pressed();
    // Held long enough it acts at once: a person watches for that before letting go.
    if (name === 'power' && this.#facts.acts === 'policy') {
      press.timer = setTimeout(() => {
        press.acted = true;
        this.#act(name, this.#facts.long ?? 'ForceOff', this.#facts.longPress ?? longPress);
      }, this.#facts.longPress ?? longPress).unref();
    }
  }

  #release(name: ButtonName): void {
    const press = this.#down.get(name);
    // Held since before this daemon: how long nobody knows.
    if (press === undefined) return;
    this.#down.delete(name);
    clearTimeout(press.timer);
    this.#parts.pressed();
    const held = performance.now() - press.at;
    if (press.acted || held < shortest) return;
    if (this.#facts.acts === 'policy') this.#act(name, this.#wanted(name), held);
    else this.#tell(name, held, 'The board acts on it by itself.');
  }

  #wanted(name: ButtonName): ResetType | 'None' {
    if (name === 'reset') return 'ForceRestart';
    if (name === 'nmi') return 'Nmi';
    const graceful = this.#parts.supported().includes('GracefulShutdown') ? 'GracefulShutdown' : 'ForceOff';
    return this.#parts.isOn() === true
      ? (this.#facts.shortWhenOn ?? graceful)
      : (this.#facts.shortWhenOff ?? 'On');
  }

  #act(name: ButtonName, type: ResetType | 'None', held: number): void {
    if (type === 'None') {
      this.#tell(name, held, 'By the policy of the board nothing comes of that.');
      return;
    }
    this.#tell(name, held, `By the policy of the board that asks for ${type}.`);
    this.#parts.reset(type).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      this.#tell(name, held, `${type} was refused: ${why}.`);
    });
  }

  /** The button towards the host follows the finger. */
  #passOn(name: ButtonName, pressed: boolean): void {
    if (this.#facts.acts !== 'passThrough' || this.#power.kind !== 'gpio') return;
    const { button, reset, nmi } = this.#power;
    const line = { power: button, reset, nmi }[name];
    if (line === undefined) return;
    try {
      this.#parts.lines.set(line, pressed);
    } catch {
      // The line that cannot be driven is told of as such.
    }
  }

  #tell(name: ButtonName, held: number, what: string): void {
    this.#parts.event({
      message: 'ResourceEvent.ResourceStateChanged',
      args: [labels[name], 'pressed'],
      severity: 'OK',
      detail: `It was held for ${(held / 1000).toFixed(1)} s. ${what}`,
    });
  }
}
