/** Output: rows as a table, JSON, JSON Lines, YAML, CSV, names or bare values. All but `render` is pure. */
import { isObject, type JsonObject } from '@redfishd/client';
import { usageError } from './exit.ts';
import type { Arguments, Format } from './options.ts';

export type Row = JsonObject;

/** How rows of a command are shown. */
export interface Shape {
  /** Fields of the table, in order. */
  readonly columns: readonly string[];
  /** More of them for `-o wide`. */
  readonly wide?: readonly string[];
  /** The field of `-o name`, and the default of `-o value`. */
  readonly key: string;
  readonly value?: string;
  /** One object rather than a list. */
  readonly single?: boolean;
}

/** The value at `a.b` of a row. */
export function fieldOf(row: Row, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path];
  let value: unknown = row;
  for (const name of path.split('.')) {
    if (Array.isArray(value)) value = value[Number(name)];
    else value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

/** A value in one line; nothing for null. Control characters of a service do not reach the terminal. */
export function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object'))
    return value.map(cellOf).join(',');
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

const colourOf: Readonly<Record<string, string>> = {
  ...{ OK: '32', Warning: '33', Critical: '31', failed: '31' },
};

/** Lines of a table. @param width of the terminal, or undefined for lines that are not cut */
export function tableLines(
  rows: readonly Row[],
  columns: readonly string[],
  options: { readonly headers: boolean; readonly width?: number | undefined; readonly colour?: boolean },
): string[] {
  const cells = rows.map((row) => columns.map((column) => cellOf(fieldOf(row, column))));
  const titles = columns.map((column) => column.replace(/([a-z])([A-Z])/g, '$1 $2').toUpperCase());
  const all = options.headers ? [titles, ...cells] : cells;
  const widths = columns.map((_, index) => Math.max(0, ...all.map((line) => (line[index] ?? '').length)));
  return all.map((line, number) => {
    const padded = line.map((cell, index) =>
      index === line.length - 1 ? cell : cell.padEnd(widths[index] ?? 0),
    );
    const cut = cutTo(padded, options.width);
    const title = options.headers && number === 0;
    const painted = cut.map((cell) => (options.colour && !title ? paint(cell) : cell));
    return painted.join('  ').trimEnd();
  });
}

function cutTo(cells: readonly string[], width: number | undefined): string[] {
  if (width === undefined) return [...cells];
  let left = width;
  return cells.map((cell) => {
    const room = Math.max(0, left);
    left -= cell.length + 2;
    return cell.length > room ? cell.slice(0, room) : cell;
  });
}

const paint = (cell: string): string => {
  const code = colourOf[cell.trim()];
  return code === undefined ? cell : `\u001b[${code}m${cell}\u001b[0m`;
};

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Lines of CSV (RFC 4180). */
export function csvLines(rows: readonly Row[], columns: readonly string[], headers: boolean): string[] {
  const lines = rows.map((row) => columns.map((column) => quoted(cellOf(fieldOf(row, column)))).join(','));
  return headers ? [columns.map(quoted).join(','), ...lines] : lines;
}

const picked = (row: Row, fields: readonly string[]): Row =>
  Object.fromEntries(fields.map((field) => [field, fieldOf(row, field) ?? null]));

/** One JMESPath query, compiled when first needed. @throws CommandError `usage` */
async function queried(value: unknown, query: string): Promise<unknown> {
  const { default: jmespath } = await import('jmespath');
  try {
    return jmespath.search(value, query);
  } catch (error) {
    throw usageError(`--query ${query}: ${(error as Error).message}`);
  }
}

export interface Style {
  readonly format: Format;
  readonly fields: readonly string[] | undefined;
  readonly query: string | undefined;
  readonly headers: boolean;
  readonly width: number | undefined;
  readonly colour: boolean;
  /** Several nodes: rows name theirs. */
  readonly fleet: boolean;
}

export function styleOf(args: Arguments, fallback: Format, fleet: boolean, colour: boolean): Style {
  const fields = args.list('fields');
  const { isTTY, columns } = process.stdout;
  return {
    format: (args.text('output') as Format | undefined) ?? fallback,
    fields: fields.length ? fields : undefined,
    query: args.text('query'),
    headers: !args.has('no-headers'),
    // A terminal that does not know its width says 0.
    width: isTTY && columns ? columns : undefined,
    ...{ colour, fleet },
  };
}

/** The fields that a table shows. */
export function columnsOf(shape: Shape, style: Style): string[] {
  const own =
    style.fields ?? (style.format === 'wide' ? [...shape.columns, ...(shape.wide ?? [])] : shape.columns);
  return style.fleet && !own.includes('node') ? ['node', ...own] : [...own];
}

const tableRow = (value: unknown): Row => (isObject(value) ? value : { value });

const unionOf = (rows: readonly Row[]): string[] => [...new Set(rows.flatMap((row) => Object.keys(row)))];

/** The text of a command's rows, without the last newline. @throws CommandError `usage` for a query that is wrong */
export async function render(rows: readonly Row[], shape: Shape, style: Style): Promise<string> {
  const { format, fields, query, headers } = style;
  const single = shape.single === true && !style.fleet && rows.length === 1;
  const chosen = style.fleet && fields && !fields.includes('node') ? ['node', ...fields] : fields;
  const kept = chosen ? rows.map((row) => picked(row, chosen)) : rows;
  const whole: unknown = single ? kept[0] : kept;
  const value = query === undefined ? whole : await queried(whole, query);
  if (format === 'json') return JSON.stringify(value, null, 2);
  if (format === 'yaml') return (await import('yaml')).stringify(value).trimEnd();
  const list = (Array.isArray(value) ? value : [value]).filter((item) => item !== undefined);
  if (format === 'jsonl') return list.map((item) => JSON.stringify(item)).join('\n');
  const shown = list.map(tableRow);
  const columns = query === undefined ? columnsOf(shape, style) : unionOf(shown);
  if (format === 'csv') return csvLines(shown, columns, headers).join('\n');
  if (format === 'name') return rows.map((row) => cellOf(fieldOf(row, shape.key))).join('\n');
  if (format === 'value') {
    const values = query === undefined ? (fields ?? [shape.value ?? shape.key]) : columns;
    return shown.map((row) => values.map((name) => cellOf(fieldOf(row, name))).join('\t')).join('\n');
  }
  if (single && query === undefined && isObject(value))
    return pairLines(value, fields ?? Object.keys(value)).join('\n');
  return tableLines(shown, columns, style).join('\n');
}

/** `name  value` lines of one object. */
function pairLines(row: Row, names: readonly string[]): string[] {
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => `${name.padEnd(width)}  ${cellOf(fieldOf(row, name))}`.trimEnd());
}
