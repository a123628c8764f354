/** Revisions of the board: counters that show whether something rendered from its state or readings is still current. */

import type { BoardEvent } from './model/event.ts';
import { chassisScope, hostScope, type Revisions, type Scope } from './model/revisions.ts';
import type { Topology } from './parts/topology.ts';
import type { BoardSignals } from './signals.ts';

/**
 * Counts changes. A change of state counts for what shows it: a host counts for its chassis, a chassis for those around
 * it (their health is a roll-up), and each of these chassis for the hosts in it (their resources show its LED and power).
 * A reading counts for its own chassis or host only.
 */
export class BoardRevisions implements Revisions {
  readonly #topology: Topology;
  readonly #states = new Counters();
  readonly #readings = new Counters();

  constructor(signals: BoardSignals, topology: Topology) {
    this.#topology = topology;
    signals.on('stateChanged', (scope) => this.#countState(scope));
    signals.on('readingChanged', (scope) => this.#readings.count(scope));
    signals.on('event', (event) => this.#countState(scopeOf(event)));
  }

  state(scope: Scope = 'board'): number {
    return this.#states.of(scope);
  }

  readings(scope: Scope = 'board'): number {
    return this.#readings.of(scope);
  }

  #countState(scope: Scope): void {
    if (scope === 'board') {
      this.#states.count('board');
      return;
    }
    const separator = scope.indexOf(':');
    const id = scope.slice(separator + 1);
    const chassis = scope.startsWith('host:') ? this.#topology.chassisOf(id) : id;
    const shown = new Set<Scope>([scope]);
    for (const each of chassis === undefined ? [] : this.#topology.around(chassis)) {
      shown.add(chassisScope(each));
      for (const host of this.#topology.hostsIn(each)) shown.add(hostScope(host));
    }
    this.#states.countEach(shown);
  }
}

/** What an event concerns: its host or chassis, else the board as a whole. */
function scopeOf({ origin: { kind, id, chassis } }: BoardEvent): Scope {
  if (kind === 'host') return hostScope(id);
  if (kind === 'chassis') return chassisScope(id);
  return chassis === undefined ? 'board' : chassisScope(chassis);
}

/** A counter per scope and one of all changes; none ever falls, also when its scope goes and comes back. */
class Counters {
  readonly #own = new Map<Scope, number>();
  /** Changes of any scope. */
  #total = 1;
  /** Changes that concern every scope. */
  #shared = 1;

  /** Counts one change that concerns a scope, or all scopes. */
  count(scope: Scope): void {
    this.#total += 1;
    if (scope === 'board') this.#shared += 1;
    else this.#add(scope);
  }

  /** Counts one change that concerns several scopes. */
  countEach(scopes: Iterable<Scope>): void {
    this.#total += 1;
    for (const scope of scopes) this.#add(scope);
  }

  of(scope: Scope): number {
    return scope === 'board' ? this.#total : this.#shared + (this.#own.get(scope) ?? 0);
  }

  #add(scope: Scope): void {
    this.#own.set(scope, (this.#own.get(scope) ?? 0) + 1);
  }
}
