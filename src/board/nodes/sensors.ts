/** The sensors of one node: declared by its sensor data records, read in rounds, each stale on its own. */
import {
  expandSensor,
  type FullSensor,
  getPowerReading,
  isSensor,
  readSdrs,
  run,
  type Sdr,
  type SensorOwner,
  type SensorSdr,
  sampleSensor,
  type Target,
} from 'node-ipmi';
import { DeviceError } from '../../../drivers/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { NodeFacts } from '../../platform/vocabulary/index.ts';
import type { Origin } from '../model/event.ts';
import type { Status } from '../model/status.ts';
import type { BoardSensor } from '../sensing/sensor.ts';
import { missedPeriods } from '../sensing/staleness.ts';
import type { Identity } from './identity.ts';
import { declarePower } from './power-limit.ts';
import { type FoundSensor, recordedSensors } from './records.ts';
import { withThresholds } from './thresholds.ts';
import { deviceError } from './transports.ts';

/** Sensors that are read at once: one lost answer delays few others. */
const lanes = 8;
/** Completion code of a sensor that has a record and is not fitted (IPMI 2.0, table 5-2). */
const notPresent = 0xcb;

export interface NodeSensorsParts {
  /** Declares the sensors of the node to the board, by id; those declared before and missing now are removed. */
  readonly declare: (sensors: readonly FoundSensor[]) => ReadonlyMap<string, BoardSensor>;
  /** Reports that a sensor cannot be read, or can again (null). */
  readonly reportFault: (sensor: BoardSensor, error: DeviceError | null) => void;
  /** The power of the host is known to be off. */
  readonly isHostOff: () => boolean;
  /** The node is not polled, or is not reachable: what arrives now does not count. */
  readonly isSuspended: () => boolean;
  readonly now: () => Date;
  readonly log: Logger;
}

/** A sensor, its record, and the result of recent attempts to read it. */
interface Sampled {
  readonly sensor: BoardSensor;
  readonly record: FullSensor;
  /** Time of the last good reading, on the monotonic clock. */
  readAt: number;
  /** Failures in a row. */
  failures: number;
  isFaultReported: boolean;
}

export class NodeSensors {
  readonly #facts: NodeFacts;
  readonly #parts: NodeSensorsParts;
  #sampled: readonly Sampled[] = [];
  #records: ReadonlyMap<string, SensorSdr> = new Map();
  /** Identifies the state of the records that were read last; empty to have them read in any case. */
  #key = '';
  /** Power that the node draws as a whole (DCMI); null where its controller does not measure it. */
  power: BoardSensor | null = null;

  constructor(facts: NodeFacts, parts: NodeSensorsParts) {
    this.#facts = facts;
    this.#parts = parts;
  }

  /** Another node may be in its place: the records are read anew. */
  forgetRecords(): void {
    this.#key = '';
  }

  /** Reads the records if they have changed. @throws IpmiError */
  async refreshRecords(target: Target, identity: Identity): Promise<void> {
    const key = `${await identity.recordsKey(target)} ${identity.measuresPower}`;
    if (key === this.#key) return;
    const stored: readonly Sdr[] = identity.hasRecords
      ? await readSdrs(target, { device: identity.ownRecords })
      : [];
    const sdrs = await Promise.all(stored.map((sdr) => withThresholds(target, sdr)));
    if (this.#parts.isSuspended()) return;
    this.#logFaults(sdrs);
    const all = sdrs.filter(isSensor).flatMap(expandSensor);
    this.#records = new Map(all.map((sdr) => [keyOf(sdr.owner, sdr.number), sdr]));
    const power = identity.measuresPower ? declarePower(this.#facts) : undefined;
    const recorded = recordedSensors(this.#facts, sdrs, power === undefined ? [] : [power.facts.id]);
    const made = this.#parts.declare(power === undefined ? recorded : [...recorded, power]);
    const before = new Map(this.#sampled.map((each) => [each.sensor, each]));
    this.#sampled = recorded.flatMap(({ facts, record }) => {
      const sensor = made.get(facts.id);
      if (sensor === undefined) return [];
      const { readAt = 0, failures = 0, isFaultReported = false } = before.get(sensor) ?? {};
      return [{ sensor, record, readAt, failures, isFaultReported }];
    });
    this.power = made.get(power?.facts.id ?? '') ?? null;
    this.#key = key;
  }

  /** Reads all sensors. Never rejects: a failure is shown by the sensor, a lost answer once the reading is stale. */
  async sample(target: Target): Promise<void> {
    const waiting = this.#sampled.values();
    const lane = async () => {
      // When the node is lost meanwhile, the sensors behind are not read.
      for (const each of waiting) if (!this.#parts.isSuspended()) await this.#read(target, each);
    };
    await Promise.all([...Array.from({ length: lanes }, lane), this.#readPower(target)]);
  }

  /** Marks readings older than so many milliseconds as unavailable. */
  checkStale(now: number, allowed: number): void {
    for (const { sensor, readAt } of this.#sampled)
      if (sensor.reading !== null && now - readAt >= allowed)
        sensor.markUnavailable('UnavailableOffline', `no answer since ${sensor.readingTime?.toISOString()}`);
  }

  /** The node cannot be polled. */
  markUnavailable({ state }: Status, fault: string): void {
    const all = this.#sampled.map(({ sensor }) => sensor);
    for (const sensor of this.power === null ? all : [...all, this.power]) {
      if (state === 'Absent') sensor.markAbsent(fault);
      else if (state !== 'Enabled') sensor.markUnavailable(state, fault);
    }
  }

  /** The record of a sensor, by its owner and number. */
  record(owner: OwnerKey, number: number): SensorSdr | undefined {
    return this.#records.get(keyOf(owner, number));
  }

  origin(owner: OwnerKey, number: number): Origin | undefined {
    const key = keyOf(owner, number);
    const found = this.#sampled.find(({ record }) => keyOf(record.owner, record.number) === key);
    return found && { kind: 'sensor', id: found.sensor.id, chassis: found.sensor.chassis };
  }

  /** Logs records that cannot be used, once each time the records are read. */
  #logFaults(sdrs: readonly Sdr[]): void {
    for (const sdr of sdrs) {
      if (sdr.kind !== 'other' || sdr.fault === undefined) continue;
      const { recordId: record, fault } = sdr;
      this.#parts.log.warn('a sensor data record of a node cannot be used', {
        node: this.#facts.id,
        record,
        fault,
      });
    }
  }

  async #read(target: Target, each: Sampled): Promise<void> {
    const { sensor, record } = each;
    const { reading, error } = await sampleSensor(target, record);
    if (this.#parts.isSuspended()) return;
    // What a record states as minimum and maximum is often wrong: only what no board can have counts.
    const impossible = reading?.value === undefined ? null : sensor.implausibility(reading.value, null);
    if (impossible !== null) {
      this.#failed(each, new DeviceError('wrong-data', this.#facts.name ?? this.#facts.id, impossible));
    } else if (reading?.value !== undefined) {
      each.readAt = performance.now();
      each.failures = 0;
      sensor.setReading(reading.value, this.#parts.now());
      if (each.isFaultReported) this.#parts.reportFault(sensor, null);
      each.isFaultReported = false;
    } else if (error === undefined) {
      each.failures = 0;
      this.#markWithoutReading(sensor);
    } else if (error.kind === 'completion' && this.#parts.isHostOff()) {
      this.#markWithoutReading(sensor);
    } else if (error.kind === 'completion' && error.code === notPresent) {
      sensor.markUnavailable('Absent', error.message);
    } else if (error.kind === 'completion' || error.kind === 'malformed') {
      this.#failed(each, deviceError(this.#facts.name ?? this.#facts.id, error));
    }
    // A lost answer is tolerated until `checkStale` finds the reading stale.
  }

  #markWithoutReading(sensor: BoardSensor): void {
    if (this.#parts.isHostOff()) sensor.markUnavailable('StandbyOffline', 'its host is off');
    else sensor.markUnavailable('UnavailableOffline', 'its controller has no reading of it');
  }

  #failed(each: Sampled, error: DeviceError): void {
    each.failures += 1;
    if (each.failures < missedPeriods && each.sensor.reading !== null) return;
    each.sensor.markUnavailable('UnavailableOffline', error.message, 'Warning');
    if (each.failures < missedPeriods || each.isFaultReported) return;
    each.isFaultReported = true;
    this.#parts.reportFault(each.sensor, error);
  }

  async #readPower(target: Target): Promise<void> {
    const { power } = this;
    if (power === null) return;
    try {
      const { current, active } = await run(target, getPowerReading, undefined);
      if (this.#parts.isSuspended()) return;
      if (active) power.setReading(current, this.#parts.now());
      else power.markUnavailable('UnavailableOffline', 'its controller does not measure it now');
    } catch (error) {
      if (!this.#parts.isSuspended())
        power.markUnavailable('UnavailableOffline', deviceError(this.#facts.id, error).message);
    }
  }
}

/** The owner of a sensor number: an address has up to four LUNs, each with numbers of its own. */
export type OwnerKey = Pick<SensorOwner, 'address' | 'lun'>;

const keyOf = ({ address, lun }: OwnerKey, number: number) => `${address} ${lun} ${number}`;
