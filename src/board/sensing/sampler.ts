/**
 * Reads every sensor at its period, in the background. Each lane is a loop of its own, so a chip that hangs holds up
 * nothing but its own bus; a device that fails is asked less and less often, but for ever.
 */
import { DeviceError, type DeviceErrorKind } from '../../../drivers/errors.ts';
import type { State } from '../model.ts';
import { Lane } from './lane.ts';
import type { Channel, DeviceReader } from './readers.ts';
import type { BoardSensor } from './sensor.ts';
import type { Unavailability } from './unavailability.ts';

export interface SamplerOptions {
  readonly lanes: ReadonlyMap<string, readonly DeviceReader[]>;
  readonly sensors: ReadonlyMap<string, BoardSensor>;
  /** Why a sensor cannot be read now although nothing is wrong; null when it can. */
  readonly unavailability: (sensor: string) => Unavailability | null;
  /** Told when a device begins to fail, or fails in another way, and when it is well again (null). */
  readonly device: (reader: DeviceReader, error: DeviceError | null) => void;
  /** The same of a single sensor whose device gives other readings. */
  readonly misread: (sensor: BoardSensor, error: DeviceError | null) => void;
  /** Told when a device that fails has been taken away, with those of its sensors that failed alone. */
  readonly gone: (reader: DeviceReader, misread: readonly BoardSensor[]) => void;
  readonly now: () => Date;
}

/** A failing device is asked again after its period, then twice that, and so on up to this. */
const maxBackOff = 30_000;
/** Failures in a row after which a reading counts as gone: the second missed period. */
const patience = 2;
/** A part may be swapped for another that answers at the same address, so it is asked who it is this often. */
const identityPeriod = 60_000;
const sweepPeriod = 250;
/** A sampler that has not looked for what is old for so long has stopped. */
const longestPause = 10_000;

/** Failures that concern all of a device; of others it may be that only one of its values cannot be had. */
const ofDevice: readonly DeviceErrorKind[] = ['stuck', 'no-bus', 'held', 'wrong-device'];

/** What became of the tries to read anything of one lane, since the start. */
export interface Traffic {
  reads: number;
  failures: number;
}

interface Job {
  readonly reader: DeviceReader;
  /** Of its lane. */
  readonly traffic: Traffic;
  readonly sensors: readonly BoardSensor[];
  channels: readonly Channel[] | null;
  /** When the device last said who it is. */
  identified: number;
  due: number;
  failures: number;
  /** It has answered since it got its power. */
  known: boolean;
  /** How it fails, once that has been told. */
  failing: DeviceErrorKind | null;
  /** When each sensor was last asked. */
  readonly asked: Map<string, number>;
  /** Failures in a row of single sensors. */
  readonly misses: Map<string, number>;
  /** Sensors of which it has been told that they cannot be read. */
  readonly misread: Set<string>;
  readonly held: Set<string>;
}

export class Sampler {
  readonly #options: SamplerOptions;
  readonly #lanes: readonly Lane<Job>[];
  /** By the name of the lane. */
  readonly traffic: ReadonlyMap<string, Readonly<Traffic>>;
  /** When each sensor was last read well. */
  readonly #sampled = new Map<string, number>();
  #sweep: NodeJS.Timeout | undefined;
  /** When what has grown old was last looked for. */
  #swept = 0;
  #stopped = false;

  constructor(options: SamplerOptions) {
    this.#options = options;
    const traffic = new Map([...options.lanes.keys()].map((name) => [name, { reads: 0, failures: 0 }]));
    this.traffic = traffic;
    this.#lanes = [...options.lanes].map(([name, readers]) => {
      const counts = traffic.get(name) ?? { reads: 0, failures: 0 };
      const lane: Lane<Job> = new Lane(
        readers.map((reader) => this.#job(reader, counts)),
        (job) => this.#sample(job, lane),
      );
      return lane;
    });
  }

  start(): void {
    for (const lane of this.#lanes) lane.start();
    this.#swept = performance.now();
    this.#sweep = setInterval(() => this.#findStale(), sweepPeriod).unref();
  }

  /** No further read begins, and what comes of those under way counts no more. Resolves when they have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#sweep);
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
  }

  /**
   * It moves: every lane runs, be it that one waits for a chip that hangs, and what has grown old is looked for. False
   * before the start and after the end.
   */
  get alive(): boolean {
    return (
      this.#sweep !== undefined &&
      !this.#stopped &&
      performance.now() - this.#swept < longestPause &&
      this.#lanes.every(({ dead }) => !dead)
    );
  }

  /** Holds have changed: what cannot be read any more says so, and what can be again is read without delay. */
  reconsider(): void {
    for (const lane of this.#lanes) lane.wake((job) => this.#release(job));
  }

  #job(reader: DeviceReader, traffic: Traffic): Job {
    return {
      ...{ reader, traffic },
      sensors: reader.sensors.flatMap((id) => this.#options.sensors.get(id) ?? []),
      channels: null,
      identified: 0,
      due: 0,
      failures: 0,
      known: false,
      failing: null,
      asked: new Map(),
      misses: new Map(),
      misread: new Set(),
      held: new Set(),
    };
  }

  /** Marks the sensors that cannot be read now; says whether any that could not be can now. */
  #release(job: Job): boolean {
    const released = job.sensors.filter((sensor) => !this.#isHeld(job, sensor) && job.held.delete(sensor.id));
    this.#takeAway(job);
    return released.length > 0;
  }

  /** What failed and is not there any more fails no longer. */
  #takeAway(job: Job): void {
    if (job.failing === null && job.misread.size === 0) return;
    if (!job.sensors.every(({ id }) => this.#options.unavailability(id)?.state === 'Absent')) return;
    const misread = job.sensors.filter(({ id }) => job.misread.delete(id));
    job.failing = null;
    this.#options.gone(job.reader, misread);
  }

  #isHeld(job: Job, sensor: BoardSensor): boolean {
    const unavailability = this.#options.unavailability(sensor.id);
    if (unavailability === null) return false;
    job.held.add(sensor.id);
    job.asked.delete(sensor.id);
    job.misses.delete(sensor.id);
    if (unavailability.state === 'Absent') sensor.markAbsent(unavailability.reason);
    else sensor.markUnavailable(unavailability.state, unavailability.reason);
    return true;
  }

  async #sample(job: Job, lane: Lane<Job>): Promise<void> {
    const start = performance.now();
    const { reader } = job;
    job.due = start - job.due < reader.period ? job.due + reader.period : start + reader.period;
    this.#release(job);
    if (job.held.size === job.sensors.length) {
      // A chip that lost its power comes back as from the factory, or not at all.
      job.channels = null;
      job.failures = 0;
      job.known = false;
      return;
    }
    try {
      if (job.channels === null || start - job.identified >= identityPeriod) {
        job.channels = await this.#identify(job);
        job.identified = start;
      }
      let answered = 0;
      for (const channel of job.channels) if (await this.#read(job, channel, start)) answered += 1;
      // A value that cannot be had may be the first sign of another chip.
      if (job.misses.size > 0) job.identified = Number.NEGATIVE_INFINITY;
      if (answered > 0) this.#well(job, lane);
    } catch (error) {
      this.#failed(job, error);
    }
  }

  async #identify(job: Job): Promise<readonly Channel[]> {
    const channels = await job.reader.prepare();
    for (const sensor of job.sensors) {
      const channel = channels.find(({ facts }) => facts.id === sensor.id);
      if (channel !== undefined) {
        sensor.setFacts(channel.facts);
        if (sensor.status.state === 'Absent') job.asked.delete(sensor.id);
      } else if (!this.#isHeld(job, sensor))
        sensor.markUnavailable('Absent', 'the part that is fitted does not measure it');
    }
    return channels;
  }

  /** Whether there was an answer. @throws DeviceError when the device, and not just this value of it, fails */
  async #read(job: Job, { facts: { id }, read }: Channel, start: number): Promise<boolean> {
    const sensor = this.#options.sensors.get(id);
    if (sensor === undefined || this.#stopped || this.#isHeld(job, sensor)) return false;
    // A sensor may have a longer period than the device it is on; half a period of slack keeps it in step.
    const asked = job.asked.get(id);
    if (asked !== undefined && start - asked < sensor.period - job.reader.period / 2) return false;
    job.asked.set(id, start);
    let value: number;
    try {
      value = await read();
    } catch (error) {
      this.#missed(job, sensor, failureOf(error, job.reader));
      job.traffic.failures += 1;
      return false;
    }
    job.traffic.reads += 1;
    // Its power may have gone meanwhile.
    if (this.#stopped || this.#isHeld(job, sensor)) return true;
    job.misses.delete(id);
    this.#sampled.set(id, performance.now());
    sensor.setReading(value, this.#options.now());
    if (job.misread.delete(id)) this.#options.misread(sensor, null);
    return true;
  }

  /** @throws DeviceError when no value of the device can be had */
  #missed(job: Job, sensor: BoardSensor, error: DeviceError): void {
    if (this.#stopped) return;
    const misses = (job.misses.get(sensor.id) ?? 0) + 1;
    job.misses.set(sensor.id, misses);
    const wanted = job.channels?.filter(({ facts }) => !job.held.has(facts.id)) ?? [];
    if (ofDevice.includes(error.kind) || wanted.every(({ facts }) => job.misses.has(facts.id))) throw error;
    // One missed period is no news while there is a reading.
    if (misses >= patience || sensor.reading === null)
      sensor.markUnavailable('UnavailableOffline', error.message, 'Warning');
    if (misses < patience || job.misread.has(sensor.id)) return;
    job.misread.add(sensor.id);
    this.#options.misread(sensor, error);
  }

  #failed(job: Job, error: unknown): void {
    if (this.#stopped) return;
    const { reader } = job;
    const failure = failureOf(error, reader);
    job.failures += 1;
    job.traffic.failures += 1;
    job.misses.clear();
    job.asked.clear();
    job.channels = null;
    const backOff = reader.period * 2 ** (job.failures - 1);
    job.due = performance.now() + Math.min(backOff, Math.max(maxBackOff, reader.period));
    const absent =
      !job.known && reader.optional && (failure.kind === 'no-answer' || failure.kind === 'wrong-device');
    const state: Exclude<State, 'Enabled'> = absent ? 'Absent' : 'UnavailableOffline';
    for (const sensor of job.sensors) {
      if (job.failures < patience && sensor.reading !== null) continue;
      if (!this.#isHeld(job, sensor))
        sensor.markUnavailable(state, failure.message, absent ? 'OK' : 'Warning');
    }
    if (absent ? job.failing === null : job.failures < patience || job.failing === failure.kind) return;
    job.failing = absent ? null : failure.kind;
    this.#options.device(reader, absent ? null : failure);
  }

  #well(job: Job, lane: Lane<Job>): void {
    job.failures = 0;
    job.known = true;
    if (job.failing === null) return;
    job.failing = null;
    this.#options.device(job.reader, null);
    // Whatever made it fail may have healed for its neighbours too.
    lane.wake((other) => other.failing !== null);
  }

  /** A lane that hangs reports nothing, so what has grown old is found from outside. */
  #findStale(): void {
    const now = performance.now();
    const stood = now - this.#swept > 2 * sweepPeriod;
    this.#swept = now;
    // While the process itself stood still, for a slow disk say, nobody could be heard.
    if (stood) return;
    for (const { jobs, current, begun } of this.#lanes) {
      if (current !== null && current.failing === null && now - begun >= allowed(current.reader)) {
        current.failing = 'stuck';
        const { device } = current.reader;
        this.#options.device(current.reader, new DeviceError('stuck', device, 'a reading does not end'));
      }
      for (const sensor of jobs.flatMap(({ sensors }) => sensors)) {
        if (sensor.reading === null || now - (this.#sampled.get(sensor.id) ?? 0) < allowed(sensor)) continue;
        const since = sensor.readingTime?.toISOString() ?? 'the start';
        sensor.markUnavailable('UnavailableOffline', `no answer since ${since}`, 'Warning');
      }
    }
  }
}

/** How long there may be no reading. */
const allowed = ({ period }: { readonly period: number }) => period * patience + sweepPeriod;

/** Whatever a driver throws ends one reading, never the lane. */
function failureOf(error: unknown, { device }: DeviceReader): DeviceError {
  if (error instanceof DeviceError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DeviceError('wrong-data', device, message, { cause: error });
}
