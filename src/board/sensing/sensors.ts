/** All sensors of a board: those of its descriptor, and those that its nodes turn out to have. */

import type { SensorFacts } from '../../platform/vocabulary/index.ts';
import { worst } from '../health.ts';
import { BoardRefusal } from '../model/refusal.ts';
import type { ThresholdSettings } from '../model/sensor.ts';
import type { Health } from '../model/status.ts';
import type { BoardNode } from '../nodes/node.ts';
import type { FoundSensor } from '../nodes/records.ts';
import type { ByChassis } from '../parts/by-chassis.ts';
import type { ChassisMember } from '../parts/chassis.ts';
import type { PersistedState } from '../persisted-state.ts';
import type { BoardSignals } from '../signals.ts';
import type { SensorDeclaration } from './reader.ts';
import { BoardSensor, type SensorOrigin } from './sensor.ts';

export class Sensors {
  readonly all: ReadonlyMap<string, BoardSensor>;
  readonly #all = new Map<string, BoardSensor>();
  readonly #ofHost = new Map<string, Set<BoardSensor>>();
  readonly #contents: ByChassis<ChassisMember>;
  readonly #signals: BoardSignals;
  readonly #persisted: PersistedState;
  /** Grows when sensors are there that were not known before, or are not known any more. */
  generation = 0;

  /** `contents` is what shows how well each chassis is. */
  constructor(contents: ByChassis<ChassisMember>, signals: BoardSignals, persisted: PersistedState) {
    this.all = this.#all;
    this.#contents = contents;
    this.#signals = signals;
    this.#persisted = persisted;
  }

  /** Adds a sensor of the descriptor. */
  declare(declaration: SensorDeclaration, defaultChassis: string): void {
    const { facts, device, chassis = defaultChassis, quantity, period, poweredBy, unsupported } = declaration;
    const inputs = declaration.inputs ?? [];
    const origin = { device, chassis, quantity, period, inputs, host: poweredBy };
    const sensor = this.#create(facts, origin);
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

  /** Changes thresholds of a sensor for good. @throws BoardRefusal, what the settings throw; nothing has changed then */
  setThresholds(id: string, settings: ThresholdSettings): void {
    const sensor = this.#find(id);
    this.#storeThresholds(sensor, { ...sensor.thresholdSettings, ...settings });
  }

  /** Returns to the thresholds of the descriptor. @throws BoardRefusal, what the settings throw */
  resetThresholds(id: string): void {
    this.#storeThresholds(this.#find(id), {});
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
    const sensor = this.#create(facts, { device, chassis, quantity, period, host });
    this.add(sensor, node.host ?? null);
    return sensor;
  }

  #find(id: string): BoardSensor {
    const sensor = this.#all.get(id);
    if (sensor === undefined) throw new BoardRefusal('not-supported', `there is no sensor ${id}`);
    return sensor;
  }

  #storeThresholds(sensor: BoardSensor, settings: ThresholdSettings): void {
    sensor.checkThresholds(settings);
    this.#persisted.setThresholds(sensor.id, settings);
    sensor.setThresholds(settings);
  }

  #create(facts: SensorFacts, origin: SensorOrigin): BoardSensor {
    return new BoardSensor(facts, origin, this.#signals, this.#persisted.thresholds(facts.id));
  }

  #delete(sensor: BoardSensor): void {
    this.#all.delete(sensor.id);
    this.#contents.delete(sensor);
    for (const own of this.#ofHost.values()) own.delete(sensor);
  }
}
