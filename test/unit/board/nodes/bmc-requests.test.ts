/** What nodes ask of us: good requests are done once and answered, all others are refused and leave nothing behind. */
import fc from 'fast-check';
import {
  BIC_COMMANDS,
  BIC_IANA,
  BIC_NETFN,
  decodeBootFlags,
  decodeSelRecord,
  type IpmiRequest,
  le,
  NETFN,
} from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { answerNode } from '../../../../src/board/nodes/bmc-requests.ts';
import { flagBytes } from '../../../../src/board/nodes/boot.ts';

const now = new Date('2026-06-01T00:00:00.900Z');
const clock = le(Math.floor(now.getTime() / 1000), 4);
const meta = le(BIC_IANA.meta, 3);
const from = 0x40;

function asked() {
  const records: string[] = [];
  const codes: number[][] = [];
  let moves = 0;
  return {
    records,
    codes,
    get moves() {
      return moves;
    },
    get isUntouched() {
      return records.length === 0 && codes.length === 0 && moves === 0;
    },
    now: () => now,
    record: async (bytes: Uint8Array) => void records.push(Buffer.from(bytes).toString('hex')),
    postCodes: (more: readonly number[]) => void codes.push([...more]),
    pinMoved: () => {
      moves += 1;
    },
    bootFlags: () =>
      flagBytes({ enabled: 'Once', target: 'Pxe', uefiTarget: null, httpBootUri: null, mode: 'UEFI' }),
  };
}

const ask = async (netFn: number, command: number, data: readonly number[], given = asked()) => {
  const answer = await answerNode({ netFn, command, data: Uint8Array.from(data) }, from, given);
  return { code: answer.code, data: [...answer.data], given };
};
const bic = (command: number, data: readonly number[], given = asked()) =>
  ask(BIC_NETFN, command, [...meta, ...data], given);
/** A request of the host through its bridge IC; `inner` is the completion code that the host gets, and what is behind it. */
async function fromHost(
  way: number,
  netFn: number,
  command: number,
  data: readonly number[],
  given = asked(),
) {
  const answer = await bic(BIC_COMMANDS.messageIn, [way, netFn << 2, command, ...data], given);
  expect(answer.code).toBe(0);
  expect(answer.data.slice(0, 6)).toEqual([...meta, way, (netFn << 2) | 4, command]);
  const [code, ...rest] = answer.data.slice(6);
  return { code, data: rest, given };
}

const record = (type: number) => [9, 9, type, 1, 2, 3, 4, 0x20, 0, 4, 0x0c, 0x63, 0x6f, 0xa1, 2, 3];
const platformEvent = [4, 0x0c, 0x63, 0x6f, 0xa1, 2, 3];

describe('Add SEL Entry', () => {
  it('takes a record, from the node and from its host, with the time of this log', async () => {
    const direct = await ask(NETFN.storage, 0x44, record(0x02));
    expect([direct.code, direct.data]).toEqual([0, [1, 0]]);
    const hosts = await fromHost(3, NETFN.storage, 0x44, record(0x02));
    expect([hosts.code, hosts.data]).toEqual([0, [1, 0]]);
    for (const { given } of [direct, hosts]) {
      const [bytes = ''] = given.records;
      expect(bytes.slice(6, 14)).toBe(Buffer.from(clock).toString('hex'));
      expect(decodeSelRecord(Buffer.from(bytes, 'hex'))).toMatchObject({
        ...{ kind: 'event', sensorType: 0x0c, sensorNumber: 0x63, offset: 1, data: [0xa1, 2, 3] },
      });
    }
  });

  it('gives the types of makers a time where they have one', async () => {
    const { given } = await ask(NETFN.storage, 0x44, record(0xc0));
    await ask(NETFN.storage, 0x44, record(0xe0), given);
    const times = given.records.map((bytes) => bytes.slice(6, 14));
    expect(times).toEqual([Buffer.from(clock).toString('hex'), '01020304']);
  });

  it('refuses another length than 16 bytes', async () => {
    for (const data of [[], record(2).slice(1), [...record(2), 0]]) {
      expect(await ask(NETFN.storage, 0x44, data)).toMatchObject({ code: 0xc7, given: { records: [] } });
      expect(await fromHost(3, NETFN.storage, 0x44, data)).toMatchObject({
        code: 0xc7,
        given: { records: [] },
      });
    }
  });
});

describe('Platform Event', () => {
  it('comes from the node itself, or from a generator that its host names', async () => {
    const direct = await ask(NETFN.sensorEvent, 2, platformEvent);
    const hosts = await fromHost(4, NETFN.sensorEvent, 2, [0x21, ...platformEvent]);
    for (const [{ code, given }, address] of [
      [direct, from],
      [hosts, 0x21],
    ] as const) {
      // biome-ignore format: two rows
      expect(code).toBe(0);
      expect(decodeSelRecord(Buffer.from(given.records[0] ?? '', 'hex'))).toMatchObject({
        ...{ generator: { address }, revision: 4, sensorType: 0x0c, sensorNumber: 0x63, eventType: 0x6f },
        ...{ timestamp: Math.floor(now.getTime() / 1000), data: [0xa1, 2, 3] },
      });
    }
  });

  it('may leave out data, which is then unspecified', async () => {
    for (const length of [5, 6]) {
      const { given } = await ask(NETFN.sensorEvent, 2, platformEvent.slice(0, length));
      const sent = platformEvent.slice(4, length);
      expect(given.records[0]?.slice(26)).toBe(
        Buffer.from([...sent, 0xff, 0xff].slice(0, 3)).toString('hex'),
      );
    }
  });

  it('that is too short or too long is refused', async () => {
    for (const data of [[], platformEvent.slice(0, 4), [...platformEvent, 0]])
      expect(await ask(NETFN.sensorEvent, 2, data)).toMatchObject({ code: 0xc7, given: { records: [] } });
    for (const data of [[], [0x21], [0x21, ...platformEvent.slice(0, 4)], [0x21, ...platformEvent, 0]])
      expect(await fromHost(3, NETFN.sensorEvent, 2, data)).toMatchObject({
        code: 0xc7,
        given: { records: [] },
      });
  });
});

describe('the host', () => {
  it('is told the time, whichever way it asks', async () => {
    for (const way of [3, 4, 0x0f])
      expect(await fromHost(way, NETFN.storage, 0x48, [])).toMatchObject({ code: 0, data: clock });
  });

  it('is told how to boot, and of nothing else that it might ask there', async () => {
    const { code, data } = await fromHost(3, NETFN.chassis, 9, [5, 0, 0]);
    expect([code, data.slice(0, 2)]).toEqual([0, [1, 5]]);
    expect(decodeBootFlags(Uint8Array.from(data.slice(2)))).toMatchObject({
      ...{ valid: true, persistent: false, uefi: true, device: 'pxe' },
    });
    for (const asks of [[], [0, 0, 0], [4, 0, 0], [6, 0, 0]])
      expect(await fromHost(3, NETFN.chassis, 9, asks)).toMatchObject({ code: 0x80, data: [] });
  });

  it('is told that a command is not known', async () => {
    for (const [netFn, command] of [[NETFN.app, 1], [NETFN.chassis, 2], [0x0b, 0x44], [0x3f, 0xff]] as const) // biome-ignore format: pairs
      expect(await fromHost(3, netFn, command, record(2))).toMatchObject({
        code: 0xc1,
        given: { isUntouched: true },
      });
  });

  it('is nobody else behind the bridge IC', async () => {
    for (const way of [0, 1, 2, 5, 0xff])
      expect(await bic(BIC_COMMANDS.messageIn, [way, NETFN.storage << 2, 0x44, ...record(2)])).toMatchObject({
        ...{ code: 0xcc, given: { isUntouched: true } },
      });
  });
});

describe('a bridge IC', () => {
  it('hands on POST codes, as many as it says', async () => {
    const { given, code, data } = await bic(BIC_COMMANDS.postCode, [3, 1, 2, 3]);
    expect([code, data, given.codes]).toEqual([0, meta, [[1, 2, 3]]]);
    expect((await bic(BIC_COMMANDS.postCode, [0])).code).toBe(0);
  });

  it('that says more POST codes than it has, or fewer, is refused', async () => {
    for (const wrong of [[], [1], [4, 1, 2, 3], [255, 1], [1, 2, 3]])
      expect(await bic(BIC_COMMANDS.postCode, wrong)).toMatchObject({
        code: 0xc7,
        given: { isUntouched: true },
      });
  });

  it('of another maker, or of none, is refused', async () => {
    for (const head of [[], [0x15], [0x15, 0xa0], [0x16, 0xa0, 0], [0, 0, 0]])
      for (const [command, ...data] of [
        [BIC_COMMANDS.postCode, 1, 2],
        [BIC_COMMANDS.gpioInterrupt, 0, 1],
        [BIC_COMMANDS.messageIn, 3, NETFN.storage << 2, 0x44, ...record(2)],
      ])
        expect(await ask(BIC_NETFN, command ?? 0, head.length < 3 ? head : [...head, ...data])).toMatchObject(
          {
            ...{ code: 0xc7, given: { isUntouched: true } },
          },
        );
    expect(
      (await ask(BIC_NETFN, BIC_COMMANDS.postCode, [...le(BIC_IANA.wiwynn, 3), 1, 7])).given.codes,
    ).toEqual([[7]]);
  });

  it('tells that a pin has moved', async () => {
    expect(await bic(BIC_COMMANDS.gpioInterrupt, [0, 1])).toMatchObject({
      code: 0,
      data: meta,
      given: { moves: 1 },
    });
  });

  it('is told that a command is not known', async () => {
    expect((await bic(BIC_COMMANDS.readFirmware, [1, 2, 3])).code).toBe(0xc1);
  });
});

describe('any request', () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  const anything = fc.record({ netFn: fc.nat(0x3f), command: fc.nat(0xff), data: bytes, lun: fc.nat(3) });
  const likely = fc
    .tuple(fc.constantFrom(...meta.slice(0, 1), 0x9c), fc.constantFrom(1, 7, 8), bytes)
    .map(([first, command, rest]): IpmiRequest => {
      const head = first === 0x9c ? le(BIC_IANA.wiwynn, 3) : meta;
      return { netFn: BIC_NETFN, command, data: Uint8Array.from([...head, ...rest]) };
    });

  it('is answered, and what is refused leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(anything, likely), async (request) => {
        const given = asked();
        const { code, data } = await answerNode(request, from, given);
        expect(Number.isInteger(code) && code >= 0 && code <= 0xff).toBe(true);
        if (code !== 0) expect(given.isUntouched).toBe(true);
        // In the answer to Message In the completion code that the host gets comes seventh.
        if (request.netFn === BIC_NETFN && request.command === 1 && code === 0 && data[6] !== 0)
          expect(given.isUntouched).toBe(true);
        for (const each of given.records) expect(each).toMatch(/^[0-9a-f]{32}$/);
        expect(given.records.length + given.codes.length + given.moves).toBeLessThanOrEqual(1);
      }),
      { numRuns: 3000 },
    );
  });
});
