/** A network of its own for what must not reach the machine's: multicast, and changes of interfaces. */
import { spawn, spawnSync } from 'node:child_process';

/** Why no private network can be made here, said aloud; undefined where it can. */
export function noNamespace(what: string): string | undefined {
  const probe = spawnSync('unshare', ['-n', '--', 'ip', 'link', 'set', 'lo', 'up'], { encoding: 'utf8' });
  if (probe.status === 0) return undefined;
  const reason = probe.error?.message ?? probe.stderr.trim();
  process.stderr.write(`\nSKIPPED: ${what}: no private network namespace can be made (${reason})\n`);
  return reason;
}

export interface NamespaceRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a network where only `setup` was done. Nothing of it reaches the machine's own network. */
export function inNamespace(setup: readonly string[], command: readonly string[]): Promise<NamespaceRun> {
  const script = `set -e\n${setup.join('\n')}\nexec "$@"`;
  return new Promise((resolve, reject) => {
    const child = spawn('unshare', ['-n', '--', 'bash', '-c', script, 'namespace', ...command]);
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.stderr += text;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...said }));
  });
}
