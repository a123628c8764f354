/** The package as users get it: packed, installed in a clean folder, its README's first example and its examples run. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMock, treeOf } from '../src/mock/index.ts';
import { apiText } from '../tools/api.ts';
import { credentials, Daemon } from './support/daemon.ts';

const root = join(import.meta.dirname, '..');
const examples = readdirSync(join(root, 'examples'));

describe('API.md', () => {
  it('is what the source says', () => {
    expect(
      readFileSync(join(root, 'API.md'), 'utf8') === apiText(root),
      'API.md is stale: npm run docs',
    ).toBe(true);
  });
});

describe('the packed package', () => {
  let folder: string;
  let daemon: Daemon;

  /** Runs a program in the clean folder and returns what it prints. */
  async function run(
    args: readonly string[],
    env: Record<string, string> = {},
    onText?: (text: string) => void,
  ): Promise<string> {
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk;
      onText?.(text);
    });
    const [status] = (await once(child, 'close')) as [number];
    expect(status, text).toBe(0);
    return text;
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redfishd-package-'));
    const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
    }).trim();
    expect(statSync(join(folder, packed)).size).toBeLessThan(400_000);
    writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}');
    execFileSync(
      'npm',
      ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', `./${packed}`],
      { cwd: folder },
    );
    mkdirSync(join(folder, 'examples'));
    for (const name of examples) {
      const { code } = transformSync(readFileSync(join(root, 'examples', name), 'utf8'), { loader: 'ts' });
      writeFileSync(join(folder, 'examples', name.replace(/ts$/, 'js')), code);
    }
    daemon = await Daemon.start();
  }, 180_000);
  afterAll(async () => {
    await daemon?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs the first example of the README', async () => {
    const code =
      /--input-type=module -e "\n([\s\S]*?)"\n/.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ??
      '';
    const systems = '/redfish/v1/Systems';
    const mock = await startMock({
      tree: treeOf({
        '/redfish/v1': {
          '@odata.id': '/redfish/v1/',
          Id: 'r',
          Name: 'r',
          RedfishVersion: '1.20.0',
          Systems: { '@odata.id': systems },
        },
        [systems]: { '@odata.id': systems, Name: 's', Members: [{ '@odata.id': `${systems}/1` }] },
        [`${systems}/1`]: { '@odata.id': `${systems}/1`, Id: '1', Name: 'System', PowerState: 'On' },
      }),
      ...credentials,
    });
    const env = { BMC: mock.url, BMC_USER: credentials.user, BMC_PASSWORD: credentials.password };
    expect(await run(['--input-type=module', '-e', code], env)).toBe('System On\n');
    await mock.close();
  });

  it('runs every example', async () => {
    const env = { BMC_PASSWORD: credentials.password };
    const at = (name: string, ...more: string[]) => [
      `examples/${name}.js`,
      daemon.url,
      credentials.user,
      credentials.password,
      ...more,
    ];
    expect((await run(at('sensors'), env)).split('\n').length).toBeGreaterThan(50);
    expect(await run(at('power-on-pxe'), env)).toMatch(/starts from the network/);
    expect(await run(['examples/own-tests.js'])).toMatch(/^Blade: rack 4, after \d+ requests\n$/);
    let created = false;
    const text = await run(at('follow-events', '1'), env, (so) => {
      if (created || !so.includes('following')) return;
      created = true;
      void cause();
    });
    expect(text).toMatch(/ResourceEvent|AccountSecurity|ManagerEvent|EventLog|Event/);
    expect(examples.length).toBe(4);
  }, 60_000);

  /** Makes accounts until the example has seen an event. */
  async function cause(): Promise<void> {
    const client = await daemon.connect();
    for (let index = 0; index < 5; index += 1) {
      await client.create('/redfish/v1/AccountService/Accounts', {
        UserName: `user${index}`,
        Password: 'Brisk-Heron-62-gravel',
        RoleId: 'ReadOnly',
      });
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await client.close();
  }
});
