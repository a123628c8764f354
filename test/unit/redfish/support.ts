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

const folderOfSchemas = join(redfishFolder, 'json-schema');

/** `http://redfish.dmtf.org/schemas/v1/Chassis.json#/definitions/Chassis` in its two parts. */
const partsOf = (reference: string) => {
  const [uri = '', pointer = ''] = reference.split('#');
  return { path: join(folderOfSchemas, uri.split('/').at(-1) ?? ''), name: pointer.split('/').at(-1) ?? '' };
};

const linkSchema = 'http://redfish.dmtf.org/schemas/v1/odata-v4.json#/definitions/idRef';

/** The folder holds the latest version of each schema: nothing is known of the older ones. */
function isDangling(value: unknown): boolean {
  const reference = (value as { $ref?: unknown } | null)?.$ref;
  return (
    typeof reference === 'string' && reference.startsWith('http') && !existsSync(partsOf(reference).path)
  );
}

/** Whether a definition elsewhere is another resource: then it stands for a link, unless somebody expanded it. */
function isResource(reference: string): boolean {
  if (!reference.startsWith('http') || reference === linkSchema) return false;
  const { path, name } = partsOf(reference);
  const { definitions } = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly definitions: Readonly<
      Record<string, { readonly anyOf?: readonly { readonly $ref?: string }[] }>
    >;
  };
  return definitions[name]?.anyOf?.some(({ $ref }) => $ref === linkSchema) === true;
}

/** Drops what cannot be had, and stops at links: else every schema would draw in all of Redfish. */
function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((each) => !isDangling(each)).map(prune);
  if (typeof value !== 'object' || value === null) return value;
  if (isDangling(value)) return {};
  const reference = (value as { $ref?: unknown }).$ref;
  if (typeof reference === 'string' && isResource(reference)) return { $ref: linkSchema };
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== '$schema')
      .map(([name, each]) => [name, prune(each)]),
  );
}

const formats = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  uri: (text: string) => URL.canParse(text),
  'uri-reference': (text: string) => URL.canParse(text, 'https://host/'),
};

/** A validator of DMTF's JSON schema in `file`, such as `redfish-error.v1_0_2.json`; other resources are links in it. */
export function jsonSchema(file: string): Promise<ValidateFunction> {
  const loadSchema = async (uri: string) =>
    prune(JSON.parse(readFileSync(partsOf(uri).path, 'utf8'))) as object;
  const ajv = new Ajv({ strict: false, formats, loadSchema });
  return loadSchema(file).then((schema) => ajv.compileAsync(schema));
}
