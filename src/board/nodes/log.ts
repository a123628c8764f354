/** How far the event log of a node has been taken over. */
import { decodeSelRecord, encodeSelRecord, type SelRecord } from 'node-ipmi';

export class NodeLog {
  /** The last record that was taken over; undefined before the first. */
  last: SelRecord | undefined;
  #seen = '';

  /** `mark` is that of the last record, as it was kept. */
  constructor(mark: string | undefined) {
    const bytes = mark === undefined ? undefined : Buffer.from(mark, 'hex');
    this.last = bytes?.length === 16 ? decodeSelRecord(bytes) : undefined;
  }

  /** Whether there is something to read, by what Get SEL Info says (IPMI 2.0, section 31.2). */
  hasMoved(added: number, erased: number, entries: number): boolean {
    return this.#seen !== `${added} ${erased} ${entries}`;
  }

  /** All has been taken over that was there when the log said this. */
  seen(added: number, erased: number, entries: number): void {
    this.#seen = `${added} ${erased} ${entries}`;
  }

  /** New records, each with the mark to keep with it. */
  take(records: readonly SelRecord[]): readonly { readonly bytes: Uint8Array; readonly mark: string }[] {
    this.last = records.at(-1) ?? this.last;
    return records.map((record) => {
      const bytes = encodeSelRecord(record);
      return { bytes, mark: Buffer.from(bytes).toString('hex') };
    });
  }
}
