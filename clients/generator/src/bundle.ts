/** Reads DMTF's documents from disk: a folder of CSDL (DSP8010) and one of registries (DSP8011). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Csdl, readCsdl } from './csdl.ts';
import { type Element, parseXml } from './xml.ts';

/** A message registry document (DSP0266 "Message registries"), as far as it is read. */
export interface MessageRegistry {
  readonly RegistryPrefix: string;
  readonly RegistryVersion: string;
  readonly Messages: Readonly<
    Record<
      string,
      {
        readonly Message?: string;
        readonly MessageSeverity: string;
        readonly ParamTypes?: readonly string[];
        readonly Resolution?: string;
      }
    >
  >;
}

export type Operations = Readonly<Record<string, readonly { readonly Privilege: readonly string[] }[]>>;

export interface PrivilegeOverride {
  readonly Targets: readonly string[];
  readonly OperationMap: Operations;
}

/** The part of the DMTF privilege registry (DSP0266 "Privilege model") that is read. */
export interface PrivilegeRegistry {
  readonly Id: string;
  readonly PrivilegesUsed: readonly string[];
  readonly Mappings: readonly {
    readonly Entity: string;
    readonly OperationMap: Operations;
    readonly PropertyOverrides?: readonly PrivilegeOverride[];
    readonly SubordinateOverrides?: readonly PrivilegeOverride[];
    readonly ResourceURIOverrides?: readonly PrivilegeOverride[];
  }[];
}

/** Everything that emitters read. */
export interface Bundle {
  readonly documents: readonly Element[];
  readonly csdl: Csdl;
  /** The latest version of each message registry, by prefix, sorted. */
  readonly registries: ReadonlyMap<string, MessageRegistry>;
  readonly privileges: PrivilegeRegistry;
}

const byVersion = new Intl.Collator('en', { numeric: true });

/** File names of a folder, oldest version first. @throws Error that names the DMTF bundle when the folder is missing */
function filesOf(folder: string, extension: string, bundle: string, inside: string): string[] {
  const where = `${bundle} (https://www.dmtf.org/dsp/${bundle}); after unpacking, ${inside}`;
  if (!existsSync(folder)) throw new Error(`${folder} does not exist: download ${where}`);
  const files = readdirSync(folder).filter((file) => file.endsWith(extension));
  if (files.length === 0) throw new Error(`${folder} holds no ${extension} file: it should be ${where}`);
  return files.sort(byVersion.compare);
}

/** Parses every CSDL document of a folder. @throws Error that names the file which cannot be read */
function readDocuments(folder: string): Element[] {
  return filesOf(folder, '.xml', 'DSP8010', 'the folder csdl').map((file) => {
    try {
      return parseXml(readFileSync(join(folder, file), 'utf8'));
    } catch (error) {
      throw new Error(`${join(folder, file)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/**
 * Reads both folders.
 * @throws Error when a folder or the privilege registry is missing, or a document cannot be read
 */
export function readBundle(csdlFolder: string, registryFolder: string): Bundle {
  const documents = readDocuments(csdlFolder);
  const registries = new Map<string, MessageRegistry>();
  let privileges: PrivilegeRegistry | undefined;
  for (const file of filesOf(registryFolder, '.json', 'DSP8011', 'the folder of registries')) {
    const text = readFileSync(join(registryFolder, file), 'utf8');
    if (file.endsWith('PrivilegeRegistry.json')) privileges = JSON.parse(text);
    else registries.set(file.slice(0, file.indexOf('.')), JSON.parse(text));
  }
  if (!privileges) throw new Error(`${registryFolder} lacks Redfish_*_PrivilegeRegistry.json of DSP8011`);
  return { documents, csdl: readCsdl(documents), registries, privileges };
}
