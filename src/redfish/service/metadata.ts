/** The two OData documents of a service (DSP0266 clauses 8.4.2 and 8.4.3), worked out from its declarations. */
import { odataType } from '../generated/versions.ts';
import type { SchemaName } from './resource.ts';
import type { Tree } from './tree.ts';

const schemaHome = 'http://redfish.dmtf.org/schemas/v1';

/** Every schema that this build knows the facts of. */
export const schemaNames = Object.keys(odataType) as SchemaName[];

/** `Sensor.v1_12_0` of `#Sensor.v1_12_0.Sensor`; null for collections, which have no version. */
export function versionedNamespace(schema: SchemaName): string | null {
  const [namespace = '', version = ''] = odataType[schema].slice(1).split('.');
  return /^v\d/.test(version) ? `${namespace}.${version}` : null;
}

/** `$metadata`: refers to DMTF's schema files, and names the service root's container first. */
export function metadataDocument(): string {
  const references = schemaNames.map((schema) => {
    const versioned = versionedNamespace(schema);
    const include = versioned === null ? '' : `\n    <edmx:Include Namespace="${versioned}"/>`;
    return `  <edmx:Reference Uri="${schemaHome}/${schema}_v1.xml">\n    <edmx:Include Namespace="${schema}"/>${include}\n  </edmx:Reference>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">
${references.join('')}  <edmx:Reference Uri="${schemaHome}/RedfishExtensions_v1.xml">
    <edmx:Include Namespace="RedfishExtensions.v1_0_0" Alias="Redfish"/>
  </edmx:Reference>
  <edmx:DataServices>
    <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Service">
      <EntityContainer Name="Service" Extends="${versionedNamespace('ServiceRoot') ?? 'ServiceRoot'}.ServiceContainer"/>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>
`;
}

/** The OData service document: what hangs directly below the service root. */
export function serviceDocument<A>(tree: Tree<A>): string {
  const value = [{ name: 'Service', kind: 'Singleton', url: '/redfish/v1/' }];
  for (const { declaration } of tree.entries) {
    const uri = declaration.kind === 'resource' ? declaration.resource.uri : declaration.collection.uri;
    const match = /^\/redfish\/v1\/(\w+)$/.exec(uri);
    if (match?.[1] !== undefined) value.push({ name: match[1], kind: 'Singleton', url: uri });
  }
  return JSON.stringify({ '@odata.context': '/redfish/v1/$metadata', value });
}
