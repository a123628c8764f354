/** The package as users get it: packed with its library, installed in a clean folder, and run from there. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMock, treeOf } from '@redfishd/client/mock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home } from './support/run.ts';

const clients = join(import.meta.dirname, '../..');

describe('the packed package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'redfishctl-package-'));
  const home = new Home();
  beforeAll(() => {
    const pack = (name: string): string =>
      execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
        ...{ cwd: join(clients, name), encoding: 'utf8' },
      })
        .trim()
        .split('\n')
        .at(-1) ?? '';
    const files = [pack('typescript'), pack('redfishctl')];
    expect(statSync(join(folder, files[1] ?? '')).size).toBeLessThan(120_000);
    writeFileSync(join(folder, 'package.json'), '{"private": true}');
    execFileSync(
      'npm',
      [
        'install',
        '--silent',
        '--no-audit',
        '--no-fund',
        '--prefer-offline',
        ...files.map((file) => `./${file}`),
      ],
      { cwd: folder },
    );
  }, 180_000);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    home.remove();
  });

  it('answers, filters, explains and completes', async () => {
    const systems = '/redfish/v1/Systems';
    await using mock = await startMock({
      tree: treeOf({
        '/redfish/v1': {
          ...{ '@odata.id': '/redfish/v1/', Id: 'r', Name: 'r', RedfishVersion: '1.20.0' },
          Systems: { '@odata.id': systems },
        },
        [systems]: { '@odata.id': systems, Name: 's', Members: [{ '@odata.id': `${systems}/1` }] },
        [`${systems}/1`]: { '@odata.id': `${systems}/1`, Id: '1', Name: 'System', PowerState: 'On' },
      }),
    });
    const { execFile } = await import('node:child_process');
    const run = (...args: string[]): Promise<string> =>
      new Promise((resolve, reject) =>
        execFile(join(folder, 'node_modules/.bin/redfishctl'), args, { env: home.env }, (error, out) =>
          error ? reject(error) : resolve(out),
        ),
      );
    expect(await run('power', '-H', mock.url, '-o', 'yaml')).toBe(
      '- system: "1"\n  state: On\n  reset: null\n',
    );
    expect(await run('power', '-H', mock.url, '--query', '[0].state', '-o', 'value')).toBe('On\n');
    expect(await run('explain', 'Chassis.PowerState')).toContain('The current power state of the chassis');
    expect(await run('--version')).toMatch(/^redfishctl \d+\.\d+\.\d+\n$/);
    expect(await run('completion', 'bash')).toContain('complete -F');
  });
});
