/** Journal records of board and network events. */
import { describe, expect, it } from 'vitest';
import { networkRecord, triggerRecord } from '../../../src/redfish/records/board.ts';
import type { TriggerEvent } from '../../../src/telemetry/trigger.ts';

describe('networkRecord', () => {
  it('links to the interface that was changed, whatever the display name', () => {
    const report = { outcome: 'applied', name: 'a display name', interface: 'eth0', reason: '' } as const;
    expect(networkRecord('bmc', report).origin).toBe('/redfish/v1/Managers/bmc/EthernetInterfaces/eth0');
  });

  it('links to the network protocols for any other change', () => {
    const report = { outcome: 'undone', name: 'httpsPort', reason: 'port in use' } as const;
    expect(networkRecord('bmc', report)).toMatchObject({
      origin: '/redfish/v1/Managers/bmc/NetworkProtocol',
      message: expect.stringContaining('Cause: port in use.'),
    });
  });
});

describe('triggerRecord', () => {
  const fired = (kind: TriggerEvent['kind']): TriggerEvent => ({
    trigger: {
      Id: 'Hot',
      Name: 'Hot',
      MetricType: 'Numeric',
      TriggerActions: ['LogToLogService'],
      DiscreteTriggers: [],
      Wildcards: [],
      MetricProperties: [],
      MetricIds: [],
      EventTriggers: [],
      TriggerEnabled: true,
      Reports: [],
    },
    metric: null,
    value: 81,
    kind,
  });

  it.each([
    ['UpperCritical', 'above', 'TriggerNumericAboveUpperCritical'],
    ['UpperCritical', 'below', 'TriggerNumericBelowUpperCritical'],
    ['UpperWarning', 'above', 'TriggerNumericAboveUpperWarning'],
    ['UpperWarning', 'below', 'TriggerNumericReadingNormal'],
    ['LowerWarning', 'below', 'TriggerNumericBelowLowerWarning'],
    ['LowerWarning', 'above', 'TriggerNumericReadingNormal'],
    ['LowerCritical', 'below', 'TriggerNumericBelowLowerCritical'],
    ['LowerCritical', 'above', 'TriggerNumericAboveLowerCritical'],
  ] as const)('of %s crossed to %s is %s', (name, side, key) => {
    const record = triggerRecord(fired({ what: 'threshold', name, side, reading: 80 }));
    expect(record?.messageId).toMatch(new RegExp(`\\.${key}$`));
  });
});
