/** Registry messages and severities of SEL events. */
import fc from 'fast-check';
import { decodeSelRecord, type SelEvent } from 'node-ipmi';
import { describe, expect, test } from 'vitest';
import { eventSeverity, redfishMessage } from '../../../../src/board/nodes/sel-messages.ts';

const overTemperature = decodeSelRecord(
  // Record 1, 2020-01-01, from the BMC, temperature sensor 1, upper critical going high, reading 91, threshold 90.
  new Uint8Array([1, 0, 2, 0x00, 0xe1, 0x0b, 0x5e, 0x20, 0, 4, 1, 1, 0x01, 0x59, 91, 90]),
);

describe('redfishMessage', () => {
  const thresholdEvent = (offset: number, asserted: boolean): SelEvent => {
    if (overTemperature.kind !== 'event') throw new Error('not an event');
    return { ...overTemperature, offset, asserted };
  };

  test.each([
    [9, true, 'SensorEvent.ReadingAboveUpperCriticalThreshold', 'Critical'],
    [9, false, 'SensorEvent.ReadingBelowUpperCriticalThreshold', 'Warning'],
    [8, false, 'SensorEvent.ReadingAboveUpperCriticalThreshold', 'Critical'],
    [7, true, 'SensorEvent.ReadingAboveUpperCautionThreshold', 'Warning'],
    [7, false, 'SensorEvent.SensorReadingNormalRange', 'OK'],
    [11, true, 'SensorEvent.ReadingAboveUpperFatalThreshold', 'Critical'],
    [0, true, 'SensorEvent.ReadingBelowLowerCautionThreshold', 'Warning'],
    [2, true, 'SensorEvent.ReadingBelowLowerCriticalThreshold', 'Critical'],
    [3, true, 'SensorEvent.ReadingAboveLowerCriticalThreshold', 'Warning'],
    [4, false, 'SensorEvent.ReadingAboveLowerFatalThreshold', 'Critical'],
  ])('of threshold offset %i, asserted %s, is %s', (offset, asserted, messageId, severity) => {
    expect(redfishMessage(thresholdEvent(offset, asserted))).toMatchObject({ messageId, severity });
  });

  test('of a supply that comes and goes', () => {
    const supply = { ...thresholdEvent(0, true), sensorType: 0x08, eventType: 0x6f };
    expect(redfishMessage(supply)).toMatchObject({ messageId: 'Power.PowerSupplyInserted', severity: 'OK' });
    expect(redfishMessage({ ...supply, asserted: false })).toMatchObject({
      messageId: 'Power.PowerSupplyRemoved',
      severity: 'Warning',
    });
  });

  test('is none where the registries have none, and the severity is still known', () => {
    const transition = { ...thresholdEvent(2, true), eventType: 0x07, sensorType: 0x28 };
    expect(redfishMessage(transition)).toBeUndefined();
    expect(eventSeverity(transition)).toBe('Critical');
    expect(eventSeverity({ ...transition, asserted: false })).toBe('OK');
  });

  test('never throws, whatever the record holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (data) => {
        const record = decodeSelRecord(data);
        if (record.kind !== 'event') return;
        redfishMessage(record);
        expect(['OK', 'Warning', 'Critical']).toContain(eventSeverity(record));
      }),
    );
  });
});
