/** Records that wait in memory while the store accepts no writes. */
import { logOf, type Row } from './table.ts';

/** A bounded buffer. When it overflows, the least severe records are dropped first. */
export class PendingRecords {
  readonly #limit: number;
  rows: readonly Row[] = [];
  /** Records dropped since the start. */
  lost = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(rows: readonly Row[]): void {
    this.rows = [...this.rows, ...rows];
    for (let worth = 0; this.rows.length > this.#limit && worth <= 3; worth++) {
      let over = this.rows.length - this.#limit;
      this.rows = this.rows.filter((row) => {
        if (worthOf(row) !== worth || over === 0) return true;
        over--;
        this.lost++;
        return false;
      });
    }
  }

  /** Drops all records. */
  drop(): void {
    this.lost += this.rows.length;
    this.rows = [];
  }
}

/** Lowest first: POST codes, which come in bulk, then by severity. */
const worthOf = (row: Row): number =>
  logOf(row) === 'PostCodes' ? 0 : 1 + ['OK', 'Warning', 'Critical'].indexOf(row.severity);
