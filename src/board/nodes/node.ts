/**
 * One node and its controller: identified, polled in rounds, lost and found again. Each node has a polling loop of its
 * own, so that a slow, faulty or absent one delays nothing else.
 */
import type { Target } from 'node-ipmi';
import { DeviceError } from '../../../drivers/errors.ts';
import type { NodeFacts } from '../../platform/vocabulary/index.ts';
import type { Node, NodeFirmware } from '../model/node.ts';
import { BoardRefusal } from '../model/refusal.ts';
import type { Status } from '../model/status.ts';
import { longestSilence } from '../sensing/staleness.ts';
import type { Unavailability } from '../sensing/unavailability.ts';
import { NodeConnection } from './connection.ts';
import { NodeData, type NodeDataParts } from './node-data.ts';
import type { NodeLines } from './node-lines.ts';
import { FastPolling, PollingLoop } from './polling-loop.ts';
import { untilNext } from './polling-phase.ts';
import {
  type Reachability,
  type ReachabilityEffect,
  type ReachabilityInput,
  reach,
  unknownReachability,
} from './reachability.ts';
import { lossEndEvent, lossEvent } from './reachability-events.ts';
import { deviceError, type IpmiConnection, type IpmiTransports } from './transports.ts';

/** Polling period where the descriptor has none, milliseconds. */
export const defaultPoll = 2000;
/** Pause after a refused login, milliseconds: controllers lock users out. */
const refusedPause = 60_000;
/** To identify a node may take longer over a lossy network, milliseconds. */
const identificationTime = 10_000;
/** How long the power is polled fast after a request to switch it, milliseconds. */
const fastTime = 15_000;

export interface NodeParts extends Omit<NodeDataParts, 'isSuspended' | 'isPaused' | 'responded'> {
  readonly transports: IpmiTransports;
  /** Expected reason why the node cannot be polled; null when it can. */
  readonly unavailability: () => Unavailability | null;
  readonly reachable: (isReachable: boolean) => void;
  /** Share of a period, 0 to 1, by which the rounds are staggered. */
  readonly phase: number;
}

export class BoardNode implements Node {
  readonly facts: NodeFacts;
  readonly chassis: string;
  lastAnswer: Date | null = null;
  readonly #parts: NodeParts;
  readonly #period: number;
  readonly #data: NodeData;
  readonly #connection: NodeConnection;
  readonly #loop: PollingLoop;
  readonly #fast: FastPolling;
  #reachability: Reachability = unknownReachability;
  #isStopped = false;

  constructor(facts: NodeFacts, chassis: string, parts: NodeParts) {
    this.facts = facts;
    this.chassis = chassis;
    this.#parts = parts;
    this.#period = facts.poll ?? defaultPoll;
    this.#data = new NodeData(facts, {
      ...parts,
      isPaused: () => this.#isSuspended,
      isSuspended: () => this.#isSuspended || !this.isReachable,
      responded: () => this.#input({ kind: 'responded' }),
    });
    this.#connection = new NodeConnection(facts, {
      transports: parts.transports,
      isSuspended: () => this.#isSuspended,
      isStopped: () => this.#isStopped,
      received: () => {
        this.lastAnswer = parts.now();
        this.#input({ kind: 'answered' });
      },
    });
    this.#loop = new PollingLoop((began) => this.#poll(began));
    this.#fast = new FastPolling(() => this.#pollPower());
  }

  get id(): string {
    return this.facts.id;
  }

  get name(): string {
    return this.facts.name ?? this.facts.id;
  }

  get status(): Status {
    return this.#reachability.status;
  }

  get fault(): string | null {
    return this.#reachability.fault;
  }

  /** Levels of the node, for lines of the descriptor. */
  get lines(): NodeLines {
    return this.#data.lines;
  }

  get firmware(): readonly NodeFirmware[] {
    return this.#data.identity?.firmware ?? [];
  }

  get manufacturer(): number | null {
    return this.#data.identity?.manufacturer ?? null;
  }

  get powerLimit(): Node['powerLimit'] {
    return this.#data.identity?.powerLimit ?? null;
  }

  get power(): string | null {
    return this.#data.sensors.power?.id ?? null;
  }

  get isReachable(): boolean {
    return this.#reachability.isReachable;
  }

  /** Polling period, milliseconds. */
  get period(): number {
    return this.#period;
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#fast.stop();
    await this.lines.close();
    // Fails what is in progress, so that the round ends soon.
    await this.#connection.close();
    await this.#loop.stop();
  }

  /** The node was removed: what was wrong with it is over. */
  async remove(): Promise<void> {
    this.#suspend({ state: 'Absent', reason: 'it was removed' });
    await this.stop();
  }

  /** Presence or power of its chassis has changed. */
  reevaluate(): void {
    const found = this.#parts.unavailability();
    const before = this.#reachability.unavailability;
    if (found?.state === before?.state && found?.reason === before?.reason) return;
    if (found !== null) this.#suspend(found);
    this.#loop.wake();
  }

  /** Polls the power of the host fast for so many milliseconds, since it is being switched. */
  pollFast(milliseconds = fastTime): void {
    this.#fast.extend(milliseconds);
  }

  /** Runs a job with the controller. @throws DeviceError, BoardRefusal of the job */
  async use<T>(job: (target: Target) => Promise<T>): Promise<T> {
    const { unavailability } = this.#reachability;
    if (unavailability !== null) throw new DeviceError('no-answer', this.name, unavailability.reason);
    try {
      return await job(await this.#connection.target());
    } catch (error) {
      if (error instanceof BoardRefusal) throw error;
      throw deviceError(this.name, error);
    }
  }

  /** The connection to the controller, opened if needed. @throws DeviceError */
  async connect(): Promise<IpmiConnection> {
    return this.#connection.open();
  }

  /** Identifies the controller anew: some of its settings were changed. @throws DeviceError */
  async refreshIdentity(): Promise<void> {
    await this.use((target) => this.#data.refreshIdentity(target));
  }

  /** A log record that the node, or its host, has sent. Resolves once it has been recorded. */
  received(record: Uint8Array): Promise<void> {
    return this.#data.received(record);
  }

  /** Marks as unknown what is stale; called from outside, since a loop that hangs reports nothing. */
  checkStale(now: number): void {
    if (this.#isSuspended) return;
    const usual = Math.max(longestSilence(this.#period), this.#longestAnswer);
    const allowed = this.#data.identity === null ? Math.max(usual, identificationTime) : usual;
    if (this.#connection.silence(now) >= allowed)
      this.#input({ kind: 'silent', since: this.lastAnswer?.toISOString() ?? 'the start' });
    this.#data.sensors.checkStale(now, usual);
  }

  /** A controller that may take so long for an answer is not lost before that, milliseconds. */
  get #longestAnswer(): number {
    const { link } = this.facts;
    return link.kind === 'ipmb' ? longestSilence((link.timeout ?? 0) / 2) : 0;
  }

  /** Results of requests that are in progress do not count any more. */
  get #isSuspended(): boolean {
    return this.#isStopped || this.#reachability.unavailability !== null;
  }

  /** One round. @returns milliseconds from its begin to the next one */
  async #poll(began: number): Promise<number> {
    const found = this.#parts.unavailability();
    if (found !== null) {
      this.#suspend(found);
      return Number.POSITIVE_INFINITY;
    }
    const pause = untilNext(began, this.#period, this.#parts.phase);
    if (this.#reachability.unavailability !== null || !this.#connection.isPolled)
      this.#connection.startPolling(began);
    this.#input({ kind: 'available' });
    try {
      await this.#data.read(await this.#connection.target());
    } catch (error) {
      return (await this.#failed(error)) ?? pause;
    }
    return pause;
  }

  async #pollPower(): Promise<void> {
    const target = this.#connection.openTarget;
    if (target === null || this.#isSuspended) return;
    // The next round reports what is wrong.
    await this.#data.readLevels(target).catch(() => undefined);
  }

  /** @returns milliseconds until the next round, where that is not the usual time */
  async #failed(error: unknown): Promise<number | null> {
    if (this.#isSuspended) return null;
    const { kind, message } = deviceError(this.name, error);
    const isConnected = this.#connection.isOpen;
    // A secret may have been changed meanwhile: it is read again.
    if (kind === 'held') await this.#connection.close();
    this.#input({ kind: 'failed', error: kind, fault: message, isConnected });
    return kind === 'held' ? refusedPause : null;
  }

  #suspend(unavailability: Unavailability): void {
    this.#input({ kind: 'unavailable', unavailability });
  }

  #input(input: ReachabilityInput): void {
    const { state, effects } = reach(this.#reachability, input);
    this.#reachability = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: ReachabilityEffect): void {
    const { changed, reachable, emit, log } = this.#parts;
    switch (effect.kind) {
      case 'changed':
        changed();
        break;
      case 'reached':
        reachable(true);
        break;
      case 'left':
        this.#data.markUnknown(effect.status, effect.fault);
        changed();
        reachable(false);
        break;
      case 'reportLoss':
        log.warn('a node does not respond', { node: this.id, fault: effect.fault });
        void emit(lossEvent(this, effect.fault));
        break;
      case 'reportEnd':
        if (effect.state === 'Enabled') log.info('a node responds again', { node: this.id });
        void emit(lossEndEvent(this, effect.state));
        break;
      case 'disconnect':
        this.#data.sensors.forgetRecords();
        // What is in progress is not waited for.
        void this.#connection.close();
        break;
    }
  }
}
