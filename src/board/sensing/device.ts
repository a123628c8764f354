/**
 * A sampled device: identified and configured, read at the period of each sensor, and retried less and less often while
 * it fails.
 */
import { DeviceError, type DeviceErrorKind } from '../../../drivers/errors.ts';
import type { State } from '../model/status.ts';
import type { Job } from './lane.ts';
import type { Channel, DeviceReader } from './reader.ts';
import type { BoardSensor } from './sensor.ts';
import { longestSilence, missedPeriods } from './staleness.ts';
import type { Unavailability } from './unavailability.ts';

/** A failing device is retried after its period, then after twice that, and so on up to this; milliseconds. */
const longestBackOff = 30_000;
/** A part may be swapped for another one at the same address, so its identity is read again; milliseconds. */
const identityPeriod = 60_000;
/** Failures of the whole device; others may concern a single value. */
const ofDevice: readonly DeviceErrorKind[] = ['stuck', 'no-bus', 'held', 'wrong-device'];

/** Results of all attempts to read anything in a lane, since the start. */
export interface Traffic {
  reads: number;
  failures: number;
}

export interface DeviceParts {
  readonly traffic: Traffic;
  /** Why a sensor cannot be read now although nothing is wrong; null when it can. */
  readonly unavailability: (sensor: string) => Unavailability | null;
  /** The device fails, or fails in another way; null once it responds. */
  readonly onFault: (reader: DeviceReader, error: DeviceError | null) => void;
  /** A single sensor fails while its device responds; null once it does not. */
  readonly onSensorFault: (sensor: BoardSensor, error: DeviceError | null) => void;
  /** The device was removed while it, or these sensors of it, failed. */
  readonly onRemoved: (reader: DeviceReader, failing: readonly BoardSensor[]) => void;
  /** Results that arrive after the end do not count. */
  readonly isStopped: () => boolean;
  readonly now: () => Date;
}

/** State of one sensor of the device. */
interface Sampled {
  readonly sensor: BoardSensor;
  /** When it was last read, and last read well, on the monotonic clock; null after its device failed or was off. */
  attemptedAt: number | null;
  readAt: number;
  /** Failures in a row. */
  misses: number;
  /** Its failure has been reported. */
  isFailing: boolean;
  isUnavailable: boolean;
}

export class Device implements Job {
  readonly reader: DeviceReader;
  due = 0;
  readonly #parts: DeviceParts;
  readonly #sampled: ReadonlyMap<string, Sampled>;
  readonly #all: readonly Sampled[];
  #channels: readonly Channel[] | null = null;
  #identifiedAt = Number.NEGATIVE_INFINITY;
  /** In a row. */
  #failures = 0;
  /** It has responded since it was powered. */
  #hasResponded = false;
  /** How it fails, once that has been reported. */
  #failing: DeviceErrorKind | null = null;

  constructor(reader: DeviceReader, sensors: readonly BoardSensor[], parts: DeviceParts) {
    this.reader = reader;
    this.#parts = parts;
    const initial = { attemptedAt: null, readAt: 0, misses: 0, isFailing: false, isUnavailable: false };
    this.#all = sensors.map((sensor) => ({ sensor, ...initial }));
    this.#sampled = new Map(this.#all.map((each) => [each.sensor.id, each]));
  }

  /** Its failure has been reported. */
  get isFailing(): boolean {
    return this.#failing !== null;
  }

  /** Marks the sensors that cannot be read now. @returns whether any can be read again */
  reevaluate(): boolean {
    let isAnyAvailable = false;
    for (const each of this.#all) {
      if (this.#checkUnavailable(each) || !each.isUnavailable) continue;
      each.isUnavailable = false;
      isAnyAvailable = true;
    }
    this.#checkRemoved();
    return isAnyAvailable;
  }

  /** Reads what is due, and sets when the device is due again. Never throws. @returns whether a failure has ended */
  async sample(): Promise<boolean> {
    const start = performance.now();
    const { period } = this.reader;
    this.due = start - this.due < period ? this.due + period : start + period;
    this.reevaluate();
    if (this.#all.every(({ isUnavailable }) => isUnavailable)) {
      // A chip that lost its power returns in its factory configuration, or not at all.
      this.#channels = null;
      this.#failures = 0;
      this.#hasResponded = false;
      return false;
    }
    try {
      return await this.#readDue(start);
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  /** Detects a reading that does not end, and readings that have become old. `since` is when `sample` began, if it runs. */
  checkStale(now: number, since: number | null): void {
    const { device, period } = this.reader;
    if (since !== null && this.#failing === null && now - since >= longestSilence(period)) {
      this.#failing = 'stuck';
      this.#parts.onFault(this.reader, new DeviceError('stuck', device, 'a reading does not end'));
    }
    for (const { sensor, readAt } of this.#all) {
      if (sensor.reading === null || now - readAt < longestSilence(sensor.period)) continue;
      const last = sensor.readingTime?.toISOString() ?? 'the start';
      sensor.markUnavailable('UnavailableOffline', `no answer since ${last}`, 'Warning');
    }
  }

  /** @throws DeviceError when the device fails, and not just some of its values */
  async #readDue(start: number): Promise<boolean> {
    if (this.#channels === null || start - this.#identifiedAt >= identityPeriod) {
      this.#channels = await this.#identify();
      this.#identifiedAt = start;
    }
    let answered = 0;
    for (const channel of this.#channels) if (await this.#read(channel, start)) answered += 1;
    // A value that fails may be the first sign of another chip.
    if (this.#all.some(({ misses }) => misses > 0)) this.#identifiedAt = Number.NEGATIVE_INFINITY;
    return answered > 0 && this.#responded();
  }

  async #identify(): Promise<readonly Channel[]> {
    const channels = await this.reader.prepare();
    for (const each of this.#all) {
      const { sensor } = each;
      const channel = channels.find(({ facts }) => facts.id === sensor.id);
      if (channel !== undefined) {
        sensor.setFacts(channel.facts);
        if (sensor.status.state === 'Absent') each.attemptedAt = null;
      } else if (!this.#checkUnavailable(each))
        sensor.markUnavailable('Absent', 'the part that is fitted does not measure it');
    }
    return channels;
  }

  /** @returns whether there was an answer. @throws DeviceError when the device fails, and not just this value */
  async #read({ facts: { id }, read }: Channel, start: number): Promise<boolean> {
    const each = this.#sampled.get(id);
    if (each === undefined || this.#parts.isStopped() || this.#checkUnavailable(each)) return false;
    const { sensor, attemptedAt } = each;
    // A sensor may have a longer period than its device; half a period of slack keeps it in step.
    if (attemptedAt !== null && start - attemptedAt < sensor.period - this.reader.period / 2) return false;
    each.attemptedAt = start;
    let value: number;
    try {
      value = await read();
      const impossible = sensor.implausibility(value);
      if (impossible !== null) throw new DeviceError('wrong-data', this.reader.device, impossible);
    } catch (error) {
      this.#missed(each, failureOf(error, this.reader));
      this.#parts.traffic.failures += 1;
      return false;
    }
    this.#parts.traffic.reads += 1;
    // Its power may have gone meanwhile.
    if (this.#parts.isStopped() || this.#checkUnavailable(each)) return true;
    each.misses = 0;
    each.readAt = performance.now();
    sensor.setReading(value, this.#parts.now());
    if (each.isFailing) {
      each.isFailing = false;
      this.#parts.onSensorFault(sensor, null);
    }
    return true;
  }

  /** @throws DeviceError when no value of the device can be read */
  #missed(each: Sampled, error: DeviceError): void {
    if (this.#parts.isStopped()) return;
    each.misses += 1;
    const wanted = this.#channels?.flatMap(({ facts }) => this.#sampled.get(facts.id) ?? []) ?? [];
    const isAllMissed = wanted.every(({ isUnavailable, misses }) => isUnavailable || misses > 0);
    if (ofDevice.includes(error.kind) || isAllMissed) throw error;
    const { sensor, misses } = each;
    // One missed period is tolerated while there is a reading.
    if (misses >= missedPeriods || sensor.reading === null)
      sensor.markUnavailable('UnavailableOffline', error.message, 'Warning');
    if (misses < missedPeriods || each.isFailing) return;
    each.isFailing = true;
    this.#parts.onSensorFault(sensor, error);
  }

  #failed(error: unknown): void {
    if (this.#parts.isStopped()) return;
    const { reader } = this;
    const failure = failureOf(error, reader);
    this.#failures += 1;
    this.#parts.traffic.failures += 1;
    this.#channels = null;
    const backOff = reader.period * 2 ** (this.#failures - 1);
    this.due = performance.now() + Math.min(backOff, Math.max(longestBackOff, reader.period));
    const isAbsent = this.#meansAbsence(failure);
    const state: Exclude<State, 'Enabled'> = isAbsent ? 'Absent' : 'UnavailableOffline';
    for (const each of this.#all) {
      each.misses = 0;
      each.attemptedAt = null;
      if (this.#failures < missedPeriods && each.sensor.reading !== null) continue;
      if (!this.#checkUnavailable(each))
        each.sensor.markUnavailable(state, failure.message, isAbsent ? 'OK' : 'Warning');
    }
    if (isAbsent) this.#setFailing(null);
    else if (this.#failures >= missedPeriods) this.#setFailing(failure);
  }

  /** Whether a failure shows that the part is not fitted, rather than that it does not work. */
  #meansAbsence({ kind }: DeviceError): boolean {
    const { removable, optional } = this.reader;
    const mayBeAbsent = removable || (optional && !this.#hasResponded);
    return mayBeAbsent && (kind === 'no-answer' || kind === 'wrong-device');
  }

  /** @returns whether a failure has ended */
  #responded(): boolean {
    this.#failures = 0;
    this.#hasResponded = true;
    return this.#setFailing(null);
  }

  /** Reports the beginning, a change and the end of a failure. @returns whether one has ended */
  #setFailing(failure: DeviceError | null): boolean {
    const kind = failure?.kind ?? null;
    if (kind === this.#failing) return false;
    this.#failing = kind;
    this.#parts.onFault(this.reader, failure);
    return kind === null;
  }

  /** A removed device does not fail any more. */
  #checkRemoved(): void {
    const sampled = this.#all;
    if (this.#failing === null && sampled.every(({ isFailing }) => !isFailing)) return;
    if (!sampled.every(({ sensor }) => this.#parts.unavailability(sensor.id)?.state === 'Absent')) return;
    const failing = sampled.filter(({ isFailing }) => isFailing);
    for (const each of failing) each.isFailing = false;
    this.#failing = null;
    this.#parts.onRemoved(
      this.reader,
      failing.map(({ sensor }) => sensor),
    );
  }

  /** Marks a sensor that cannot be read now; only `reevaluate` ends that. @returns whether it cannot be read */
  #checkUnavailable(each: Sampled): boolean {
    const found = this.#parts.unavailability(each.sensor.id);
    if (found === null) return false;
    each.isUnavailable = true;
    each.attemptedAt = null;
    each.misses = 0;
    if (found.state === 'Absent') each.sensor.markAbsent(found.reason);
    else each.sensor.markUnavailable(found.state, found.reason);
    return true;
  }
}

/** Any error that a driver throws ends one reading, never the lane. */
function failureOf(error: unknown, { device }: DeviceReader): DeviceError {
  if (error instanceof DeviceError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DeviceError('wrong-data', device, message, { cause: error });
}
