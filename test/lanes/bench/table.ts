/** The figures of a run as a table in Markdown: what was measured, what is aimed at, and whether it was reached. */

interface Figure {
  readonly name: string;
  readonly value: number;
  /** The aim: at least or at most so much; absent where the figure is only shown. */
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
  /** Digits behind the point. */
  readonly digits?: number;
  readonly unit?: string;
}

export class FigureTable {
  readonly #figures: Figure[] = [];

  add(figure: Figure): void {
    this.#figures.push(figure);
  }

  /** Returns the table, with a line break before and after it. */
  toString(): string {
    const rows = this.#figures.map((figure) => {
      const { name, atLeast, atMost } = figure;
      const aim = atLeast !== undefined ? `≥ ${text(figure, atLeast)}` : `≤ ${text(figure, atMost ?? 0)}`;
      const hasAim = atLeast !== undefined || atMost !== undefined;
      return `| ${name} | ${text(figure, figure.value)} | ${hasAim ? aim : ''} | ${hasAim ? verdict(figure) : ''} |`;
    });
    return `\n| figure | now | aim | |\n|---|---|---|---|\n${rows.join('\n')}\n\n`;
  }
}

const text = ({ digits = 2, unit = '' }: Figure, value: number): string =>
  `${value.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`;

/** Compares what is printed: a figure that reads as the aim has reached it. */
function verdict({ value, atLeast, atMost, digits = 2 }: Figure): string {
  const shown = Number(value.toFixed(digits));
  return shown >= (atLeast ?? shown) && shown <= (atMost ?? shown) ? 'reached' : 'missed';
}
