/**
 * `npm run bundle -- ARCH`: one directory that holds all that a board needs but Node itself. ARCH is x64, arm64 or armhf; for
 * another machine's the addons are compiled with Debian's cross compilers (g++-aarch64-linux-gnu, g++-arm-linux-gnueabihf).
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** What each architecture is called by node-gyp, and the prefix of its compiler. */
const architectures: Readonly<Record<string, { readonly gyp: string; readonly compiler: string }>> = {
  x64: { gyp: 'x64', compiler: 'x86_64-linux-gnu' },
  arm64: { gyp: 'arm64', compiler: 'aarch64-linux-gnu' },
  armhf: { gyp: 'arm', compiler: 'arm-linux-gnueabihf' },
};

/** Packages with addons, and what they need to find them; and of each the folders that are of use at run time. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['package.json', 'lib', 'LICENSE'],
  'i2c-bus': ['package.json', 'i2c-bus.js', 'lib', 'LICENSE'],
  bindings: ['package.json', 'bindings.js', 'LICENSE.md'],
  'file-uri-to-path': ['package.json', 'index.js', 'LICENSE'],
};
/** Each addon: where its sources are, and where it goes in the bundle. */
const addons = [
  ['node_modules/better-sqlite3', 'better_sqlite3.node', 'node_modules/better-sqlite3/build/Release'],
  ['node_modules/i2c-bus', 'i2c.node', 'node_modules/i2c-bus/build/Release'],
  ['drivers/native', 'redfishd_native.node', 'dist/src'],
] as const;

function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): void {
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(' ')} failed${error === undefined ? '' : `: ${error.message}`}`);
}

/** Compiles an addon for another machine, in a copy: the one in node_modules is this machine's. */
function compile(source: string, file: string, arch: (typeof architectures)[string]): string {
  const work = mkdtempSync(join(tmpdir(), 'redfishd-addon-'));
  const copy = join(work, 'package');
  cpSync(join(root, source), copy, {
    recursive: true,
    filter: (path) => !path.startsWith(join(root, source, 'build')),
  });
  // What the sources include of other packages is looked for beside them.
  for (const name of ['nan', 'node-addon-api']) {
    const from = join(root, 'node_modules', name);
    if (existsSync(from)) cpSync(from, join(copy, 'node_modules', name), { recursive: true });
  }
  const { compiler } = arch;
  const tools = {
    CC: `${compiler}-gcc`,
    CXX: `${compiler}-g++`,
    AR: `${compiler}-ar`,
    LINK: `${compiler}-g++`,
  };
  // npm brings its own node-gyp, which is only on the path of its scripts.
  const script = { name: 'addon', version: '0.0.0', scripts: { addon: 'node-gyp rebuild --release' } };
  writeFileSync(
    join(copy, 'package.json'),
    JSON.stringify({ ...JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')), ...script }),
  );
  run('npm', ['run', '--silent', 'addon', '--', `--arch=${arch.gyp}`], copy, tools);
  return join(copy, 'build/Release', file);
}

/** Takes out what only a debugger reads. */
function strip(path: string, { compiler }: (typeof architectures)[string]): void {
  const tool = spawnSync(`${compiler}-strip`, ['--strip-unneeded', path]);
  if (tool.status !== 0) process.stderr.write(`${path} is not stripped: ${compiler}-strip cannot be run\n`);
}

const launcher = `#!/usr/bin/env node
// Keeps what V8 has compiled, where Node can (22.1 and later) and systemd names a place.
import module from 'node:module';
import { setFlagsFromString } from 'node:v8';
// On 32-bit ARM the middle compiler of V8 in Node 24 ends the process ("Fatal error: unreachable code").
if (process.arch === 'arm' && Number(process.versions.node.split('.')[0]) >= 22) setFlagsFromString('--no-maglev');
if (process.env.CACHE_DIRECTORY !== undefined) module.enableCompileCache?.(process.env.CACHE_DIRECTORY);
await import('./dist/src/main.js');
`;

async function bundle(name: string, out: string): Promise<void> {
  const arch = architectures[name];
  if (arch === undefined) throw new Error(`${name} is none of ${Object.keys(architectures).join(', ')}`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(join(out, 'dist/src'), { recursive: true });
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(root, 'dist/src/main.js')],
    outfile: join(out, 'dist/src/main.js'),
    ...{
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      minifySyntax: true,
      keepNames: true,
    },
    external: Object.keys(packages),
    // Packages of the old kind ask for modules at run time.
    banner: {
      js: "import { createRequire as require_ } from 'node:module'; const require = require_(import.meta.url);",
    },
    legalComments: 'linked',
    logLevel: 'warning',
  });
  mkdirSync(join(out, 'dist/generated'), { recursive: true });
  cpSync(join(root, 'dist/src/redfish/generated/schemas.json'), join(out, 'dist/generated/schemas.json'));
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly version: string;
    readonly license: string;
  };
  writeFileSync(
    join(out, 'package.json'),
    `${JSON.stringify({ name: 'redfishd', version, license, type: 'module', architecture: name }, null, 2)}\n`,
  );
  writeFileSync(join(out, 'redfishd.js'), launcher, { mode: 0o755 });
  for (const [each, files] of Object.entries(packages)) {
    for (const file of files) {
      const from = join(root, 'node_modules', each, file);
      if (existsSync(from)) cpSync(from, join(out, 'node_modules', each, file), { recursive: true });
    }
  }
  for (const folder of ['platform', 'systemd']) {
    if (existsSync(join(root, folder))) cpSync(join(root, folder), join(out, folder), { recursive: true });
  }
  cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
  for (const [source, file, target] of addons) {
    const native = arch.gyp === process.arch;
    const made = native ? join(root, source, 'build/Release', file) : compile(source, file, arch);
    mkdirSync(join(out, target), { recursive: true });
    cpSync(made, join(out, target, file));
    strip(join(out, target, file), arch);
  }
  process.stdout.write(`${out} is for ${name}: node ${join(out, 'redfishd.js')} --help\n`);
}

const [name = process.arch, out = join(root, 'out', name)] = process.argv.slice(2);
await bundle(name, resolve(out));
