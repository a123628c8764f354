/** SDR repository, event log and FRU devices of a simulated controller. */
import { concat, viewOf } from '../bytes.ts';
import { type FieldReader, le } from '../command.ts';
import { PRIVILEGE } from '../commands/app.ts';
import { COMPLETION } from '../completion.ts';
import { NETFN } from '../message.ts';
import { type Route, refuse } from './router.ts';

/** SDR repository, event log and FRU devices of a simulated controller. */

const END = 0xffff;
const SEL_RECORD = 16;

/** Records with IDs, read in a chain, under a reservation where they are read in parts. */
abstract class RecordStore {
  readonly records = new Map<number, Uint8Array>();
  protected reservation = 0;
  protected added = 0;
  protected erased = 0;
  #nextId = 1;
  #lastReservation = 0;

  /** Seconds on the controller's clock. */
  readonly clock: () => number;

  constructor(clock: () => number) {
    this.clock = clock;
  }

  /** Stores a record under the next free ID, which is written into it. Reservations end. */
  protected append(record: Uint8Array): number {
    while (this.records.has(this.#nextId)) this.#nextId++;
    const id = this.#nextId;
    this.#nextId = id >= END - 1 ? 1 : id + 1;
    const copy = Uint8Array.from(record);
    viewOf(copy).setUint16(0, id, true);
    this.records.set(id, copy);
    this.added = this.clock();
    this.reservation = 0;
    return id;
  }

  clear(): void {
    this.records.clear();
    this.erased = this.clock();
    this.reservation = 0;
    this.#nextId = 1;
  }

  /** Numbers go on after a reservation ended, so that a stale one is never valid again. */
  protected reserve(): number[] {
    this.#lastReservation = this.#lastReservation === END ? 1 : this.#lastReservation + 1;
    this.reservation = this.#lastReservation;
    return le(this.reservation, 2);
  }

  /** Answers Get SDR and Get SEL Entry. */
  protected read(request: FieldReader): Uint8Array {
    const reservation = request.u16();
    const asked = request.u16();
    const offset = request.u8();
    const count = request.u8();
    const ids = [...this.records.keys()];
    const id = asked === 0 ? ids[0] : asked === END ? ids.at(-1) : asked;
    const record = id === undefined ? undefined : this.records.get(id);
    if (id === undefined || record === undefined) return refuse(COMPLETION.notPresent);
    if (offset > 0 && reservation !== this.reservation) return refuse(COMPLETION.invalidReservation);
    if (offset > record.length) return refuse(COMPLETION.parameterOutOfRange);
    const next = ids[ids.indexOf(id) + 1] ?? END;
    return concat(le(next, 2), record.subarray(offset, count === 0xff ? undefined : offset + count));
  }

  protected delete(request: FieldReader): number[] {
    if (request.u16() !== this.reservation) refuse(COMPLETION.invalidReservation);
    const asked = request.u16();
    const id = asked === 0 ? [...this.records.keys()][0] : asked;
    if (id === undefined || !this.records.delete(id)) return refuse(COMPLETION.notPresent);
    this.erased = this.clock();
    this.reservation = 0;
    return le(id, 2);
  }

  protected clearOnRequest(request: FieldReader): number[] {
    if (request.u16() !== this.reservation) refuse(COMPLETION.invalidReservation);
    if (request.u24() !== 0x524c43) refuse(COMPLETION.invalidField); // "CLR"
    if (request.u8() === 0xaa) this.clear();
    return [1];
  }

  /** Version, count, free bytes, both timestamps, and what is supported: reserve, and delete. */
  protected info(free: number, overflow: boolean): number[] {
    const support = 0x02 | 0x08 | (overflow ? 0x80 : 0);
    return [
      0x51,
      ...le(this.records.size, 2),
      ...le(free, 2),
      ...le(this.added, 4),
      ...le(this.erased, 4),
      support,
    ];
  }
}

export class SdrStore extends RecordStore {
  add(record: Uint8Array): number {
    return this.append(record);
  }

  routes(): readonly Route[] {
    const { storage, sensorEvent } = NETFN;
    const count = (): number[] => [this.records.size & 0xff, 0x01];
    return [
      [storage, 0x20, PRIVILEGE.user, () => this.info(END, false)],
      [storage, 0x22, PRIVILEGE.user, () => this.reserve()],
      [storage, 0x23, PRIVILEGE.user, (request) => this.read(request)],
      [storage, 0x24, PRIVILEGE.operator, (request) => this.#addOnRequest(request.rest())],
      [storage, 0x26, PRIVILEGE.operator, (request) => this.delete(request)],
      [storage, 0x27, PRIVILEGE.operator, (request) => this.clearOnRequest(request)],
      [sensorEvent, 0x20, PRIVILEGE.user, count],
      [sensorEvent, 0x21, PRIVILEGE.user, (request) => this.read(request)],
      [sensorEvent, 0x22, PRIVILEGE.user, () => this.reserve()],
    ];
  }

  #addOnRequest(record: Uint8Array): number[] {
    if (record.length < 5 || record.length !== 5 + (record[4] ?? 0)) refuse(COMPLETION.requestLengthInvalid);
    return le(this.append(record), 2);
  }
}

export class SelStore extends RecordStore {
  readonly #capacity: number;
  #overflow = false;
  #offset: number | undefined;
  readonly #setClock: (seconds: number) => void;

  constructor(clock: () => number, setClock: (seconds: number) => void, capacity: number) {
    super(clock);
    this.#capacity = capacity;
    this.#setClock = setClock;
  }

  /**
   * Logs a record of 16 bytes; ID and, for the types that have one, timestamp are the log's. A full log drops
   * its oldest record.
   */
  add(record: Uint8Array): number {
    const copy = Uint8Array.from(record);
    if ((copy[2] ?? 0) < 0xe0) viewOf(copy).setUint32(3, this.clock(), true);
    const [oldest] = this.records.keys();
    if (this.records.size >= this.#capacity && oldest !== undefined) {
      this.records.delete(oldest);
      this.#overflow = true;
    }
    return this.append(copy);
  }

  override clear(): void {
    super.clear();
    this.#overflow = false;
  }

  routes(): readonly Route[] {
    const { storage } = NETFN;
    return [
      [storage, 0x40, PRIVILEGE.user, () => this.info(this.#free(), this.#overflow)],
      [storage, 0x42, PRIVILEGE.user, () => this.reserve()],
      [storage, 0x43, PRIVILEGE.user, (request) => this.read(request)],
      [storage, 0x44, PRIVILEGE.operator, (request) => le(this.add(request.bytes(SEL_RECORD)), 2)],
      [storage, 0x46, PRIVILEGE.operator, (request) => this.delete(request)],
      [storage, 0x47, PRIVILEGE.operator, (request) => this.clearOnRequest(request)],
      [storage, 0x48, PRIVILEGE.user, () => le(this.clock(), 4)],
      [storage, 0x28, PRIVILEGE.user, () => le(this.clock(), 4)],
      [storage, 0x49, PRIVILEGE.operator, (request) => this.#set(request.u32())],
      [storage, 0x29, PRIVILEGE.operator, (request) => this.#set(request.u32())],
      [storage, 0x5c, PRIVILEGE.user, () => le(this.#offset ?? 0x07ff, 2)],
      [
        storage,
        0x5d,
        PRIVILEGE.operator,
        (request) => {
          this.#offset = request.u16();
          return [];
        },
      ],
    ];
  }

  #set(seconds: number): number[] {
    this.#setClock(seconds);
    return [];
  }

  #free(): number {
    return Math.min((this.#capacity - this.records.size) * SEL_RECORD, END);
  }
}

/** FRU devices by their ID: fixed areas of bytes. */
export class FruStore {
  readonly devices: Map<number, Uint8Array>;
  /** Called with the ID of a device after a client wrote to it. */
  onWrite: ((fru: number) => void) | undefined;

  constructor(devices: ReadonlyMap<number, Uint8Array>) {
    this.devices = new Map([...devices].map(([id, contents]) => [id, Uint8Array.from(contents)]));
  }

  routes(): readonly Route[] {
    const { storage } = NETFN;
    return [
      [storage, 0x10, PRIVILEGE.user, (request) => [...le(this.#device(request).length, 2), 0]],
      [storage, 0x11, PRIVILEGE.user, (request) => this.#read(request)],
      [storage, 0x12, PRIVILEGE.operator, (request) => this.#write(request)],
    ];
  }

  #device(request: FieldReader): Uint8Array {
    return this.devices.get(request.u8()) ?? refuse(COMPLETION.notPresent);
  }

  #read(request: FieldReader): Uint8Array {
    const contents = this.#device(request);
    const offset = request.u16();
    const count = request.u8();
    if (offset >= contents.length) return refuse(COMPLETION.parameterOutOfRange);
    const data = contents.subarray(offset, offset + count);
    return concat([data.length], data);
  }

  #write(request: FieldReader): number[] {
    const id = request.u8();
    const contents = this.devices.get(id) ?? refuse(COMPLETION.notPresent);
    const offset = request.u16();
    const data = request.rest();
    if (offset + data.length > contents.length) refuse(COMPLETION.parameterOutOfRange);
    contents.set(data, offset);
    this.onWrite?.(id);
    return [data.length];
  }
}
