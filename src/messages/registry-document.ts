/**
 * The message registries as documents (MessageRegistry.v1_7_0), for clients that cannot reach DMTF's copies. Keys, severities
 * and arguments are DMTF's; the sentences are those that this service sends.
 */
import { registries } from './keys.ts';
import { messagesOf, type RegistryName, registryNames } from './messages.ts';
import { ownDescriptions } from './own.ts';

/** Path of the document of a registry. */
export const registryPath = (registry: RegistryName): string =>
  `/redfish/v1/Registries/${registry}/${registry}.${registries[registry].version}.json`;

/** The registry whose document is at a path; undefined: there is none. */
export const registryAt = (path: string): RegistryName | undefined =>
  registryNames.find((name) => registryPath(name) === path);

/** JSON text of the document of a registry. @param type `@odata.type` of a MessageRegistry */
export function registryDocument(registry: RegistryName, type: string): string {
  const { version } = registries[registry];
  const descriptions: Readonly<Record<string, string>> = registry === 'Redfishd' ? ownDescriptions : {};
  const messages = [...messagesOf(registry)].map(([key, { text, severity, argTypes, resolution }]) => [
    key,
    {
      Description: descriptions[key] ?? `The message ${key} of the registry ${registry}.`,
      Message: text,
      Severity: severity,
      MessageSeverity: severity,
      NumberOfArgs: argTypes.length,
      ParamTypes: argTypes,
      Resolution: resolution,
    },
  ]);
  return JSON.stringify({
    '@odata.type': type,
    Id: `${registry}.${version}`,
    Name: `${registry} message registry`,
    Language: 'en',
    RegistryPrefix: registry,
    RegistryVersion: version,
    OwningEntity: registry === 'Redfishd' ? 'redfishd' : 'DMTF',
    Messages: Object.fromEntries(messages),
  });
}
