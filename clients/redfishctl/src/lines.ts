/** Many commands in one run: `exec FILE`. */
import { readFileSync } from 'node:fs';
import { type ExitName, errorText, exitOf, usageError } from './exit.ts';
import { inputText, notice } from './terminal.ts';

/** The words of a line as a shell takes them apart: quotes hold spaces, a backslash the next character, # begins a comment. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let index = 0; index < line.length; index += 1) {
    const char = line[index] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
      else word = `${word ?? ''}${char}`;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\' && index + 1 < line.length) {
      index += 1;
      word = `${word ?? ''}${line[index]}`;
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === '#' && word === undefined) break;
    else word = `${word ?? ''}${char}`;
  }
  if (quote !== '') throw usageError(`a quote is not closed: ${line}`);
  return word === undefined ? words : [...words, word];
}

/** Lines of a file, or of standard input for `-`. @throws CommandError `usage` */
export async function linesOf(path: string | undefined): Promise<string[]> {
  if (path === undefined) throw usageError('exec: give a FILE, or - for standard input');
  if (path === '-') return (await inputText()).split(/\r?\n/);
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/);
  } catch (error) {
    throw usageError(`exec: ${(error as Error).message}`);
  }
}

/** Runs each line with the options that came before `exec`; the first that fails ends the run, named by its number. */
export async function runLines(
  lines: readonly string[],
  options: readonly string[],
  run: (argv: readonly string[]) => Promise<ExitName>,
): Promise<ExitName> {
  for (const [index, line] of lines.entries()) {
    let exit: ExitName;
    try {
      const words = wordsOf(line);
      if (!words.length) continue;
      exit = await run([...options, ...words]);
    } catch (error) {
      exit = exitOf(error);
      notice(`redfishctl: ${errorText(error, 'HOST')}`);
    }
    if (exit === 'done') continue;
    notice(`line ${index + 1} failed, the rest is not run: ${line.trim()}`);
    return exit;
  }
  return 'done';
}
