/**
 * The front panel of a board with several hosts: a rotary switch selects a host or the controller, the buttons act on the
 * selection, and each host has two lamps. Everything is driven by line events; nothing is polled.
 */
import type { PanelFacts } from '../../platform/vocabulary/index.ts';
import type { Glow } from '../lines/lamps.ts';
import type { Lines } from '../lines/lines.ts';
import type { BoardEvent } from '../model/event.ts';
import type { ResetType } from '../model/power.ts';
import type { BoardHost } from './host.ts';
import type { Slot } from './slot.ts';

/** Shorter presses are contact bounce; milliseconds. */
const debounceTime = 20;
/** A press this long, in milliseconds, forces the host off or on. */
const longPress = 4_000;
/** Held this long, in milliseconds, it switches the slot off for service, so that the card can be swapped. */
const servicePress = 10_000;
/** The contacts of the rotary switch settle within this time, milliseconds. */
const switchSettle = 50;

/** What the lamps of a host show. */
export interface LampState {
  /** The identify light of the host, or of the whole board, is on. */
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
 * Lamp patterns of Facebook's firmware for Yosemite V2 and its successors. While identified, the fault lamp blinks as the
 * descriptor says, and both patterns here are dark.
 */
export function glowOf({ identified, selected, on, healthy }: LampState): { power: Glow; fault: Glow } {
  if (identified) return dark;
  if (selected === 'controller') return { power: even, fault: false };
  const glow: Glow = selected === 'this' ? (on ? mostlyLit : mostlyDark) : on;
  return healthy ? { power: glow, fault: false } : { power: false, fault: glow };
}

type Button = 'power' | 'reset';
/** What the rotary switch selects; null while its lines cannot be read. */
type Selection = { readonly host: string } | 'controller' | null;

export interface PanelParts {
  readonly lines: Lines;
  readonly manager: string;
  /** A host that is present, and the slot that feeds its chassis, if one does. */
  readonly hostOf: (id: string) => BoardHost | undefined;
  readonly slotOf: (chassis: string) => Slot | undefined;
  /** The host, or a chassis around it, is identified. */
  readonly isIdentified: (host: string) => boolean;
  /** The host and the chassis around it are OK. */
  readonly isHealthy: (host: string) => boolean;
  /** Power-cycles the whole board; null where that is not wired. */
  readonly cycle: (() => Promise<unknown>) | null;
  readonly rest: (line: string, glow: Glow) => void;
  readonly event: (event: BoardEvent) => void;
  /** The selection has changed, which the lamps show. */
  readonly changed: () => void;
}

interface Press {
  readonly at: number;
  /** The selection when the press began, on which it acts. */
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
  #settling: NodeJS.Timeout | undefined;
  #selection: Selection = null;

  constructor(facts: PanelFacts, parts: PanelParts) {
    this.#facts = facts;
    this.#parts = parts;
    for (const line of facts.select.lines)
      parts.lines.watch(line, () => {
        clearTimeout(this.#settling);
        this.#settling = setTimeout(() => this.#selectionChanged(), switchSettle).unref();
      });
    for (const button of ['power', 'reset'] as const)
      parts.lines.watch(facts[button], (pressed) => (pressed ? this.#press(button) : this.#release(button)));
  }

  /** Updates the lamps. */
  refresh(): void {
    const { hostOf, isIdentified, isHealthy, rest } = this.#parts;
    for (const { host: id, power, fault } of this.#facts.lamps ?? []) {
      const host = hostOf(id);
      const glow = glowOf({
        identified: isIdentified(id),
        selected: this.#selected(id),
        on: host?.powerState === 'On' || host?.powerState === 'PoweringOff',
        // An empty slot has no fault.
        healthy: host === undefined || isHealthy(id),
      });
      rest(power, glow.power);
      rest(fault, glow.fault);
    }
  }

  stop(): void {
    clearTimeout(this.#settling);
    for (const { timer } of this.#down.values()) clearTimeout(timer);
    this.#down.clear();
  }

  #selected(host: string): LampState['selected'] {
    if (this.#selection === 'controller') return 'controller';
    return this.#selection?.host === host ? 'this' : 'other';
  }

  #selectionChanged(): void {
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
    // Acts before the release: a person holds the button until the slot goes off.
    press.timer = setTimeout(() => {
      press.acted = this.#service(host, limit);
    }, limit).unref();
  }

  #release(button: Button): void {
    const press = this.#down.get(button);
    // Pressed before this daemon started: for an unknown time.
    if (press === undefined) return;
    this.#down.delete(button);
    clearTimeout(press.timer);
    const held = performance.now() - press.at;
    if (press.acted || held < debounceTime) return;
    const { selection } = press;
    if (selection === null) this.#emit(button, null, held, 'Ignored: the rotary switch cannot be read.');
    else if (selection === 'controller') this.#actOnController(button, held);
    else if (button === 'reset') this.#resetPressed(selection.host, held);
    else this.#powerPressed(selection.host, held);
  }

  #resetPressed(id: string, held: number): void {
    // A host that is off has nothing to reset.
    if (this.#parts.hostOf(id)?.power.good === false) this.#emit('reset', id, held, `Ignored: ${id} is off.`);
    else this.#reset('reset', id, held, 'ForceRestart');
  }

  #powerPressed(id: string, held: number): void {
    const host = this.#parts.hostOf(id);
    const isLong = held >= (this.#facts.longPress ?? longPress);
    const slot = host === undefined ? undefined : this.#parts.slotOf(host.chassis);
    if (slot?.state === 'Off') {
      if (isLong) this.#switch(slot, id, held, 'On');
      else this.#emit('power', id, held, `Ignored: ${slot.name} is switched off.`);
      return;
    }
    const off =
      !isLong && host?.supportedResets.includes('GracefulShutdown') ? 'GracefulShutdown' : 'ForceOff';
    this.#reset('power', id, held, host?.power.good === true ? off : 'On');
  }

  /** @returns false where no slot feeds the host: the press then is an ordinary one */
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
      this.#emit(button, null, held, 'Ignored: the controller is selected.');
    else {
      this.#emit(button, null, held, 'The whole board is power-cycled.');
      this.#follow(button, null, held, 'PowerCycle', cycle());
    }
  }

  #switch(slot: Slot, id: string, held: number, type: 'On' | 'ForceOff'): void {
    this.#emit(
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
      this.#emit(button, null, held, `Ignored: ${id} is selected, which is not present.`);
      return;
    }
    this.#emit(button, id, held, `It requests ${type}.`);
    this.#follow(button, id, held, type, host.reset(type));
  }

  #follow(button: Button, id: string | null, held: number, type: ResetType, work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      this.#emit(button, id, held, `${type} was refused: ${why}.`);
    });
  }

  #emit(button: Button, host: string | null, held: number, text: string): void {
    this.#parts.event({
      message: 'ResourceEvent.ResourceStateChanged',
      args: [labels[button], 'pressed'],
      severity: 'OK',
      origin: host === null ? { kind: 'manager', id: this.#parts.manager } : { kind: 'host', id: host },
      ...(host === null ? {} : { host }),
      detail: `It was held for ${(held / 1000).toFixed(1)} s. ${text}`,
    });
  }
}
