import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';

/** DMTF's schemas and registries, which are beside a checkout and no part of it. */
export const redfishFolder = resolve(process.env.REDFISHD_SHARED ?? '../shared', 'redfish');
export const hasRedfishFolder = existsSync(redfishFolder);

/** A registry document of DMTF by the beginning or end of its file name. */
export function dmtfRegistry<T>(part: string): T {
  const folder = join(redfishFolder, 'registries');
  const file = readdirSync(folder).find(
    (name) => name.startsWith(`${part}.`) || name.endsWith(`${part}.json`),
  );
  if (file === undefined) throw new Error(`${folder} has no registry ${part}`);
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
}

/** The folder holds the latest version of each schema: references to the older ones are dropped. */
function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((each) => !isDangling(each)).map(prune);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== '$schema')
      .map(([name, each]) => [name, prune(each)]),
  );
}

function isDangling(value: unknown): boolean {
  const reference = (value as { $ref?: unknown } | null)?.$ref;
  return typeof reference === 'string' && reference.startsWith('http') && !existsSync(fileOf(reference));
}

const fileOf = (uri: string) =>
  join(redfishFolder, 'json-schema', uri.replace(/#.*$/, '').split('/').at(-1) ?? '');

/** A validator of DMTF's JSON schema in `file`, such as `redfish-error.v1_0_2.json`. */
export function jsonSchema(file: string): Promise<ValidateFunction> {
  const loadSchema = async (uri: string) => prune(JSON.parse(readFileSync(fileOf(uri), 'utf8'))) as object;
  const ajv = new Ajv({ strict: false, validateFormats: false, loadSchema });
  return loadSchema(file).then((schema) => ajv.compileAsync(schema));
}
