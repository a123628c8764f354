/** Who receives generated files: one row per target. A new language is a file in `emit/` and a row here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from './bundle.ts';
import { daemonFiles, type Served } from './emit/daemon.ts';
import { docsFiles } from './emit/docs.ts';
import { factTypesModule } from './emit/fact-types.ts';
import type { Files } from './emit/files.ts';
import { javaFiles } from './emit/java.ts';
import { powershellFiles } from './emit/powershell.ts';
import { pythonFiles } from './emit/python.ts';
import { suiteFiles } from './emit/suite.ts';
import { typescriptFiles } from './emit/typescript.ts';
import type { Model } from './model.ts';

/** What an emitter may read: the documents, their types by name, and settings below the root of the project. */
export interface Source {
  readonly bundle: Bundle;
  readonly model: Model;
  readonly root: string;
}

export interface Target {
  readonly name: string;
  /** Where its files go, from the root of the project. */
  readonly folder: string;
  readonly files: (source: Source) => Files;
}

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

export const targets: readonly Target[] = [
  {
    name: 'daemon',
    folder: 'src',
    files: ({ bundle, root }) => ({
      ...daemonFiles(bundle, json(join(root, 'src/redfish/served.json')) as Served),
      'redfish/generated/facts.ts': factTypesModule(root),
    }),
  },
  {
    name: 'typescript',
    folder: 'clients/typescript/src/generated',
    files: ({ model }) => typescriptFiles(model),
  },
  {
    name: 'docs',
    folder: 'clients/typescript/data',
    files: ({ bundle, model }) => docsFiles(bundle, model),
  },
  {
    name: 'python',
    folder: 'clients/python/src/redfishd_client',
    files: ({ model }) => pythonFiles(model),
  },
  {
    name: 'java',
    folder: 'clients/java/src/main/java/org/redfishd/client/model',
    files: ({ model }) => javaFiles(model),
  },
  {
    name: 'powershell',
    folder: 'clients/powershell/Redfishd/data',
    files: ({ model }) => powershellFiles(model),
  },
  {
    name: 'suite',
    folder: 'clients/suite',
    files: ({ bundle, model, root }) => ({
      ...suiteFiles(bundle, model),
      'src/generated/facts.ts': factTypesModule(root),
    }),
  },
];
