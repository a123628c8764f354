import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type EventFacts,
  everything,
  isAt,
  type Selection,
  wants,
} from '../../../src/events/subscription.ts';
import { streamFilter } from '../../../src/redfish/mapping/sse-filter.ts';
import { FilterError } from '../../../src/redfish/service/query/filter.ts';

const event: EventFacts = {
  messageId: 'SensorEvent.1.0.ReadingAboveUpperCriticalThreshold',
  severity: 'Critical',
  origin: '/redfish/v1/Chassis/chassis/Sensors/MB_INLET_TEMP',
  resourceType: 'Sensor',
};

describe('a subscription', () => {
  it.each<[Partial<Selection>, boolean]>([
    [{}, true],
    [{ registryPrefixes: ['SensorEvent'] }, true],
    [{ registryPrefixes: ['ResourceEvent'] }, false],
    [
      { registryPrefixes: ['ResourceEvent'], messageIds: ['SensorEvent.ReadingAboveUpperCriticalThreshold'] },
      true,
    ],
    [{ messageIds: ['SensorEvent.9.9.ReadingAboveUpperCriticalThreshold'] }, true],
    [{ messageIds: ['SensorEvent.SensorRestored'] }, false],
    [{ excludeRegistryPrefixes: ['SensorEvent'] }, false],
    [{ excludeMessageIds: ['SensorEvent.1.0.ReadingAboveUpperCriticalThreshold'] }, false],
    [{ registryPrefixes: ['SensorEvent'], excludeMessageIds: ['SensorEvent.SensorRestored'] }, true],
    [{ severities: ['OK', 'Critical'] }, true],
    [{ severities: ['Warning'] }, false],
    [{ resourceTypes: ['Sensor'] }, true],
    [{ resourceTypes: ['Chassis'] }, false],
    [{ originResources: ['/redfish/v1/Chassis/chassis/Sensors/MB_INLET_TEMP/'] }, true],
    [{ originResources: ['/redfish/v1/Chassis/chassis'] }, false],
    [{ originResources: ['/redfish/v1/Chassis/chassis'], subordinateResources: true }, true],
    [{ originResources: ['/redfish/v1/Chassis/chas'], subordinateResources: true }, false],
    [{ eventTypes: ['Alert'] }, true],
    [{ eventTypes: ['ResourceAdded'] }, false],
  ])('%j: %s', (selection, wanted) => {
    expect(wants({ ...everything, ...selection }, event)).toBe(wanted);
  });

  it('that asks for more never gets more', () => {
    const words = fc.subarray(['SensorEvent', 'ResourceEvent', 'Base'], { minLength: 1 });
    const severities = fc.subarray(['OK', 'Warning', 'Critical'] as const, { minLength: 1 });
    fc.assert(
      fc.property(words, severities, (registryPrefixes, named) => {
        const one = { ...everything, registryPrefixes };
        const both = { ...one, severities: named };
        if (wants(both, event)) expect(wants(one, event)).toBe(true);
      }),
    );
  });

  it('knows what is below a resource, and nothing of an event without origin', () => {
    expect(isAt('/redfish/v1/Chassis/a#/Fans/0', ['/redfish/v1/Chassis/a'], true)).toBe(true);
    expect(isAt(null, ['/redfish/v1'], true)).toBe(false);
  });
});

describe('the filter of a stream', () => {
  it.each<[string, boolean, boolean]>([
    ["RegistryPrefix eq 'SensorEvent'", true, false],
    ["MessageId eq 'SensorEvent.ReadingAboveUpperCriticalThreshold'", true, false],
    ["ResourceType eq 'Sensor' or ResourceType eq 'Chassis'", true, false],
    ["ResourceType ne 'Sensor'", false, true],
    ['EventFormatType eq Event', true, false],
    ["EventFormatType eq 'MetricReport'", false, true],
    ["MetricReportDefinition eq '/redfish/v1/TelemetryService/MetricReportDefinitions/power'", false, true],
    ["OriginResource eq '/redfish/v1/Chassis/chassis'", false, false],
    ["(OriginResource eq '/redfish/v1/Chassis/chassis') and (SubordinateResources eq true)", true, false],
    ["EventType eq 'Alert' and not (RegistryPrefix eq 'Base')", true, false],
  ])('%s', (text, events, reports) => {
    const filter = streamFilter(text);
    expect(filter.wants(event)).toBe(events);
    expect(filter.wantsReport('/redfish/v1/TelemetryService/MetricReportDefinitions/power')).toBe(reports);
  });

  it.each(['', 'Reading gt 5', "Nothing eq 'x'", "MessageId gt 'x'", 'MessageId eq', "Links/Chassis eq 'x'"])(
    'refuses %j',
    (text) => {
      expect(() => streamFilter(text)).toThrow(FilterError);
    },
  );
});
