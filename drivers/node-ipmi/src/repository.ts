import { bridge } from './bridge.ts';
import { concat } from './bytes.ts';
import { AHEAD, hasCode, type Page, RESTARTS, walk } from './chain.ts';
import { type Command, run } from './command.ts';
import { getReadingFactors, getSensorReading } from './commands/sensor.ts';
import {
  getDeviceSdr,
  getFruInfo,
  getSdr,
  getSdrInfo,
  readFru as readFruCommand,
  reserveDeviceSdr,
  reserveSdr,
  type SdrRequest,
  writeFru as writeFruCommand,
} from './commands/storage.ts';
import { COMPLETION } from './completion.ts';
import { IpmiError } from './errors.ts';
import { BMC_ADDRESS, type Target } from './message.ts';
import { expandSensor, interpretReading, isSensor, type SensorReading } from './reading.ts';
import type { FullSensor, Sdr, SensorOwner, SensorSdr } from './sdr.ts';
import { decodeFactors, decodeSdr } from './sdr-decode.ts';

/** Reading whole stores of a controller: sensor records, sensors and FRU contents. The event log is in sel-reader.ts. */

/** Where the answers of a controller are too small for what was asked. */
const TOO_MUCH = [
  COMPLETION.cannotReturnBytes,
  COMPLETION.fieldLengthExceeded,
  COMPLETION.requestLengthInvalid,
  COMPLETION.parameterOutOfRange,
  COMPLETION.unspecified,
] as const;

interface Store {
  readonly get: Command<SdrRequest, Page>;
  readonly reserve: Command<void, number>;
}

const REPOSITORY: Store = { get: getSdr, reserve: reserveSdr };
const DEVICE: Store = { get: getDeviceSdr, reserve: reserveDeviceSdr };

/**
 * All sensor data records, from the SDR repository or, with `device`, from the controller's own. Read whole
 * where the controller can, in parts where it cannot, without a reservation where it refuses one. Begun anew
 * where the repository changes meanwhile. `each` gets every record as soon as it is there.
 */
export async function readSdrs(
  target: Target,
  options: { readonly device?: boolean; readonly each?: (sdr: Sdr) => void } = {},
): Promise<readonly Sdr[]> {
  const store = options.device === true ? DEVICE : REPOSITORY;
  for (let attempt = 0; ; attempt++) {
    const before = options.device === true ? undefined : await run(target, getSdrInfo, undefined);
    const reader = new RecordReader(target, store);
    const sdrs: Sdr[] = [];
    try {
      await walk(
        (record) => reader.read(record),
        0,
        before?.records ?? AHEAD,
        (bytes) => {
          const sdr = decodeSdr(bytes);
          sdrs.push(sdr);
          options.each?.(sdr);
        },
      );
    } catch (error) {
      const isChanged = hasCode(error, COMPLETION.invalidReservation, COMPLETION.notPresent);
      if (!isChanged || attempt >= RESTARTS) throw error;
      continue;
    }
    if (before === undefined || attempt >= RESTARTS) return sdrs;
    const after = await run(target, getSdrInfo, undefined);
    if (before.records === after.records && before.added === after.added && before.erased === after.erased)
      return sdrs;
  }
}

/** Reads records whole, and from the first that is too long on in parts of a size that the controller can. */
class RecordReader {
  readonly #target: Target;
  readonly #store: Store;
  #part = 0;
  #reservation: Promise<number> | undefined;

  constructor(target: Target, store: Store) {
    this.#target = target;
    this.#store = store;
  }

  async read(record: number): Promise<Page | undefined> {
    try {
      if (this.#part === 0) return await this.#get(record, 0, 0xff);
    } catch (error) {
      // An empty store has no first record.
      if (record === 0 && hasCode(error, COMPLETION.notPresent)) return undefined;
      if (!hasCode(error, ...TOO_MUCH)) throw error;
      this.#part = 32;
    }
    return this.#inParts(record);
  }

  async #inParts(record: number): Promise<Page> {
    const head = await this.#get(record, 0, 5);
    const length = 5 + (head.data[4] ?? 0);
    const parts = [head.data];
    for (let offset = head.data.length; offset < length; ) {
      try {
        const { data } = await this.#get(record, offset, Math.min(this.#part, length - offset));
        if (data.length === 0)
          throw new IpmiError('malformed', `record ${record} ends at byte ${offset} of ${length}`);
        parts.push(data);
        offset += data.length;
      } catch (error) {
        if (!hasCode(error, ...TOO_MUCH) || this.#part <= 4) throw error;
        this.#part >>= 1;
      }
    }
    return { next: head.next, data: concat(...parts) };
  }

  async #get(record: number, offset: number, count: number): Promise<Page> {
    const reservation = offset === 0 && count === 0xff ? 0 : await this.#reserve();
    return run(this.#target, this.#store.get, { reservation, record, offset, count });
  }

  /** Controllers with a fixed store refuse a reservation, and need none. */
  #reserve(): Promise<number> {
    this.#reservation ??= run(this.#target, this.#store.reserve, undefined).catch((error: unknown) => {
      if (error instanceof IpmiError && error.kind === 'completion') return 0;
      throw error;
    });
    return this.#reservation;
  }
}

/** A sensor with its reading, or with what went wrong. */
export interface SensorSample {
  readonly sdr: SensorSdr;
  readonly reading: SensorReading | undefined;
  readonly error: IpmiError | undefined;
}

/** The controller that a sensor's owner is, seen from the BMC: itself, or a node behind it. */
export function ownerTarget(target: Target, owner: SensorOwner): Target {
  const isOwn = owner.address === (target.address ?? BMC_ADDRESS);
  return isOwn ? target : bridge(target, { address: owner.address, channel: owner.channel });
}

/** Reads one sensor, from whoever owns it. Never fails: what went wrong is in the sample. */
export async function sampleSensor(target: Target, sdr: SensorSdr): Promise<SensorSample> {
  try {
    const owner = ownerTarget(target, sdr.owner);
    const raw = await run(owner, getSensorReading, { sensor: sdr.number }, sdr.owner.lun);
    const known =
      sdr.kind === 'full' && sdr.factors.linearization >= NON_LINEAR
        ? await linearAt(owner, sdr, raw.raw)
        : sdr;
    return { sdr, reading: interpretReading(known, raw), error: undefined };
  } catch (error) {
    if (!(error instanceof IpmiError)) throw error;
    return { sdr, reading: undefined, error };
  }
}

/** From this linearization on a sensor is not linear, and tells the factors of each reading itself. */
const NON_LINEAR = 0x70;

/** The record of a non-linear sensor with the factors that hold at one raw reading (section 36.2). */
async function linearAt(owner: Target, sdr: FullSensor, raw: number): Promise<FullSensor> {
  if (sdr.factors.format === 'none') return sdr;
  const answer = await run(owner, getReadingFactors, { sensor: sdr.number, raw }, sdr.owner.lun);
  return { ...sdr, factors: decodeFactors(answer.factors, 0, sdr.factors.format) };
}

/** Reads many sensors at once. Event-only sensors have no reading and are left out. */
export function sampleSensors(target: Target, sdrs: readonly Sdr[]): Promise<SensorSample[]> {
  return Promise.all(sdrs.flatMap(readable).map((sdr) => sampleSensor(target, sdr)));
}

/** The sensors of a record that have readings: several where they share it. */
function readable(sdr: Sdr): readonly SensorSdr[] {
  return isSensor(sdr) && sdr.kind !== 'eventOnly' ? expandSensor(sdr) : [];
}

/** Reads all records and, while the chain of records goes on, the sensors that they tell of. */
export async function sweep(target: Target): Promise<{ sdrs: readonly Sdr[]; samples: SensorSample[] }> {
  const samples = new Map<string, Promise<SensorSample>>();
  const each = (sdr: Sdr): void => {
    for (const sensor of readable(sdr))
      samples.set(`${sdr.recordId}/${sensor.number}`, sampleSensor(target, sensor));
  };
  const sdrs = await readSdrs(target, { each });
  const ids = new Set(sdrs.map((sdr) => sdr.recordId));
  const all = await Promise.all(samples.values());
  // Records that went away while the repository was read are no sensors any more.
  return { sdrs, samples: all.filter(({ sdr }) => ids.has(sdr.recordId)) };
}

/** The contents of a FRU device, for `decodeFru`. Many reads are under way at once. */
export async function readFruData(target: Target, fru = 0): Promise<Uint8Array> {
  const { size, words } = await run(target, getFruInfo, { fru });
  const unit = words ? 2 : 1;
  const out = new Uint8Array(size);
  for (let part = 32; ; part >>= 1) {
    try {
      const starts = Array.from({ length: Math.ceil(size / part) }, (_, index) => index * part);
      await Promise.all(
        starts.map((start) => fillFru(target, fru, out, start, Math.min(start + part, size), unit)),
      );
      return out;
    } catch (error) {
      if (!hasCode(error, ...TOO_MUCH) || part <= 8) throw error;
    }
  }
}

/** Reads bytes `start` to `end`; the controller may give fewer than asked at a time. */
async function fillFru(
  target: Target,
  fru: number,
  out: Uint8Array,
  start: number,
  end: number,
  unit: number,
): Promise<void> {
  for (let at = start; at < end; ) {
    const request = { fru, offset: at / unit, count: Math.ceil((end - at) / unit) };
    const { data } = await run(target, readFruCommand, request);
    if (data.length === 0) throw new IpmiError('malformed', `FRU ${fru} ends at byte ${at} of ${out.length}`);
    out.set(data.subarray(0, end - at), at);
    at += data.length;
  }
}

/** Writes a FRU device from its first byte on, in order, so that power lost in between leaves a whole beginning. */
export async function writeFruData(target: Target, contents: Uint8Array, fru = 0): Promise<void> {
  const { size, words } = await run(target, getFruInfo, { fru });
  if (contents.length > size) {
    throw new IpmiError('invalid', `${contents.length} bytes do not fit FRU ${fru}, which has ${size}`);
  }
  const unit = words ? 2 : 1;
  for (let at = 0; at < contents.length; ) {
    const data = contents.subarray(at, at + 16);
    const written = (await run(target, writeFruCommand, { fru, offset: at / unit, data })) * unit;
    if (written === 0) throw new IpmiError('malformed', `FRU ${fru} took nothing at byte ${at}`);
    at += written;
  }
}
