/** The sensors of one node: found by its records, read in rounds, each missed by itself. */

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
import type { DeviceError } from '../../../drivers/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { NodeFacts } from '../../platform/vocabulary/index.ts';
import type { Origin, Status } from '../model.ts';
import type { BoardSensor } from '../sensing/sensor.ts';
import type { Identity } from './identity.ts';
import { declarePower } from './power.ts';
import { type FoundSensor, recordedSensors } from './records.ts';
import { withThresholds } from './thresholds.ts';
import { deviceError } from './ways.ts';

/** Failures in a row after which a reading counts as gone. */
const patience = 2;
/** Sensors that are asked for at once. */
const together = 8;
/** Completion code of a sensor that is in the records and not fitted (IPMI 2.0, table 5-2). */
const notPresent = 0xcb;

export interface NodeSensorsParts {
  /** Makes sensors of the board of what the records say; those of before that are not in there go. */
  readonly found: (sensors: readonly FoundSensor[]) => ReadonlyMap<string, BoardSensor>;
  /** A reading of a sensor cannot be had, or can again (null). */
  readonly misread: (sensor: BoardSensor, error: DeviceError | null) => void;
  /** Whether the power of the host is off, as far as is known. */
  readonly isHostOff: () => boolean;
  /** Whether what comes of a request counts no more. */
  readonly isOver: () => boolean;
  readonly now: () => Date;
  readonly log: Logger;
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

export class NodeSensors {
  readonly #facts: NodeFacts;
  readonly #parts: NodeSensorsParts;
  #sampled: readonly Sampled[] = [];
  #records: ReadonlyMap<string, SensorSdr> = new Map();
  /** What told that the records were these; empty where they are to be read in any case. */
  #key = '';
  /** Of the power that the node draws as a whole, where its controller measures that. */
  power: BoardSensor | null = null;

  constructor(facts: NodeFacts, parts: NodeSensorsParts) {
    this.#facts = facts;
    this.#parts = parts;
  }

  /** Another node may be in its place: the records are read anew at the next look. */
  forget(): void {
    this.#key = '';
  }

  /** Reads the records where they have changed. @throws IpmiError */
  async look(target: Target, identity: Identity): Promise<void> {
    const key = `${await identity.recordsKey(target)} ${identity.measuresPower}`;
    if (key === this.#key) return;
    const stored: readonly Sdr[] = identity.hasRecords
      ? await readSdrs(target, { device: identity.ownRecords })
      : [];
    const sdrs = await Promise.all(stored.map((sdr) => withThresholds(target, sdr)));
    if (this.#parts.isOver()) return;
    this.#logFaults(sdrs);
    const all = sdrs.filter(isSensor).flatMap(expandSensor);
    this.#records = new Map(all.map((sdr) => [keyOf(sdr.owner, sdr.number), sdr]));
    const power = identity.measuresPower ? declarePower(this.#facts) : undefined;
    const recorded = recordedSensors(this.#facts, sdrs, power === undefined ? [] : [power.facts.id]);
    const made = this.#parts.found(power === undefined ? recorded : [...recorded, power]);
    const before = new Map(this.#sampled.map((each) => [each.sensor, each]));
    this.#sampled = recorded.flatMap(({ facts, record }) => {
      const sensor = made.get(facts.id);
      if (sensor === undefined) return [];
      const { at = 0, misses = 0, told = false } = before.get(sensor) ?? {};
      return [{ sensor, record, at, misses, told }];
    });
    this.power = made.get(power?.facts.id ?? '') ?? null;
    this.#key = key;
  }

  /** Reads all of them. Never fails: what cannot be had is said by the sensor, or is missed once it is old. */
  async sample(target: Target): Promise<void> {
    const waiting = this.#sampled.values();
    const some = async () => {
      // Where the node is lost in the middle, those that come behind are not waited for.
      for (const each of waiting) if (!this.#parts.isOver()) await this.#read(target, each);
    };
    await Promise.all([...Array.from({ length: together }, some), this.#readPower(target)]);
  }

  /** What has not been read for so many milliseconds is unknown. */
  findStale(now: number, allowed: number): void {
    for (const { sensor, at } of this.#sampled)
      if (sensor.reading !== null && now - at >= allowed)
        sensor.markUnavailable('UnavailableOffline', `no answer since ${sensor.readingTime?.toISOString()}`);
  }

  /** The node cannot be asked. */
  lose({ state }: Status, fault: string): void {
    const all = this.#sampled.map(({ sensor }) => sensor);
    for (const sensor of this.power === null ? all : [...all, this.power]) {
      if (state === 'Absent') sensor.markAbsent(fault);
      else if (state !== 'Enabled') sensor.markUnavailable(state, fault);
    }
  }

  /** The record of a sensor by its owner and its number. */
  record(owner: OwnerKey, number: number): SensorSdr | undefined {
    return this.#records.get(keyOf(owner, number));
  }

  origin(owner: OwnerKey, number: number): Origin | undefined {
    const key = keyOf(owner, number);
    const found = this.#sampled.find(({ record }) => keyOf(record.owner, record.number) === key);
    return found && { kind: 'sensor', id: found.sensor.id, chassis: found.sensor.chassis };
  }

  /** Records that cannot be used, once for each time that the records are read. */
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
    if (this.#parts.isOver()) return;
    if (reading?.value !== undefined) {
      each.at = performance.now();
      each.misses = 0;
      sensor.setReading(reading.value, this.#parts.now());
      if (each.told) this.#parts.misread(sensor, null);
      each.told = false;
    } else if (error === undefined) {
      each.misses = 0;
      this.#withoutReading(sensor);
    } else if (error.kind === 'completion' && this.#parts.isHostOff()) {
      this.#withoutReading(sensor);
    } else if (error.kind === 'completion' && error.code === notPresent) {
      sensor.markUnavailable('Absent', error.message);
    } else if (error.kind === 'completion' || error.kind === 'malformed') {
      this.#missed(each, deviceError(this.#facts.name ?? this.#facts.id, error));
    }
    // An answer that was lost is missed by `findStale`, and only once it is old.
  }

  #withoutReading(sensor: BoardSensor): void {
    if (this.#parts.isHostOff()) sensor.markUnavailable('StandbyOffline', 'its host is off');
    else sensor.markUnavailable('UnavailableOffline', 'its controller has no reading of it');
  }

  #missed(each: Sampled, error: DeviceError): void {
    each.misses += 1;
    if (each.misses < patience && each.sensor.reading !== null) return;
    each.sensor.markUnavailable('UnavailableOffline', error.message, 'Warning');
    if (each.misses < patience || each.told) return;
    each.told = true;
    this.#parts.misread(each.sensor, error);
  }

  async #readPower(target: Target): Promise<void> {
    const { power } = this;
    if (power === null) return;
    try {
      const { current, active } = await run(target, getPowerReading, undefined);
      if (this.#parts.isOver()) return;
      if (active) power.setReading(current, this.#parts.now());
      else power.markUnavailable('UnavailableOffline', 'its controller does not measure it now');
    } catch (error) {
      if (!this.#parts.isOver())
        power.markUnavailable('UnavailableOffline', deviceError(this.#facts.id, error).message);
    }
  }
}

/** What the number of a sensor belongs to: one address has up to four LUNs, each with numbers of its own. */
export type OwnerKey = Pick<SensorOwner, 'address' | 'lun'>;

const keyOf = ({ address, lun }: OwnerKey, number: number) => `${address} ${lun} ${number}`;
