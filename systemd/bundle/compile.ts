/**
 * The whole program as one file, which starts in half the time of its 560 modules, and a file beside it for each dynamic
 * import: what a start does not need is not read, a third of the whole.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
// A package that is asked for its names below wants it loaded before, in whatever order the files come.
import 'reflect-metadata';
import { packages } from './targets.ts';

/** The folder of the package that a source file belongs to. */
const packageFolder = /^(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//;

/**
 * Writes `folder/main.js` with its parts, and the facts it reads to `generated` beside the folder.
 * @returns folders of the packages (`node_modules/NAME`) that are part of it or that it loads
 */
export async function compileProgram(folder: string): Promise<readonly string[]> {
  // Parts of an earlier build have other names.
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    metafile: true,
    entryPoints: ['src/main.ts'],
    outdir: folder,
    bundle: true,
    splitting: true,
    chunkNames: 'part-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Names stay as they are, so that a stack can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    external: Object.keys(packages),
    plugins: [lazyPackages],
    // CommonJS packages call require at run time.
    banner: {
      js: "import { createRequire as require_ } from 'node:module'; const require = require_(import.meta.url);",
    },
    legalComments: 'linked',
    logLevel: 'warning',
  });
  cpSync('src/redfish/generated/schemas.json', join(folder, '../generated/schemas.json'));
  const inputs = Object.keys(metafile.inputs).flatMap((path) => packageFolder.exec(path)?.[1] ?? []);
  const loaded = Object.keys(packages).map((name) => join('node_modules', name));
  return [...new Set([...inputs, ...loaded])].sort();
}

/**
 * Gives a package that is imported dynamically its names: esbuild exports of a CommonJS package in a file of its own only the
 * default.
 */
const lazyPackages: Plugin = {
  name: 'lazy packages',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[@a-z]/ }, ({ path, kind, resolveDir }) => {
      const isOwn = kind === 'dynamic-import' && !path.startsWith('node:') && !(path in packages);
      return isOwn ? { path, namespace: 'lazy', pluginData: resolveDir } : undefined;
    });
    onLoad({ filter: /./, namespace: 'lazy' }, async ({ path, pluginData: resolveDir }) => {
      const names = Object.keys(await import(path)).filter((name) => /^[A-Za-z_]\w*$/.test(name));
      const exported = names.filter((name) => name !== 'default').join(', ');
      const contents = `import * as all from '${path}'; export const { ${exported} } = all; export default all.default;`;
      return { contents, resolveDir };
    });
  },
};
