/** FRU contents. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import {
  decodeFru,
  encodeFru,
  type Fru,
  FruError,
  fruText,
  type MultiRecord,
  oemRecordName,
  type TypedText,
} from 'node-ipmi';
import { describe, expect, test } from 'vitest';
import { checksum8 } from '../src/bytes.ts';

const bcd = '0123456789 -.:,_';
const sixBit = Array.from({ length: 64 }, (_, code) => String.fromCharCode(32 + code)).join('');
const latin1 = Array.from({ length: 0xff - 0x20 }, (_, code) => String.fromCharCode(33 + code)).join('');

const chars = (alphabet: string, max: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: max });

/** Texts that come back exactly: BCD has an even number of digits, 6-bit a whole number of 3-byte groups or a clear rest. */
const packed: fc.Arbitrary<TypedText> = fc.oneof(
  chars(bcd, 30).map((text) => ({ text: text.length % 2 ? `${text} ` : text, encoding: 'bcd' as const })),
  chars(sixBit, 20).map((text) => ({
    text: text.padEnd(Math.ceil(text.length / 4) * 4),
    encoding: 'sixbit' as const,
  })),
  fc.uint8Array({ minLength: 1, maxLength: 30 }).map((data) => ({
    text: Buffer.from(data).toString('hex'),
    encoding: 'binary' as const,
  })),
);
const english = fc.oneof(
  packed,
  chars(latin1, 30).map((text): TypedText => ({ text, encoding: 'latin1' })),
);
const foreign = fc.oneof(
  packed,
  chars('глюкоза箱板', 20).map((text): TypedText => ({ text, encoding: 'utf16' })),
);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const fields = (text: fc.Arbitrary<TypedText>, ...names: string[]) => ({
  ...Object.fromEntries(names.map((name) => [name, maybe(text)])),
  custom: maybe(fc.array(text, { minLength: 1, maxLength: 4 })),
});

const board = (language: number, text: fc.Arbitrary<TypedText>) =>
  fc.record({
    language: fc.constant(language),
    manufactured: maybe(
      fc.integer({ min: 1, max: 0xffffff }).map((m) => new Date(Date.UTC(1996, 0, 1) + m * 60_000)),
    ),
    ...fields(text, 'manufacturer', 'productName', 'serialNumber', 'partNumber', 'fileId'),
  });
const product = (language: number, text: fc.Arbitrary<TypedText>) =>
  fc.record({
    language: fc.constant(language),
    ...fields(
      text,
      'manufacturer',
      'productName',
      'partNumber',
      'version',
      'serialNumber',
      'assetTag',
      'fileId',
    ),
  });

const volts = fc.integer({ min: -32768, max: 32767 }).map((v) => v / 100);
const milli = fc.nat(0xffff).map((v) => v / 1000);
const byte = fc.nat(0xff);
const flag = fc.boolean();
const unit = fc.constantFrom(0.01 as const, 0.1 as const);
const data = fc.uint8Array({ maxLength: 40 });
const range = fc.tuple(volts, volts);
const record: fc.Arbitrary<MultiRecord> = fc.oneof(
  fc.record({
    type: fc.constant('powerSupply' as const),
    capacity: fc.nat(4095),
    peakApparentPower: fc.option(fc.nat(0xfffe)),
    inrushCurrent: fc.option(fc.nat(0xfe)),
    inrushInterval: byte,
    inputRange1: range,
    inputRange2: range,
    inputFrequency: fc.tuple(byte, byte),
    dropoutTolerance: byte,
    predictiveFail: flag,
    powerFactorCorrection: flag,
    autoSwitch: flag,
    hotSwap: flag,
    twoPulsesOrHigh: flag,
    peakHoldUp: fc.nat(15),
    peakCapacity: fc.option(fc.nat(4094)),
    combinedRails: fc.tuple(fc.nat(15), fc.nat(15)),
    combinedCapacity: fc.nat(0xffff),
    tachometerLowerLimit: byte,
  }),
  fc.record({
    type: fc.constant('dcOutput' as const),
    output: fc.nat(15),
    standby: flag,
    nominalVoltage: volts,
    maxNegativeDeviation: volts,
    maxPositiveDeviation: volts,
    ripple: milli,
    minCurrent: milli,
    maxCurrent: milli,
  }),
  unit.chain((currentUnit) => {
    const amperes = fc.nat(0xffff).map((v) => v / (currentUnit === 0.1 ? 10 : 100));
    return fc.record({
      type: fc.constant('dcLoad' as const),
      output: fc.nat(15),
      nominalVoltage: volts,
      minVoltage: volts,
      maxVoltage: volts,
      ripple: milli,
      minCurrent: amperes,
      maxCurrent: amperes,
      currentUnit: fc.constant(currentUnit),
    });
  }),
  data.map((bytes): MultiRecord => ({ type: 'managementAccess', kind: 'systemName', code: 2, data: bytes })),
  fc.record({
    type: fc.constant('compatibility' as const),
    extended: flag,
    manufacturer: fc.nat(0xffffff),
    entityId: byte,
    base: byte,
    start: fc.nat(0x7f),
    mask: data,
  }),
  fc.record({
    type: fc.constant('oem' as const),
    recordType: fc.integer({ min: 0xc0, max: 0xff }),
    manufacturer: fc.nat(0xffffff),
    data,
  }),
  fc.record({ type: fc.constant('other' as const), recordType: fc.integer({ min: 6, max: 8 }), data }),
);

const anyFru: fc.Arbitrary<Fru> = fc.record({
  // The EEPROM does not say where this area ends, so only whole groups of 8 come back as they were.
  internal: maybe(fc.nat(5).chain((n) => fc.uint8Array({ minLength: n * 8 + 7, maxLength: n * 8 + 7 }))),
  chassis: maybe(fc.record({ type: byte, ...fields(english, 'partNumber', 'serialNumber') })),
  board: maybe(fc.oneof(board(25, english), board(0, english), board(14, foreign))),
  product: maybe(fc.oneof(product(0, english), product(14, foreign))),
  records: maybe(fc.array(record, { minLength: 1, maxLength: 4 })),
});

/** Absent and undefined are the same here. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const sample = (): Fru<string> => ({
  chassis: { type: 23, partNumber: 'CPN-1', serialNumber: 'CSN-1' },
  board: {
    manufactured: new Date('2020-02-03T04:05:00Z'),
    manufacturer: 'Acme',
    productName: 'Sled',
    serialNumber: 'S1',
    custom: ['x', ''],
  },
  product: { manufacturer: 'Acme', productName: 'Box', assetTag: 'A-7' },
  records: [{ type: 'oem', recordType: 0xc0, manufacturer: 0x00a76f, data: new Uint8Array([1, 2]) }],
});

describe('encodeFru and decodeFru', () => {
  test('give back what was stored', () => {
    fc.assert(
      fc.property(anyFru, (fru) => {
        const bytes = encodeFru(fru);
        expect(bytes.length % 8).toBe(0);
        expect(plain(decodeFru(bytes))).toEqual(plain({ ...fru, faults: [] }));
        expect(encodeFru(decodeFru(bytes))).toEqual(bytes);
      }),
    );
  });

  test('take plain strings and keep them, single letters included', () => {
    const fru = decodeFru(encodeFru(sample()));
    expect(fru.faults).toEqual([]);
    expect(fruText(fru.chassis?.partNumber)).toBe('CPN-1');
    expect(fruText(fru.board?.partNumber)).toBeNull();
    expect(fru.board?.manufactured?.toISOString()).toBe('2020-02-03T04:05:00.000Z');
    expect(fru.board?.custom?.map((text) => text.text)).toEqual(['x', '']);
    expect(fruText(fru.product?.assetTag)).toBe('A-7');
  });

  test('name the records of the Open Compute Project', () => {
    const [record] = decodeFru(encodeFru(sample())).records ?? [];
    expect(record?.type === 'oem' && oemRecordName(record)).toBe('OCP NIC 3.0 v1.0');
  });

  test('know the extended DC output: 12 V, 250 A in steps of 100 mA', () => {
    // Laid out by hand from the definition, table 18-3: standby off, unit 100 mA, output 1.
    const body = [0x11, 0xb0, 0x04, 0x3c, 0x00, 0x3c, 0x00, 0x78, 0x00, 0x05, 0x00, 0xc4, 0x09];
    const head = [0x09, 0x82, body.length, checksum8(new Uint8Array(body))];
    const bytes = new Uint8Array([
      1,
      0,
      0,
      0,
      0,
      1,
      0,
      0xfe,
      ...head,
      checksum8(new Uint8Array(head)),
      ...body,
    ]);
    expect(decodeFru(bytes)).toEqual({
      faults: [],
      records: [
        {
          type: 'dcOutput',
          output: 1,
          standby: false,
          nominalVoltage: 12,
          maxNegativeDeviation: 0.6,
          maxPositiveDeviation: 0.6,
          ripple: 0.12,
          minCurrent: 0.5,
          maxCurrent: 250,
          currentUnit: 0.1,
        },
      ],
    });
  });
});

describe('decodeFru', () => {
  test('never fails, whatever it reads', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void decodeFru(bytes)));
    fc.assert(
      fc.property(
        anyFru,
        fc.array(fc.tuple(fc.nat(), byte), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        (fru, hits, cut) => {
          const bytes = encodeFru(fru);
          for (const [at, value] of hits) bytes[at % bytes.length] = value;
          decodeFru(bytes.subarray(0, cut % (bytes.length + 1)));
          // With the header put right again, the areas themselves are reached.
          bytes[7] = 0;
          bytes[7] = checksum8(bytes.subarray(0, 8));
          decodeFru(bytes);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('loses only the area that is damaged, and says where', () => {
    const bytes = encodeFru(sample());
    const boardAt = (bytes[3] ?? 0) * 8;
    bytes[boardAt + 8] = (bytes[boardAt + 8] ?? 0) ^ 1;
    const fru = decodeFru(bytes);
    expect(fru.board).toBeUndefined();
    expect(fruText(fru.product?.productName)).toBe('Box');
    expect(fru.records).toHaveLength(1);
    expect(fru.faults).toEqual([
      { area: 'board', offset: (bytes[4] ?? 0) * 8 - 1, message: 'the checksum is wrong' },
    ]);
  });

  test('reads ASCII fields of an area whose language is not English', () => {
    const stored = encodeFru({ product: { language: 25, manufacturer: 'Acme', productName: 'Box 7' } });
    const start = 8 * (stored[4] ?? 0);
    const last = start + 8 * (stored[start + 1] ?? 0) - 1;
    // French; the checksum follows.
    stored[start + 2] = 8;
    stored[last] = ((stored[last] ?? 0) + 25 - 8) & 0xff;
    expect(decodeFru(stored)).toMatchObject({
      faults: [],
      product: { language: 8, manufacturer: { text: 'Acme' }, productName: { text: 'Box 7' } },
    });
  });

  test('skips a record whose data are damaged and reads the next', () => {
    const oem = (fill: number): MultiRecord => ({
      type: 'oem',
      recordType: 0xd0,
      manufacturer: 1,
      data: new Uint8Array(4).fill(fill),
    });
    const bytes = encodeFru({ records: [oem(1), oem(2)] });
    bytes[8 + 5] = 9;
    const fru = decodeFru(bytes);
    expect(fru.records).toEqual([oem(2)]);
    expect(fru.faults.map((fault) => [fault.area, fault.offset])).toEqual([['records', 11]]);
  });

  test.each([
    ['an empty part', new Uint8Array(0), 'too few'],
    ['a blank part', new Uint8Array(256).fill(0xff), 'blank'],
    ['an erased part', new Uint8Array(256), 'blank'],
    ['another header version', new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0xfe]), 'version 2'],
  ])('says what is wrong with %s', (_, bytes, message) => {
    const { faults } = decodeFru(bytes);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ area: 'header', message: expect.stringContaining(message) });
  });

  const file = resolve(process.env.REDFISHD_SHARED ?? '../shared', 'lanes/ipmi/fru0.bin');
  test.skipIf(!existsSync(file))(`reads the simulator's FRU (${file})`, () => {
    const fru = decodeFru(readFileSync(file));
    // Its product file id is one byte of 8-bit text, which nobody can tell from the end mark.
    expect(fru.faults).toEqual([{ area: 'product', offset: 131, message: 'the fields end before fileId' }]);
    expect(fru.chassis).toMatchObject({
      type: 23,
      partNumber: { text: 'CPN-1' },
      serialNumber: { text: 'CSN-1' },
    });
    expect(fruText(fru.board?.productName)).toBe('Tioga Sled');
    expect(fruText(fru.board?.fileId)).toBe('fru.bin');
    expect(fruText(fru.product?.assetTag)).toBe('ASSET1');
  });
});

describe('encodeFru', () => {
  test.each<[string, Fru<string | TypedText>, string]>([
    ['a text of 64 bytes', { board: { productName: 'x'.repeat(64) } }, 'board'],
    ['a letter outside Latin-1 in English', { product: { assetTag: '箱' } }, 'product'],
    [
      'Latin-1 in Russian',
      { product: { language: 14, assetTag: { text: 'a', encoding: 'latin1' } } },
      'product',
    ],
    [
      'a lower-case letter in 6-bit',
      { chassis: { type: 1, partNumber: { text: 'a', encoding: 'sixbit' } } },
      'chassis',
    ],
    ['a date before 1996', { board: { manufactured: new Date(0) } }, 'board'],
    ['an invalid date', { board: { manufactured: new Date(Number.NaN) } }, 'board'],
    [
      'an area of more than 2040 bytes',
      { board: { custom: Array.from({ length: 40 }, () => 'y'.repeat(60)) } },
      'board',
    ],
    [
      'a voltage out of range',
      {
        records: [
          {
            type: 'dcLoad',
            output: 1,
            nominalVoltage: 400,
            minVoltage: 0,
            maxVoltage: 0,
            ripple: 0,
            minCurrent: 0,
            maxCurrent: 0,
          },
        ],
      },
      'records',
    ],
    ['a chassis type of two bytes', { chassis: { type: 300 } }, 'chassis'],
  ])('refuses %s, naming the area', (_, fru, area) => {
    expect(() => encodeFru(fru)).toThrow(expect.objectContaining({ name: 'FruError', area }));
    expect(() => encodeFru(fru)).toThrow(FruError);
  });
});
