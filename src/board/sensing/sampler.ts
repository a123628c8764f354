/**
 * Reads every sensor at its period, in the background. Each lane is a loop of its own, so a chip that hangs delays only
 * its own bus.
 */
import type { HardwareFaults } from '../hardware-faults.ts';
import type { BoardSignals } from '../signals.ts';
import { Device, type DeviceParts, type Traffic } from './device.ts';
import { Lane } from './lane.ts';
import type { DeviceReader } from './reader.ts';
import type { BoardSensor } from './sensor.ts';
import { StalenessChecks } from './staleness.ts';
import type { Unavailabilities } from './unavailability.ts';

export interface SamplerParts {
  readonly lanes: ReadonlyMap<string, readonly DeviceReader[]>;
  readonly sensors: ReadonlyMap<string, BoardSensor>;
  readonly unavailabilities: Unavailabilities;
  readonly faults: HardwareFaults;
  readonly signals: BoardSignals;
  readonly now: () => Date;
}

export class Sampler {
  readonly #parts: SamplerParts;
  readonly #lanes: readonly Lane<Device>[];
  readonly #traffic = new Map<string, Traffic>();
  readonly #checks = new StalenessChecks((now) => this.#checkStale(now));
  #isStopped = false;

  constructor(parts: SamplerParts) {
    this.#parts = parts;
    this.#lanes = [...parts.lanes].map(([name, readers]) => this.#createLane(name, readers));
    // What cannot be read any more is marked, and what can be again is read without delay.
    parts.signals.on('availabilityChanged', () => {
      for (const lane of this.#lanes) lane.wake((device) => device.reevaluate());
    });
  }

  /** Results of all attempts since the start, by lane. */
  get traffic(): ReadonlyMap<string, Readonly<Traffic>> {
    return this.#traffic;
  }

  /** Every lane runs, also if one waits for a chip that hangs; false before the start and after the stop. */
  get isAlive(): boolean {
    return this.#checks.isAlive && this.#lanes.every(({ hasFailed }) => !hasFailed);
  }

  start(): void {
    for (const lane of this.#lanes) lane.start();
    this.#checks.start();
  }

  /** No further read begins, and results of those under way do not count. Resolves when they have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#checks.stop();
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
  }

  #createLane(name: string, readers: readonly DeviceReader[]): Lane<Device> {
    const { sensors, unavailabilities, faults, now } = this.#parts;
    const traffic: Traffic = { reads: 0, failures: 0 };
    this.#traffic.set(name, traffic);
    const chassisOf = (reader: DeviceReader) => sensors.get(reader.sensors[0] ?? '')?.chassis;
    const parts: DeviceParts = {
      traffic,
      unavailability: (id) => unavailabilities.of(id),
      onFault: (reader, error) => faults.device(reader, error, chassisOf(reader)),
      onSensorFault: (sensor, error) => faults.sensor(sensor, error),
      onRemoved: (reader, failing) => {
        faults.deviceRemoved(reader, chassisOf(reader));
        for (const sensor of failing) faults.sensorRemoved(sensor);
      },
      isStopped: () => this.#isStopped,
      now,
    };
    const devices = readers.map((reader) => {
      const own = reader.sensors.flatMap((id) => sensors.get(id) ?? []);
      return new Device(reader, own, parts);
    });
    const lane: Lane<Device> = new Lane(devices, async (device) => {
      // What made one device fail may have ended for its neighbours too.
      if (await device.sample()) lane.wake(({ isFailing }) => isFailing);
    });
    return lane;
  }

  /** Runs outside the lanes, since a lane that hangs reports nothing. */
  #checkStale(now: number): void {
    for (const { jobs, current } of this.#lanes)
      for (const device of jobs) device.checkStale(now, current?.job === device ? current.since : null);
  }
}
