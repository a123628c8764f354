/** What the service's answers are made of: the schemas and the message registries, here and at DMTF. */

import { registries as facts } from '../../../messages/generated/registries.ts';
import { registryNames, registryVersion } from '../../../messages/messages.ts';
import { registryPath } from '../../../messages/registry-document.ts';
import { collection, resource } from '../../app.ts';
import type { JsonSchemaFileBody, MessageRegistryFileBody } from '../../generated/types.ts';
import { jsonSchemaPath } from '../../service/json-schema.ts';
import { schemaNames, versionedNamespace } from '../../service/metadata.ts';

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

export const messageRegistry = resource({
  uri: '/redfish/v1/Registries/{MessageRegistryFileId}',
  schema: 'MessageRegistryFile',
  ids: () => registryNames,
  find: (_app, { MessageRegistryFileId }) => registryNames.find((name) => name === MessageRegistryFileId),
  body: (name): MessageRegistryFileBody => ({
    Name: `${name} message registry`,
    Registry: `${name}.${registryVersion(name)}`,
    Languages: ['en'],
    Location: [
      name === 'Redfishd'
        ? { Language: 'en', Uri: registryPath(name) }
        : {
            Language: 'en',
            Uri: registryPath(name),
            PublicationUri: `https://redfish.dmtf.org/registries/${name}.${facts[name].version}.json`,
          },
    ],
  }),
});

export const messageRegistries = collection({
  uri: '/redfish/v1/Registries',
  schema: 'MessageRegistryFileCollection',
  name: 'Message registries',
  members: messageRegistry,
});
