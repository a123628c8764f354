/** The shape of the privilege registry (DSP0266 "Privilege model"), as `generated/privileges.ts` holds it. */

export type Method = 'GET' | 'HEAD' | 'PATCH' | 'POST' | 'PUT' | 'DELETE';

/** Sets of privileges, of which a user must hold one set whole. */
export type Alternatives = readonly (readonly string[])[];

export type OperationMap = Readonly<Partial<Record<Method, Alternatives>>>;

/** Other privileges for some properties, or below some resources (in order, outermost first). */
export interface PrivilegeOverride {
  readonly targets: readonly string[];
  readonly operations: OperationMap;
}

/** What the privilege registry says of one type of resource. */
export interface EntityPrivileges {
  readonly operations: OperationMap;
  readonly property?: readonly PrivilegeOverride[];
  readonly subordinate?: readonly PrivilegeOverride[];
}
