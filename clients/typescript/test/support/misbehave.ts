/** Starts the misbehaving server and speaks its interface. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { StepOutcome, Vector } from '../../../generator/src/misbehave/vector.ts';

const generator = join(import.meta.dirname, '../../../generator');

export interface StartedRun {
  readonly id: string;
  readonly url: string;
  readonly vector: Vector;
}

export class Misbehaving {
  readonly #process: ChildProcess;
  readonly #control: string;

  private constructor(process: ChildProcess, control: string) {
    this.#process = process;
    this.#control = control;
  }

  static async start(): Promise<Misbehaving> {
    const main = join(generator, 'dist/misbehave/main.js');
    const child = spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return new Misbehaving(child, (JSON.parse(line) as { control: string }).control);
  }

  async #send(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(this.#control + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = (await answer.json()) as { error?: string };
    if (!answer.ok) throw new Error(json.error);
    return json;
  }

  async begin(vector: Vector): Promise<StartedRun> {
    return (await this.#send('POST', '/runs', vector)) as StartedRun;
  }

  async change(id: string, change: unknown): Promise<void> {
    await this.#send('POST', `/runs/${id}/change`, { change });
  }

  async judge(id: string, outcomes: readonly StepOutcome[], findings: readonly string[]): Promise<string[]> {
    return ((await this.#send('POST', `/runs/${id}/judge`, { outcomes, findings })) as { failures: string[] })
      .failures;
  }

  async requests(id: string): Promise<unknown> {
    return this.#send('GET', `/runs/${id}`);
  }

  async stop(): Promise<void> {
    this.#process.stdin?.end();
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
  }
}

/** Every vector by its clause. */
export function allVectors(): { readonly clause: string; readonly vectors: readonly Vector[] }[] {
  const folder = join(generator, 'vectors');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
}
