/**
 * The bundle as what it is, a directory that runs by itself: started on a twin, on this machine and on the emulated
 * processor of a board. Prints what bundling gains; `npm run bench` is where speed is judged.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient, testPassword } from '../../../support/client.ts';
import { temporary } from '../../../support/temporary.ts';
import { makeBase, obstacle, run } from '../board/machine.ts';

const project = resolve(import.meta.dirname, '../../../..');
const reason = obstacle();

interface Start {
  /** From the start of the process to the first 200, in milliseconds. */
  readonly milliseconds: number;
  /** MiB. */
  readonly resident: number;
}

describe('a bundle', () => {
  let child: ChildProcess | undefined;
  afterEach(() => end());
  async function end() {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child?.once('exit', done));
    child.kill('SIGTERM');
    const late = setTimeout(() => child?.kill('SIGKILL'), 20_000);
    await gone;
    clearTimeout(late);
  }

  /** Starts `serve --twin` with `words` before it, and ends it after its first answer. */
  async function start(
    words: readonly string[],
    folder: string,
    env: NodeJS.ProcessEnv = {},
  ): Promise<Start> {
    const state = temporary();
    const secret = join(temporary(), 'password');
    writeFileSync(secret, `${testPassword}\n`);
    const [program = '', ...before] = words;
    const begun = performance.now();
    const started = spawn(
      program,
      [
        ...before,
        ...['serve', '--twin', '--platform', join(folder, 'platform/tiogapass.yaml'), '--state', state],
        ...['--listen', '127.0.0.1:0', '--log-level', 'warn'],
      ],
      // Where nothing of the project is found by chance.
      { cwd: state, env: { ...process.env, REDFISHD_ADMIN_PASSWORD_FILE: secret, ...env } },
    );
    child = started;
    let said = '';
    const url = await new Promise<string>((done, fail) => {
      const hear = (chunk: Buffer) => {
        said += chunk.toString();
        const found = /https:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
        if (found !== undefined) done(found);
      };
      started.stdout.on('data', hear);
      started.stderr.on('data', hear);
      started.once('error', fail);
      started.once('exit', (code) => fail(new Error(`it ended with ${code}: ${said}`)));
    });
    const client = createClient(url);
    const { status } = await client.get('/redfish/v1/');
    const milliseconds = performance.now() - begun;
    expect(status).toBe(200);
    // Accounts (SQLite, an addon), the board (descriptor, chips) and schemas (a file beside the code) are there too.
    expect((await client.get('/redfish/v1/AccountService/Accounts/admin')).status).toBe(200);
    expect((await client.get('/redfish/v1/Chassis/chassis/Sensors/MB_INLET_TEMP')).status).toBe(200);
    const patched = await client.send('PATCH', '/redfish/v1/Chassis/chassis', { AssetTag: 7 });
    expect(patched.status).toBe(400);
    const resident =
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${started.pid}/status`, 'utf8'))?.[1]) / 1024;
    client.close();
    await end();
    expect(started.exitCode, said).toBe(0);
    return { milliseconds, resident };
  }

  it('serves on this machine, away from the project', async () => {
    const bundle = join(temporary(), 'bundle');
    run('npm', ['run', '--silent', 'bundle', '--', process.arch, bundle]);
    const bill = JSON.parse(readFileSync(join(bundle, 'sbom.cdx.json'), 'utf8'));
    const listed: string[] = bill.components.map((each: { name: string }) => each.name);
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'redfishd' } } });
    expect(listed).toEqual(
      expect.arrayContaining(['koa', 'sqlite', ...readdirSync(join(bundle, 'node_modules'))]),
    );
    // Needed by an installation only.
    expect(listed).not.toContain('prebuild-install');
    expect(listed).not.toContain('vitest');
    const cached = { CACHE_DIRECTORY: temporary() };
    const rows: [string, Start][] = [];
    for (const [name, words, folder, env] of [
      ['unbundled', [process.execPath, join(project, 'dist/src/main.js')], project, {}],
      ['bundled', [process.execPath, join(bundle, 'redfishd.js')], bundle, {}],
      ['with what V8 compiled', [process.execPath, join(bundle, 'redfishd.js')], bundle, cached],
    ] as const) {
      await start(words, folder, env);
      const tries = [
        await start(words, folder, env),
        await start(words, folder, env),
        await start(words, folder, env),
      ];
      rows.push([name, tries.sort((a, b) => a.milliseconds - b.milliseconds)[0] as Start]);
    }
    const keeps = 'enableCompileCache' in module ? '' : ' (which keeps nothing of what V8 has compiled)';
    process.stdout.write(`bundle, best of 3 on ${process.arch}, Node ${process.version}${keeps}:\n`);
    for (const [name, { milliseconds, resident }] of rows)
      process.stdout.write(
        `  ${name.padEnd(22)} ${milliseconds.toFixed(0).padStart(5)} ms to the first 200, ${resident.toFixed(0)} MiB resident\n`,
      );
  });

  it.skipIf(reason !== undefined)(
    "serves on 32-bit ARM, with Debian's Node",
    async () => {
      const { root, bundle } = makeBase();
      const copy = join(temporary(), 'bundle');
      cpSync(bundle, copy, { recursive: true });
      const node = ['qemu-arm-static', '-L', root, join(root, 'usr/bin/node')];
      const { milliseconds } = await start([...node, join(copy, 'redfishd.js')], copy);
      process.stdout.write(
        `bundle on an emulated processor: ${(milliseconds / 1000).toFixed(1)} s to the first 200\n`,
      );
    },
    900_000,
  );
});
