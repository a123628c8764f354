/** The one shape of a command of redfishd, and what all commands share: parsing, help and exit statuses. */
import { parseArgs } from 'node:util';

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** Placeholder of the value in the help: `FILE`. */
  readonly value?: string;
  readonly summary: string;
  /** Set where the option must be given: an example of its value. */
  readonly required?: string;
}

export type Options = Readonly<Record<string, Option>>;

type ValueOf<T extends Option['type']> = T extends 'boolean' ? boolean : string;

/** The value of each option that the command line has. */
export type Values<O extends Options> = { readonly [K in keyof O]?: ValueOf<O[K]['type']> };

export interface Operands {
  /** How they are shown in the usage line: `FILE...`. */
  readonly usage: string;
  readonly least: number;
  readonly most: number;
  /** Whether options end at the first operand, so that later words may begin with a dash. */
  readonly verbatim?: boolean;
}

/** What a command reads and writes besides files. */
export interface Io {
  /** Standard output: results. */
  out(text: string): void;
  /** Standard error: why there is no result. */
  err(text: string): void;
  readonly env: NodeJS.ProcessEnv;
  /** Version of redfishd. */
  readonly version: string;
}

/** What a command runs with besides its options. */
export interface Invocation extends Io {
  /** The words of the command line that are no options. */
  readonly operands: readonly string[];
}

export interface Command<O extends Options = Options> {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly options: O;
  /** None by default. */
  readonly operands?: Operands;
  /** Help between the usage line and the options. */
  readonly description?: string;
  /** Help after the options; loaded only when it is shown. */
  readonly details?: () => string | Promise<string>;
  /** @returns the exit status: 0 for success, 1 for failure. @throws UsageError; Error with a message for the user */
  run(values: Values<O>, io: Invocation): Promise<number>;
}

/** The command line or the configuration is wrong; the message says what would be right. Exit status 2. */
export class UsageError extends Error {}

/** Keeps the types of a command's options for its `run`. */
export const command = <const O extends Options>(definition: Command<O>): Command<O> => definition;

const helpOption = { type: 'boolean', short: 'h', summary: 'print this text' } as const;

/** Parses the words after a command's name and runs it. @returns the exit status: 0, 1, or 2 for wrong use */
export async function runCommand(each: Command, argv: readonly string[], io: Io): Promise<number> {
  try {
    const { help, values, operands } = parse(each, argv);
    if (!help) return await each.run(values, { ...io, operands });
    io.out(await helpOf(each));
    return 0;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const isMisuse = error instanceof UsageError;
    io.err(`redfishd ${each.name}: ${text}\n`);
    if (isMisuse) io.err(`"redfishd ${each.name} --help" shows how it is used.\n`);
    return isMisuse ? 2 : 1;
  }
}

interface Parsed {
  readonly help: boolean;
  readonly values: Values<Options>;
  readonly operands: readonly string[];
}

/** @throws UsageError */
function parse({ options, operands }: Command, argv: readonly string[]): Parsed {
  const all: Options = { ...options, help: helpOption };
  const isVerbatim = operands?.verbatim === true;
  const split = isVerbatim ? firstOperand(all, argv) : argv.length;
  const parsed = words(all, argv.slice(0, split));
  const rest = [...parsed.positionals, ...argv.slice(split)];
  const { help, ...values } = parsed.values;
  if (help === true || (isVerbatim && rest.some((word) => word === '--help' || word === '-h')))
    return { help: true, values: {}, operands: [] };
  for (const [name, { required, value }] of Object.entries(options))
    if (required !== undefined && values[name] === undefined)
      throw new UsageError(`--${name} ${value} is required, such as --${name} ${required}`);
  checkOperands(operands, rest);
  return { help: false, values, operands: rest };
}

/** @throws UsageError */
function words(
  options: Options,
  argv: readonly string[],
): { readonly values: Values<Options>; readonly positionals: readonly string[] } {
  const configuration = Object.fromEntries(
    Object.entries(options).map(([name, { type, short }]) => [
      name,
      short === undefined ? { type } : { type, short },
    ]),
  );
  try {
    return parseArgs({ args: [...argv], options: configuration, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Index of the first word that is neither an option nor the value of one. */
function firstOperand(options: Options, argv: readonly string[]): number {
  let index = 0;
  for (;;) {
    const word = argv[index];
    if (word === undefined || !word.startsWith('-')) return Math.min(index, argv.length);
    const [name = '', value] = word.slice(2).split('=', 2);
    const takesNext = value === undefined && options[name]?.type === 'string';
    index += takesNext ? 2 : 1;
  }
}

function checkOperands(operands: Operands | undefined, given: readonly string[]): void {
  const { usage = '', least = 0, most = 0 } = operands ?? {};
  if (given.length < least) throw new UsageError(`${usage} is required`);
  if (given.length > most) throw new UsageError(`"${given[most]}" is not expected`);
}

/** What `redfishd NAME --help` prints. */
export async function helpOf({
  name,
  options,
  operands,
  description,
  details,
  summary,
}: Command): Promise<string> {
  const required = Object.entries(options).flatMap(([option, { required: example, value }]) =>
    example === undefined ? [] : [`--${option} ${value}`],
  );
  const usage = ['redfishd', name, ...required, '[OPTIONS]', ...(operands ? [operands.usage] : [])].join(' ');
  const rows = Object.entries({ ...options, help: helpOption }).map(
    ([option, { value, short, summary: text }]: [string, Option]) =>
      [
        [short === undefined ? '' : `-${short}, `, `--${option}`, value ? ` ${value}` : ''].join(''),
        text,
      ] as const,
  );
  const sections = [
    `Usage: ${usage}\n`,
    description ?? `${capital(summary)}.\n`,
    table(rows),
    ...(details ? [await details()] : []),
  ];
  return sections.join('\n');
}

/** What `redfishd --help` prints. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return `redfishd, the management daemon of an Open Compute board

Usage: redfishd COMMAND [OPTIONS]

${table(rows)}
"redfishd COMMAND --help" shows how a command is used; "redfishd --version" prints the version.
`;
}

/** Two columns; the second one may have several lines. */
function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([head]) => head.length)) + 3;
  return rows
    .map(([head, text]) => {
      const [first = '', ...more] = text.split('\n');
      const lines = [head.padEnd(width) + first, ...more.map((line) => ' '.repeat(width) + line)];
      return lines.map((line) => `  ${line}\n`).join('');
    })
    .join('');
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
