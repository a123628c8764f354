/** Reads single records of a store: whole, or in parts where the controller cannot give them whole. */
import { concat } from './bytes.ts';
import { hasCode, type Page, RESTARTS } from './chain.ts';
import { type Command, run } from './command.ts';
import type { SdrRequest } from './commands/storage.ts';
import { COMPLETION } from './completion.ts';
import { IpmiError } from './errors.ts';
import type { Target } from './message.ts';

/** Codes with which controllers refuse a length: less may be given. */
export const TOO_MUCH = [
  COMPLETION.processingTimeout,
  COMPLETION.requestLengthInvalid,
  COMPLETION.fieldLengthExceeded,
  COMPLETION.parameterOutOfRange,
  COMPLETION.cannotReturnBytes,
  COMPLETION.noResponse,
  COMPLETION.unspecified,
] as const;

/** Codes for a whole record that smaller parts do not change. */
const FINAL = [COMPLETION.invalidCommand, COMPLETION.notPresent, COMPLETION.insufficientPrivilege] as const;

const WHOLE = 0xff;
const LARGEST_PART = 32;
const SMALLEST_PART = 4;
/** Offsets of a partial read have one byte. */
const LARGEST_OFFSET = 0xff;

export interface RecordStore {
  readonly get: Command<SdrRequest, Page>;
  readonly reserve: Command<void, number>;
  /** Length of a record in bytes, as far as its beginning shows; at least what is needed to know more. */
  length(beginning: Uint8Array): number;
}

export class RecordReader {
  readonly #target: Target;
  readonly #store: RecordStore;
  #readsWhole = true;
  #hasAnswered = false;
  #part = LARGEST_PART;
  #reservation: Promise<number> | undefined;

  constructor(target: Target, store: RecordStore) {
    this.#target = target;
    this.#store = store;
  }

  /** Record 0 is the first; undefined when the store is empty. @throws IpmiError */
  async read(record: number): Promise<Page | undefined> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#read(record);
      } catch (error) {
        if (record === 0 && hasCode(error, COMPLETION.notPresent)) return undefined;
        if (!hasCode(error, COMPLETION.invalidReservation) || attempt >= RESTARTS) throw error;
        this.#reservation = undefined;
      }
    }
  }

  async #read(record: number): Promise<Page> {
    let beginning: Page | undefined;
    if (this.#readsWhole) {
      try {
        beginning = await this.#get(record, 0, WHOLE);
        this.#hasAnswered = true;
      } catch (error) {
        if (!this.#isWorthParts(error)) throw error;
        this.#readsWhole = false;
      }
    }
    return this.#complete(record, beginning);
  }

  /**
   * Whether a record that cannot be had whole may be had in parts. Silence counts for the first record only: messages that
   * are too long for a link in between are dropped, but later silence means that the controller is gone.
   */
  #isWorthParts(error: unknown): boolean {
    if (!(error instanceof IpmiError)) return false;
    if (error.kind === 'timeout') return !this.#hasAnswered;
    return error.kind === 'malformed' || (error.kind === 'completion' && !hasCode(error, ...FINAL));
  }

  /** Adds what is missing behind the beginning of a record. */
  async #complete(record: number, beginning: Page | undefined): Promise<Page> {
    let next = beginning?.next;
    let data: Uint8Array = beginning?.data ?? new Uint8Array();
    for (;;) {
      const length = this.#store.length(data);
      if (next !== undefined && data.length >= length) return { next, data: data.subarray(0, length) };
      const count = Math.min(this.#part, length - data.length);
      try {
        const page = await this.#readPart(record, data.length, count);
        next ??= page.next;
        data = concat(data, page.data.subarray(0, count));
        this.#hasAnswered = true;
      } catch (error) {
        if (!hasCode(error, ...TOO_MUCH) || this.#part <= SMALLEST_PART) throw error;
        this.#part >>= 1;
      }
    }
  }

  async #readPart(record: number, offset: number, count: number): Promise<Page> {
    const page = offset > LARGEST_OFFSET ? undefined : await this.#get(record, offset, count);
    if (page === undefined || page.data.length === 0)
      throw new IpmiError('malformed', `${this.#store.get.name}: record ${record} ends at byte ${offset}`);
    return page;
  }

  async #get(record: number, offset: number, count: number): Promise<Page> {
    const reservation = count === WHOLE ? 0 : await this.#reserve();
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
