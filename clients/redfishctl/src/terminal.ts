/** Standard streams: data on stdout, words for people on stderr, questions only on a terminal. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CommandError } from './exit.ts';

/** Bytes of standard input up to the first newline, read once. */
let firstLine: Promise<string> | undefined;

async function readInput(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** The first line of standard input. */
export function inputLine(): Promise<string> {
  firstLine ??= readInput().then((text) => text.split(/\r?\n/, 1)[0] ?? '');
  return firstLine;
}

/** All of standard input. */
export const inputText = readInput;

export const isTerminal = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** Asks on the terminal. @param secret nothing of the answer is shown */
export function ask(question: string, secret = false): Promise<string> {
  const muted = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (secret) process.stderr.write(question);
  const lines = createInterface({
    input: process.stdin,
    output: secret ? muted : process.stderr,
    terminal: true,
  });
  return new Promise((resolve, reject) => {
    let answered = false;
    lines.question(secret ? '' : question, (answer) => {
      answered = true;
      lines.close();
      if (secret) process.stderr.write('\n');
      resolve(answer);
    });
    lines.once('close', () => {
      if (!answered) reject(new CommandError('interrupted', 'no answer; nothing was done'));
    });
  });
}

/** One line for a person. */
export function notice(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Whether stdout takes colours: NO_COLOR and FORCE_COLOR decide before the terminal does. */
export function colours(): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '0') return true;
  return process.stdout.isTTY === true && TERM !== 'dumb';
}

/** Writes to stdout and waits where the reader is slower. */
export function print(text: string): Promise<void> {
  if (process.stdout.write(text)) return Promise.resolve();
  return new Promise((resolve) => process.stdout.once('drain', resolve));
}
