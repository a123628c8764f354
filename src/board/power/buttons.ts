/** The buttons on the front panel of a host: which is pressed, for how long, and the reset that follows. */
import type { HostFacts } from '../../platform/vocabulary/index.ts';
import type { Lines } from '../lines/lines.ts';
import type { HostEvent } from '../model/event.ts';
import type { ResetType } from '../model/power.ts';

type ButtonFacts = NonNullable<HostFacts['buttons']>;
export type ButtonName = 'power' | 'reset' | 'nmi';

/** Shorter presses are contact bounce; milliseconds. */
const debounceTime = 20;
/** A press this long, in milliseconds, forces the host off (ACPI specification, "Power Button Override"). */
const longPress = 4_000;

export interface ButtonParts {
  readonly lines: Lines;
  readonly event: (event: HostEvent) => void;
  readonly isOn: () => boolean | null;
  readonly supported: () => readonly ResetType[];
  /** @throws BoardRefusal, DeviceError */
  readonly reset: (type: ResetType) => Promise<unknown>;
  /** A button was pressed or released by hand: the next change of power is the answer. */
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
      parts.lines.watch(buttons[name], (pressed) => this.#changed(name, pressed));
  }

  stop(): void {
    for (const { timer } of this.#down.values()) clearTimeout(timer);
    this.#down.clear();
  }

  #changed(name: ButtonName, pressed: boolean): void {
    this.#passThrough(name, pressed);
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
    // Acts before the release: a person holds the button until the host goes off.
    if (name === 'power' && this.#facts.acts === 'policy') {
      press.timer = setTimeout(() => {
        press.acted = true;
        this.#act(name, this.#facts.long ?? 'ForceOff', this.#facts.longPress ?? longPress);
      }, this.#facts.longPress ?? longPress).unref();
    }
  }

  #release(name: ButtonName): void {
    const press = this.#down.get(name);
    // Pressed before this daemon started: for an unknown time.
    if (press === undefined) return;
    this.#down.delete(name);
    clearTimeout(press.timer);
    this.#parts.pressed();
    const held = performance.now() - press.at;
    if (press.acted || held < debounceTime) return;
    if (this.#facts.acts === 'policy') this.#act(name, this.#wanted(name), held);
    else this.#emit(name, held, 'The board itself acts on it.');
  }

  #wanted(name: ButtonName): ResetType | 'None' {
    // A host that is off has nothing to reset or to interrupt.
    if (name !== 'power' && this.#parts.isOn() === false) return 'None';
    if (name === 'reset') return 'ForceRestart';
    if (name === 'nmi') return 'Nmi';
    const graceful = this.#parts.supported().includes('GracefulShutdown') ? 'GracefulShutdown' : 'ForceOff';
    return this.#parts.isOn() === true
      ? (this.#facts.shortWhenOn ?? graceful)
      : (this.#facts.shortWhenOff ?? 'On');
  }

  #act(name: ButtonName, type: ResetType | 'None', held: number): void {
    if (type === 'None') {
      this.#emit(name, held, 'The policy of the board ignores it.');
      return;
    }
    this.#emit(name, held, `The policy of the board requests ${type}.`);
    this.#parts.reset(type).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      this.#emit(name, held, `${type} was refused: ${why}.`);
    });
  }

  /** The output towards the host follows the button. */
  #passThrough(name: ButtonName, pressed: boolean): void {
    if (this.#facts.acts !== 'passThrough' || this.#power.kind !== 'gpio') return;
    const { button, reset, nmi } = this.#power;
    const line = { power: button, reset, nmi }[name];
    if (line === undefined) return;
    try {
      this.#parts.lines.set(line, pressed);
    } catch {
      // Lines report a line that cannot be driven.
    }
  }

  #emit(name: ButtonName, held: number, text: string): void {
    this.#parts.event({
      message: 'ResourceEvent.ResourceStateChanged',
      args: [labels[name], 'pressed'],
      severity: 'OK',
      detail: `It was held for ${(held / 1000).toFixed(1)} s. ${text}`,
    });
  }
}
