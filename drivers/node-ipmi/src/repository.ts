import { bridge } from './bridge.ts';
import { concat } from './bytes.ts';
import { type Command, run } from './command.ts';
import { getReadingFactors, getSensorReading } from './commands/sensor.ts';
import {
  getDeviceSdr,
  getFruInfo,
  getSdr,
  getSdrInfo,
  getSel,
  getSelInfo,
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
import { decodeSelRecord, type SelRecord } from './sel.ts';

/** Reading whole stores of a controller: sensor records, sensors, event log and FRU contents. */

const END = 0xffff;
/** How often a store that changes while it is read is begun anew. */
const RESTARTS = 3;

function hasCode(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof IpmiError && error.kind === 'completion' && codes.includes(error.code ?? -1);
}

/** Where the answers of a controller are too small for what was asked. */
const TOO_MUCH = [
  COMPLETION.cannotReturnBytes,
  COMPLETION.fieldLengthExceeded,
  COMPLETION.requestLengthInvalid,
  COMPLETION.parameterOutOfRange,
  COMPLETION.unspecified,
] as const;

interface Page {
  readonly next: number;
  readonly data: Uint8Array;
}

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

/** Records asked for before the chain has come to them. */
const AHEAD = 8;

/**
 * Follows the chain of records from the one given. A chain that comes back to a record it had ends there.
 *
 * Each record tells the ID of the next, so that reading would go at the pace of one answer after the other.
 * IDs are mostly consecutive, though: as long as they are, the next ones are asked for in advance, `count`
 * being how many there may be. What turns out not to be in the chain is thrown away.
 */
async function walk(
  get: (record: number) => Promise<Page | undefined>,
  first: number,
  count: number,
  each: (bytes: Uint8Array) => void,
): Promise<void> {
  const ahead = new Map<number, Promise<Page | undefined>>();
  const seen = new Set<number>();
  for (let record = first; record !== END && !seen.has(record); ) {
    seen.add(record);
    const early = await ahead.get(record)?.catch(() => undefined);
    ahead.delete(record);
    const page = early ?? (await get(record));
    if (page === undefined) return;
    each(page.data);
    const [low = 0, high = 0] = page.data;
    const isConsecutive = page.next === (low | (high << 8)) + 1;
    const last = isConsecutive ? page.next + Math.min(AHEAD, count - seen.size) : page.next;
    for (let id = page.next; id < last; id++) {
      if (ahead.has(id) || seen.has(id)) continue;
      const asked = get(id);
      asked.catch(() => undefined);
      ahead.set(id, asked);
    }
    record = page.next;
  }
  // Nothing is left under way behind the caller's back.
  await Promise.allSettled(ahead.values());
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

/** Events of the log behind a record. */
export interface SelSlice {
  readonly records: readonly SelRecord[];
  /**
   * The record after which the slice begins was not there any more: the log was cleared or has wrapped, and
   * the slice is the whole log.
   */
  readonly restarted: boolean;
}

/**
 * Reads the event log: all of it, or what came after the record given (as it was then, so that a log that was
 * cleared and filled again is noticed). Begun anew where the log is cleared meanwhile.
 */
export async function readSel(target: Target, after?: SelRecord): Promise<SelSlice> {
  for (let attempt = 0; ; attempt++) {
    try {
      const start = after === undefined ? 0 : await nextAfter(target, after);
      const restarted = after !== undefined && start === undefined;
      return { records: await selFrom(target, start ?? 0), restarted };
    } catch (error) {
      const isCleared = hasCode(error, COMPLETION.notPresent, COMPLETION.invalidReservation);
      if (!isCleared || attempt >= RESTARTS) throw error;
    }
  }
}

const entry = (record: number): SdrRequest => ({ reservation: 0, record, offset: 0, count: 0xff });

/** The record behind `after`, or undefined where that one is gone or is another now. */
async function nextAfter(target: Target, after: SelRecord): Promise<number | undefined> {
  try {
    const page = await run(target, getSel, entry(after.recordId));
    const now = decodeSelRecord(page.data);
    return JSON.stringify(now) === JSON.stringify(after) ? page.next : undefined;
  } catch (error) {
    if (hasCode(error, COMPLETION.notPresent, COMPLETION.parameterOutOfRange)) return undefined;
    throw error;
  }
}

async function selFrom(target: Target, first: number): Promise<SelRecord[]> {
  const records: SelRecord[] = [];
  if (first === END) return records;
  const { entries } = await run(target, getSelInfo, undefined);
  const get = async (record: number): Promise<Page | undefined> => {
    try {
      return await run(target, getSel, entry(record));
    } catch (error) {
      // An empty log has no first record.
      if (record === 0 && hasCode(error, COMPLETION.notPresent)) return undefined;
      throw error;
    }
  };
  await walk(get, first, entries, (bytes) => records.push(decodeSelRecord(bytes)));
  return records;
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
