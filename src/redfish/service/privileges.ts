/** Which privileges an operation needs, after the privilege registry (DSP0266 "Privilege model"). */
import { privilegeMap } from '../generated/privileges.ts';
import type { Alternatives, Method, OperationMap } from './privilege-map.ts';

/** Where a resource stands, and which of its properties is meant. */
export interface PrivilegeScope {
  /** Types of the resources above it, nearest last. */
  readonly parents?: readonly string[] | undefined;
  /** Path of a property: `Password`, `Links/Role`. */
  readonly property?: string | undefined;
}

const nobody: Alternatives = [];

/**
 * What an operation needs (DSP0266 "Privilege model"): a property override goes before a subordinate override, that
 * before the type's own operation map. Empty, so that nobody may, for a type or method that the registry does not know.
 */
export function requiredPrivileges(entity: string, method: string, scope?: PrivilegeScope): Alternatives {
  const mapping = Object.hasOwn(privilegeMap, entity) ? privilegeMap[entity] : undefined;
  if (mapping === undefined) return nobody;
  const property = scope?.property;
  if (property !== undefined && mapping.property !== undefined) {
    for (const override of mapping.property) {
      const needed = covers(override.targets, property) && operation(override.operations, method);
      if (needed) return needed;
    }
  }
  if (mapping.subordinate !== undefined && scope?.parents !== undefined) {
    for (const override of mapping.subordinate) {
      const needed = isBelow(override.targets, scope.parents) && operation(override.operations, method);
      if (needed) return needed;
    }
  }
  return operation(mapping.operations, method) ?? nobody;
}

/** Whether a user with these privileges may do it. `NoAuth` is held by everyone. */
export function isAllowed(
  privileges: ReadonlySet<string>,
  entity: string,
  method: string,
  scope?: PrivilegeScope,
): boolean {
  for (const alternative of requiredPrivileges(entity, method, scope)) {
    let held = true;
    for (const privilege of alternative) held &&= privilege === 'NoAuth' || privileges.has(privilege);
    if (held) return true;
  }
  return false;
}

function operation(operations: OperationMap, method: string): Alternatives | undefined {
  return Object.hasOwn(operations, method) ? operations[method as Method] : undefined;
}

function covers(targets: readonly string[], property: string): boolean {
  for (const target of targets) {
    if (property === target || property.startsWith(`${target}/`)) return true;
  }
  return false;
}

/** The targets stand above the resource in this order, whatever stands between them. */
function isBelow(targets: readonly string[], parents: readonly string[]): boolean {
  let next = 0;
  for (const parent of parents) if (parent === targets[next]) next++;
  return next === targets.length;
}
