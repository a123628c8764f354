/** What follows when something moves: a chassis is pulled, power comes or goes, a node is lost, something leaks. */
import type { Platform } from '../platform/vocabulary/index.ts';
import type { Changes } from './changes.ts';
import type { Indicators } from './lines/indicators.ts';
import type { BoardLeakDetector } from './lines/leaks.ts';
import type { Lines } from './lines/lines.ts';
import type { BoardNode } from './nodes/node.ts';
import type { Nodes } from './nodes/nodes.ts';
import type { BoardChassis } from './parts/chassis.ts';
import type { BoardDrive } from './parts/drives.ts';
import type { Fans } from './parts/fans.ts';
import type { Inventory } from './parts/inventory.ts';
import type { Presence } from './parts/presence.ts';
import type { Supplies } from './parts/supplies.ts';
import type { BoardHost } from './power/host.ts';
import type { Hosts } from './power/hosts.ts';
import type { Panel } from './power/panel.ts';
import type { Slot } from './power/slot.ts';
import type { Slots } from './power/slots.ts';
import type { Sampler } from './sensing/sampler.ts';
import type { Unavailability } from './sensing/unavailability.ts';

/** The parts that follow others; all that there can be, whether they are plugged in or not. */
export interface Followers {
  readonly platform: Platform;
  readonly changes: Changes;
  readonly log: (message: string, detail?: object) => void;
  readonly chassis: ReadonlyMap<string, BoardChassis>;
  readonly hosts: Hosts;
  readonly leakDetectors: ReadonlyMap<string, BoardLeakDetector>;
  readonly drives: ReadonlyMap<string, BoardDrive>;
  readonly presence: Presence;
  readonly slots: Slots;
  readonly lines: Lines;
  readonly nodes: Nodes;
  readonly fans: Fans;
  readonly supplies: Supplies;
  readonly indicators: Indicators;
  readonly inventory: Inventory;
  readonly sampler: Sampler;
  readonly panel: Panel | null;
  unavailabilityOf(chassis: string | undefined): Unavailability | null;
}

export class Reactions {
  readonly #parts: Followers;
  #stopped = false;

  constructor(parts: Followers) {
    this.#parts = parts;
  }

  /** Whatever moves from now on, nothing follows. */
  stop(): void {
    this.#stopped = true;
  }

  /** Parts have come or gone. */
  tellOf(
    what: 'ResourceCreated' | 'ResourceRemoved',
    { chassis, hosts }: { readonly chassis: readonly string[]; readonly hosts: readonly string[] },
    detail: string,
  ): void {
    for (const origin of [
      ...chassis.map((id) => ({ kind: 'chassis', id }) as const),
      ...hosts.map((id) => ({ kind: 'host', id }) as const),
    ]) {
      const message = `ResourceEvent.${what}` as const;
      void this.#parts.changes.emit({ message, args: [], severity: 'OK', origin, detail });
    }
  }

  /** A node answers, or does not any more: whose power it tells of is known again, or is not. */
  nodeMoved({ id }: BoardNode, isThere: boolean): void {
    for (const { facts, power } of this.#parts.hosts.all.values()) {
      const told =
        facts.power.kind === 'ipmi'
          ? facts.power.node
          : this.#parts.platform.lines?.[facts.power.kind === 'gpio' ? facts.power.good : '']?.node;
      if (told !== id) continue;
      if (isThere) power.refresh();
      else power.markUnknown();
    }
  }

  /** A chassis has been plugged in or pulled: what is in it goes with it. */
  moved(id: string, present: boolean, inside: readonly string[]): void {
    if (this.#stopped) return;
    const chassis = inside.filter((each) => !present || this.#parts.presence.has(each));
    const hosts = [...this.#parts.hosts.all.values()].filter((host) => chassis.includes(host.chassis));
    const name = this.#parts.chassis.get(id)?.name ?? id;
    this.tellOf(
      present ? 'ResourceCreated' : 'ResourceRemoved',
      { chassis, hosts: hosts.map((host) => host.id) },
      `${name} was ${present ? 'plugged in' : 'pulled out'}.`,
    );
  }

  /** What is in these chassis has had its time to start, be it after it was plugged in or was given power. */
  settled(inside: readonly string[]): void {
    if (this.#stopped) return;
    for (const host of this.#parts.hosts.all.values())
      if (inside.includes(host.chassis) && this.#parts.unavailabilityOf(host.chassis) === null)
        host.pluggedIn();
  }

  /** The power of a slot has come or gone, and with it that of the hosts in it. */
  switched({ id, name, isSwitchingOff, unavailability }: Slot): void {
    if (this.#stopped) return;
    for (const host of unavailability?.state === 'StandbyOffline' ? this.#hostsThere() : []) {
      if (host.power.good !== true || !this.#parts.presence.isInside(host.chassis, id)) continue;
      this.#parts.changes.emit({
        message: 'ResourceEvent.ResourcePoweredOff',
        args: [host.name],
        severity: isSwitchingOff ? 'OK' : 'Warning',
        origin: { kind: 'host', id: host.id },
        host: host.id,
        detail: `${name} has no power any more.`,
      });
    }
    this.reconsider();
  }

  /** A leak has lasted: the hosts in its chassis, and in those within, are switched off. */
  react(detector: BoardLeakDetector, type: 'ForceOff' | 'GracefulShutdown'): void {
    for (const { id, chassis, power } of this.#hostsThere()) {
      if (power.good !== true || !this.#parts.presence.isInside(chassis, detector.chassis)) continue;
      // A host that cannot be asked is switched off.
      const way = power.supported.includes(type) ? type : 'ForceOff';
      this.#parts.log('a leak switches a host off', { host: id, detector: detector.id, type: way });
      power.reset(way).catch((error: unknown) =>
        this.#parts.log('a host cannot be switched off because of a leak', {
          host: id,
          error: String(error),
        }),
      );
    }
  }

  /** Power or presence has changed. */
  reconsider(): void {
    if (this.#stopped) return;
    const { changes, slots, lines, hosts, presence, leakDetectors, sampler, nodes, inventory } = this.#parts;
    changes.touch();
    slots.apply();
    lines.reconsider();
    for (const host of hosts.all.values())
      if (!presence.has(host.chassis) || !slots.feeds(host.chassis)) host.pulled();
    for (const detector of leakDetectors.values()) detector.look();
    sampler.reconsider();
    nodes.reconsider();
    inventory.reconsider();
  }

  /** The state of some part has moved, and others follow it. */
  look(): void {
    if (this.#stopped) return;
    const { fans, supplies, drives, indicators, hosts, panel, chassis } = this.#parts;
    fans.look();
    supplies.look();
    for (const drive of drives.values()) drive.look();
    indicators.show('power', (around, host) =>
      [...hosts.all.values()].some(
        ({ id, chassis: own, power }) =>
          power.good === true && (host === undefined ? own === around : id === host),
      ),
    );
    panel?.refresh();
    indicators.show('fault', (id) => chassis.get(id)?.status.health !== 'OK');
  }

  #hostsThere(): BoardHost[] {
    return [...this.#parts.hosts.all.values()].filter(({ chassis }) => this.#parts.presence.has(chassis));
  }
}
