// Compiles the addon where it can be of use: elsewhere there is no board to drive, and the twin needs none of it.
import { spawnSync } from 'node:child_process';

if (process.platform === 'linux') {
  // npm puts its own node-gyp on the path of such scripts.
  const { status } = spawnSync('node-gyp', ['rebuild'], { stdio: 'inherit', shell: true });
  process.exitCode = status ?? 1;
} else process.stdout.write(`redfishd-native: nothing to compile for ${process.platform}\n`);
