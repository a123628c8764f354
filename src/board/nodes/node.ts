/**
 * One node and its controller: found, asked in rounds, lost and found again. It has a loop of its own, so that one that
 * is slow, wrong or gone holds up nothing else.
 */
import {
  type FullSensor,
  getSelInfo,
  isSensor,
  readSdrs,
  readSel,
  run,
  type Sdr,
  type SensorSdr,
  sampleSensor,
  type Target,
  unitText,
} from 'node-ipmi';
import { DeviceError } from '../../../drivers/errors.ts';
import type { NodeFacts } from '../../platform/schema.ts';
import type { Changes } from '../changes.ts';
import type { Hold } from '../hold.ts';
import {
  type BoardEvent,
  BoardRefusal,
  type Node,
  type NodeFirmware,
  type Origin,
  type Status,
} from '../model.ts';
import type { BoardSensor } from '../sensor.ts';
import { recordEvent } from './events.ts';
import { type Identity, identify, inventoryOf, levelsOf } from './identity.ts';
import { NodeLog } from './log.ts';
import { findPower } from './power.ts';
import { type FoundSensor, recordedSensors } from './records.ts';
import { Signals } from './signals.ts';
import { withThresholds } from './thresholds.ts';
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
/** The first hand-shake may take longer, over a network that loses some of it. */
const firstContact = 10_000;

export interface NodeParts {
  readonly ways: Ways;
  readonly changes: Changes;
  /** Why it cannot be asked now although nothing is wrong; null when it can. */
  readonly hold: () => Hold | null;
  /** Whether the power of its host is off, as far as is known. */
  readonly isHostOff: () => boolean;
  /** Makes sensors of the board of what the records say; those of before that are not in there go. */
  readonly found: (sensors: readonly FoundSensor[]) => ReadonlyMap<string, BoardSensor>;
  /** What its inventories hold is read now: the job gives the image of one by its number. */
  readonly inventory: (read: (number: number) => Promise<Uint8Array>) => Promise<void>;
  /** It answers now, or does not any more. */
  readonly moved: (there: boolean) => void;
  /** A reading of a sensor cannot be had, or can again (null). */
  readonly misread: (sensor: BoardSensor, error: DeviceError | null) => void;
  /** How far its log was taken over before, if ever. */
  readonly mark: string | undefined;
  readonly now: () => Date;
  readonly log: (message: string, detail: object) => void;
}

/** A sensor, and what became of the tries to read it. */
interface Sampled {
  readonly sensor: BoardSensor;
  readonly record: FullSensor;
  /** When it was last read well, on the monotonic clock. */
  at: number;
  misses: number;
  told: boolean;
}

export class BoardNode implements Node {
  readonly facts: NodeFacts;
  readonly chassis: string;
  readonly signals: Signals;
  lastAnswer: Date | null = null;
  fault: string | null = null;
  readonly #parts: NodeParts;
  readonly #period: number;
  readonly #log: NodeLog;
  #way: Way | null = null;
  #identity: Identity | null = null;
  #identified = Number.NEGATIVE_INFINITY;
  #sensors: readonly Sampled[] = [];
  #records = new Map<string, SensorSdr>();
  #recordsKey = '';
  #state: Status = { state: 'Starting', health: 'OK' };
  /** When it last answered, on the monotonic clock. */
  #heard = Number.NEGATIVE_INFINITY;
  /** Since when it has been asked without an answer. */
  #asked = Number.POSITIVE_INFINITY;
  #isThere = false;
  #told = false;
  #held: Hold | null = null;
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
    this.#log = new NodeLog(parts.mark);
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
    return this.#identity?.power?.limit ?? null;
  }

  get power(): string | null {
    return this.#identity?.power?.sensor?.id ?? null;
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
    await this.#way?.close();
    await this.#ended;
  }

  /** What keeps it from being asked has changed. */
  reconsider(): void {
    const hold = this.#parts.hold();
    if (hold?.state === this.#held?.state && hold?.why === this.#held?.why) return;
    if (hold !== null) this.#rest(hold);
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
    if (this.#held !== null) throw new DeviceError('no-answer', this.name, this.#held.why);
    try {
      return await job(this.#heardBy(await this.#open()));
    } catch (error) {
      if (error instanceof BoardRefusal) throw error;
      throw deviceError(this.name, error);
    }
  }

  /** The session over the network. @throws DeviceError */
  async way(): Promise<Way> {
    return this.#open();
  }

  /** Reads anew what limits its power: that was changed. @throws DeviceError */
  async renew(): Promise<void> {
    const power = this.#identity?.power;
    if (power != null) await this.use((target) => findPower(target, power));
    this.#parts.changes.touch();
  }

  /** A record that the node, or its host, has sent for the log. */
  record(bytes: Uint8Array): Promise<unknown> {
    return this.#parts.changes.emit(this.#eventOf(bytes));
  }

  /** Finds what has grown old; called now and then from outside, since a loop that hangs reports nothing. */
  findStale(now: number): void {
    const allowed = patience * this.#period + slack;
    const silent = now - Math.max(this.#heard, this.#asked);
    if (this.#isThere && silent >= allowed) this.#lose(`no answer since ${this.#since}`);
    else if (!this.#isThere && !this.#told && silent >= Math.max(allowed, firstContact))
      this.#lose(this.fault ?? 'it has not answered yet');
    for (const each of this.#sensors) {
      if (each.sensor.reading === null || now - each.at < allowed) continue;
      each.sensor.lose('UnavailableOffline', `no answer since ${each.sensor.readingTime?.toISOString()}`);
    }
  }

  get #since(): string {
    return this.lastAnswer?.toISOString() ?? 'the start';
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      const begun = performance.now();
      const hold = this.#parts.hold();
      let pause = this.#period;
      if (hold !== null) {
        this.#rest(hold);
        pause = Number.POSITIVE_INFINITY;
      } else {
        this.#held = null;
        if (this.#asked === Number.POSITIVE_INFINITY) this.#asked = begun;
        try {
          await this.#round();
        } catch (error) {
          pause = await this.#failed(error);
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

  async #open(): Promise<Way> {
    this.#way ??= await this.#parts.ways.open(this.facts);
    return this.#way;
  }

  /** The controller, each of whose answers is a sign of life. */
  #heardBy({ target }: Way): Target {
    return {
      ...(target.address === undefined ? {} : { address: target.address }),
      send: async (request) => {
        const answer = await target.send(request);
        this.#hear();
        return answer;
      },
    };
  }

  #hear(): void {
    if (this.#stopped || this.#held !== null) return;
    this.#heard = performance.now();
    this.#asked = Number.POSITIVE_INFINITY;
    this.lastAnswer = this.#parts.now();
    if (!this.#isThere) this.#arrive();
  }

  async #round(): Promise<void> {
    const target = this.#heardBy(await this.#open());
    const due = performance.now() - this.#identified >= identityPeriod;
    this.#identity = due ? await identify(target, this.facts, this.#identity) : this.#identity;
    const identity = this.#identity;
    if (identity === null || this.#stopped || this.#held !== null) return;
    this.signals.take(await levelsOf(target, identity));
    if (due) {
      await this.#readRecords(target, identity);
      this.#identified = performance.now();
      this.#parts.changes.touch();
      await this.#parts.inventory((number) => inventoryOf(target, number));
    }
    await Promise.all([...this.#sensors.map((each) => this.#sample(target, each)), this.#readPower(target)]);
    await this.#readLog(target, identity);
  }

  /** Reads the sensor records anew where they have changed. */
  async #readRecords(target: Target, identity: Identity): Promise<void> {
    const key = await identity.recordsKey(target);
    if (key === this.#recordsKey && key !== '') return;
    const stored: readonly Sdr[] = identity.hasRecords
      ? await readSdrs(target, { device: identity.ownRecords })
      : [];
    const sdrs = await Promise.all(stored.map((sdr) => withThresholds(target, sdr)));
    if (this.#stopped || this.#held !== null) return;
    this.#records = new Map(
      sdrs.filter(isSensor).map((sdr) => [`${sdr.owner.address} ${sdr.number}`, sdr] as const),
    );
    const recorded = recordedSensors(this.facts, sdrs);
    const power = identity.power?.declare(this.facts);
    const made = this.#parts.found(power === undefined ? recorded : [...recorded, power]);
    const before = new Map(this.#sensors.map((each) => [each.sensor, each]));
    this.#sensors = recorded.flatMap(({ facts, record }) => {
      const sensor = made.get(facts.id);
      if (sensor === undefined) return [];
      const { at = 0, misses = 0, told = false } = before.get(sensor) ?? {};
      return [{ sensor, record, at, misses, told }];
    });
    identity.power?.bind(made, this.facts);
    this.#recordsKey = key;
  }

  async #sample(target: Target, each: Sampled): Promise<void> {
    const { sensor, record } = each;
    const { reading, error } = await sampleSensor(target, record);
    if (this.#stopped || this.#held !== null) return;
    if (reading?.value !== undefined) {
      each.at = performance.now();
      each.misses = 0;
      sensor.take(reading.value, this.#parts.now());
      if (each.told) this.#parts.misread(sensor, null);
      each.told = false;
    } else if (error === undefined) {
      each.misses = 0;
      const off = this.#parts.isHostOff();
      sensor.lose(
        off ? 'StandbyOffline' : 'UnavailableOffline',
        off ? 'its host is off' : 'its controller has no reading of it',
      );
    } else if (error.kind === 'completion' && this.#parts.isHostOff()) {
      sensor.lose('StandbyOffline', 'its host is off');
    } else if (error.kind === 'completion' && error.code === notPresent) {
      sensor.lose('Absent', error.message);
    } else if (error.kind === 'completion' || error.kind === 'malformed') {
      each.misses += 1;
      if (each.misses < patience && sensor.reading !== null) return;
      sensor.lose('UnavailableOffline', error.message, 'Warning');
      if (each.misses >= patience && !each.told) {
        each.told = true;
        this.#parts.misread(sensor, deviceError(this.name, error));
      }
    }
    // An answer that was lost is missed by `findStale`, and only once it is old.
  }

  async #readPower(target: Target): Promise<void> {
    const power = this.#identity?.power;
    if (power?.sensor == null) return;
    try {
      const watts = await power.read(target);
      if (!this.#stopped && this.#held === null) power.sensor.take(watts, this.#parts.now());
    } catch (error) {
      power.sensor.lose('UnavailableOffline', deviceError(this.name, error).message);
    }
  }

  /** Takes over what has been added to the log of the node. */
  async #readLog(target: Target, { hasLog }: Identity): Promise<void> {
    if (!hasLog) return;
    const { added, erased, entries } = await run(target, getSelInfo, undefined);
    if (!this.#log.hasMoved(added, erased, entries)) return;
    const { records } = await readSel(target, this.#log.last);
    if (this.#stopped || this.#held !== null) return;
    for (const { bytes, mark } of this.#log.take(records)) {
      const event = this.#eventOf(bytes);
      void this.#parts.changes.emit({
        ...event,
        ...(event.record === undefined ? {} : { record: { ...event.record, mark } }),
      });
    }
    this.#log.seen(added, erased, entries);
  }

  #eventOf(bytes: Uint8Array): BoardEvent {
    const sensorOf = (address: number, number: number) => this.#records.get(`${address} ${number}`);
    return recordEvent(
      bytes,
      {
        ...{ id: this.id, name: this.name, host: this.facts.host },
        sensor: sensorOf,
        origin: (address, number): Origin | undefined => {
          const found = this.#sensors.find(
            ({ record }) => record.owner.address === address && record.number === number,
          );
          return found && { kind: 'sensor', id: found.sensor.id, chassis: found.sensor.chassis };
        },
        unit: (sdr) => (sdr?.kind === 'full' ? unitText(sdr.unit) : ''),
      },
      this.#parts.now(),
    );
  }

  async #hurried(): Promise<void> {
    while (!this.#stopped && performance.now() < this.#hurriedUntil) {
      const way = this.#way;
      const identity = this.#identity;
      try {
        if (way !== null && identity !== null && this.#held === null)
          this.signals.take(await levelsOf(this.#heardBy(way), identity));
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
      this.#parts.log('a node answers again', { node: this.id });
      void this.#parts.changes.emit({
        message: 'ResourceEvent.ResourceStatusChangedOK',
        args: [this.name, 'Enabled'],
        severity: 'OK',
        origin: { kind: 'node', id: this.id },
        condition: `node:${this.id}`,
        resolves: true,
      });
    }
    this.#parts.moved(true);
  }

  /** It does not answer, and has not for long. */
  #lose(fault: string): void {
    this.#leave(fault, { state: 'UnavailableOffline', health: 'Warning' });
    if (this.#told) return;
    this.#told = true;
    this.#parts.log('a node does not answer', { node: this.id, fault });
    void this.#parts.changes.emit({
      message: 'Platform.DeviceManagementInterfaceUnresponsive',
      args: [this.name],
      severity: 'Warning',
      origin: { kind: 'node', id: this.id },
      condition: `node:${this.id}`,
      detail: `${fault}.`,
    });
  }

  #leave(fault: string, status: Status): void {
    this.fault = fault;
    this.#state = status;
    this.#isThere = false;
    this.signals.lose();
    // It may be another one when it comes back.
    this.#identified = Number.NEGATIVE_INFINITY;
    for (const { sensor } of this.#all) {
      if (status.state === 'Absent') sensor.unplug(fault);
      else if (status.state !== 'Enabled') sensor.lose(status.state, fault);
    }
    this.#parts.changes.touch();
    this.#parts.moved(false);
  }

  get #all(): readonly { readonly sensor: BoardSensor }[] {
    const power = this.#identity?.power?.sensor;
    return power == null ? this.#sensors : [...this.#sensors, { sensor: power }];
  }

  /** It cannot be asked, and nothing is wrong with that. */
  #rest(hold: Hold): void {
    if (this.#held?.state === hold.state && this.#held.why === hold.why) return;
    this.#held = hold;
    this.#asked = Number.POSITIVE_INFINITY;
    this.#recordsKey = '';
    this.#leave(hold.why, { state: hold.state, health: 'OK' });
    if (!this.#told) return;
    this.#told = false;
    void this.#parts.changes.emit({
      message: 'ResourceEvent.ResourceStatusChangedOK',
      args: [this.name, hold.state],
      severity: 'OK',
      origin: { kind: 'node', id: this.id },
      condition: `node:${this.id}`,
      resolves: true,
    });
  }

  /** @returns milliseconds until the next try */
  async #failed(error: unknown): Promise<number> {
    if (this.#stopped || this.#held !== null) return this.#period;
    const failure = deviceError(this.name, error);
    if (!this.#isThere && this.fault !== failure.message) {
      this.fault = failure.message;
      this.#parts.changes.touch();
    }
    if (failure.kind === 'no-bus') this.#lose(failure.message);
    if (failure.kind !== 'held') return this.#period;
    // The secret may have been changed meanwhile: it is read again.
    await this.#way?.close().catch(() => undefined);
    this.#way = null;
    this.#lose(failure.message);
    return refusedPause;
  }
}

/** Completion code of a sensor that is in the records and not fitted (IPMI 2.0, table 5-2). */
const notPresent = 0xcb;
