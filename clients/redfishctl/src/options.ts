/** Options as tables, and the arguments of a command line read by them. */
import { parseArgs } from 'node:util';
import { usageError } from './exit.ts';

export interface OptionSpec {
  readonly short?: string;
  /** Name of its value in the help; absent for a switch. */
  readonly value?: string;
  readonly many?: true;
  readonly help: string;
  /** Values for completion; others are refused when `closed`. */
  readonly words?: readonly string[];
  readonly closed?: true;
  /** Not shown in the help. */
  readonly hidden?: true;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

export const formats = ['table', 'wide', 'json', 'jsonl', 'yaml', 'csv', 'name', 'value'] as const;
export type Format = (typeof formats)[number];

/** Options of every command. A command's own short form wins over one of these. */
export const globalOptions: OptionTable = {
  host: { short: 'H', value: 'HOST', help: 'BMC: host name, address or URL' },
  user: { short: 'U', value: 'USER', help: 'user name' },
  'password-file': { short: 'f', value: 'FILE', help: 'password in the first line of a file' },
  'password-stdin': { help: 'password in the first line of standard input' },
  'password-env': { short: 'E', help: 'password in REDFISHCTL_PASSWORD or IPMI_PASSWORD' },
  password: { short: 'p', value: 'PASSWORD', help: 'refused: a process list shows it', hidden: true },
  context: { short: 'c', value: 'NAME', help: 'context of the configuration file' },
  nodes: { short: 'n', value: 'A,B', many: true, help: 'several BMCs: hosts or contexts' },
  group: { short: 'g', value: 'GROUP', many: true, help: 'BMCs of a group of the configuration file' },
  'nodes-from': { value: 'FILE|-', help: 'several BMCs, one per line; # begins a comment' },
  parallel: { value: 'N', help: 'nodes at the same time (default 32)' },
  'max-failures': { value: 'N', help: 'begin no further node after N failures' },
  ca: { value: 'FILE', help: 'certificate authorities in PEM' },
  pin: { value: 'SHA256', help: 'fingerprint of the only certificate to accept' },
  insecure: { short: 'k', help: 'accept any certificate' },
  system: { value: 'ID', help: 'one system of several; "all" for each' },
  output: { short: 'o', value: 'FORMAT', words: formats, closed: true, help: formats.join(', ') },
  fields: { value: 'A,B', help: 'only these fields, in this order' },
  query: { value: 'JMESPATH', help: 'filter or reshape the output' },
  'no-headers': { help: 'tables and CSV without the line of headers' },
  watch: { value: 'SECONDS', help: 'ask again and again, until interrupted' },
  timeout: { value: 'SECONDS', help: 'give up after this time (exit status 124)' },
  yes: { short: 'y', help: 'do not ask before a destructive command' },
  'dry-run': { help: 'print the writes and send none of them' },
  record: { value: 'FILE', help: 'write every exchange to FILE, without secrets' },
  verbose: { short: 'v', help: 'log each exchange to standard error' },
  help: { short: 'h', help: 'help for a command' },
  version: { help: 'version of this program' },
};

/** Options and words of a command line. */
export class Arguments {
  readonly words: readonly string[];
  readonly #values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

  constructor(
    words: readonly string[],
    values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>,
  ) {
    this.words = words;
    this.#values = values;
  }

  /** These arguments, and where they have no value that of others. */
  over(others: Arguments): Arguments {
    return new Arguments([...others.words, ...this.words], { ...others.#values, ...this.#values });
  }

  /** A copy with further options. */
  with(values: Readonly<Record<string, string>>): Arguments {
    return new Arguments(this.words, { ...this.#values, ...values });
  }

  has(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** Every value of an option that may be repeated, also separated by commas. */
  list(name: string): string[] {
    return this.all(name)
      .flatMap((item) => item.split(','))
      .filter(Boolean);
  }

  /** Every value of an option that may be repeated, as given. */
  all(name: string): string[] {
    const value = this.#values[name];
    return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
  }

  /** A number. @throws CommandError `usage` */
  number(name: string, least: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!Number.isFinite(value) || value < least || text.trim() === '')
      throw usageError(`--${name} ${text}: give a number, at least ${least}`);
    return value;
  }
}

/** The global options and those of a command; short forms of the command take precedence. */
export function optionsFor(own: OptionTable): OptionTable {
  const taken = new Set(Object.values(own).map(({ short }) => short));
  const rest = Object.entries(globalOptions)
    .filter(([name]) => !(name in own))
    .map(([name, spec]) => {
      const { short, ...long } = spec;
      return [name, short !== undefined && taken.has(short) ? long : spec] as const;
    });
  return { ...Object.fromEntries(rest), ...own };
}

/** Reads arguments by a table. @throws CommandError `usage` that names what is wrong */
export function readArguments(args: readonly string[], table: OptionTable): Arguments {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, { short, value, many }]) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        ...(short === undefined ? {} : { short }),
        ...(many ? { multiple: true } : {}),
      },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const read = new Arguments(positionals, values);
    checkWords(read, table);
    return read;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw usageError(`${error.message.replace(/\. To specify a positional.*$/s, '')}`);
  }
}

function checkWords(read: Arguments, table: OptionTable): void {
  for (const [name, { words, closed }] of Object.entries(table)) {
    const value = read.text(name);
    if (closed && words && value !== undefined && !words.includes(value))
      throw usageError(`--${name} ${value}: give one of ${words.join(', ')}`);
  }
}
