/** What the service's answers are made of: the schemas and the message registries, here and at DMTF. */

import { registries as facts } from '../../../messages/generated/registries.ts';
import { type RegistryName, registryNames, registryVersion } from '../../../messages/messages.ts';
import { registryPath } from '../../../messages/registry-document.ts';
import { collection, resource } from '../../app.ts';
import { registryId } from '../../generated/privileges.ts';
import type { JsonSchemaFileBody, MessageRegistryFileBody } from '../../generated/types.ts';
import { jsonSchemaPath } from '../../service/json-schema.ts';
import { schemaNames, versionedNamespace } from '../../service/metadata.ts';
import { privilegeRegistryPath } from '../../service/privilege-document.ts';

export const jsonSchema = resource({
  uri: '/redfish/v1/JsonSchemas/{JsonSchemaFileId}',
  schema: 'JsonSchemaFile',
  ids: () => schemaNames,
  find: (_app, { JsonSchemaFileId }) => schemaNames.find((name) => name === JsonSchemaFileId),
  body: (name): JsonSchemaFileBody => {
    const versioned = versionedNamespace(name) ?? name;
    return {
      Name: `${name} schema`,
      Schema: `#${versioned}.${name}`,
      Languages: ['en'],
      Location: [
        {
          Language: 'en',
          Uri: jsonSchemaPath(name),
          PublicationUri: `http://redfish.dmtf.org/schemas/v1/${versioned}.json`,
        },
      ],
    };
  },
});

export const jsonSchemas = collection({
  uri: '/redfish/v1/JsonSchemas',
  schema: 'JsonSchemaFileCollection',
  name: 'Schemas',
  members: jsonSchema,
});

/** Besides the message registries, the one that says which privileges each operation needs. */
const privilegeRegistry = 'PrivilegeRegistry';
const fileNames: readonly (RegistryName | typeof privilegeRegistry)[] = [...registryNames, privilegeRegistry];

export const messageRegistry = resource({
  uri: '/redfish/v1/Registries/{MessageRegistryFileId}',
  schema: 'MessageRegistryFile',
  ids: () => fileNames,
  find: (_app, { MessageRegistryFileId }) => fileNames.find((name) => name === MessageRegistryFileId),
  body: (name): MessageRegistryFileBody => ({
    Languages: ['en'],
    ...(name === privilegeRegistry
      ? {
          Name: 'Privilege registry',
          Registry: registryId,
          Location: [{ Language: 'en', Uri: privilegeRegistryPath }],
        }
      : {
          Name: `${name} message registry`,
          Registry: `${name}.${registryVersion(name)}`,
          Location: [{ Language: 'en', Uri: registryPath(name), ...publicationOf(name) }],
        }),
  }),
});

/** DMTF's copy, of a registry that is DMTF's. */
const publicationOf = (name: RegistryName): { readonly PublicationUri?: string } =>
  name === 'Redfishd'
    ? {}
    : { PublicationUri: `https://redfish.dmtf.org/registries/${name}.${facts[name].version}.json` };

export const messageRegistries = collection({
  uri: '/redfish/v1/Registries',
  schema: 'MessageRegistryFileCollection',
  name: 'Message registries',
  members: messageRegistry,
});
