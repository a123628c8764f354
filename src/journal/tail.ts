import { logOf, type Row } from './table.ts';

/** Records that wait in memory while the store takes none; what is worth least is given up first. */
export class Tail {
  readonly #limit: number;
  rows: readonly Row[] = [];
  /** Records that were lost since the start. */
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

  /** Gives up all of them. */
  drop(): void {
    this.lost += this.rows.length;
    this.rows = [];
  }
}

/** Codes of firmware, of which there are many, are worth least; then what is least severe. */
const worthOf = (row: Row): number =>
  logOf(row) === 'PostCodes' ? 0 : 1 + ['OK', 'Warning', 'Critical'].indexOf(row.severity);
