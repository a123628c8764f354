/** Many BMCs by one command: which ones, at most so many at a time, each with its own time and its own error. */
import { readFileSync } from 'node:fs';
import { type Config, type Settings, settingsOf } from './config.ts';
import { usageError } from './exit.ts';
import type { Arguments } from './options.ts';
import { inputText } from './terminal.ts';

export interface Node {
  readonly name: string;
  readonly settings: Settings;
}

/** Names of an inventory file: one per line, `#` begins a comment. */
export const namesOf = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean);

async function namesFrom(path: string, args: Arguments): Promise<string[]> {
  if (path === '-' && args.has('password-stdin'))
    throw usageError(
      '--nodes-from - and --password-stdin both want standard input: use a file for one of them',
    );
  if (path === '-') return namesOf(await inputText());
  try {
    return namesOf(readFileSync(path, 'utf8'));
  } catch (error) {
    throw usageError(`--nodes-from: ${(error as Error).message}`);
  }
}

/** The nodes that -n, -g and --nodes-from name, each once; undefined for the one BMC of -H or the context. */
export async function nodesOf(config: Config, args: Arguments): Promise<Node[] | undefined> {
  const from = args.text('nodes-from');
  const groups = args.list('group');
  const listed = args.list('nodes');
  if (from === undefined && !groups.length && !listed.length) return undefined;
  const ofGroups = groups.flatMap((name) => {
    const group = Object.hasOwn(config.groups, name) ? config.groups[name] : undefined;
    if (!group)
      throw usageError(
        `${config.path}: no group ${name}; there are: ${Object.keys(config.groups).join(', ') || 'none'}`,
      );
    return group;
  });
  const names = [...listed, ...ofGroups, ...(from === undefined ? [] : await namesFrom(from, args))];
  if (!names.length) throw usageError('no nodes: the list is empty');
  return [...new Set(names)].map((name) => ({ name, settings: settingsOf(name, config, args, process.env) }));
}

/**
 * Runs the work for each item, at most `limit` at a time, in order of begin.
 * @param go asked before each begin; false ends the run, and the rest is left out
 */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<void>,
  go: () => boolean = () => true,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length && go()) {
      const index = next;
      next += 1;
      await work(items[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
}
