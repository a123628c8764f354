/** The bill of materials of a bundle (CycloneDX 1.5): the packages that are in it, and the SQLite inside the addon. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
}

interface Bill {
  readonly serialNumber?: string;
  readonly metadata: { readonly timestamp?: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/**
 * Reduces npm's list of all installed packages, which has those that only an installation needs, to those of `folders`
 * (`node_modules/NAME`). It has neither time nor serial number, so that two bundles of the same sources are the same.
 */
export function billOfMaterials(folders: readonly string[]): string {
  const words = ['sbom', '--sbom-format=cyclonedx', '--workspaces=false'];
  const text = execFileSync('npm', words, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  const { serialNumber: _, metadata, components, dependencies, ...rest }: Bill = JSON.parse(text);
  const { timestamp: __, component: own, ...told } = metadata;
  const bundled = new Set(folders.map(reference));
  const known = new Set(components.map((each) => each['bom-ref']));
  for (const each of bundled)
    if (!known.has(each)) throw new Error(`${each} is in the bundle, and npm sbom does not list it`);
  const engine = sqlite();
  const within = (refs: readonly string[] = []) => refs.filter((each) => bundled.has(each));
  const bill = {
    ...rest,
    metadata: { ...told, component: { ...own, type: 'application', name: 'redfishd' } },
    components: [...components.filter((each) => bundled.has(each['bom-ref'])), engine],
    dependencies: dependencies
      .filter(({ ref }) => bundled.has(ref) || ref === own['bom-ref'])
      .map(({ ref, dependsOn }) => ({
        ref,
        dependsOn: [...within(dependsOn), ...(ref.startsWith('better-sqlite3@') ? [engine['bom-ref']] : [])],
      })),
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

/** `name@version` of the package in a folder. */
function reference(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `${name}@${version}`;
}

/** SQLite is compiled into its addon; the addon of this machine has the same sources as that of the bundle. */
function sqlite(): Component & Readonly<Record<string, unknown>> {
  const db = new Database(':memory:');
  const version = String(db.prepare('SELECT sqlite_version()').pluck().get());
  db.close();
  return {
    'bom-ref': `sqlite@${version}`,
    type: 'library',
    name: 'sqlite',
    version,
    scope: 'required',
    purl: `pkg:generic/sqlite@${version}`,
    licenses: [{ license: { id: 'blessing' } }],
  };
}
