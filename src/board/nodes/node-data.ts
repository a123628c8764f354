/** What is known of a node: identity, levels, sensors and event log, read in rounds. */
import { IpmiError, readFruData, type Target } from 'node-ipmi';
import type { Logger } from '../../base/logger.ts';
import type { NodeFacts } from '../../platform/vocabulary/index.ts';
import type { BoardEvent } from '../model/event.ts';
import type { Status } from '../model/status.ts';
import { NodeEventLog } from './event-log.ts';
import { type Identity, identify } from './identity.ts';
import { readLevels } from './levels.ts';
import { NodeLines, powerLine } from './node-lines.ts';
import { NodeSensors, type NodeSensorsParts } from './sensors.ts';

/** Period of what seldom changes: identity, records, inventory; milliseconds. */
const identityPeriod = 60_000;

export interface NodeDataParts extends NodeSensorsParts {
  /** The node is not polled any more: what arrives now does not count. */
  readonly isPaused: () => boolean;
  /** The levels have been read: the controller responds as it should. */
  readonly responded: () => void;
  /** Reports a change of state of the node. */
  readonly changed: () => void;
  readonly emit: (event: BoardEvent) => Promise<unknown>;
  /** Reads the inventories; the job reads the image of one by its FRU device ID. */
  readonly inventory: (read: (id: number) => Promise<Uint8Array>) => Promise<void>;
  /** Prefix of sensor names, for people: the name of the host rather than of its controller. */
  readonly label: string;
  /** How far the event log was taken over before, if ever. */
  readonly mark: string | undefined;
  readonly log: Logger;
}

export class NodeData {
  readonly lines: NodeLines;
  readonly sensors: NodeSensors;
  identity: Identity | null = null;
  readonly #facts: NodeFacts;
  readonly #parts: NodeDataParts;
  readonly #log: NodeEventLog;
  #identifiedAt = Number.NEGATIVE_INFINITY;
  /** What the controller refuses, so that each refusal is logged once. */
  readonly #refusals = new Set<string>();

  constructor(facts: NodeFacts, parts: NodeDataParts) {
    this.#facts = facts;
    this.#parts = parts;
    this.lines = new NodeLines(facts.id);
    this.sensors = new NodeSensors({ ...facts, name: parts.label }, parts);
    this.#log = new NodeEventLog(facts, this.sensors, parts.mark, parts.now);
  }

  /** One round of polling. @throws IpmiError when the controller does not respond */
  async read(target: Target): Promise<void> {
    const { isPaused, changed, inventory } = this.#parts;
    const isDue = performance.now() - this.#identifiedAt >= identityPeriod;
    if (isDue) this.identity = await identify(target, this.#facts);
    const { identity } = this;
    if (identity === null || isPaused()) return;
    await this.readLevels(target);
    if (isPaused()) return;
    if (isDue) {
      await this.sensors.refreshRecords(target, identity);
      if (isPaused()) return;
      this.#identifiedAt = performance.now();
      changed();
      await inventory((id) => readFruData(target, id));
    }
    await this.sensors.sample(target);
    if (identity.hasLog) await this.#readLog(target);
  }

  /** Reads the power of the host and the pins of a bridge IC. @throws IpmiError */
  async readLevels(target: Target): Promise<void> {
    if (this.identity === null) return;
    const { levels, refusals } = await readLevels(target, this.identity, this.lines.isUsed(powerLine));
    if (this.#parts.isPaused()) return;
    for (const refusal of refusals) this.#refused(refusal);
    this.#parts.responded();
    this.lines.setLevels(levels);
  }

  /** Identifies the controller anew: some of its settings were changed. @throws IpmiError */
  async refreshIdentity(target: Target): Promise<void> {
    this.identity = await identify(target, this.#facts);
    this.#parts.changed();
  }

  /** A log record that the node, or its host, has sent. Resolves once it has been recorded. */
  async received(record: Uint8Array): Promise<void> {
    await this.#parts.emit(this.#log.received(record));
  }

  /** The node cannot be polled: everything but its identity is unknown, and that is read anew when it is back. */
  markUnknown(status: Status, fault: string): void {
    this.lines.markUnknown();
    this.#identifiedAt = Number.NEGATIVE_INFINITY;
    this.sensors.markUnavailable(status, fault);
  }

  /** A log that cannot be read takes nothing else away. */
  async #readLog(target: Target): Promise<void> {
    try {
      const events = await this.#log.read(target, this.#parts.isPaused);
      for (const event of events) void this.#parts.emit(event);
    } catch (error) {
      const isRefusal =
        error instanceof IpmiError && (error.kind === 'completion' || error.kind === 'malformed');
      if (!isRefusal) throw error;
      this.#refused(error.message);
    }
  }

  #refused(reason: string): void {
    if (this.#refusals.has(reason)) return;
    this.#refusals.add(reason);
    this.#parts.log.warn('a node refuses a command', { node: this.#facts.id, reason });
  }
}
