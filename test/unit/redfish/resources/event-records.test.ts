import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../../../src/journal/record.ts';
import { EventWriter } from '../../../../src/redfish/records/events.ts';
import { checkPayload, type Payload } from '../../../support/events.ts';

const entry = (id: number, origin: string): JournalEntry =>
  ({
    ...{ id, log: 'Event', time: new Date(id), messageId: 'ResourceEvent.1.4.TestMessage', args: [] },
    ...{ message: 'Test', severity: 'OK', origin, user: null, detail: null },
  }) as unknown as JournalEntry;

const wish = { context: null, includeOrigin: true };

describe('a delivery with origins', () => {
  const payloadOf = async (writer: EventWriter, events: readonly JournalEntry[]): Promise<Payload> => {
    const payload = JSON.parse(writer.payload(events, wish, false)) as Payload;
    await checkPayload(payload);
    return payload;
  };
  const resource = (uri: string, length: number) => ({ '@odata.id': uri, Text: 'ü'.repeat(length) });

  it('leaves out what is large, and what would make all of it large', async () => {
    const sizes: Record<string, number> = { '/small': 3000, '/large': 9000 };
    const writer = new EventWriter('bmc', (uri) => resource(uri, sizes[uri] ?? 0));
    const events = [entry(1, '/large'), ...Array.from({ length: 63 }, (_, at) => entry(at + 2, '/small'))];
    const payload = await payloadOf(writer, events);
    const whole = (payload.Events ?? []).map(
      ({ OriginOfCondition }) => OriginOfCondition?.Text !== undefined,
    );
    expect(whole).toHaveLength(64);
    expect(whole[0]).toBe(false);
    expect(whole.slice(1, 40)).not.toContain(false);
    expect(whole.at(-1)).toBe(false);
    expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThan(300 * 1024);
  });

  it('is held up by no resource that cannot be shown, and shows each as it is by then', async () => {
    let count = 0;
    const writer = new EventWriter('bmc', (uri) => {
      if (uri === '/broken') throw new Error('the disk is gone');
      count += 1;
      return { '@odata.id': uri, Count: count };
    });
    const first = entry(1, '/counted');
    const payload = await payloadOf(writer, [first, entry(2, '/broken')]);
    expect(payload.Events?.map(({ OriginOfCondition }) => OriginOfCondition)).toEqual([
      { '@odata.id': '/counted', Count: 1 },
      { '@odata.id': '/broken' },
    ]);
    const again = await payloadOf(writer, [first]);
    expect(again.Events?.[0]?.OriginOfCondition).toEqual({ '@odata.id': '/counted', Count: 2 });
  });
});
