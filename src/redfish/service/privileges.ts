export type Method = 'GET' | 'HEAD' | 'PATCH' | 'POST' | 'PUT' | 'DELETE';
/** Alternatives, of which one must hold whole. */
export type Alternatives = readonly (readonly string[])[];
export type OperationMap = Readonly<Partial<Record<Method, Alternatives>>>;
export interface PrivilegeOverride {
  readonly targets: readonly string[];
  readonly operations: OperationMap;
}
export interface EntityPrivileges {
  readonly operations: OperationMap;
  readonly property?: readonly PrivilegeOverride[];
  readonly subordinate?: readonly PrivilegeOverride[];
}
