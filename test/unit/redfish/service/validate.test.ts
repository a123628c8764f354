import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorBody, type Message } from '../../../../src/messages/messages.ts';
import { schemaFacts } from '../../../../src/redfish/service/facts.ts';
import type { JsonObject } from '../../../../src/redfish/service/json.ts';
import type { SchemaName } from '../../../../src/redfish/service/resource.ts';
import {
  validateAction,
  validateCreate,
  validatePatch,
} from '../../../../src/redfish/service/write/validate.ts';
import { hasRedfishFolder, jsonSchema } from '../support.ts';

/** `Key(args) #/pointer`, which is what a client acts on. */
const short = (each: Message) =>
  `${each.MessageId.split('.').at(-1)}(${each.MessageArgs.join()}) ${each.RelatedProperties?.join() ?? ''}`.trim();

const system: JsonObject = {
  '@odata.id': '/redfish/v1/Systems/system',
  Id: 'system',
  Name: 'System',
  AssetTag: 'old',
  PowerState: 'On',
  Boot: {
    BootSourceOverrideTarget: 'None',
    BootSourceOverrideEnabled: 'Disabled',
    BootSourceOverrideMode: 'UEFI',
    BootOrder: ['a', 'b', 'c'],
  },
  LocationIndicatorActive: false,
  Links: { Chassis: [{ '@odata.id': '/redfish/v1/Chassis/chassis' }] },
};
const systemPaths = [
  'AssetTag',
  'LocationIndicatorActive',
  'PowerRestorePolicy',
  'PowerOnDelaySeconds',
  'Boot/BootSourceOverrideTarget',
  'Boot/BootSourceOverrideEnabled',
  'Boot/BootOrder',
];

function patch(
  body: JsonObject,
  {
    schema = 'ComputerSystem',
    current = system,
    writable = systemPaths,
    allowable = {},
  }: {
    schema?: SchemaName;
    current?: JsonObject;
    writable?: readonly string[];
    allowable?: Record<string, readonly string[]>;
  } = {},
) {
  const result = validatePatch({
    schema,
    current,
    body,
    writable: new Set(writable),
    allowable,
  });
  const faults = [...result.faults, ...result.unwritable].map(short);
  const noOperation = faults.length === 0 && result.changes.size === 0;
  return { changes: Object.fromEntries(result.changes), faults, noOperation };
}
const faultsOf = (...args: Parameters<typeof patch>) => patch(...args).faults;

describe('a PATCH', () => {
  it('gives the new values by path', () => {
    expect(
      patch({
        AssetTag: 'new',
        Boot: { BootSourceOverrideTarget: 'Pxe', BootSourceOverrideEnabled: 'Once' },
      }),
    ).toEqual({
      changes: {
        AssetTag: 'new',
        'Boot/BootSourceOverrideTarget': 'Pxe',
        'Boot/BootSourceOverrideEnabled': 'Once',
      },
      faults: [],
      noOperation: false,
    });
  });

  it.each<[JsonObject, string]>([
    [{ AssetTag: 5 }, 'PropertyValueTypeError(5,AssetTag) #/AssetTag'],
    [{ AssetTag: ['x'] }, 'PropertyValueTypeError(["x"],AssetTag) #/AssetTag'],
    [
      { LocationIndicatorActive: 'true' },
      'PropertyValueTypeError(true,LocationIndicatorActive) #/LocationIndicatorActive',
    ],
    [
      { Boot: { BootSourceOverrideTarget: 'Floppyy' } },
      'PropertyValueNotInList(Floppyy,BootSourceOverrideTarget) #/Boot/BootSourceOverrideTarget',
    ],
    [
      { Boot: { BootSourceOverrideTarget: 'constructor' } },
      'PropertyValueNotInList(constructor,BootSourceOverrideTarget) #/Boot/BootSourceOverrideTarget',
    ],
    [{ PowerRestorePolicy: null }, 'PropertyValueTypeError(null,PowerRestorePolicy) #/PowerRestorePolicy'],
    [{ Boot: null }, 'PropertyValueTypeError(null,Boot) #/Boot'],
    [{ Boot: [] }, 'PropertyValueTypeError([],Boot) #/Boot'],
    [{ Bogus: 1 }, 'PropertyUnknown(Bogus) #/Bogus'],
    [{ Boot: { Bogus: 1 } }, 'PropertyUnknown(Bogus) #/Boot/Bogus'],
    [JSON.parse('{"__proto__":{"x":1}}'), 'PropertyUnknown(__proto__) #/__proto__'],
    [{ constructor: 1 }, 'PropertyUnknown(constructor) #/constructor'],
    [{ 'a/b': 1 }, 'PropertyUnknown(a/b) #/a~1b'],
    [{ PowerState: 'Off' }, 'PropertyNotWritable(PowerState) #/PowerState'],
    [
      { Boot: { BootSourceOverrideMode: 'UEFI' } },
      'PropertyNotWritable(BootSourceOverrideMode) #/Boot/BootSourceOverrideMode',
    ],
    [{ Links: { Chassis: [] } }, 'PropertyNotWritable(Links) #/Links'],
    [{ Oem: { Contoso: {} } }, 'PropertyUnknown(Oem) #/Oem'],
    [{ BiosVersion: '1' }, 'PropertyNotWritable(BiosVersion) #/BiosVersion'],
    // In the schema and writable there, but not of this resource.
    [{ IndicatorLED: 'Lit' }, 'PropertyUnknown(IndicatorLED) #/IndicatorLED'],
    [
      { '@Redfish.MaintenanceWindow': {} },
      'PropertyNotWritable(@Redfish.MaintenanceWindow) #/@Redfish.MaintenanceWindow',
    ],
  ])('%j is refused', (body, fault) => {
    expect(patch(body)).toEqual({ changes: {}, faults: [fault], noOperation: false });
  });

  it('finds all faults at once, and keeps what is right apart', () => {
    expect(
      patch({ AssetTag: 'ok', PowerState: 'Off', Bogus: 1, Boot: { BootSourceOverrideEnabled: 3 } }),
    ).toEqual({
      changes: { AssetTag: 'ok' },
      faults: [
        'PropertyValueTypeError(3,BootSourceOverrideEnabled) #/Boot/BootSourceOverrideEnabled',
        'PropertyNotWritable(PowerState) #/PowerState',
        'PropertyUnknown(Bogus) #/Bogus',
      ],
      noOperation: false,
    });
  });

  it('answers a body full of faults with a bounded number of messages', () => {
    const body = Object.fromEntries(
      Array.from({ length: 1000 }, (_, n) => [`Bogus${n}`, 'x'.repeat(10_000)]),
    );
    const faults = faultsOf(body);
    expect(faults).toHaveLength(33);
    expect(faults.at(-1)).toBe('MaximumErrorsExceeded()');
    expect(faultsOf({ LocationIndicatorActive: 'x'.repeat(10_000) })[0]?.length).toBeLessThan(300);
  });

  it('with nothing in it is EmptyJSON, with only OData annotations no operation', () => {
    expect(faultsOf({})).toEqual(['EmptyJSON()']);
    const annotations = {
      '@odata.id': '/x',
      '@odata.etag': 'W/"1"',
      'Boot@odata.type': '#X',
      Boot: { '@odata.type': '#Y' },
    };
    expect(patch(annotations)).toEqual({ changes: {}, faults: [], noOperation: true });
  });

  it('allows only the values that make sense here', () => {
    const allowable = { 'Boot/BootSourceOverrideTarget': ['None', 'Pxe'] };
    expect(faultsOf({ Boot: { BootSourceOverrideTarget: 'Pxe' } }, { allowable })).toEqual([]);
    expect(faultsOf({ Boot: { BootSourceOverrideTarget: 'Hdd' } }, { allowable })).toEqual([
      'PropertyValueNotInList(Hdd,BootSourceOverrideTarget) #/Boot/BootSourceOverrideTarget',
    ]);
  });

  it('never repeats a secret', () => {
    const account = {
      schema: 'ManagerAccount',
      current: { Password: null },
      writable: ['Password'],
    } as const;
    expect(faultsOf({ Password: ['hunter2'] }, account)).toEqual([
      'PropertyValueTypeError(******,Password) #/Password',
    ]);
    const service = { schema: 'AccountService', current: {}, writable: ['LDAP'] } as const;
    expect(faultsOf({ LDAP: { Authentication: { KerberosKeytab: 123456 } } }, service)).toEqual([
      'PropertyValueTypeError(******,KerberosKeytab) #/LDAP/Authentication/KerberosKeytab',
    ]);
    expect(patch({ Password: 'hunter2' }, account).changes).toEqual({ Password: 'hunter2' });
  });
});

describe('a number in a PATCH', () => {
  const session = { schema: 'SessionService', current: {}, writable: ['SessionTimeout'] } as const;
  it.each<[unknown, string[]]>([
    [30, []],
    [86400, []],
    [29, ['PropertyValueOutOfRange(29,SessionTimeout) #/SessionTimeout']],
    [86401, ['PropertyValueOutOfRange(86401,SessionTimeout) #/SessionTimeout']],
    [-0.5, ['PropertyValueTypeError(-0.5,SessionTimeout) #/SessionTimeout']],
    ['30', ['PropertyValueTypeError(30,SessionTimeout) #/SessionTimeout']],
    [null, ['PropertyValueTypeError(null,SessionTimeout) #/SessionTimeout']],
  ])('%j', (value, faults) => {
    expect(faultsOf({ SessionTimeout: value as number }, session)).toEqual(faults);
  });

  it('that is too large for a double is out of range', () => {
    const huge = JSON.parse('{"Reading":1e999}') as JsonObject;
    const sensor = { schema: 'Sensor', current: {}, writable: ['Thresholds'] } as const;
    expect(faultsOf({ Thresholds: { UpperCritical: huge } }, sensor)[0]).toMatch(/^PropertyValueOutOfRange/);
    expect(faultsOf(JSON.parse('{"SessionTimeout":1e999}'), session)[0]).toMatch(/^PropertyValueOutOfRange/);
  });

  it('is in range or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.double({ noNaN: true })), (value) => {
        const { changes, faults } = patch({ SessionTimeout: value }, session);
        const good = Number.isInteger(value) && value >= 30 && value <= 86400;
        expect(changes).toEqual(good ? { SessionTimeout: value } : {});
        expect(faults).toHaveLength(good ? 0 : 1);
      }),
    );
  });
});

describe('a string in a PATCH', () => {
  const check = (schema: SchemaName, path: string, value: string): boolean => {
    const body = path
      .split('/')
      .reduceRight<JsonObject | string>((inner, name) => ({ [name]: inner }), value) as JsonObject;
    const { changes, faults } = patch(body, { schema, current: {}, writable: [path] });
    if (faults.length) expect(faults[0]).toMatch(/^PropertyValueFormatError/);
    else expect(changes).toEqual({ [path]: value });
    return faults.length === 0;
  };

  it.each(['2024-02-29T23:59:60Z', '2025-12-31T00:00:00.123456+14:00', '1970-01-01T00:00:00-08:30'])(
    '%s is a time',
    (text) => {
      expect(check('Manager', 'DateTime', text)).toBe(true);
    },
  );
  it.each([
    '2024-11-15T06:18:37',
    '2023-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-00-01T00:00:00Z',
    '2024-01-00T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01 00:00:00Z',
    '2024-01-01T00:00Z',
    '2024-01-01T00:00:00+24:00',
    '',
    'now',
  ])('%s is no time', (text) => {
    expect(check('Manager', 'DateTime', text)).toBe(false);
  });
  it('takes every time that JavaScript writes', () => {
    const date = fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') });
    fc.assert(fc.property(date, (value) => check('Manager', 'DateTime', value.toISOString())));
  });

  it.each(['PT0S', 'P1D', 'P1DT2H3M4.5S', 'PT10M', 'P3DT1S'])('%s is a duration', (text) => {
    expect(check('Sensor', 'Thresholds/UpperCritical/DwellTime', text)).toBe(true);
  });
  it.each(['P', 'PT', 'P1DT', 'P1Y', 'P1M', '1 s', 'PT1.5M', '-PT1S', 'pt1s', ''])(
    '%s is no duration',
    (text) => {
      expect(check('Sensor', 'Thresholds/UpperCritical/DwellTime', text)).toBe(false);
    },
  );

  it.each<[SchemaName, string, string, boolean]>([
    ['EthernetInterface', 'MACAddress', '00:11:22:aa:BB:ff', true],
    ['EthernetInterface', 'MACAddress', '00:11:22:aa:BB', false],
    ['EthernetInterface', 'MACAddress', '00:11:22:aa:BB:ff\n', false],
    ['Manager', 'DateTimeLocalOffset', '+01:00', true],
    ['Manager', 'DateTimeLocalOffset', '+20:00', false],
    ['Manager', 'ServiceIdentification', '', true],
    ['EventDestination', 'Destination', 'https://[fe80::1]/events?x=1', true],
    ['EventDestination', 'Destination', 'https://host/with space', false],
    ['EventDestination', 'Destination', 'https://ho st', false],
  ])('%s.%s = %j: %s', (schema, path, value, good) => {
    expect(check(schema, path, value)).toBe(good);
  });

  it.each<[string, boolean]>([
    ['192.168.0.1', true],
    ['0.0.0.0', true],
    ['256.1.1.1', false],
    ['1.2.3', false],
    ['01.2.3.4', false],
    ['::1', false],
  ])('%s as an IPv4 address: %s', (Address, good) => {
    const place = { schema: 'EthernetInterface', current: {}, writable: ['IPv4StaticAddresses'] } as const;
    expect(faultsOf({ IPv4StaticAddresses: [{ Address }] }, place)).toEqual(
      good ? [] : [`PropertyValueFormatError(${Address},Address) #/IPv4StaticAddresses/0/Address`],
    );
  });

  it.each<[string, boolean]>([
    ['fe80::1', true],
    ['::', true],
    ['2001:db8::1:0:0:1', true],
    ['2001:db8::1::1', false],
    ['1.2.3.4', false],
  ])('%s as an IPv6 address: %s', (Address, good) => {
    const place = {
      schema: 'EthernetInterface',
      current: {},
      writable: ['IPv6StaticDefaultGateways'],
    } as const;
    expect(faultsOf({ IPv6StaticDefaultGateways: [{ Address }] }, place)).toHaveLength(good ? 0 : 1);
  });
});

describe('an array in a PATCH', () => {
  const place = {
    schema: 'ManagerNetworkProtocol',
    current: { NTP: { NTPServers: ['a', 'b', 'c'] } },
    writable: ['NTP/NTPServers'],
  } as const;
  const servers = (NTPServers: unknown) => {
    const { changes, faults } = patch({ NTP: { NTPServers } } as JsonObject, place);
    return faults.length ? faults : changes['NTP/NTPServers'];
  };

  it.each<[unknown, unknown]>([
    [['x'], ['x']],
    [[], []],
    [
      [null, 'b', 'c'],
      ['b', 'c'],
    ],
    [
      [{}, 'd'],
      ['a', 'd'],
    ],
    [
      [{}, {}, {}, 'd'],
      ['a', 'b', 'c', 'd'],
    ],
    [
      [{}, null, {}],
      ['a', 'c'],
    ],
    [
      ['x', 'y', 'z', null, null],
      ['x', 'y', 'z'],
    ],
    [[null, null, null], []],
  ])('of strings: %j gives %j', (given, result) => expect(servers(given)).toEqual(result));

  it.each<[unknown, string[]]>([
    [null, ['PropertyValueTypeError(null,NTPServers) #/NTP/NTPServers']],
    ['x', ['PropertyValueTypeError(x,NTPServers) #/NTP/NTPServers']],
    [{}, ['PropertyValueTypeError({},NTPServers) #/NTP/NTPServers']],
    [
      ['x', 5, { y: 1 }],
      [
        'PropertyValueTypeError(5,NTPServers) #/NTP/NTPServers/1',
        'PropertyValueTypeError({"y":1},NTPServers) #/NTP/NTPServers/2',
      ],
    ],
    [[{}, {}, {}, {}], ['PropertyValueTypeError({},NTPServers) #/NTP/NTPServers/3']],
  ])('of strings: %j is refused', (given, faults) => expect(servers(given)).toEqual(faults));

  it('ends up as the naive reading of the rules says', () => {
    const operation = fc.oneof(fc.constant(null), fc.constant({}), fc.string());
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(operation), (current, given) => {
        const expected: string[] = [];
        for (const [index, each] of given.entries()) {
          if (typeof each === 'string') expected.push(each);
          else if (each !== null && index < current.length) expected.push(current[index] as string);
        }
        const tooFar = given.some(
          (each, index) => each !== null && typeof each === 'object' && index >= current.length,
        );
        const { changes, faults } = patch({ NTP: { NTPServers: given } } as JsonObject, {
          ...place,
          current: { NTP: { NTPServers: current } },
        });
        if (tooFar) expect(faults.length).toBeGreaterThan(0);
        else expect(changes['NTP/NTPServers']).toEqual(expected);
      }),
    );
  });

  const addresses = {
    schema: 'EthernetInterface',
    current: {
      IPv4StaticAddresses: [
        { Address: '10.0.0.1', SubnetMask: '255.0.0.0', AddressOrigin: 'Static', Gateway: '10.0.0.254' },
        { Address: '10.0.0.2', SubnetMask: '255.0.0.0', AddressOrigin: 'Static', Gateway: null },
      ],
      IPv6StaticAddresses: [{ Address: 'fd00::1', PrefixLength: 64 }],
    },
    writable: ['IPv4StaticAddresses', 'IPv6StaticAddresses'],
  } as const;

  it('of objects: what is named changes, the rest stays', () => {
    const { changes, faults } = patch(
      { IPv4StaticAddresses: [{ Gateway: null }, {}, { Address: '10.0.0.3' }] },
      addresses,
    );
    expect(faults).toEqual([]);
    expect(changes.IPv4StaticAddresses).toEqual([
      { Address: '10.0.0.1', SubnetMask: '255.0.0.0', AddressOrigin: 'Static', Gateway: null },
      addresses.current.IPv4StaticAddresses[1],
      { Address: '10.0.0.3' },
    ]);
  });

  it('of objects: read-only and unknown members are refused, and a new element must be whole', () => {
    const body = {
      IPv4StaticAddresses: [{ AddressOrigin: 'DHCP', Bogus: 1 }],
      IPv6StaticAddresses: [{}, { Address: 'fd00::2' }],
    };
    expect(faultsOf(body, addresses)).toEqual([
      'PropertyNotWritable(AddressOrigin) #/IPv4StaticAddresses/0/AddressOrigin',
      'PropertyUnknown(Bogus) #/IPv4StaticAddresses/0/Bogus',
      'PropertyMissing(PrefixLength) #/IPv6StaticAddresses/1/PrefixLength',
    ]);
  });

  it('of objects: deeper paths narrow what may be written', () => {
    const power = {
      schema: 'Power',
      current: {
        PowerControl: [
          { MemberId: '0', Name: 'Chassis', PowerLimit: { LimitInWatts: null, CorrectionInMs: 50 } },
        ],
      },
      writable: ['PowerControl', 'PowerControl/PowerLimit/LimitInWatts'],
    } as const;
    expect(patch({ PowerControl: [{ PowerLimit: { LimitInWatts: 500 } }] }, power).changes).toEqual({
      PowerControl: [
        { MemberId: '0', Name: 'Chassis', PowerLimit: { LimitInWatts: 500, CorrectionInMs: 50 } },
      ],
    });
    expect(faultsOf({ PowerControl: [{ Name: 'x', PowerLimit: { CorrectionInMs: 1 } }] }, power)).toEqual([
      'PropertyNotWritable(Name) #/PowerControl/0/Name',
      'PropertyNotWritable(CorrectionInMs) #/PowerControl/0/PowerLimit/CorrectionInMs',
    ]);
  });

  it('of links: only links', () => {
    const chassis = {
      schema: 'Chassis',
      current: { Links: { ComputerSystems: [] } },
      writable: ['Links/ComputerSystems', 'Links/ContainedBy'],
    } as const;
    const link = { '@odata.id': '/redfish/v1/Systems/1' };
    expect(patch({ Links: { ComputerSystems: [link], ContainedBy: link } }, chassis).changes).toEqual({
      'Links/ComputerSystems': [link],
      'Links/ContainedBy': link,
    });
    expect(
      faultsOf(
        { Links: { ComputerSystems: ['/redfish/v1', { ...link, Name: 'x' }, { '@odata.id': 1 }] } },
        chassis,
      ),
    ).toHaveLength(3);
  });
});

describe('a POST to a collection', () => {
  const create = (body: JsonObject) => {
    const required = ['UserName', 'Password', 'RoleId'];
    const optional = ['Enabled', 'AccountTypes'];
    const result = validateCreate({ schema: 'ManagerAccount', body, required, optional });
    return { body: result.body, faults: result.faults.map(short) };
  };

  it('gives the checked body without annotations', () => {
    expect(
      create({
        '@odata.type': '#X',
        UserName: 'u',
        Password: 'p',
        RoleId: 'Operator',
        AccountTypes: ['Redfish'],
      }),
    ).toEqual({
      body: { UserName: 'u', Password: 'p', RoleId: 'Operator', AccountTypes: ['Redfish'] },
      faults: [],
    });
  });

  it('finds every fault at once', () => {
    expect(
      create({
        UserName: 5,
        Password: 7,
        Enabled: null,
        AccountTypes: ['Redfisch'],
        Id: 'x',
        Bogus: 1,
        Locked: false,
      }).faults,
    ).toEqual([
      'PropertyValueTypeError(5,UserName) #/UserName',
      'PropertyValueTypeError(******,Password) #/Password',
      'PropertyValueTypeError(null,Enabled) #/Enabled',
      'PropertyValueNotInList(Redfisch,AccountTypes) #/AccountTypes/0',
      'PropertyNotWritable(Id) #/Id',
      'PropertyUnknown(Bogus) #/Bogus',
      'PropertyUnknown(Locked) #/Locked',
      'PropertyMissing(RoleId) #/RoleId',
    ]);
    expect(create({}).faults).toHaveLength(3);
    expect(create(JSON.parse('{"__proto__":{"UserName":"u"}}')).faults).toContain(
      'PropertyUnknown(__proto__) #/__proto__',
    );
  });

  it('takes names that the schema gives only as a pattern', () => {
    const result = validateCreate({
      schema: 'EventDestination',
      body: { Destination: 'https://[::1]/x', HttpHeaders: [{ 'X-Secret-Sauce': 'yes' }, { 'a:b': 'no' }] },
      required: ['Destination'],
      optional: ['HttpHeaders'],
    });
    expect(result.faults.map(short)).toEqual(['PropertyUnknown(a:b) #/HttpHeaders/1/a:b']);
  });
});

describe('an action', () => {
  const reset = (body: JsonObject) => {
    const parameters = [
      { name: 'ResetType', type: 'String', required: true, allowable: ['On', 'ForceOff'] },
    ] as const;
    const result = validateAction({ action: 'ComputerSystem.Reset', parameters, body });
    return { args: result.args, faults: result.faults.map(short) };
  };

  it('gives the checked arguments', () => {
    expect(reset({ ResetType: 'On', '@odata.id': 'x' })).toEqual({ args: { ResetType: 'On' }, faults: [] });
  });

  it.each<[JsonObject, string]>([
    [{}, 'ActionParameterMissing(ComputerSystem.Reset,ResetType) #/ResetType'],
    [
      { ResetType: 'Bogus' },
      'ActionParameterValueNotInList(Bogus,ResetType,ComputerSystem.Reset) #/ResetType',
    ],
    [{ ResetType: 'Nmi' }, 'ActionParameterValueNotInList(Nmi,ResetType,ComputerSystem.Reset) #/ResetType'],
    [{ ResetType: null }, 'ActionParameterValueTypeError(null,ResetType,ComputerSystem.Reset) #/ResetType'],
    [
      { ResetType: ['On'] },
      'ActionParameterValueTypeError(["On"],ResetType,ComputerSystem.Reset) #/ResetType',
    ],
    [{ ResetType: 'On', Bogus: 1 }, 'ActionParameterUnknown(ComputerSystem.Reset,Bogus) #/Bogus'],
    [
      { ResetType: 'On', constructor: 1 },
      'ActionParameterUnknown(ComputerSystem.Reset,constructor) #/constructor',
    ],
  ])('with %j is refused', (body, fault) => expect(reset(body).faults).toEqual([fault]));

  it('says when a parameter exists but not here, and takes the limits of the schema', () => {
    const run = (body: JsonObject) =>
      validateAction({
        action: 'UpdateService.SimpleUpdate',
        parameters: [
          { name: 'ImageURI', type: 'String', required: true },
          { name: 'Targets', type: 'StringArray', required: false },
        ],
        body,
      });
    expect(
      run({ ImageURI: 'https://x/y', Password: 'hunter2', Targets: ['/a b'] }).faults.map(short),
    ).toEqual([
      'ActionParameterNotSupported(Password,UpdateService.SimpleUpdate) #/Password',
      'ActionParameterValueFormatError(/a b,Targets/0,UpdateService.SimpleUpdate) #/Targets/0',
    ]);
    expect(run({ ImageURI: 'https://x/y', Targets: null })).toEqual({
      args: { ImageURI: 'https://x/y' },
      faults: [],
    });
  });

  it('of an OEM goes by the types that its declaration names', () => {
    const parameters = [
      { name: 'Count', type: 'Number', required: false },
      { name: 'Names', type: 'StringArray', required: false },
      { name: 'Data', type: 'Object', required: false },
      { name: 'On', type: 'Boolean', required: false },
    ] as const;
    const run = (body: JsonObject) => validateAction({ action: 'Contoso.Do', parameters, body });
    const good = { Count: 1.5, Names: ['a'], Data: { any: [{}] }, On: true };
    expect(run(good)).toEqual({ args: good, faults: [] });
    expect(run({ Count: '1', Names: 'a', Data: 1, On: 0 }).faults).toHaveLength(4);
  });
});

describe('whatever the body', () => {
  const names = fc.oneof(
    fc.constantFrom(...Object.keys(schemaFacts('ComputerSystem').properties), '__proto__', '@odata.id'),
    fc.string(),
  );
  const bodies = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(names, tie('value'), { maxKeys: 5 }),
    ),
  }));
  const body = fc.dictionary(names, bodies.value, { maxKeys: 6 });

  it('the answer is either changes to writable paths or faults that the DMTF schema accepts', async () => {
    const validate = hasRedfishFolder ? await jsonSchema('redfish-error.v1_0_2.json') : undefined;
    const writable = new Set([...systemPaths, 'Location', 'Links/Chassis', 'HostedServices']);
    fc.assert(
      fc.property(body, (value) => {
        const { changes, faults } = validatePatch({
          schema: 'ComputerSystem',
          current: system,
          body: value as JsonObject,
          writable,
        });
        for (const path of changes.keys()) expect(writable.has(path)).toBe(true);
        if (faults.length > 0 && validate)
          expect(validate(errorBody(faults)), JSON.stringify(validate.errors)).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('the current state is never changed by a check', () => {
    const before = structuredClone(system);
    fc.assert(
      fc.property(body, (value) => {
        patch(value as JsonObject, { writable: ['Boot', 'Location', ...systemPaths] });
        expect(system).toEqual(before);
      }),
    );
  });
});
