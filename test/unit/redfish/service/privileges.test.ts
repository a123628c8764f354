import { describe, expect, it } from 'vitest';
import { privilegeMap } from '../../../../src/redfish/generated/privileges.ts';
import { odataType } from '../../../../src/redfish/generated/versions.ts';
import { isAllowed, requiredPrivileges } from '../../../../src/redfish/service/privileges.ts';
import { dmtfRegistry, hasRedfishFolder } from '../support.ts';

const roles = {
  Administrator: new Set([
    'Login',
    'ConfigureManager',
    'ConfigureUsers',
    'ConfigureComponents',
    'ConfigureSelf',
  ]),
  Operator: new Set(['Login', 'ConfigureComponents', 'ConfigureSelf']),
  ReadOnly: new Set(['Login', 'ConfigureSelf']),
  nobody: new Set<string>(),
};

describe('privileges', () => {
  it('of the type apply where nothing overrides them', () => {
    expect(requiredPrivileges('Chassis', 'PATCH')).toEqual([['ConfigureComponents']]);
    expect(isAllowed(roles.Operator, 'Chassis', 'PATCH')).toBe(true);
    expect(isAllowed(roles.ReadOnly, 'Chassis', 'PATCH')).toBe(false);
    expect(isAllowed(roles.ReadOnly, 'Chassis', 'GET')).toBe(true);
    expect(isAllowed(roles.nobody, 'Chassis', 'GET')).toBe(false);
  });

  it('depend on what a resource is below', () => {
    const parents = ['ManagerCollection', 'Manager', 'EthernetInterfaceCollection'] as const;
    const system = ['ComputerSystemCollection', 'ComputerSystem', 'EthernetInterfaceCollection'] as const;
    expect(isAllowed(roles.Operator, 'EthernetInterface', 'PATCH', { parents: system })).toBe(true);
    expect(isAllowed(roles.Operator, 'EthernetInterface', 'PATCH', { parents })).toBe(false);
    expect(isAllowed(roles.Administrator, 'EthernetInterface', 'PATCH', { parents })).toBe(true);
    // The override says nothing of GET: the type's own entry holds.
    expect(isAllowed(roles.ReadOnly, 'EthernetInterface', 'GET', { parents })).toBe(true);
    expect(
      isAllowed(roles.Operator, 'LogEntry', 'DELETE', {
        parents: ['Chassis', 'LogServiceCollection', 'LogService', 'LogEntryCollection'],
      }),
    ).toBe(true);
    expect(
      isAllowed(roles.Operator, 'LogEntry', 'DELETE', {
        parents: ['Manager', 'LogServiceCollection', 'LogService', 'LogEntryCollection'],
      }),
    ).toBe(false);
  });

  it('find an ancestor through what stands between', () => {
    const parents = ['ComputerSystem', 'SecureBoot', 'SecureBootDatabaseCollection', 'CertificateCollection'];
    expect(isAllowed(roles.Operator, 'Certificate', 'GET', { parents })).toBe(true);
    expect(
      isAllowed(roles.Operator, 'Certificate', 'GET', { parents: ['Manager', 'CertificateCollection'] }),
    ).toBe(false);
  });

  it('let everyone with ConfigureSelf change a password, and nothing else of an account', () => {
    const self = roles.ReadOnly;
    expect(isAllowed(self, 'ManagerAccount', 'PATCH', { property: 'Password' })).toBe(true);
    expect(isAllowed(self, 'ManagerAccount', 'PATCH', { property: 'PasswordChangeRequired' })).toBe(false);
    expect(isAllowed(self, 'ManagerAccount', 'PATCH', { property: 'RoleId' })).toBe(false);
    expect(isAllowed(self, 'ManagerAccount', 'PATCH')).toBe(false);
  });

  it('let anyone read the service root', () => {
    expect(isAllowed(roles.nobody, 'ServiceRoot', 'GET')).toBe(true);
    expect(isAllowed(roles.nobody, 'ServiceRoot', 'PATCH')).toBe(false);
  });

  it.each([
    ['Nothing', 'GET'],
    ['constructor', 'GET'],
    ['Chassis', 'constructor'],
    ['Chassis', 'TRACE'],
  ])('deny what the registry does not know: %s %s', (entity, method) => {
    expect(isAllowed(roles.Administrator, entity, method)).toBe(false);
  });

  it('know every resource that the service can serve', () => {
    const embedded = new Set(['Event', 'Message', 'Redundancy', 'Settings']);
    // DMTF maps no such collection: message registries stand behind MessageRegistryFile resources.
    embedded.add('MessageRegistryCollection');
    const served = Object.keys(odataType).filter((name) => !embedded.has(name));
    expect(served.filter((name) => !Object.hasOwn(privilegeMap, name))).toEqual([]);
  });

  it('are looked up without a new object', () => {
    expect(requiredPrivileges('Sensor', 'GET')).toBe(requiredPrivileges('Sensor', 'GET'));
  });
});

describe.skipIf(!hasRedfishFolder)('the privilege table (needs the DMTF folder)', () => {
  type Operations = Record<string, { Privilege: string[] }[]>;
  interface Override {
    Targets: string[];
    OperationMap: Operations;
  }
  interface Registry {
    Mappings: {
      Entity: string;
      OperationMap: Operations;
      PropertyOverrides?: Override[];
      SubordinateOverrides?: Override[];
    }[];
  }

  it('is the registry of DMTF, for every role, entity, method and override', () => {
    const { Mappings } = dmtfRegistry<Registry>('PrivilegeRegistry');
    expect(Object.keys(privilegeMap).sort()).toEqual(Mappings.map((entry) => entry.Entity).sort());
    const check = (operations: Operations, entity: string, scope: object) => {
      for (const [method, alternatives] of Object.entries(operations)) {
        expect(requiredPrivileges(entity, method, scope)).toEqual(alternatives.map((each) => each.Privilege));
        for (const role of Object.values(roles)) {
          const allowed = alternatives.some(({ Privilege }) =>
            Privilege.every((p) => p === 'NoAuth' || role.has(p)),
          );
          expect(isAllowed(role, entity, method, scope)).toBe(allowed);
        }
      }
    };
    for (const { Entity, OperationMap, PropertyOverrides = [], SubordinateOverrides = [] } of Mappings) {
      check(OperationMap, Entity, {});
      for (const override of PropertyOverrides) {
        for (const property of override.Targets) check(override.OperationMap, Entity, { property });
      }
      for (const override of SubordinateOverrides)
        check(override.OperationMap, Entity, { parents: override.Targets });
    }
  });
});
