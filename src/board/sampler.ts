/**
 * Reads every sensor at its period, in the background. Each lane is a loop of its own, so a chip that hangs holds up
 * nothing but its own bus; a device that fails is asked less and less often, but for ever.
 */
import { DeviceError } from '../../drivers/errors.ts';
import type { State } from './model.ts';
import type { Channel, Reader } from './readers.ts';
import type { BoardSensor } from './sensor.ts';

/** Whether what a host powers can be read: not while it is off, nor in the moment after it came on. */
export type Gate = 'on' | 'settling' | 'off';

export interface SamplerOptions {
  readonly lanes: ReadonlyMap<string, readonly Reader[]>;
  readonly sensors: ReadonlyMap<string, BoardSensor>;
  /** Host that powers a sensor, if any. */
  readonly poweredBy: ReadonlyMap<string, string>;
  readonly gate: (host: string) => Gate;
  /** Told when a device, or the bus it is on, begins to fail (with why) and when it is well again (null). */
  readonly device: (reader: Reader, error: DeviceError | null) => void;
  readonly now: () => Date;
}

/** A failing device is asked again after its period, then twice that, and so on up to this. */
const maxBackOff = 30_000;
/** Failures in a row after which a device counts as gone: the second missed period. */
const patience = 2;
const sweepPeriod = 250;

interface Job {
  readonly reader: Reader;
  readonly sensors: readonly BoardSensor[];
  channels: readonly Channel[] | null;
  due: number;
  failures: number;
  /** It has answered since the start. */
  known: boolean;
  failing: boolean;
  readonly last: Map<string, number>;
}

export class Sampler {
  readonly #options: SamplerOptions;
  readonly #lanes: Lane[];
  readonly #sampled = new Map<string, number>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#lanes = [...options.lanes.values()].map(
      (readers) =>
        new Lane(
          readers.map((reader) => this.#job(reader)),
          (job) => this.#sample(job),
        ),
    );
  }

  start(): void {
    for (const lane of this.#lanes) lane.start();
    this.#sweep = setInterval(() => this.#findStale(), sweepPeriod).unref();
  }

  /** No further read begins; one that hangs is left to itself. */
  stop(): void {
    clearInterval(this.#sweep);
    for (const lane of this.#lanes) lane.stop();
  }

  /** The power of a host has changed: what it feeds is looked at without delay. */
  powerChanged(host: string): void {
    for (const [id, by] of this.#options.poweredBy) {
      const sensor = this.#options.sensors.get(id);
      if (by === host && sensor !== undefined) this.#blocked(sensor);
    }
    for (const lane of this.#lanes) lane.wake((job) => job.reader.poweredBy === host);
  }

  #job(reader: Reader): Job {
    const sensors = [...this.#options.sensors.values()].filter(({ device }) => device === reader.device);
    return {
      reader,
      sensors,
      channels: null,
      due: 0,
      failures: 0,
      known: false,
      failing: false,
      last: new Map(),
    };
  }

  async #sample(job: Job): Promise<void> {
    const start = performance.now();
    const { reader } = job;
    job.due = start + reader.period;
    if (reader.poweredBy !== null && this.#options.gate(reader.poweredBy) !== 'on') {
      for (const sensor of job.sensors) this.#blocked(sensor);
      // A chip that lost its power comes back as from the factory.
      job.channels = null;
      job.failures = 0;
      return;
    }
    try {
      job.channels ??= await reader.prepare();
      for (const channel of job.channels) await this.#read(job, channel, start);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#failed(job, error);
      return;
    }
    job.failures = 0;
    job.known = true;
    if (job.failing) {
      job.failing = false;
      this.#options.device(reader, null);
      // Whatever made it fail may have healed for its neighbours too.
      for (const lane of this.#lanes) lane.wake((other) => other.failing && other.reader.bus === reader.bus);
    }
  }

  async #read(job: Job, { sensor: id, read }: Channel, start: number): Promise<void> {
    const sensor = this.#options.sensors.get(id);
    if (sensor === undefined || this.#blocked(sensor)) return;
    // A sensor may have a longer period than the device it is on; half a period of slack keeps it in step.
    const last = job.last.get(id);
    if (last !== undefined && start - last < sensor.period - job.reader.period / 2) return;
    const value = await read();
    job.last.set(id, start);
    this.#sampled.set(id, performance.now());
    sensor.take(value, this.#options.now());
  }

  /** Marks a sensor whose host has no power; says whether it did. */
  #blocked(sensor: BoardSensor): boolean {
    const host = this.#options.poweredBy.get(sensor.id);
    const gate = host === undefined ? 'on' : this.#options.gate(host);
    if (gate === 'on') return false;
    sensor.lose(
      gate === 'off' ? 'StandbyOffline' : 'Starting',
      gate === 'off' ? 'its host is off' : 'its host has just come on',
    );
    return true;
  }

  #failed(job: Job, error: DeviceError): void {
    const { reader } = job;
    job.failures += 1;
    job.channels = null;
    job.due =
      performance.now() +
      Math.min(reader.period * 2 ** (job.failures - 1), Math.max(maxBackOff, reader.period));
    const neverSeen =
      !job.known && reader.optional && (error.kind === 'no-answer' || error.kind === 'wrong-device');
    const state: State = neverSeen ? 'Absent' : 'UnavailableOffline';
    for (const sensor of job.sensors) {
      // One missed period is no news while there is a reading.
      if (job.failures < patience && sensor.reading !== null) continue;
      if (!this.#blocked(sensor)) sensor.lose(state, error.message, neverSeen ? 'OK' : 'Warning');
    }
    if (job.failing || neverSeen || (job.failures < patience && job.known)) return;
    job.failing = true;
    this.#options.device(reader, error);
  }

  /** A lane that hangs reports nothing, so what has grown old is found from outside. */
  #findStale(): void {
    const now = performance.now();
    for (const sensor of this.#options.sensors.values()) {
      const at = this.#sampled.get(sensor.id);
      if (at === undefined || sensor.reading === null || now - at < sensor.period * patience + sweepPeriod)
        continue;
      sensor.lose(
        'UnavailableOffline',
        `no answer since ${sensor.readingTime?.toISOString() ?? 'the start'}`,
        'Warning',
      );
    }
  }
}

/** One loop over the readers that share a bus. */
class Lane {
  readonly #jobs: readonly Job[];
  readonly #sample: (job: Job) => Promise<void>;
  #running = false;
  #wake: (() => void) | undefined;

  constructor(jobs: readonly Job[], sample: (job: Job) => Promise<void>) {
    this.#jobs = jobs;
    this.#sample = sample;
  }

  start(): void {
    this.#running = true;
    void this.#run();
  }

  stop(): void {
    this.#running = false;
    this.#wake?.();
  }

  /** Makes the jobs that `which` picks due now. */
  wake(which: (job: Job) => boolean): void {
    for (const job of this.#jobs) if (which(job)) job.due = 0;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    while (this.#running) {
      const next = this.#jobs.reduce(
        (first, job) => (job.due < first.due ? job : first),
        this.#jobs[0] as Job,
      );
      const wait = next.due - performance.now();
      if (wait > 0) await this.#sleep(wait);
      else await this.#sample(next);
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
