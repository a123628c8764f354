/** The privilege registry as a document (PrivilegeRegistry.v1_2_0): which privileges each operation needs here. */

import { privilegeMap, privilegesUsed, registryId } from '../generated/privileges.ts';
import { odataType } from '../generated/versions.ts';
import type { OperationMap, PrivilegeOverride } from './privilege-map.ts';

/** Path of the document. */
export const privilegeRegistryPath = `/redfish/v1/Registries/PrivilegeRegistry/${registryId}.json`;

/** JSON text of the document. */
export function privilegeRegistryDocument(): string {
  return JSON.stringify({
    '@odata.id': privilegeRegistryPath,
    '@odata.type': odataType.PrivilegeRegistry,
    Id: registryId,
    Name: 'Privilege registry',
    Description: 'Privileges that a role must have for each operation on each kind of resource.',
    PrivilegesUsed: privilegesUsed,
    OEMPrivilegesUsed: [],
    Mappings: Object.entries(privilegeMap).map(([Entity, { operations, property, subordinate }]) => ({
      Entity,
      OperationMap: operationsOf(operations),
      ...(property === undefined ? {} : { PropertyOverrides: property.map(overrideOf) }),
      ...(subordinate === undefined ? {} : { SubordinateOverrides: subordinate.map(overrideOf) }),
    })),
  });
}

const overrideOf = ({ targets, operations }: PrivilegeOverride) => ({
  Targets: targets,
  OperationMap: operationsOf(operations),
});

/** Any one of the sets of privileges will do. */
const operationsOf = (operations: OperationMap) =>
  Object.fromEntries(
    Object.entries(operations).map(([method, sets]) => [method, sets.map((Privilege) => ({ Privilege }))]),
  );
