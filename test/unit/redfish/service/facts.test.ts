import { describe, expect, it } from 'vitest';
import { odataType } from '../../../../src/redfish/generated/versions.ts';
import { actionFacts, enumFacts, property, schemaFacts } from '../../../../src/redfish/service/facts.ts';

// Read by hand from the CSDL documents of DSP8010 2025.4.
describe('schema facts', () => {
  it('know type, permission, limits and unit', () => {
    expect(property('Sensor', 'PowerFactor')).toEqual({
      type: 'number',
      minimum: -1,
      maximum: 1,
      permission: 'Read',
      excerpt: ['Power', 'PowerArray'],
    });
    expect(property('Sensor', 'Reading')).toEqual({ type: 'number', permission: 'Read', excerpt: [] });
    expect(property('Sensor', 'DataSourceUri')).toMatchObject({ format: 'uri', excerptCopyOnly: true });
    expect(property('SessionService', 'SessionTimeout')).toMatchObject({
      type: 'integer',
      minimum: 30,
      maximum: 86400,
      permission: 'ReadWrite',
      nullable: false,
      unit: 's',
    });
    expect(property('ManagerAccount', 'Password')).toMatchObject({
      permission: 'Write',
      requiredOnCreate: true,
    });
    expect(property('Chassis', 'ChassisType')).toMatchObject({
      type: 'enum',
      ref: 'Chassis.ChassisType',
      required: true,
    });
    expect(property('ComputerSystem', 'IndicatorLED')).toMatchObject({ deprecated: 'v1_13_0' });
  });

  it('carry what is inherited and what other schemas define', () => {
    expect(property('Sensor', 'Id')).toMatchObject({ type: 'string', nullable: false, required: true });
    expect(property('Sensor', 'Status/Health')).toMatchObject({ type: 'enum', ref: 'Resource.Health' });
    expect(property('ManagerNetworkProtocol', 'NTP/NTPServers')).toMatchObject({
      type: 'string',
      array: true,
    });
    expect(property('EthernetInterface', 'IPv4StaticAddresses/Address')).toMatchObject({
      permission: 'ReadWrite',
    });
    expect(property('EthernetInterface', 'MACAddress')?.pattern).toBe(
      '^([0-9A-Fa-f]{2}[:-]){5}([0-9A-Fa-f]{2})$',
    );
    expect(property('ServiceRoot', 'UUID')).toMatchObject({ format: 'uuid' });
    expect(property('Chassis', 'Links/ContainedBy')).toMatchObject({ type: 'link', ref: 'Chassis.Chassis' });
    expect(property('Power', 'PowerControl/PowerLimit/LimitInWatts')).toMatchObject({
      permission: 'ReadWrite',
    });
    expect(property('EnvironmentMetrics', 'PowerLimitWatts/SetPoint')).toMatchObject({
      permission: 'ReadWrite',
    });
  });

  it('know nothing of a name that JavaScript gives every object', () => {
    for (const name of [
      'constructor',
      '__proto__',
      'Thresholds/toString',
      'Nothing/Reading',
      'Id/length',
      '',
    ]) {
      expect(property('Sensor', name)).toBeUndefined();
    }
    expect(() => schemaFacts('constructor')).toThrow(/constructor/);
  });

  it('know where a property and a value came from', () => {
    expect(property('Sensor', 'Thresholds/UpperCautionUser')?.added).toBe('v1_2_0');
    expect(enumFacts('Resource.ResetType').values).toMatchObject({ On: '', PowerCycle: 'v1_4_0' });
    expect(enumFacts('Sensor.ReadingType').deprecated).toContain('Pressure');
    expect(Object.keys(enumFacts('Processor.InstructionSet').values)).toContain('x86-64');
  });

  it('know actions, URIs and what may be done', () => {
    expect(actionFacts('ComputerSystem.Reset')?.parameters.ResetType).toEqual({
      type: 'enum',
      ref: 'Resource.ResetType',
    });
    expect(actionFacts('CertificateService.ReplaceCertificate')?.parameters.CertificateUri).toMatchObject({
      type: 'link',
      required: true,
    });
    expect(actionFacts('CertificateService.GenerateCSR')?.returns).toBe(
      'CertificateService.GenerateCSRResponse',
    );
    expect(actionFacts('Contoso.Reset')).toBeUndefined();
    expect(schemaFacts('Session')).toMatchObject({
      insert: false,
      update: false,
      delete: true,
      version: 'v1_8_0',
    });
    expect(schemaFacts('ManagerAccountCollection')).toMatchObject({ insert: true, update: false });
    expect(schemaFacts('Thermal').uris).toEqual(['/redfish/v1/Chassis/{ChassisId}/Thermal']);
  });

  it('agree with the types that resources announce', () => {
    for (const [name, type] of Object.entries(odataType)) {
      const { version } = schemaFacts(name);
      const expected = version && name !== 'Message' ? `#${name}.${version}.${name}` : type;
      expect(type).toBe(expected);
    }
  });

  it('refer only to types that they hold', () => {
    const seen = new Set<string>();
    const visit = (type: string): void => {
      if (seen.has(type)) return;
      seen.add(type);
      for (const fact of Object.values(schemaFacts(type).properties)) {
        if (fact.type === 'enum')
          expect(Object.keys(enumFacts(fact.ref ?? '').values).length).toBeGreaterThan(0);
        if (fact.type === 'object') visit(fact.ref ?? '');
      }
    };
    for (const name of Object.keys(odataType)) visit(name);
    expect(seen.size).toBeGreaterThan(300);
  });
});
