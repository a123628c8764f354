/** Stores with bad members, and controllers that answer less than was asked for. */
import fc from 'fast-check';
import {
  COMPLETION,
  decodeFru,
  encodeFru,
  encodeSdr,
  encodeSelRecord,
  IpmiError,
  type IpmiRequest,
  type IpmiResponse,
  readFruData,
  readSdrs,
  readSel,
  type SelRecord,
  type Target,
} from 'node-ipmi';
import { describe, expect, test } from 'vitest';
import { fruExtent } from '../src/fru-extent.ts';
import { boardFru, fullSensor } from './fixture.ts';

type Answer = readonly number[] | Uint8Array | undefined;
/** Bytes of an answer, completion code first; undefined is silence. */
type Handler = (request: {
  readonly netFn: number;
  readonly command: number;
  readonly data: Buffer;
}) => Answer;

/** A controller that answers as the handler says, and counts the requests. */
function controller(handler: Handler): Target & { readonly requests: IpmiRequest[] } {
  const requests: IpmiRequest[] = [];
  return {
    requests,
    async send(request): Promise<IpmiResponse> {
      requests.push(request);
      const { netFn, command, data } = request;
      const answer = handler({ netFn, command, data: Buffer.from(data) });
      if (answer === undefined) throw new IpmiError('timeout', 'no answer after 5 tries');
      const [code = 0, ...rest] = answer;
      return { code, data: Uint8Array.from(rest) };
    },
  };
}

const u16 = (value: number) => [value & 0xff, value >> 8];

interface Behaviour {
  /** Instead of the ordinary answer to Get SDR or Get SEL Entry. */
  readonly get?: (record: number, offset: number, count: number) => Answer | 'ordinary';
  readonly info?: Answer;
  readonly reserve?: Answer;
}

/** A store of records, of which the given ones are counted and named, as a controller gives them. */
function store(records: ReadonlyMap<number, Uint8Array>, ids: readonly number[], behaviour: Behaviour = {}) {
  const info = [0, 0x51, ...u16(ids.length), 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2];
  return controller(({ command, data }) => {
    if (command === 0x20 || command === 0x40) return behaviour.info ?? info;
    if (command === 0x22 || command === 0x42) return behaviour.reserve ?? [0, 1, 0];
    const asked = data.readUInt16LE(2) || (ids[0] ?? 0);
    const [offset = 0, count = 0] = data.subarray(4);
    const own = behaviour.get === undefined ? 'ordinary' : behaviour.get(asked, offset, count);
    if (own !== 'ordinary') return own;
    const record = records.get(asked);
    if (record === undefined) return [COMPLETION.notPresent];
    const next = ids[ids.indexOf(asked) + 1] ?? 0xffff;
    return [0, ...u16(next), ...record.subarray(offset, offset + count)];
  });
}

const record = (id: number, name: string): readonly [number, Uint8Array] => {
  const bytes = encodeSdr(fullSensor(id, name));
  bytes.set(u16(id));
  return [id, bytes];
};
const three = new Map([record(1, 'First'), record(2, 'Second'), record(3, 'Third')]);
const names = async (target: Target) =>
  (await readSdrs(target)).map((sdr) =>
    sdr.kind === 'full' ? sdr.name.text : `${sdr.recordId}: ${sdr.kind}`,
  );
const all = ['First', 'Second', 'Third'];

describe('sensor records', () => {
  test.each([
    ['C3h (Dell FC830)', 0xc3],
    ['C4h', 0xc4],
    ['C7h', 0xc7],
    ['CAh', 0xca],
    ['CEh', 0xce],
    ['FFh', 0xff],
    ['C5h, for want of a reservation', 0xc5],
  ])('are read in parts when the whole record is refused with %s', async (_name, code) => {
    const target = store(three, [1, 2, 3], {
      get: (_id, _at, count) => (count === 0xff ? [code] : 'ordinary'),
    });
    expect(await names(target)).toEqual(all);
  });

  test('are read in parts when a request for the whole record is dropped', async () => {
    const target = store(three, [1, 2, 3], {
      get: (_id, _at, count) => (count === 0xff ? undefined : 'ordinary'),
    });
    expect(await names(target)).toEqual(all);
    expect(target.requests.filter(({ data }) => data[5] === 0xff).length).toBeLessThanOrEqual(2);
  });

  test('are not asked for in parts when a controller falls silent', async () => {
    const target = store(three, [1, 2, 3], { get: (id) => (id === 3 ? undefined : 'ordinary') });
    await expect(readSdrs(target)).rejects.toMatchObject({ kind: 'timeout' });
  });

  test.each([0xcb, 0xc9, 0xff, 0xc3])('that are refused with %i cost no other record', async (code) => {
    const target = store(three, [1, 2, 3], { get: (id) => (id === 2 ? [code] : 'ordinary') });
    expect(await names(target)).toEqual(['First', 'Third', '2: other']);
    const [bad] = (await readSdrs(target)).filter(({ kind }) => kind === 'other');
    expect(bad).toMatchObject({ recordId: 2, fault: expect.stringMatching(/cannot be read: Get SDR: /) });
  });

  test('behind a gap in the IDs are found', async () => {
    const records = new Map([record(1, 'First'), record(6, 'Third')]);
    const target = store(records, [1, 2, 6]);
    expect(await names(target)).toEqual(['First', 'Third', '2: other']);
  });

  test('that are missing at the end are named, and nothing behind them is asked for', async () => {
    const target = store(new Map([record(1, 'First')]), [1, 2]);
    expect(await names(target)).toEqual(['First', '2: other']);
    const asked = target.requests.filter(({ command }) => command === 0x23).map(({ data }) => data[2]);
    expect(new Set(asked)).toEqual(new Set([0, 2]));
  });

  test('that are all refused fail with the first refusal', async () => {
    const target = store(three, [1, 2, 3], { get: () => [0xd4] });
    await expect(readSdrs(target)).rejects.toMatchObject({ kind: 'completion', code: 0xd4 });
  });

  test('are read without Get SDR Repository Info', async () => {
    expect(await names(store(three, [1, 2, 3], { info: [0xc1] }))).toEqual(all);
    expect(await names(store(three, [1, 2, 3], { info: [0, 0x51] }))).toEqual(all);
  });

  test('survive a reservation that is cancelled once', async () => {
    let cancelled = false;
    const target = store(three, [1, 2, 3], {
      get(id, offset, count) {
        if (count === 0xff) return [0xca];
        if (id !== 2 || offset === 0 || cancelled) return 'ordinary';
        cancelled = true;
        return [0xc5];
      },
    });
    expect(await names(target)).toEqual(all);
  });

  test('whose answers are cut short, or longer than asked, are whole in the end', async () => {
    const limits = fc.record({
      whole: fc.oneof(fc.constant(undefined), fc.nat({ max: 60 })),
      part: fc.integer({ min: 1, max: 32 }),
      surplus: fc.uint8Array({ maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(limits, async ({ whole, part, surplus }) => {
        const target = store(three, [1, 2, 3], {
          get(id, offset, count) {
            if (count === 0xff && whole === undefined) return [0xca];
            const bytes = three.get(id) ?? new Uint8Array();
            const limit = count === 0xff ? (whole ?? 0) : Math.min(part, count);
            const tail =
              offset + limit >= bytes.length || limit < count ? surplusOf(count, limit, surplus) : [];
            return [
              0,
              ...u16(id === 3 ? 0xffff : id + 1),
              ...bytes.subarray(offset, offset + limit),
              ...tail,
            ];
          },
        });
        expect(await names(target)).toEqual(all);
      }),
    );
  });

  test('that end before their stated length are named, and cost no other record', async () => {
    const target = store(three, [1, 2, 3], {
      get(id, offset, count) {
        if (id !== 2) return 'ordinary';
        const bytes = (three.get(2) ?? new Uint8Array()).subarray(0, 30);
        return [0, ...u16(3), ...bytes.subarray(offset, offset + count)];
      },
    });
    expect(await names(target)).toEqual(['First', 'Third', '2: other']);
  });
});

/** Bytes behind a whole answer only: behind a part that is cut short they would be taken for the record's. */
const surplusOf = (count: number, limit: number, surplus: Uint8Array) => (limit >= count ? [...surplus] : []);

describe('the event log', () => {
  const event = (recordId: number): SelRecord => ({
    kind: 'event',
    recordId,
    timestamp: 0x60000000 + recordId,
    generator: { address: 0x20, channel: 0, lun: 0, software: false },
    revision: 4,
    sensorType: 1,
    sensorNumber: 1,
    eventType: 1,
    asserted: true,
    offset: 9,
    data: [0x59, 91, 90],
  });
  const log = new Map([1, 2, 3].map((id) => [id, encodeSelRecord(event(id))] as const));
  const ids = ({ records }: { readonly records: readonly SelRecord[] }) =>
    records.map(({ recordId }) => recordId);

  test('loses only the record that is refused, and names it', async () => {
    const target = store(log, [1, 2, 3], { get: (id) => (id === 2 ? [0xcb] : 'ordinary') });
    const slice = await readSel(target);
    expect(ids(slice)).toEqual([1, 3]);
    expect(slice.unread).toMatchObject([{ record: 2, error: { code: 0xcb } }]);
    expect(ids(await readSel(target, event(1)))).toEqual([3]);
  });

  test('is read in parts, and where answers are cut short', async () => {
    const refused = store(log, [1, 2, 3], { get: (_id, _at, count) => (count > 8 ? [0xca] : 'ordinary') });
    expect(ids(await readSel(refused))).toEqual([1, 2, 3]);
    const short = store(log, [1, 2, 3], {
      get: (id, offset, count) => [
        0,
        ...u16(id === 3 ? 0xffff : id + 1),
        ...(log.get(id) ?? new Uint8Array()).subarray(offset, offset + Math.min(count, 11)),
      ],
    });
    expect((await readSel(short)).records).toEqual([1, 2, 3].map(event));
  });

  test('is read without Get SEL Info', async () => {
    expect(ids(await readSel(store(log, [1, 2, 3], { info: [0xc1] })))).toEqual([1, 2, 3]);
  });
});

describe('FRU contents', () => {
  /** A device of `stated` bytes of which `readable` can be read, at most `most` at a time. */
  const device = (contents: Uint8Array, stated: number, readable = stated, most = 32, code = 0xc9) =>
    controller(({ command, data }) => {
      if (command === 0x10) return [0, ...u16(stated), 0];
      const offset = data.readUInt16LE(1);
      const count = data[3] ?? 0;
      if (count > most || offset + count > readable) return [code];
      const bytes = Uint8Array.from({ length: count }, (_, index) => contents[offset + index] ?? 0);
      return [0, count, ...bytes];
    });

  test('are read only as far as their areas reach', async () => {
    const contents = boardFru('S-1');
    const target = device(contents, 4096, 256);
    const read = await readFruData(target);
    expect(read.length).toBeLessThanOrEqual(256);
    expect(decodeFru(read)).toEqual(decodeFru(contents));
    expect(target.requests.length).toBeLessThan(12);
  });

  test.each([0xc9, 0xca, 0xc3, 0xff])(
    'of a device that states more than it has (%i) are what can be read',
    async (code) => {
      const contents = encodeFru({ product: { productName: 'Box' }, records: [] });
      // An internal use area with nothing behind it reaches to the end of the device, which is wrong here.
      const withInternal = encodeFru({ internal: Uint8Array.of(1, 2, 3), product: { productName: 'Box' } });
      for (const each of [contents, withInternal]) {
        const fru = decodeFru(await readFruData(device(each, 4096, 256, 32, code)));
        expect(fru.product?.productName?.text).toBe('Box');
      }
    },
  );

  test('that cannot be read at all fail with the refusal', async () => {
    await expect(readFruData(device(new Uint8Array(), 256, 0, 32, 0xcb))).rejects.toMatchObject({
      code: 0xcb,
    });
  });

  test('of a blank device cost one read', async () => {
    const target = device(new Uint8Array(), 8192);
    expect(decodeFru(await readFruData(target)).faults).toMatchObject([{ message: 'the EEPROM is blank' }]);
    expect(target.requests).toHaveLength(2);
  });

  test('decode the same as the whole device, whatever it holds', async () => {
    const text = fc.string({ unit: fc.constantFrom(...'ABC 019-'), maxLength: 20 });
    const info = fc.record({ productName: text, serialNumber: text, partNumber: text });
    const fru = fc.record(
      { chassis: info.map(({ serialNumber }) => ({ type: 23, serialNumber })), board: info, product: info },
      { requiredKeys: [] },
    );
    const damage = fc.array(fc.tuple(fc.nat({ max: 120 }), fc.nat({ max: 255 })), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fru, damage, fc.constantFrom(8, 16, 32), async (contents, changes, most) => {
        const whole = new Uint8Array(512);
        whole.set(encodeFru(contents));
        for (const [at, value] of changes) whole[at] = value;
        const read = await readFruData(device(whole, 512, 512, most, 0xca));
        expect(decodeFru(read)).toEqual(decodeFru(whole));
      }),
    );
  });

  test('never need less than has been looked at', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(fruExtent(bytes)).toBeGreaterThanOrEqual(8);
      }),
    );
  });
});
