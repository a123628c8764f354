/** The addons of a bundle: compiled for its processor, unless this machine has compiled them already. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Addon, Target } from './targets.ts';

/** Puts an addon into the bundle at `out`. @throws Error with the command that failed */
export function addAddon(addon: Addon, target: Target, out: string): void {
  const { source, file, target: folder, downloaded = false } = addon;
  const isCompiled = target.gyp === process.arch && !downloaded;
  const compiled = isCompiled ? join(source, 'build/Release', file) : compile(source, file, target);
  mkdirSync(join(out, folder), { recursive: true });
  cpSync(compiled, join(out, folder, file));
  strip(join(out, folder, file), target);
}

/** Compiles in a copy of the sources: node_modules keeps the addon of this machine. @returns the path of the addon */
function compile(source: string, file: string, { gyp, compiler }: Target): string {
  const copy = join(mkdtempSync(join(tmpdir(), 'redfishd-addon-')), 'package');
  cpSync(source, copy, { recursive: true, filter: (path) => !path.startsWith(join(source, 'build')) });
  // Headers of other packages are searched in the node_modules beside the sources.
  for (const name of ['nan', 'node-addon-api']) {
    const from = join('node_modules', name);
    if (existsSync(from)) cpSync(from, join(copy, 'node_modules', name), { recursive: true });
  }
  // The node-gyp that comes with npm is only on the path of npm's scripts.
  const script = { name: 'addon', version: '0.0.0', scripts: { addon: 'node-gyp rebuild --release' } };
  const manifest = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'));
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...manifest, ...script }));
  run('npm', ['run', '--silent', 'addon', '--', `--arch=${gyp}`], copy, {
    CC: `${compiler}-gcc`,
    CXX: `${compiler}-g++`,
    AR: `${compiler}-ar`,
    LINK: `${compiler}-g++`,
  });
  return join(copy, 'build/Release', file);
}

/** Removes what only a debugger reads. */
function strip(path: string, { compiler }: Target): void {
  const { status } = spawnSync(`${compiler}-strip`, ['--strip-unneeded', path]);
  if (status !== 0) process.stderr.write(`${path} is not stripped: ${compiler}-strip cannot be run\n`);
}

function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): void {
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(' ')} failed${error === undefined ? '' : `: ${error.message}`}`);
}
