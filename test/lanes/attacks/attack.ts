/** Starts an attack as a process of its own, from addresses of the attacker's network. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';

export const attackNames = [
  'silent connections',
  'half a request',
  'handshakes',
  'duplicate names',
  'hostile headers',
  'pipelined requests',
  'refused writes',
  'guesses by session',
  'guesses by Basic',
  'unfinished upgrades',
  'reset redirects',
  'rapid resets',
  'costly filters of a reader',
  'whole trees of a reader',
] as const;
export type AttackName = (typeof attackNames)[number];

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly redirectPort: number;
  /** Of the ReadOnly account `reader`. */
  readonly readerPassword: string;
}

/** Translates the program of the attacks into `directory`; returns its path. */
export async function buildAttackers(directory: string): Promise<string> {
  const outfile = join(directory, 'attackers.mjs');
  const entryPoints = [join(import.meta.dirname, 'attackers.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  return outfile;
}

/** Attacks for `milliseconds`. @throws Error when the attacker ends by itself: then nothing was tried */
export async function attack(
  program: string,
  name: AttackName,
  target: Target,
  sources: readonly string[],
  milliseconds: number,
): Promise<void> {
  const words = [program, name, JSON.stringify(target), JSON.stringify(sources)];
  const child: ChildProcess = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<string>((resolve) => child.once('close', () => resolve('ended')));
  const time = new Promise<string>((resolve) => setTimeout(() => resolve('time'), milliseconds));
  const why = await Promise.race([ended, time]);
  child.kill('SIGKILL');
  await ended;
  if (why === 'ended') throw new Error(`the attacker of "${name}" ended early: ${said}`);
}
