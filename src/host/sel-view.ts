/**
 * The log of a host in the journal as a system event log (IPMI 2.0, section 31). Clearing it hides what is there; the journal
 * keeps its entries.
 */
import { type FieldReader, le, NETFN, type Route, refuse } from 'node-ipmi';
import type { BoardSettings } from '../board/model/board.ts';

export interface LogEntry {
  /** Rises with every entry, and is never used again. */
  readonly id: number;
  readonly time: Date;
  /** Further data; `raw` is the record as a host or a node has sent it, 16 bytes in hexadecimal. */
  readonly detail: unknown;
}

export interface HostLog {
  /** Rises with every change. */
  readonly revision: number;
  /** The newest entries that follow the entry `after`, the newest first. */
  newest(after: number, limit: number): { readonly entries: readonly LogEntry[]; readonly total: number };
}

export interface SelViewParts {
  readonly host: string;
  readonly log: HostLog;
  readonly settings: BoardSettings;
  readonly now: () => Date;
  /** Enterprise number in records that the controller itself has made. */
  readonly manufacturer: number;
}

/** Records that are shown; the journal may have more. */
const room = 512;
const length = 16;
const end = 0xffff;
/** Record ids are 1 to FFFEh. */
const ids = 0xfffe;
/** An OEM record with a time: the number of the entry in the journal is its data. */
const ownRecord = 0xc0;
const version = 0x51;
const support = { reserve: 0x02, overflow: 0x80 } as const;

interface Built {
  readonly revision: number;
  readonly after: number;
  readonly records: ReadonlyMap<number, Uint8Array>;
  readonly order: readonly number[];
  readonly newest: number;
  readonly added: number;
  readonly overflow: boolean;
}

export class SelView {
  readonly #parts: SelViewParts;
  readonly #key: string;
  #built: Built | undefined;
  #reservation = 0;

  constructor(parts: SelViewParts) {
    this.#parts = parts;
    this.#key = `host.${parts.host}.selCleared`;
  }

  routes(): readonly Route[] {
    const { storage } = NETFN;
    const clock = () => le(Math.floor(this.#parts.now().getTime() / 1000), 4);
    return [
      [storage, 0x40, 0, () => this.#info()],
      [storage, 0x42, 0, () => this.#reserve()],
      [storage, 0x43, 0, (request) => this.#read(request)],
      [storage, 0x47, 0, (request) => this.#clear(request)],
      [storage, 0x48, 0, clock],
      [storage, 0x28, 0, clock],
      // Unspecified: the clock is that of the controller, which is UTC.
      [storage, 0x5c, 0, () => le(0x07ff, 2)],
    ];
  }

  #info(): readonly number[] {
    const { records, added, overflow } = this.#current();
    const [, erased] = this.#cleared;
    return [
      version,
      ...le(records.size, 2),
      ...le((room - records.size) * length, 2),
      ...le(added, 4),
      ...le(erased, 4),
      support.reserve | (overflow ? support.overflow : 0),
    ];
  }

  #reserve(): readonly number[] {
    this.#reservation = (this.#reservation % end) + 1;
    return le(this.#reservation, 2);
  }

  #read(request: FieldReader): readonly number[] {
    request.u16();
    const asked = request.u16();
    const [offset, count] = [request.u8(), request.u8()];
    const { records, order } = this.#current();
    const id = asked === 0 ? order[0] : asked === end ? order.at(-1) : asked;
    const record = id === undefined ? undefined : records.get(id);
    if (id === undefined || record === undefined) return refuse(0xcb);
    if (offset >= length) return refuse(0xc9);
    const next = order[order.indexOf(id) + 1] ?? end;
    return [...le(next, 2), ...record.subarray(offset, count === 0xff ? length : offset + count)];
  }

  #clear(request: FieldReader): readonly number[] {
    const reservation = request.u16();
    if (reservation === 0 || reservation !== this.#reservation) return refuse(0xc5);
    if (request.u24() !== 0x524c43) return refuse(0xcc); // "CLR"
    const erases = request.u8() === 0xaa;
    if (erases) {
      const seconds = Math.floor(this.#parts.now().getTime() / 1000);
      this.#parts.settings.set(this.#key, `${this.#current().newest} ${seconds}`);
      this.#reservation = 0;
    }
    return [1];
  }

  /** Number of the last hidden entry, and when it was hidden, seconds. */
  get #cleared(): readonly [entry: number, seconds: number] {
    const [entry = 0, seconds = 0] = (this.#parts.settings.get(this.#key) ?? '').split(' ').map(Number);
    const whole = (value: number) => (Number.isSafeInteger(value) && value >= 0 ? value : 0);
    return [whole(entry), Math.min(whole(seconds), 0xffffffff)];
  }

  #current(): Built {
    const { log } = this.#parts;
    const [after] = this.#cleared;
    const before = this.#built;
    if (before?.revision === log.revision && before.after === after) return before;
    const { revision } = log;
    const { entries, total } = log.newest(after, room);
    const records = new Map<number, Uint8Array>();
    for (const entry of [...entries].reverse()) {
      const id = 1 + ((entry.id - 1) % ids);
      records.set(id, this.#record(entry, id));
    }
    const [newest] = entries;
    this.#built = {
      ...{ revision, after, records, order: [...records.keys()], overflow: total > room },
      newest: newest?.id ?? after,
      added: newest === undefined ? 0 : Math.floor(newest.time.getTime() / 1000),
    };
    return this.#built;
  }

  #record({ id: entry, time, detail }: LogEntry, id: number): Uint8Array {
    const seconds = le(Math.min(0xffffffff, Math.max(0, Math.floor(time.getTime() / 1000))), 4);
    const raw = rawOf(detail);
    if (raw !== undefined) {
      raw.set(le(id, 2));
      return raw;
    }
    return Uint8Array.from([
      ...[...le(id, 2), ownRecord],
      ...seconds,
      ...le(this.#parts.manufacturer, 3),
      ...le(entry % 2 ** 48, 6),
    ]);
  }
}

function rawOf(detail: unknown): Uint8Array | undefined {
  if (typeof detail !== 'object' || detail === null || !('raw' in detail)) return undefined;
  const bytes = Uint8Array.from(Buffer.from(String(detail.raw), 'hex'));
  return bytes.length === length ? bytes : undefined;
}
