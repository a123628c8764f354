/** The simulated hosts, connected to the lines that switch them and to the people who press their buttons. */
import type { HostFacts, Platform } from '../platform/vocabulary/index.ts';
import type { Faults } from './faults.ts';
import { HostModel } from './host.ts';
import type { TwinLines } from './lines.ts';
import { createMachines, type TwinMachines } from './machines.ts';

export type HostButton = 'power' | 'reset' | 'nmi';

export interface HostsSurroundings {
  /** Milliseconds of the simulator's clock. */
  readonly now: () => number;
  readonly speed: number;
  readonly faults: Faults;
  readonly lines: TwinLines;
  /** Whether a chassis has power. */
  hasPower(chassis: string | undefined): boolean;
  /** Called before a change of a host at time `at`. */
  before(at: number): void;
  /** Called after a change of a host at time `at`. */
  changed(at: number): void;
}

export class TwinHosts {
  readonly all: ReadonlyMap<string, HostModel>;
  readonly machines: TwinMachines;
  readonly #around: HostsSurroundings;
  /** Hosts whose power button a person holds. */
  readonly #heldByPerson = new Set<string>();

  constructor(platform: Platform, around: HostsSurroundings) {
    this.#around = around;
    this.all = new Map((platform.hosts ?? []).map((facts) => [facts.id, this.#create(facts)]));
    this.machines = createMachines(platform, (id) => this.all.get(id));
    for (const host of this.all.values()) this.#connect(host);
  }

  /** Performs the transitions that are due. */
  advance(): void {
    for (const host of this.all.values()) host.advance();
  }

  /** Power may have gone. */
  checkPower(): void {
    for (const host of this.all.values()) if (!this.#around.hasPower(host.facts.chassis)) host.losePower();
  }

  /** Faults may have changed. */
  reevaluate(): void {
    for (const host of this.all.values()) host.reevaluate();
  }

  /** What the power-good line of a host shows. */
  isGood({ facts: { id }, isPowered }: HostModel): boolean {
    const stuck = this.#around.faults.find('stuckPowerGood', (fault) => fault.host === id);
    return stuck ? stuck.level === 'high' : isPowered;
  }

  /** A person presses a button, or releases it. */
  hold(host: HostModel, isHeld: boolean, button: HostButton): void {
    const { id, power, buttons } = host.facts;
    const { lines, now } = this.#around;
    const input = buttons?.[button];
    if (input !== undefined) lines.drive(input, isHeld, now());
    // Otherwise the controller reads the button, and presses that of the host.
    if (buttons?.acts === 'policy' || buttons?.acts === 'passThrough') return;
    if (button === 'reset') host.reset(isHeld);
    if (button !== 'power') return;
    if (isHeld) this.#heldByPerson.add(id);
    else this.#heldByPerson.delete(id);
    // The controller and the person share one wire.
    const isHeldByController = power.kind === 'gpio' && lines.asserted(power.button);
    if (!isHeldByController) push(host, isHeld);
  }

  close(): void {
    for (const host of this.all.values()) host.close();
  }

  #create(facts: HostFacts): HostModel {
    const { faults, ...around } = this.#around;
    const { id, chassis } = facts;
    return new HostModel(facts, {
      ...{ now: around.now, speed: around.speed },
      supplied: () => around.hasPower(chassis),
      hasFault: (kind) => faults.onHost(kind, id),
      restarted() {
        for (const fault of faults.list)
          if (fault.kind === 'crash' && fault.host === id) faults.remove(fault.id);
      },
      before: (at) => around.before(at),
      changed: (at) => around.changed(at),
    });
  }

  #connect(host: HostModel): void {
    const { id, power } = host.facts;
    const { lines } = this.#around;
    if (power.kind === 'ipmi' || power.kind === 'qemu') return;
    if (power.kind === 'relay') {
      lines.watch(power.line, (asserted) => host.feed(asserted));
      return;
    }
    lines.watch(power.button, (asserted) => {
      if (!this.#heldByPerson.has(id)) push(host, asserted);
    });
    if (power.reset) lines.watch(power.reset, (asserted) => host.reset(asserted));
  }
}

const push = (host: HostModel, isPressed: boolean) => (isPressed ? host.press() : host.release());
