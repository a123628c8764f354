/**
 * `npm run bundle -- ARCH [OUT]`: one directory with all that a board needs but Node itself. ARCH is x64, arm64 or armhf;
 * addons of another processor are compiled with Debian's cross compilers (g++-aarch64-linux-gnu, g++-arm-linux-gnueabihf).
 * Runs in the root of the project and needs no build of it: esbuild compiles the sources into one file.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addAddon } from './addons.ts';
import { compileProgram } from './compile.ts';
import { billOfMaterials } from './sbom.ts';
import { addons, packages, targets } from './targets.ts';

const launcher = `#!/usr/bin/env node
// Starts redfishd with the machine code that V8 kept from an earlier start, where systemd names a folder for it.
import module from 'node:module';
import { setFlagsFromString } from 'node:v8';
const [major, minor] = process.versions.node.split('.').map(Number);
// On 32-bit ARM the middle compiler of V8 in Node 24 ends the process ("Fatal error: unreachable code").
if (process.arch === 'arm' && major >= 22) setFlagsFromString('--no-maglev');
// Earlier versions of the cache are not tested with this bundle.
const hasCache = major > 22 || (major === 22 && minor >= 8);
if (hasCache && process.env.CACHE_DIRECTORY !== undefined) module.enableCompileCache(process.env.CACHE_DIRECTORY);
await import('./dist/program/main.js');
`;

async function bundle(name: string, out: string): Promise<void> {
  const target = targets[name];
  if (target === undefined) throw new Error(`${name} is none of ${Object.keys(targets).join(', ')}`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const folders = await compileProgram(join(out, 'dist/program'));
  writeFileSync(join(out, 'sbom.cdx.json'), billOfMaterials(folders));
  writeFileSync(join(out, 'package.json'), manifest(name));
  writeFileSync(join(out, 'redfishd.js'), launcher, { mode: 0o755 });
  for (const [each, files] of Object.entries(packages))
    for (const file of files) {
      const from = join('node_modules', each, file);
      if (existsSync(from)) cpSync(from, join(out, from), { recursive: true });
    }
  for (const each of ['platform', 'systemd', 'LICENSE'])
    cpSync(each, join(out, each), { recursive: true, filter: (path) => !path.startsWith('systemd/bundle') });
  for (const addon of addons) addAddon(addon, target, out);
  process.stdout.write(`${out} is for ${name}: node ${join(out, 'redfishd.js')} --help\n`);
}

function manifest(architecture: string): string {
  const { version, license } = JSON.parse(readFileSync('package.json', 'utf8'));
  return `${JSON.stringify({ name: 'redfishd', version, license, type: 'module', architecture }, null, 2)}\n`;
}

const [name = process.arch, out = join('out', name)] = process.argv.slice(2);
await bundle(name, out);
