/** A command of redfishd, run inside the test's process. */
import { run } from '../../src/cli/index.ts';

export interface CommandResult {
  readonly status: number;
  /** Standard output. */
  readonly out: string;
  /** Standard error. */
  readonly err: string;
}

/** Runs `redfishd WORDS...`. @param env the environment of the command; empty by default */
export async function redfishd(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const text = { out: '', err: '' };
  const status = await run(words, {
    out: (more) => {
      text.out += more;
    },
    err: (more) => {
      text.err += more;
    },
    env: { ...env },
    version: '1.2.3',
  });
  return { status, ...text };
}
