/** Records of event logs, good and bad, as events that our registries have words for. */
import fc from 'fast-check';
import {
  decodeSelRecord,
  EVENT_TYPE,
  encodeSelRecord,
  type SelEvent,
  type SensorSdr,
  unitText,
} from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { fullSensor as anyFull } from '../../../../drivers/node-ipmi/test/arbitraries.ts';
import { fullSensor } from '../../../../drivers/node-ipmi/test/fixture.ts';
import { recordEvent, type SelContext } from '../../../../src/board/nodes/sel-events.ts';
import { redfishMessage } from '../../../../src/board/nodes/sel-messages.ts';
import { isMessageKey, messageDefinition } from '../../../../src/messages/messages.ts';
import { wording } from '../support.ts';

const selContext = (sdr?: SensorSdr, changes: Partial<SelContext> = {}): SelContext => ({
  ...{ id: 'n', name: 'Node', host: undefined },
  sensor: () => sdr,
  origin: () => undefined,
  unit: (known) => (known?.kind === 'full' ? unitText(known.unit) : ''),
  ...changes,
});
const now = new Date('2026-06-01T00:00:00Z');
const seconds = (time: Date) => Math.floor(time.getTime() / 1000);

const event = (changes: Partial<SelEvent> = {}): SelEvent => ({
  kind: 'event',
  recordId: 7,
  timestamp: seconds(now) - 60,
  generator: { address: 0x20, software: false, channel: 0, lun: 0 },
  revision: 4,
  sensorType: 0x01,
  sensorNumber: 1,
  eventType: EVENT_TYPE.threshold,
  asserted: true,
  offset: 9,
  data: [0x59, 91, 90],
  ...changes,
});
const told = (changes: Partial<SelEvent> = {}, sdr?: SensorSdr, more: Partial<SelContext> = {}) =>
  asEvent(encodeSelRecord(event(changes)), selContext(sdr, more));

const asEvent = (bytes: Uint8Array, context: SelContext) =>
  recordEvent(decodeSelRecord(bytes), Buffer.from(bytes).toString('hex'), context, now);

const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });
/** Mostly events: of the types that have messages more often than chance has it. */
const records = fc.oneof(
  sixteen,
  sixteen.map((bytes) => Uint8Array.from(bytes, (byte, at) => (at === 2 ? 0x02 : byte))),
  fc.tuple(sixteen, fc.constantFrom(0x01, 0x81, 0x6f, 0xef, 0x07)).map(([bytes, type]) => {
    const copy = Uint8Array.from(bytes);
    copy.set([0x02], 2);
    copy.set([type], 12);
    return copy;
  }),
);

describe('records of any kind', () => {
  it('become events whose message is in a registry, with the arguments that it takes', () => {
    fc.assert(
      fc.property(records, fc.option(anyFull, { nil: undefined }), (bytes, sdr) => {
        const made = asEvent(bytes, selContext(sdr));
        expect(wording(made)).not.toMatch(/%\d/);
        expect(made.detail).toMatch(/\S.*\.$/s);
        expect(made.record).toMatchObject({ node: 'n', raw: Buffer.from(bytes).toString('hex') });
        expect(['OK', 'Warning', 'Critical']).toContain(made.severity);
      }),
      { numRuns: 2000 },
    );
  });

  it('that are cut short or too long are told as well', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(wording(asEvent(bytes, selContext()))).toContain('Node');
      }),
    );
  });

  it('have their time, or none where the clock was not set or is far ahead', () => {
    const time = (timestamp: number) => told({ timestamp }).record?.time;
    expect(time(seconds(now) - 60)).toEqual(new Date(now.getTime() - 60_000));
    for (const never of [0, 12, 0x1fffffff, 0xffffffff, seconds(now) + 2 * 86_400])
      expect(time(never)).toBeNull();
    // A clock that is ahead a little is one all the same.
    expect(time(seconds(now) + 3600)).toEqual(new Date(now.getTime() + 3_600_000));
  });

  it('of a maker without a time have none', () => {
    const bytes = Uint8Array.from([1, 0, 0xe1, ...Array.from({ length: 13 }, (_, at) => at)]);
    const made = asEvent(bytes, selContext());
    expect(made.record?.time).toBeNull();
    expect(wording(made)).toContain('a record of type 0xe1');
    expect(made.detail).toContain('000102030405060708090a0b0c');
  });
});

describe('every event that has a message', () => {
  it('has it in our registries, with a severity of its own', () => {
    const found = new Set<string>();
    for (const eventType of [EVENT_TYPE.threshold, EVENT_TYPE.sensorSpecific])
      for (let sensorType = 0; sensorType < 256; sensorType++)
        for (let offset = 0; offset < 16; offset++)
          for (const asserted of [true, false]) {
            const data = [0x50 | offset, 91, 90] as const;
            const each = event({ eventType, sensorType, offset, asserted, data });
            const message = redfishMessage(each);
            if (message === undefined) continue;
            found.add(message.messageId);
            expect(isMessageKey(message.messageId)).toBe(true);
            const made = asEvent(encodeSelRecord(each), selContext(fullSensor(1, 'CPU Temp')));
            expect(made.message).toBe(message.messageId);
            expect(wording(made)).not.toBe('');
          }
    expect(found.size).toBeGreaterThan(20);
    for (const messageId of found)
      if (isMessageKey(messageId)) expect(messageDefinition(messageId).text).not.toBe('');
  });
});

describe('an event of a sensor', () => {
  const sdr = fullSensor(1, 'CPU Temp');

  it('tells the reading and the limit in words', () => {
    const made = told({}, sdr);
    expect(made).toMatchObject({
      message: 'SensorEvent.ReadingAboveUpperCriticalThreshold',
      args: ['CPU Temp', '91', 'degrees C', '90'],
      severity: 'Critical',
    });
    expect(wording(made)).toContain('91');
    expect(made.detail).toBe('CPU Temp: Upper Critical going high asserted, 91 > 90.');
  });

  it.each([
    ['whose record is not known', undefined, [0x59, 91, 90]],
    ['that has no reading with it', sdr, [0x09, 0xff, 0xff]],
    ['that has a reading and no limit with it', sdr, [0x49, 91, 0xff]],
  ] as const)('%s says what state it is, and is as grave', (_, known, data) => {
    const made = told({ data }, known);
    expect(made).toMatchObject({
      message: 'ResourceEvent.ResourceStateChanged',
      severity: 'Critical',
      args: [known === undefined ? 'Temperature #0x01' : 'CPU Temp', 'Upper Critical going high'],
    });
    expect(wording(made)).not.toContain('unknown');
  });

  it('without a name is called by its type and number', () => {
    for (const name of ['', '  ']) expect(told({}, fullSensor(1, name)).args[0]).toBe('Temperature #0x01');
  });

  it('has numbers that people can read', () => {
    const factors = { ...sdr.factors, m: 1, rExponent: -1, b: 2, bExponent: 0 };
    const made = told({ data: [0x59, 1, 0] }, { ...sdr, factors });
    expect(made.args).toEqual(['CPU Temp', '0.3', 'degrees C', '0.2']);
    expect(made.detail).toContain(', 0.3 > 0.2.');
  });

  it('is about the sensor where the board has it, else about the host, else about the node', () => {
    const origin = { kind: 'sensor', id: 'n_CPU_Temp', chassis: 'c' } as const;
    expect(told({}, sdr, { origin: () => origin, host: 'h' })).toMatchObject({ origin, host: 'h' });
    expect(told({}, sdr, { host: 'h' }).origin).toEqual({ kind: 'host', id: 'h' });
    expect(told({}, sdr).origin).toEqual({ kind: 'node', id: 'n' });
    expect(told({}, sdr).host).toBeUndefined();
  });

  it('that is over says so', () => {
    const made = told({
      asserted: false,
      sensorType: 0x0d,
      eventType: 0x6f,
      offset: 0,
      data: [0, 0xff, 0xff],
    });
    expect(made.args[1]).toContain('(deasserted)');
    expect(made.severity).toBe('OK');
  });

  it('is the same after its bytes were written down and read', () => {
    fc.assert(
      fc.property(sixteen, (bytes) => {
        const record = decodeSelRecord(bytes);
        expect(decodeSelRecord(encodeSelRecord(record))).toEqual(record);
      }),
    );
  });
});
