/** What a command is. */
import type { Bmc } from './bmc.ts';
import type { Config } from './config.ts';
import type { Arguments, Format, OptionTable } from './options.ts';
import type { Row, Shape } from './output.ts';

/** Asks one BMC, or does something to it. Words after the command are `bmc.args.words`. */
export type Verb = (bmc: Bmc) => Promise<Row[]> | AsyncIterable<Row>;

/** A command that needs no connection. */
export type Local = (args: Arguments, config: Config) => Promise<Row[]>;

interface Common {
  readonly summary: string;
  /** Words after the command's name, for the help. */
  readonly usage: string;
  /** First words, for completion. */
  readonly words?: readonly string[];
  readonly options?: OptionTable;
  readonly shape: Shape | ((args: Arguments) => Shape);
  readonly format?: Format;
  /** What is about to be done, when it has to be confirmed. */
  readonly confirm?: (args: Arguments) => string | undefined;
  /** Why the rows of a local command, once they are printed, count as a refusal; undefined when they do not. */
  readonly failed?: (rows: readonly Row[]) => string | undefined;
  /** Rows are shown as they come, without an end. */
  readonly follows?: (args: Arguments) => boolean;
}

export type Command = Common &
  ({ readonly verb: () => Promise<Verb> } | { readonly local: () => Promise<Local> });

/** Whether the arguments begin with one of these words, all of which destroy or interrupt something. */
export const confirmWords =
  (what: Readonly<Record<string, string>>) =>
  ({ words: [first = ''] }: Arguments): string | undefined =>
    Object.hasOwn(what, first) ? what[first] : undefined;
