/** The roles and their privileges (DSP0266 clauses "Roles" and "Authorization"). */
import { Listeners } from '../base/listeners.ts';
import type { Store } from '../store/store.ts';
import { AccountError } from './account-error.ts';

/** PrivilegeType values that a role can have (DSP0266 clause "Authorization"; NoAuth is never assigned). */
export const privileges = [
  'Login',
  'ConfigureManager',
  'ConfigureUsers',
  'ConfigureSelf',
  'ConfigureComponents',
  'ConfigureCompositionInfrastructure',
  'AdministrateSystems',
  'OperateSystems',
  'AdministrateStorage',
  'OperateStorageBackup',
] as const;
export type Privilege = (typeof privileges)[number];

export interface Role {
  readonly id: string;
  readonly predefined: boolean;
  readonly privileges: readonly Privilege[];
  /** Rises with every change. */
  readonly revision: number;
}

/** Predefined roles: names and privileges are fixed (DSP0266 clause "Roles"). */
const predefined: readonly Role[] = [
  {
    id: 'Administrator',
    predefined: true,
    privileges: ['Login', 'ConfigureManager', 'ConfigureUsers', 'ConfigureComponents', 'ConfigureSelf'],
    revision: 1,
  },
  {
    id: 'Operator',
    predefined: true,
    privileges: ['Login', 'ConfigureComponents', 'ConfigureSelf'],
    revision: 1,
  },
  { id: 'ReadOnly', predefined: true, privileges: ['Login', 'ConfigureSelf'], revision: 1 },
];

const idPattern = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;
/** Role ids that are reserved by the specification. */
const reserved = ['NoAccess', 'None'];

/** The three predefined roles and the custom roles. */
export class Roles {
  readonly #store: Store;
  readonly #roles = new Map(predefined.map((role) => [role.id, role]));
  readonly #changed = new Listeners<Role>();

  constructor(store: Store) {
    this.#store = store;
    const rows = store.all<{ id: string; privileges: string; revision: number }>(
      'SELECT * FROM roles ORDER BY id',
    );
    for (const row of rows) {
      const known = row.privileges.split(' ').filter(isPrivilege);
      this.#roles.set(row.id, { id: row.id, predefined: false, privileges: known, revision: row.revision });
    }
  }

  /** Returns all roles, the predefined first. */
  list(): Role[] {
    return [...this.#roles.values()];
  }

  /** Returns a role by its id. */
  get(id: string): Role | undefined {
    return this.#roles.get(id);
  }

  /** Calls the listener after a role was created, changed or deleted. @returns unsubscribes */
  onChange(listener: (role: Role) => void): () => void {
    return this.#changed.add(listener);
  }

  /** Creates a custom role. @throws AccountError, StoreError */
  create(id: string, assigned: readonly string[]): Role {
    if (!idPattern.test(id) || reserved.includes(id)) {
      const form = 'a letter, then up to 63 letters, digits, dots, dashes or underscores';
      throw new AccountError(
        'value',
        'RoleId',
        `RoleId must be ${form}, and none that the standard reserves`,
      );
    }
    if (this.#roles.has(id)) throw new AccountError('exists', 'RoleId', `there is a role ${id} already`);
    return this.#put({ id, predefined: false, privileges: check(assigned), revision: Date.now() });
  }

  /** Changes the privileges of a custom role. @throws AccountError, StoreError */
  update(id: string, assigned: readonly string[], options: { readonly ifRevision?: number } = {}): Role {
    const role = this.#custom(id);
    if (options.ifRevision !== undefined && options.ifRevision !== role.revision) {
      throw new AccountError('changed', null, `role ${id} was changed in the meantime; read it again`);
    }
    return this.#put({ ...role, privileges: check(assigned), revision: role.revision + 1 });
  }

  /** Deletes a custom role that no account has. @throws AccountError, StoreError */
  delete(id: string): void {
    const role = this.#custom(id);
    const user = this.#store.get<{ name: string }>(
      'SELECT user_name AS name FROM accounts WHERE role = ?',
      id,
    );
    if (user !== undefined) {
      throw new AccountError(
        'in-use',
        null,
        `account ${user.name} has the role ${id}; give it another one first`,
      );
    }
    this.#store.run('DELETE FROM roles WHERE id = ?', id);
    this.#roles.delete(id);
    this.#changed.emit(role);
  }

  #custom(id: string): Role {
    const role = this.#roles.get(id);
    if (role === undefined) throw new AccountError('not-found', 'RoleId', `there is no role ${id}`);
    if (role.predefined)
      throw new AccountError('predefined', null, `role ${id} is predefined and stays as it is`);
    return role;
  }

  #put(role: Role): Role {
    this.#store.run(
      `INSERT INTO roles (id, privileges, revision) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET privileges = excluded.privileges, revision = excluded.revision`,
      role.id,
      role.privileges.join(' '),
      role.revision,
    );
    this.#roles.set(role.id, role);
    this.#changed.emit(role);
    return role;
  }
}

function isPrivilege(text: string): text is Privilege {
  return (privileges as readonly string[]).includes(text);
}

function check(assigned: readonly string[]): Privilege[] {
  return [...new Set(assigned)].map((name) => {
    if (isPrivilege(name)) return name;
    const choice = privileges.join(', ');
    throw new AccountError('privilege', 'AssignedPrivileges', `AssignedPrivileges may hold ${choice}`);
  });
}
