/** What an integrator does with systemd/: look at the unit, and put a bundle into an image. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporary } from '../../support/temporary.ts';

const project = resolve(import.meta.dirname, '../../..');
const unit = join(project, 'systemd/redfishd.service');

const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!analyze && process.env.CI !== undefined)
  throw new Error('needs systemd-analyze (apt-get install systemd)');
if (!analyze) process.stderr.write('SKIPPED: the unit is not judged: apt-get install systemd\n');

describe.skipIf(!analyze)('the unit', () => {
  it('exposes no more than 2.0 of 10', () => {
    const run = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], {
      encoding: 'utf8',
    });
    const level = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(run.stdout)?.[1]);
    process.stdout.write(`systemd-analyze security: exposure level ${level}\n`);
    expect(level, run.stdout + run.stderr).toBeLessThanOrEqual(2);
  });

  it('is understood by systemd, but for the programs that only a board has', () => {
    const run = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
    const said = run.stderr.split('\n').filter((line) => line.includes('redfishd.service'));
    expect(said.filter((line) => !/is not executable|not-found|No such file/.test(line))).toEqual([]);
  });
});

/** A bundle as far as installing goes. */
function bundle(): string {
  const folder = join(temporary(), 'bundle');
  for (const each of ['platform', 'systemd'])
    cpSync(join(project, each), join(folder, each), { recursive: true });
  mkdirSync(join(folder, 'dist/program'), { recursive: true });
  writeFileSync(join(folder, 'redfishd.js'), '');
  writeFileSync(join(folder, 'dist/program/main.js'), '');
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'redfishd', architecture: 'armhf' }, null, 2),
  );
  return folder;
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length));

describe('install.sh', () => {
  const run = (from: string, root: string, ...words: string[]) =>
    execFileSync('sh', [join(from, 'systemd/install.sh'), ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DESTDIR: root },
    });

  it('puts everything in place, again too, and takes it away but for the state', () => {
    const [from, root] = [bundle(), temporary()];
    run(from, root, 'tiogapass');
    const files = filesIn(root);
    expect(files).toEqual(
      expect.arrayContaining([
        '/usr/lib/redfishd/redfishd.js',
        '/usr/lib/redfishd/platform/tiogapass.yaml',
        '/usr/lib/systemd/system/redfishd.service',
        '/usr/lib/sysusers.d/redfishd.conf',
        '/usr/lib/tmpfiles.d/redfishd.conf',
        '/usr/lib/udev/rules.d/60-redfishd.rules',
        '/usr/share/polkit-1/rules.d/50-redfishd.rules',
        '/etc/redfishd/redfishd.yaml',
      ]),
    );
    const config = join(root, 'etc/redfishd/redfishd.yaml');
    expect(readFileSync(config, 'utf8')).toContain('platform: /usr/lib/redfishd/platform/tiogapass.yaml');
    // What somebody has configured stays.
    writeFileSync(config, 'platform: mine.yaml\n');
    run(from, root, 'tiogapass');
    expect(readFileSync(config, 'utf8')).toBe('platform: mine.yaml\n');
    expect(filesIn(root).sort()).toEqual(files.sort());
    mkdirSync(join(root, 'var/lib/redfishd'), { recursive: true });
    writeFileSync(join(root, 'var/lib/redfishd/redfishd.db'), '');
    run(from, root, '--remove');
    expect(filesIn(root)).toEqual(['/var/lib/redfishd/redfishd.db']);
    run(from, root, '--purge');
    expect(existsSync(join(root, 'var/lib/redfishd'))).toBe(false);
  });

  it.each([
    [[], /say which board/],
    [['nothing'], /no platform\/nothing\.yaml/],
  ])('says what is wrong with %j', (words, text) => {
    expect(() => run(bundle(), temporary(), ...words)).toThrow(text);
  });

  it('puts no bundle on a machine of another kind', () => {
    const from = bundle();
    const { stderr, status } = spawnSync('sh', [join(from, 'systemd/install.sh'), 'tiogapass'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/run this as root|this bundle is for armhf/);
  });
});
