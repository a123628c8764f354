/** Clients that others wrote and use, unmodified, against the twin of a real OCP server. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { besideDaemon, obstacle, password } from '../conformance/lane.ts';

const here = import.meta.dirname;
const url = 'https://127.0.0.1:8443';

/** Client, the program that must be there for it, and how it is started. */
const clients: readonly (readonly [string, string, () => readonly string[]])[] = [
  ['python-redfish', 'rf_logs.py', () => ['python', join(here, 'python_redfish.py')]],
  ['redfish_utilities', 'rf_logs.py', () => ['bash', join(here, 'redfish_utilities.sh')]],
  ['sushy', 'rf_logs.py', () => ['python', join(here, 'sushy_client.py')]],
  ['gofish', 'go', () => [buildGofish()]],
];

describe.each(clients)('%s', (name, program, command) => {
  it.skipIf(obstacle(program) !== undefined)(
    'logs in, walks, powers, boots, reads and manages an account',
    async () => {
      const run = await besideDaemon('platform/tiogapass.yaml', '127.0.0.1:8443', [
        ...command(),
        url,
        'admin',
        password,
      ]);
      process.stdout.write(`${name}: ${run.output.trim().split('\n').at(-1)}\n`);
      expect(run.status, run.output).toBe(0);
    },
  );
});

/** Its modules come from the registry of Go modules, so it is built before the network is left. */
function buildGofish(): string {
  const binary = join(mkdtempSync(join(tmpdir(), 'redfishd-gofish-')), 'gofish');
  const build = spawnSync('go', ['build', '-o', binary, '.'], {
    cwd: join(here, 'gofish'),
    encoding: 'utf8',
  });
  if (build.status !== 0) throw new Error(build.stderr);
  return binary;
}
