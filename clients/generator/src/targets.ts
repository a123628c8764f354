/** Who receives generated files: one row per target. A new language is a file in `emit/` and a row here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from './bundle.ts';
import { daemonFiles, type Served } from './emit/daemon.ts';
import type { Files } from './emit/files.ts';

export interface Target {
  readonly name: string;
  /** Where its files go, from the root of the project. */
  readonly folder: string;
  /** @param root the root of the project, for a target that has settings of its own there */
  readonly files: (bundle: Bundle, root: string) => Files;
}

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

export const targets: readonly Target[] = [
  {
    name: 'daemon',
    folder: 'src',
    files: (bundle, root) => daemonFiles(bundle, json(join(root, 'src/redfish/served.json')) as Served),
  },
];
