/**
 * One node and its controller: found, asked in rounds, lost and found again. It has a loop of its own, so that one that
 * is slow, wrong or gone holds up nothing else.
 */
import { readFruData, type Target } from 'node-ipmi';
import { DeviceError } from '../../../drivers/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { NodeFacts } from '../../platform/vocabulary/index.ts';
import type { Changes } from '../changes.ts';
import { BoardRefusal, type Node, type NodeFirmware, type Status } from '../model.ts';
import type { Unavailability } from '../sensing/unavailability.ts';
import { Contact } from './contact.ts';
import { type Identity, identify, levelsOf } from './identity.ts';
import { NodeLog } from './log.ts';
import { untilNext } from './pace.ts';
import { NodeSensors, type NodeSensorsParts } from './sensors.ts';
import { Signals } from './signals.ts';
import { lostEvent, wellEvent } from './told.ts';
import { deviceError, type Way, type Ways } from './ways.ts';

/** Period of readings where the descriptor has none, milliseconds. */
export const defaultPoll = 2000;
/** What seldom changes is asked again so often: who it is, its records, its inventory. */
const identityPeriod = 60_000;
/** Refused at the door (a wrong password), it is tried again less often: controllers lock users out. */
const refusedPause = 60_000;
/** While the host is being switched its power is looked at so often. */
const hurryPeriod = 250;
/** Periods without an answer after which it counts as gone, and the slack of timers. */
const patience = 2;
const slack = 250;
/** To find out who it is may take longer, over a network that loses some of it. */
const firstContact = 10_000;

export interface NodeParts extends Omit<NodeSensorsParts, 'isOver'> {
  readonly ways: Ways;
  readonly changes: Changes;
  /** Why it cannot be asked now although nothing is wrong; null when it can. */
  readonly unavailability: () => Unavailability | null;
  /** What its inventories hold is read now: the job gives the image of one by its number. */
  readonly inventory: (read: (number: number) => Promise<Uint8Array>) => Promise<void>;
  /** It answers now, or does not any more. */
  readonly moved: (there: boolean) => void;
  /** What its sensors are called by, for people: the name of its host rather than of its controller. */
  readonly label: string;
  /** The share of a period, 0 to 1, by which its rounds are behind those of others. */
  readonly phase: number;
  /** How far its log was taken over before, if ever. */
  readonly mark: string | undefined;
  readonly log: Logger;
}

export class BoardNode implements Node {
  readonly facts: NodeFacts;
  readonly chassis: string;
  readonly signals: Signals;
  lastAnswer: Date | null = null;
  fault: string | null = null;
  readonly #parts: NodeParts;
  readonly #period: number;
  readonly #sensors: NodeSensors;
  readonly #log: NodeLog;
  readonly #contact: Contact;
  #identity: Identity | null = null;
  #identified = Number.NEGATIVE_INFINITY;
  #state: Status = { state: 'Starting', health: 'OK' };
  #isThere = false;
  /** Rounds in a row in which it answered, but not what it was asked. */
  #wrong = 0;
  #told = false;
  #held: Unavailability | null = null;
  #hurriedUntil = 0;
  #stopped = false;
  #wake: () => void = () => undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(facts: NodeFacts, chassis: string, parts: NodeParts) {
    this.facts = facts;
    this.chassis = chassis;
    this.#parts = parts;
    this.#period = facts.poll ?? defaultPoll;
    this.signals = new Signals(facts.id);
    const { found, misread, isHostOff, mark, now } = parts;
    this.#sensors = new NodeSensors(
      { ...facts, name: parts.label },
      {
        found,
        misread,
        isHostOff,
        now,
        log: parts.log,
        isOver: () => this.#isOver || !this.#isThere,
      },
    );
    this.#log = new NodeLog(facts, this.#sensors, mark, now);
    this.#contact = new Contact(facts, {
      ways: parts.ways,
      isOver: () => this.#isOver,
      isStopped: () => this.#stopped,
      heard: () => this.#hear(),
    });
  }

  get id(): string {
    return this.facts.id;
  }

  get name(): string {
    return this.facts.name ?? this.facts.id;
  }

  get status(): Status {
    return this.#state;
  }

  get firmware(): readonly NodeFirmware[] {
    return this.#identity?.firmware ?? [];
  }

  get manufacturer(): number | null {
    return this.#identity?.manufacturer ?? null;
  }

  get powerLimit(): Node['powerLimit'] {
    return this.#identity?.powerLimit ?? null;
  }

  get power(): string | null {
    return this.#sensors.power?.id ?? null;
  }

  /** Whether it answers. */
  get isThere(): boolean {
    return this.#isThere;
  }

  start(): void {
    this.#ended = this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.signals.close();
    // What is under way fails with that, so that the loop ends soon.
    await this.#contact.drop();
    await this.#ended;
  }

  /** It was taken away: what was wrong with it is over. */
  async remove(): Promise<void> {
    this.#rest({ state: 'Absent', reason: 'it was removed' });
    await this.stop();
  }

  /** What keeps it from being asked has changed. */
  reconsider(): void {
    const unavailability = this.#parts.unavailability();
    if (unavailability?.state === this.#held?.state && unavailability?.reason === this.#held?.reason) return;
    if (unavailability !== null) this.#rest(unavailability);
    this.#wake();
  }

  /** Its host is being switched: its power is looked at often for so many milliseconds. */
  hurry(milliseconds = 15_000): void {
    const isHurried = performance.now() < this.#hurriedUntil;
    this.#hurriedUntil = performance.now() + milliseconds;
    if (!isHurried) void this.#hurried();
  }

  /** Does something with the controller. @throws DeviceError */
  async use<T>(job: (target: Target) => Promise<T>): Promise<T> {
    if (this.#held !== null) throw new DeviceError('no-answer', this.name, this.#held.reason);
    try {
      return await job(await this.#contact.target());
    } catch (error) {
      if (error instanceof BoardRefusal) throw error;
      throw deviceError(this.name, error);
    }
  }

  /** The session over the network. @throws DeviceError */
  async way(): Promise<Way> {
    return this.#contact.open();
  }

  /** Asks who it is at once: something of that was changed. @throws DeviceError */
  async renew(): Promise<void> {
    this.#identity = await this.use((target) => identify(target, this.facts));
    this.#parts.changes.touch();
  }

  /** A record that the node, or its host, has sent for the log. */
  record(bytes: Uint8Array): Promise<unknown> {
    return this.#parts.changes.emit(this.#log.event(bytes));
  }

  /** Finds what has grown old; called now and then from outside, since a loop that hangs reports nothing. */
  findStale(now: number): void {
    // Nobody asks it, so that it cannot answer.
    if (this.#isOver) return;
    const usual = Math.max(patience * this.#period, this.#longestAnswer) + slack;
    const allowed = this.#identity === null ? Math.max(usual, firstContact) : usual;
    const silent = this.#contact.silence(now);
    if (this.#isThere && silent >= allowed) this.#lose(`no answer since ${this.#since}`);
    else if (!this.#isThere && !this.#told && silent >= allowed)
      this.#lose(this.fault ?? 'it has not answered yet');
    this.#sensors.findStale(now, usual);
  }

  /** A controller that may take so long for an answer is not gone before that, milliseconds. */
  get #longestAnswer(): number {
    const { link } = this.facts;
    return link.kind === 'ipmb' ? (link.timeout ?? 0) : 0;
  }

  get #since(): string {
    return this.lastAnswer?.toISOString() ?? 'the start';
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      const begun = performance.now();
      const unavailability = this.#parts.unavailability();
      let pause = untilNext(begun, this.#period, this.#parts.phase);
      if (unavailability !== null) {
        this.#rest(unavailability);
        pause = Number.POSITIVE_INFINITY;
      } else {
        if (this.#held !== null || !this.#contact.hasBegun) this.#contact.begin(begun);
        this.#held = null;
        try {
          await this.#round();
        } catch (error) {
          pause = (await this.#failed(error)) ?? pause;
        }
      }
      await this.#sleep(Math.max(0, begun + pause - performance.now()));
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stopped) resolve();
      const timer =
        milliseconds === Number.POSITIVE_INFINITY ? undefined : setTimeout(resolve, milliseconds).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #hear(): void {
    this.lastAnswer = this.#parts.now();
    if (!this.#isThere && this.#wrong < patience) this.#arrive();
  }

  async #round(): Promise<void> {
    const target = await this.#contact.target();
    const due = performance.now() - this.#identified >= identityPeriod;
    if (due) this.#identity = await identify(target, this.facts);
    const identity = this.#identity;
    if (identity === null || this.#isOver) return;
    const levels = await levelsOf(target, identity);
    if (this.#isOver) return;
    this.#wrong = 0;
    if (!this.#isThere) this.#arrive();
    this.signals.take(levels);
    if (due) {
      await this.#sensors.look(target, identity);
      if (this.#isOver) return;
      this.#identified = performance.now();
      this.#parts.changes.touch();
      await this.#parts.inventory((number) => readFruData(target, number));
    }
    await this.#sensors.sample(target);
    if (identity.hasLog)
      await this.#log.read(
        target,
        () => this.#isOver,
        (event) => void this.#parts.changes.emit(event),
      );
  }

  /** What comes of a request that is under way counts no more. */
  get #isOver(): boolean {
    return this.#stopped || this.#held !== null;
  }

  async #hurried(): Promise<void> {
    while (!this.#stopped && performance.now() < this.#hurriedUntil) {
      const target = this.#contact.openTarget;
      const identity = this.#identity;
      try {
        if (target !== null && identity !== null && this.#held === null)
          this.signals.take(await levelsOf(target, identity));
      } catch {
        // The round that comes next says what is wrong.
      }
      await new Promise((resolve) => setTimeout(resolve, hurryPeriod).unref());
    }
  }

  /** It answers. */
  #arrive(): void {
    this.#isThere = true;
    this.fault = null;
    this.#state = { state: 'Enabled', health: 'OK' };
    this.#parts.changes.touch();
    if (this.#told) {
      this.#told = false;
      this.#parts.log.info('a node responds again', { node: this.id });
      void this.#parts.changes.emit(wellEvent(this, 'Enabled'));
    }
    this.#parts.moved(true);
  }

  /** It does not answer, and has not for long. */
  #lose(fault: string): void {
    this.#leave(fault, { state: 'UnavailableOffline', health: 'Warning' });
    if (this.#told) return;
    this.#told = true;
    this.#parts.log.warn('a node does not respond', { node: this.id, fault });
    void this.#parts.changes.emit(lostEvent(this, fault));
  }

  #leave(fault: string, status: Status): void {
    this.fault = fault;
    this.#state = status;
    this.#isThere = false;
    this.signals.lose();
    // It may be another one when it comes back.
    this.#identified = Number.NEGATIVE_INFINITY;
    this.#sensors.lose(status, fault);
    this.#parts.changes.touch();
    this.#parts.moved(false);
  }

  /** It cannot be asked, and nothing is wrong with that. */
  #rest(unavailability: Unavailability): void {
    if (this.#held?.state === unavailability.state && this.#held.reason === unavailability.reason) return;
    this.#held = unavailability;
    this.#wrong = 0;
    this.#sensors.forget();
    // What is under way is not waited for.
    void this.#contact.drop();
    this.#leave(unavailability.reason, { state: unavailability.state, health: 'OK' });
    if (!this.#told) return;
    this.#told = false;
    void this.#parts.changes.emit(wellEvent(this, unavailability.state));
  }

  /** @returns milliseconds until the next try, where that is not as soon as ever */
  async #failed(error: unknown): Promise<number | null> {
    if (this.#stopped || this.#held !== null) return null;
    const failure = deviceError(this.name, error);
    if (!this.#isThere && this.fault !== failure.message) {
      this.fault = failure.message;
      this.#parts.changes.touch();
    }
    const isWrong = this.#isThere && (failure.kind === 'wrong-data' || failure.kind === 'unsupported');
    this.#wrong = isWrong ? this.#wrong + 1 : this.#wrong;
    // No way leads to it; or what it said last is known no more.
    if (failure.kind === 'no-bus' || !this.#contact.isOpen || (isWrong && this.#wrong >= patience))
      this.#lose(failure.message);
    if (failure.kind !== 'held') return null;
    // The secret may have been changed meanwhile: it is read again.
    await this.#contact.drop();
    this.#lose(failure.message);
    return refusedPause;
  }
}
