/** Compiles the project once before the tests: those that start the real process run what is in dist/. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export default function build(): void {
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { status, stdout } = spawnSync(tsc, ['-b', 'tsconfig.build.json'], { cwd: root, encoding: 'utf8' });
  const program = spawnSync('npm', ['run', '--silent', 'program'], { cwd: root, encoding: 'utf8' });
  if (program.status !== 0) throw new Error(`npm run program failed:\n${program.stderr}`);
  if (status === 0) return;
  // The compiler emits in spite of wrong types; whether types are right is what `npm run check` says.
  process.stderr.write(`The project does not compile cleanly:\n${stdout}\n`);
  if (!existsSync(join(root, 'dist/src/main.js'))) throw new Error('dist/src/main.js could not be made');
}
