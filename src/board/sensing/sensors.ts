/** All sensors of a board: those of its descriptor, and those that its nodes turn out to have. */

import { worst } from '../health.ts';
import type { Health } from '../model/status.ts';
import type { BoardNode } from '../nodes/node.ts';
import type { FoundSensor } from '../nodes/records.ts';
import type { ByChassis } from '../parts/by-chassis.ts';
import type { ChassisMember } from '../parts/chassis.ts';
import type { BoardSignals } from '../signals.ts';
import type { SensorDeclaration } from './reader.ts';
import { BoardSensor } from './sensor.ts';

export class Sensors {
  readonly all: ReadonlyMap<string, BoardSensor>;
  readonly #all = new Map<string, BoardSensor>();
  readonly #ofHost = new Map<string, Set<BoardSensor>>();
  readonly #contents: ByChassis<ChassisMember>;
  readonly #signals: BoardSignals;
  /** Grows when sensors are there that were not known before, or are not known any more. */
  generation = 0;

  /** `contents` is what shows how well each chassis is. */
  constructor(contents: ByChassis<ChassisMember>, signals: BoardSignals) {
    this.all = this.#all;
    this.#contents = contents;
    this.#signals = signals;
  }

  /** Adds a sensor of the descriptor. */
  declare(declaration: SensorDeclaration, defaultChassis: string): void {
    const { facts, device, chassis = defaultChassis, quantity, period, poweredBy, unsupported } = declaration;
    const origin = { device, chassis, quantity, period, host: poweredBy };
    const sensor = new BoardSensor(facts, origin, this.#signals);
    if (unsupported !== null) sensor.markUnavailable('UnavailableOffline', unsupported);
    this.add(sensor, poweredBy);
  }

  /** Adds a sensor; `host` is the one that it belongs to. */
  add(sensor: BoardSensor, host: string | null): void {
    this.#all.set(sensor.id, sensor);
    this.#contents.add(sensor);
    if (host === null) return;
    const own = this.#ofHost.get(host) ?? new Set();
    this.#ofHost.set(host, own.add(sensor));
  }

  /** What the sensors of a host add up to. */
  healthOf(host: string): Health {
    return worst([...(this.#ofHost.get(host) ?? [])].map(({ status }) => status.health));
  }

  /**
   * Replaces the sensors of a node by those that it was found to have: known ones stay as they are, and those of
   * `before` that are not among them are removed. `period` is their sampling period, milliseconds.
   */
  replaceNode(
    node: BoardNode,
    period: number,
    before: ReadonlyMap<string, BoardSensor>,
    found: readonly FoundSensor[],
  ): ReadonlyMap<string, BoardSensor> {
    const now = new Map<string, BoardSensor>();
    for (const each of found) {
      const sensor = this.#ofNode(node, period, before.get(each.facts.id), each);
      if (sensor !== undefined) now.set(sensor.id, sensor);
    }
    let moved = now.size !== before.size;
    for (const [id, sensor] of before) {
      if (now.get(id) === sensor) continue;
      moved = true;
      sensor.markAbsent('its node does not have it any more');
      if (!now.has(id)) this.#delete(sensor);
    }
    if (moved) {
      this.generation += 1;
      this.#signals.emit('stateChanged', 'board');
    }
    return now;
  }

  #ofNode(
    { id: device, chassis, facts: node }: BoardNode,
    period: number,
    known: BoardSensor | undefined,
    { facts, quantity }: FoundSensor,
  ): BoardSensor | undefined {
    if (known?.quantity === quantity) {
      known.setFacts(facts);
      return known;
    }
    // The id is taken by another sensor of this board.
    if (known === undefined && this.#all.has(facts.id)) return undefined;
    if (known !== undefined) this.#delete(known);
    // A controller with an event log of its own records what happens to its host.
    const host = node.bridgeIc === undefined ? null : (node.host ?? null);
    const sensor = new BoardSensor(facts, { device, chassis, quantity, period, host }, this.#signals);
    this.add(sensor, node.host ?? null);
    return sensor;
  }

  #delete(sensor: BoardSensor): void {
    this.#all.delete(sensor.id);
    this.#contents.delete(sensor);
    for (const own of this.#ofHost.values()) own.delete(sensor);
  }
}
