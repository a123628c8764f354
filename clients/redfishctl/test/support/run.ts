/** Runs redfishctl as users do, in folders of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const program = join(import.meta.dirname, '../../dist/main.js');

export interface Result {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** A home: configuration, pins and sessions of one user. */
export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), 'redfishctl-'));
  readonly env: Record<string, string>;

  constructor(more: Record<string, string> = {}) {
    const { PATH = '' } = process.env;
    const at = (name: string): string => join(this.folder, name);
    this.env = {
      ...{ PATH, HOME: this.folder, XDG_CONFIG_HOME: at('config') },
      ...{ XDG_STATE_HOME: at('state'), XDG_RUNTIME_DIR: at('run') },
      ...more,
    };
  }

  /** Writes a file of this home and returns its path. */
  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  async run(args: readonly string[], input = ''): Promise<Result> {
    const child = spawn(process.execPath, [program, ...args], { env: this.env });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, out, err };
  }

  /** What a successful command prints, as JSON. */
  async json(args: readonly string[]): Promise<unknown> {
    const { status, out, err } = await this.run([...args, '-o', 'json']);
    if (status !== 0) throw new Error(`${args.join(' ')}: exit status ${status}: ${err}`);
    return JSON.parse(out);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
