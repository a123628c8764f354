/**
 * The front panel of a board with several hosts: a hand switch that selects one of them or the controller, buttons that act
 * on what is selected, and two lamps for each host. Presses and turns come by edges; nothing is polled.
 */
import type { PanelFacts } from '../../platform/schema.ts';
import type { Glow } from '../lines/lamps.ts';
import type { Lines } from '../lines/lines.ts';
import type { BoardEvent, ResetType } from '../model.ts';
import type { BoardHost } from './host.ts';
import type { Slot } from './slot.ts';

/** Shorter presses are no presses but the bouncing of a contact. */
const shortest = 20;
/** A press this long is a hard one. */
const longPress = 4_000;
/** Held this long it takes the power of the slot away, for somebody who is to swap the card. */
const servicePress = 10_000;
/** The contacts of the hand switch do not move all at once. */
const turning = 50;

/** What the lamps of a host are to say. */
export interface Mood {
  /** The host, or all of the board, blinks to be found. */
  readonly identified: boolean;
  readonly selected: 'this' | 'controller' | 'other';
  readonly on: boolean;
  readonly healthy: boolean;
}

const dark = { power: false, fault: false };
const mostlyLit = { on: 900, off: 100 };
const mostlyDark = { on: 100, off: 900 };
const even = { on: 500, off: 500 };

/**
 * How the lamps glow; Facebook's firmware for Yosemite V2 has these patterns, and those of its successors. To be found, the
 * fault lamp blinks as the descriptor says, and this one stays dark.
 */
export function glowOf({ identified, selected, on, healthy }: Mood): { power: Glow; fault: Glow } {
  if (identified) return dark;
  if (selected === 'controller') return { power: even, fault: false };
  const glow: Glow = selected === 'this' ? (on ? mostlyLit : mostlyDark) : on;
  return healthy ? { power: glow, fault: false } : { power: false, fault: glow };
}

type Button = 'power' | 'reset';
/** What the hand switch points at; null while nobody can tell. */
type Selection = { readonly host: string } | 'controller' | null;

export interface PanelParts {
  readonly lines: Lines;
  readonly manager: string;
  /** A host that is there; its slot, where something switches that. */
  readonly hostOf: (id: string) => BoardHost | undefined;
  readonly slotOf: (chassis: string) => Slot | undefined;
  /** What is around a host identifies itself, or the host does. */
  readonly isIdentified: (host: string) => boolean;
  /** Neither the host nor the board around it has anything wrong. */
  readonly isHealthy: (host: string) => boolean;
  /** Takes the power of the whole board away and gives it back; null where nothing can. */
  readonly cycle: (() => Promise<unknown>) | null;
  readonly rest: (line: string, glow: Glow) => void;
  readonly event: (event: BoardEvent) => void;
  /** Something has changed that is shown. */
  readonly changed: () => void;
}

interface Press {
  readonly at: number;
  /** It acts on what was selected when it began. */
  readonly selection: Selection;
  acted: boolean;
  timer?: NodeJS.Timeout;
}

const labels: Readonly<Record<Button, string>> = {
  power: 'Power button of the panel',
  reset: 'Reset button of the panel',
};

export class Panel {
  readonly #facts: PanelFacts;
  readonly #parts: PanelParts;
  readonly #down = new Map<Button, Press>();
  #turning: NodeJS.Timeout | undefined;
  #selection: Selection = null;

  constructor(facts: PanelFacts, parts: PanelParts) {
    this.#facts = facts;
    this.#parts = parts;
    for (const line of facts.select.lines)
      parts.lines.watch(line, () => {
        clearTimeout(this.#turning);
        this.#turning = setTimeout(() => this.#turned(), turning).unref();
      });
    for (const button of ['power', 'reset'] as const)
      parts.lines.watch(facts[button], (pressed) => (pressed ? this.#press(button) : this.#release(button)));
  }

  /** Lets the lamps show what is. */
  look(): void {
    const { hostOf, isIdentified, isHealthy, rest } = this.#parts;
    for (const { host: id, power, fault } of this.#facts.lamps ?? []) {
      const host = hostOf(id);
      const glow = glowOf({
        identified: isIdentified(id),
        selected: this.#selected(id),
        on: host?.powerState === 'On' || host?.powerState === 'PoweringOff',
        // An empty slot is as well as the others.
        healthy: host === undefined || isHealthy(id),
      });
      rest(power, glow.power);
      rest(fault, glow.fault);
    }
  }

  stop(): void {
    clearTimeout(this.#turning);
    for (const { timer } of this.#down.values()) clearTimeout(timer);
    this.#down.clear();
  }

  #selected(host: string): Mood['selected'] {
    if (this.#selection === 'controller') return 'controller';
    return this.#selection?.host === host ? 'this' : 'other';
  }

  #turned(): void {
    const { lines, hosts } = this.#facts.select;
    const bits = lines.map((line) => this.#parts.lines.get(line));
    const number = bits.reduce((sum, bit, at) => sum + (bit === true ? 2 ** at : 0), 0);
    const host = hosts[number % (hosts.length + 1)];
    this.#selection = bits.includes(null) ? null : host === undefined ? 'controller' : { host };
    this.#parts.changed();
  }

  #press(button: Button): void {
    if (this.#down.has(button)) return;
    const press: Press = { at: performance.now(), selection: this.#selection, acted: false };
    this.#down.set(button, press);
    if (button !== 'power' || press.selection === null || press.selection === 'controller') return;
    const { host } = press.selection;
    const limit = this.#facts.servicePress ?? servicePress;
    // Held long enough it acts at once: a person watches for that before letting go.
    press.timer = setTimeout(() => {
      press.acted = this.#service(host, limit);
    }, limit).unref();
  }

  #release(button: Button): void {
    const press = this.#down.get(button);
    // Held since before this daemon: how long nobody knows.
    if (press === undefined) return;
    this.#down.delete(button);
    clearTimeout(press.timer);
    const held = performance.now() - press.at;
    if (press.acted || held < shortest) return;
    const { selection } = press;
    if (selection === null)
      this.#tell(button, null, held, 'What is selected cannot be read: nothing comes of it.');
    else if (selection === 'controller') this.#actOnController(button, held);
    else if (button === 'reset') this.#reset(button, selection.host, held, 'ForceRestart');
    else this.#powerPressed(selection.host, held);
  }

  #powerPressed(id: string, held: number): void {
    const host = this.#parts.hostOf(id);
    const isLong = held >= (this.#facts.longPress ?? longPress);
    const slot = host === undefined ? undefined : this.#parts.slotOf(host.chassis);
    if (slot?.state === 'Off') {
      if (isLong) this.#switch(slot, id, held, 'On');
      else this.#tell('power', id, held, `${slot.name} is switched off: nothing comes of it.`);
      return;
    }
    const off =
      !isLong && host?.supportedResets.includes('GracefulShutdown') ? 'GracefulShutdown' : 'ForceOff';
    this.#reset('power', id, held, host?.power.good === true ? off : 'On');
  }

  /** @returns false where nothing switches the slot, so that the press is one like others */
  #service(id: string, held: number): boolean {
    const host = this.#parts.hostOf(id);
    const slot = host === undefined ? undefined : this.#parts.slotOf(host.chassis);
    if (slot === undefined) return false;
    this.#switch(slot, id, held, slot.state === 'Off' ? 'On' : 'ForceOff');
    return true;
  }

  #actOnController(button: Button, held: number): void {
    const { cycle } = this.#parts;
    if (button === 'reset' || cycle === null || held < (this.#facts.longPress ?? longPress))
      this.#tell(button, null, held, 'The controller is selected: nothing comes of it.');
    else {
      this.#tell(button, null, held, 'The whole board is power-cycled.');
      this.#follow(button, null, held, 'PowerCycle', cycle());
    }
  }

  #switch(slot: Slot, id: string, held: number, type: 'On' | 'ForceOff'): void {
    this.#tell(
      'power',
      id,
      held,
      type === 'On' ? `${slot.name} is switched on.` : `${slot.name} is switched off for service.`,
    );
    this.#follow('power', id, held, type, slot.reset(type));
  }

  #reset(button: Button, id: string, held: number, type: ResetType): void {
    const host = this.#parts.hostOf(id);
    if (host === undefined) {
      this.#tell(button, null, held, `${id} is selected, which is not there: nothing comes of it.`);
      return;
    }
    this.#tell(button, id, held, `That asks for ${type}.`);
    this.#follow(button, id, held, type, host.reset(type));
  }

  #follow(button: Button, id: string | null, held: number, type: ResetType, work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      this.#tell(button, id, held, `${type} was refused: ${why}.`);
    });
  }

  #tell(button: Button, host: string | null, held: number, what: string): void {
    this.#parts.event({
      message: 'ResourceEvent.ResourceStateChanged',
      args: [labels[button], 'pressed'],
      severity: 'OK',
      origin: host === null ? { kind: 'manager', id: this.#parts.manager } : { kind: 'host', id: host },
      ...(host === null ? {} : { host }),
      detail: `It was held for ${(held / 1000).toFixed(1)} s. ${what}`,
    });
  }
}
