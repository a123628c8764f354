/** Client and server of this package with each other. */
import { createSocket } from 'node:dgram';
import fc from 'fast-check';
import {
  activatePowerLimit,
  bridge,
  chassisControl,
  chassisIdentify,
  cipherSuiteIds,
  clearSdr,
  clearSel,
  decodeFru,
  decodeIpmb,
  decodeSelRecord,
  encodeFactors,
  encodeFru,
  encodeIpmb,
  encodeSdr,
  fruText,
  getBootFlags,
  getChannelInfo,
  getChassisStatus,
  getCipherSuitePage,
  getDcmiCapabilities,
  getDeviceGuid,
  getDeviceId,
  getPowerLimit,
  getPowerReading,
  getSdr,
  getSelfTest,
  getSelInfo,
  getSelTime,
  getSelUtcOffset,
  getSensorHysteresis,
  getSensorReading,
  getSensorThresholds,
  getSessionInfo,
  getUserAccess,
  getUserName,
  getWatchdog,
  IpmiError,
  IpmiNode,
  LAN,
  LanClient,
  type LanOptions,
  platformEvent,
  readAssetTag,
  readControllerId,
  readFruData,
  readLan,
  readSdrs,
  readSel,
  refuse,
  reserveSdr,
  reserveSel,
  resetWatchdog,
  responseTo,
  run,
  selTime,
  setBootFlags,
  setPowerLimit,
  setPowerRestorePolicy,
  setSelTime,
  setSelUtcOffset,
  setSensorHysteresis,
  setSensorThresholds,
  setUserPassword,
  setWatchdog,
  sweep,
  type Target,
  writeAssetTag,
  writeControllerId,
  writeFruData,
} from 'node-ipmi';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fullSensor, startServer } from './fixture.ts';
import { lossyProxy } from './proxy.ts';

type Started = Awaited<ReturnType<typeof startServer>>;

describe('LanClient and LanServer', () => {
  let started: Started;
  const clients: LanClient[] = [];
  const connectTo = (options: Partial<LanOptions> = {}): LanClient => {
    const client = new LanClient({
      host: '127.0.0.1',
      port: started.port,
      user: 'admin',
      password: 'secret123',
      timeout: 500,
      ...options,
    });
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    started = await startServer();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });
  afterAll(() => started.server.close());

  test('open a session with each suite, and offer both', async () => {
    for (const suite of [17, 3] as const) {
      const client = connectTo({ suites: [suite] });
      expect(await run(client, getDeviceId, undefined)).toMatchObject({
        firmware: '3.14',
        manufacturer: 0xa015,
      });
      expect(cipherSuiteIds(await run(client, getCipherSuitePage, { page: 0 }))).toEqual([17, 3]);
    }
  });

  test.each<[string, Partial<LanOptions>, number, RegExp]>([
    ['suite 0', { suites: [0] }, 0x04, /cipher suite 0/],
    ['an unknown user', { user: 'nobody' }, 0x0d, /unauthorized name/],
    ['a wrong password', { password: 'x' }, 0x0f, /password is wrong/],
    [
      'more privilege than the user has',
      { user: 'ro', password: 'ropass', privilege: 4 },
      0x0a,
      /unauthorized role/,
    ],
    ['a K_g that the server has not', { kg: 'key' }, 0x0f, /K_g is wrong/],
  ])('refuse %s', async (_, options, code, words) => {
    const failure = run(connectTo(options), getDeviceId, undefined);
    await expect(failure).rejects.toMatchObject({
      kind: 'refused',
      code,
      message: expect.stringMatching(words),
    });
  });

  test('have whatever is given between the socket and the server', async () => {
    const seen: boolean[] = [];
    const other = await startServer(
      {},
      {
        carry(datagram, toServer, deliver) {
          seen.push(toServer);
          // The first of each way is lost, the others are late.
          if (seen.indexOf(toServer) < seen.length - 1) setTimeout(() => deliver(datagram), 5);
        },
      },
    );
    try {
      const client = connectTo({ port: other.port, timeout: 100 });
      expect((await run(client, getDeviceId, undefined)).firmware).toBe('3.14');
      expect(seen.slice(0, 3)).toEqual([true, true, false]);
    } finally {
      await other.server.close();
    }
  });

  test('take a password of bytes', async () => {
    const bytes = Uint8Array.from([0xff, 0xfe, 0x01]);
    const other = await startServer({}, { users: [{ name: 'admin', password: bytes }] });
    try {
      const client = connectTo({ port: other.port, password: bytes });
      expect((await run(client, getDeviceId, undefined)).firmware).toBe('3.14');
    } finally {
      await other.server.close();
    }
  });

  test('agree on a K_g', async () => {
    const other = await startServer({}, { kg: 'twenty bytes of key!' });
    try {
      const options = { port: other.port, kg: 'twenty bytes of key!' };
      expect((await run(connectTo(options), getDeviceId, undefined)).firmware).toBe('3.14');
      await expect(run(connectTo({ port: other.port }), getDeviceId, undefined)).rejects.toThrow(
        /K_g is wrong/,
      );
    } finally {
      await other.server.close();
    }
  });

  test('refuse commands above the privilege, unknown ones, and short ones', async () => {
    const reader = connectTo({ user: 'ro', password: 'ropass', privilege: 2 });
    await expect(run(reader, chassisControl, 'powerUp')).rejects.toMatchObject({ code: 0xd4 });
    const client = connectTo();
    expect(await client.send({ netFn: 0x3a, command: 1, data: new Uint8Array() })).toMatchObject({
      code: 0xc1,
    });
    expect(await client.send({ netFn: 4, command: 0x2d, data: new Uint8Array() })).toMatchObject({
      code: 0xc7,
    });
    await expect(run(client, getSensorReading, { sensor: 99 })).rejects.toMatchObject({ code: 0xcb });
  });

  test('tell device, channel, session and users', async () => {
    const client = connectTo();
    expect((await run(client, getSelfTest, undefined)).result).toBe('passed');
    expect(await run(client, getDeviceGuid, undefined)).toEqual(Uint8Array.from(started.node.guid));
    expect(await run(client, getChannelInfo, {})).toMatchObject({ medium: 'lan', sessions: 'multiple' });
    expect(await run(client, getSessionInfo, 'this')).toMatchObject({
      session: { user: 2, privilege: 4, ipmi20: true, address: '127.0.0.1' },
    });
    expect(await run(client, getUserName, { user: 3 })).toBe('ro');
    expect(await run(client, getUserAccess, { user: 3 })).toMatchObject({ privilegeLimit: 2, maxUsers: 3 });
    expect(await readLan(client, LAN.ipAddress)).toBe('127.0.0.1');
    expect(await readLan(client, LAN.cipherSuites)).toEqual([17, 3]);
    await run(client, setUserPassword, { user: 3, operation: 'test', password: 'ropass' });
    const wrong = run(client, setUserPassword, { user: 3, operation: 'test', password: 'other' });
    await expect(wrong).rejects.toThrow(/does not match/);
  });

  test('keep watchdog, power policy and boot flags', async () => {
    const client = connectTo();
    await expect(run(client, resetWatchdog, undefined)).rejects.toThrow(/never set/);
    const timer = {
      use: 'osLoad',
      action: 'powerCycle',
      warning: 'nmi',
      logged: true,
      running: false,
      warningInterval: 3,
      expired: 0,
      initial: 12.5,
    } as const;
    await run(client, setWatchdog, timer);
    expect(await run(client, getWatchdog, undefined)).toEqual({ ...timer, present: 12.5 });
    await run(client, resetWatchdog, undefined);
    expect(await run(client, setPowerRestorePolicy, 'lastState')).toBe(7);
    expect((await run(client, getChassisStatus, undefined)).powerPolicy).toBe('lastState');
    await run(client, setBootFlags, { device: 'biosSetup', uefi: true, persistent: true, clearCmos: true });
    expect(await run(client, getBootFlags, undefined)).toMatchObject({
      valid: true,
      device: 'biosSetup',
      uefi: true,
      persistent: true,
      clearCmos: true,
      lockKeyboard: false,
    });
    await run(client, chassisIdentify, 'on');
    expect((await run(client, getChassisStatus, undefined)).identify).toBe('on');
    await run(client, chassisIdentify, 0);
    expect((await run(client, getChassisStatus, undefined)).identify).toBe('off');
  });

  test('sweep records and sensors, and log what crosses a threshold, with hysteresis', async () => {
    const client = connectTo();
    const { node } = started;
    const before = (await readSel(client)).records.at(-1);
    node.sensors.setReading(1, 85);
    node.sensors.setReading(1, 79);
    node.sensors.setReading(1, 77);
    node.sensors.setStates(3, 0b1);
    const { samples } = await sweep(client);
    expect(samples.map(({ sdr, reading }) => [sdr.name.text, reading?.value ?? reading?.states])).toEqual([
      ['CPU Temp', 77],
      ['PSU1', ['Presence detected']],
    ]);
    const { records } = await readSel(client, before);
    expect(
      records.map((r) => (r.kind === 'event' ? [r.sensorNumber, r.offset, r.asserted] : r.kind)),
    ).toEqual([
      [1, 7, true],
      [1, 7, false],
      [3, 0, true],
    ]);
    await run(client, setSensorThresholds, { sensor: 1, raw: { upperCritical: 70 } });
    expect((await run(client, getSensorThresholds, { sensor: 1 })).raw.upperCritical).toBe(70);
    await run(client, setSensorHysteresis, { sensor: 1, positive: 5, negative: 6 });
    expect(await run(client, getSensorHysteresis, { sensor: 1 })).toEqual({ positive: 5, negative: 6 });
    node.sensors.setReading(1, 40);
  });

  test('keep a log: clock, platform events, clearing, wrapping', async () => {
    const small = await startServer({ selCapacity: 4 });
    try {
      const client = connectTo({ port: small.port });
      await run(client, setSelTime, new Date('2031-02-03T04:05:06Z'));
      expect((await run(client, getSelTime, undefined)).date?.toISOString()).toMatch(/^2031-02-03T04:05/);
      await run(client, setSelUtcOffset, -90);
      expect(await run(client, getSelUtcOffset, undefined)).toBe(-90);
      const event = { sensorType: 0x12, sensor: 9, eventType: 0x6f, asserted: true } as const;
      for (let i = 0; i < 3; i++) await run(client, platformEvent, { ...event, data: [i, 0xff, 0xff] });
      const { records } = await readSel(client);
      expect(records.map((r) => r.kind === 'event' && r.offset)).toEqual([0, 1, 2]);
      const [first, , last] = records;
      if (first === undefined || last === undefined) throw new Error('no records');
      expect(selTime(last)?.getUTCFullYear()).toBe(2031);
      for (let i = 3; i < 6; i++) await run(client, platformEvent, { ...event, data: [i, 0xff, 0xff] });
      expect(await run(client, getSelInfo, undefined)).toMatchObject({ entries: 4, overflow: true, free: 0 });
      const since = await readSel(client, last);
      expect(since).toMatchObject({
        restarted: false,
        records: [{ offset: 3 }, { offset: 4 }, { offset: 5 }],
      });
      expect((await readSel(client, first)).restarted).toBe(true);
      const reservation = await run(client, reserveSel, undefined);
      await run(client, platformEvent, { ...event, data: [7, 0xff, 0xff] });
      const stale = run(client, clearSel, { reservation, start: true });
      await expect(stale).rejects.toMatchObject({ code: 0xc5 });
      await run(client, clearSel, { reservation: await run(client, reserveSel, undefined), start: true });
      expect(await readSel(client, last)).toEqual({ records: [], unread: [], restarted: true });
    } finally {
      await small.server.close();
    }
  });

  test('read a long log with gaps, with few questions more than it has records', async () => {
    const long = await startServer();
    try {
      const { sel } = long.node;
      const record = Uint8Array.from([0, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 0x12, 1, 0x6f, 0, 255, 255]);
      for (let i = 0; i < 120; i++) sel.add(record);
      for (const id of [1, 17, 18, 19, 60, 119, 120]) sel.records.delete(id);
      const client = connectTo({ port: long.port });
      let asked = 0;
      const counting: Target = {
        send(request) {
          asked++;
          return client.send(request);
        },
      };
      const { records } = await readSel(counting);
      expect(records.map((one) => one.recordId)).toEqual([...sel.records.keys()]);
      expect(asked).toBeLessThan(records.length + 30);
      const loop: Target = {
        // A controller whose chain of records comes back to its start.
        send: ({ command }) =>
          Promise.resolve({
            code: 0,
            data:
              command === 0x40 ? new Uint8Array(14) : Uint8Array.from([1, 0, 1, 0, ...record.subarray(2)]),
          }),
      };
      expect((await readSel(loop)).records.length).toBeLessThan(3);
    } finally {
      await long.server.close();
    }
  });

  test('read a log that is cleared and filled again while it is read as what it is now', async () => {
    const { node, server } = await startServer();
    try {
      const record = (state: number) =>
        Uint8Array.from([0, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 0x12, 1, 0x6f, state, 255, 255]);
      for (let state = 0; state < 4; state++) node.sel.add(record(state));
      let entries = 0;
      const meddled: Target = {
        async send(request) {
          const answer = await node.send(request);
          // The second entry has been asked for: others take the place of them all.
          if (request.command === 0x43 && ++entries === 2) {
            node.sel.clear();
            for (let state = 8; state < 12; state++) node.sel.add(record(state));
            Object.assign(node.sel, { erased: 1 });
          }
          return answer;
        },
      };
      const { records } = await readSel(meddled);
      expect(records.map((each) => each.kind === 'event' && each.offset)).toEqual([8, 9, 10, 11]);
    } finally {
      await server.close();
    }
  });

  test.each([
    ['another entry', [0xff, 0xff, 7, 0]],
    ['an entry without a next one', [0, 0, 2, 0]],
    ['an entry whose ID is reserved', [3, 0, 0xff, 0xff]],
    ['nothing at all', [3, 0]],
  ])('take %s for no entry of a log', async (_, head) => {
    const wrong: Target = {
      send: async ({ command }) => ({
        code: 0,
        data: command === 0x40 ? new Uint8Array(14) : Uint8Array.from([...head, ...new Array(14).fill(2)]),
      }),
    };
    const after = decodeSelRecord(Uint8Array.from([2, 0, 2, ...new Array(13).fill(0)]));
    await expect(readSel(wrong, after)).rejects.toMatchObject({ kind: 'malformed' });
  });

  test('believe no node that answers for another', async () => {
    const client: Target = {
      async send({ data }) {
        const inner = decodeIpmb(data.subarray(1));
        if (inner === undefined) throw new Error('no message');
        const { code, data: bytes } = await started.blade.send(inner);
        const forged = { ...responseTo(inner, { code, data: bytes }), from: 0x30 };
        return { code: 0, data: encodeIpmb(forged) };
      },
    };
    const blade = bridge(client, { address: 0x24 });
    await expect(run(blade, getDeviceId, undefined)).rejects.toThrow(/node 0x30 answered .* for node 0x24/);
  });

  test('read a repository again that changes while it is read', async () => {
    const client = connectTo();
    const { node } = started;
    const [record] = node.sdr.records.values();
    if (record === undefined) throw new Error('no record');
    let added = 0;
    const sdrs = await readSdrs(client, {
      each: () => {
        if (added++ === 0) node.sdr.add(record);
      },
    });
    expect(sdrs).toHaveLength(4);
    const last = [...node.sdr.records.keys()].at(-1);
    if (last !== undefined) node.sdr.records.delete(last);
  });

  test('read records in parts where the controller cannot give them whole', async () => {
    const tight = await startServer({
      routes: [
        [
          0x0a,
          0x23,
          2,
          (request) => {
            const data = request.rest();
            // Not more than 16 bytes at a time.
            return (data[5] ?? 0) > 16 ? refuse(0xca) : slice(started.node.sdr.records, data);
          },
        ],
      ],
    });
    try {
      const whole = await readSdrs(connectTo());
      const parts = await readSdrs(connectTo({ port: tight.port }));
      expect(parts).toEqual(whole);
    } finally {
      await tight.server.close();
    }
  });

  test('write a FRU and read it back', async () => {
    const client = connectTo();
    const before = decodeFru(await readFruData(client));
    const contents = encodeFru({ ...before, product: { ...before.product, assetTag: 'NEW-TAG' } });
    await writeFruData(client, contents);
    const after = decodeFru(await readFruData(client));
    expect(after.faults).toEqual([]);
    expect(fruText(after.product?.assetTag)).toBe('NEW-TAG');
    expect(fruText(after.board?.serialNumber)).toBe('S-1');
    await expect(writeFruData(client, new Uint8Array(257))).rejects.toMatchObject({ kind: 'invalid' });
    await expect(readFruData(client, 9)).rejects.toMatchObject({ code: 0xcb });
  });

  test('tell power, and take its limit, asset tag and controller name over DCMI', async () => {
    const client = connectTo();
    expect(await run(client, getDcmiCapabilities, { parameter: 1 })).toMatchObject({ version: '1.5' });
    expect(await run(client, getPowerReading, undefined)).toMatchObject({
      current: 237,
      average: 200,
      period: 1000,
    });
    await expect(run(client, getPowerLimit, undefined)).rejects.toThrow(/no power limit/);
    const limit = { action: 0x11, limit: 400, correctionTime: 2000, samplingPeriod: 5 };
    await run(client, setPowerLimit, limit);
    // Set is not in force yet.
    await expect(run(client, getPowerLimit, undefined)).rejects.toThrow(/no power limit/);
    await run(client, activatePowerLimit, { active: true });
    expect(await run(client, getPowerLimit, undefined)).toEqual(limit);
    await run(client, activatePowerLimit, { active: false });
    await expect(run(client, getPowerLimit, undefined)).rejects.toThrow(/no power limit/);
    const tag = 'a tag that takes more than one part, and then some of it';
    await writeAssetTag(client, tag);
    expect(await readAssetTag(client)).toBe(tag);
    await writeControllerId(client, 'node-7');
    expect(await readControllerId(client)).toBe('node-7');
    await expect(writeAssetTag(client, 'x'.repeat(64))).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('bridge once and twice, many at a time, and name a node that is not there', async () => {
    const client = connectTo();
    const blade = bridge(client, { address: 0x24 });
    const nested = bridge(blade, { channel: 6, address: 0x2c, from: 0x24 });
    const ids = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        run(i % 2 ? blade : nested, getDeviceId, undefined).then((id) => id.deviceId),
      ),
    );
    expect(ids).toEqual(Array.from({ length: 60 }, (_, i) => (i % 2 ? 0x24 : 0x2c)));
    expect((await sweep(blade)).samples.map((s) => s.reading?.value)).toEqual([40]);
    const absent = bridge(client, { address: 0x66 });
    await expect(run(absent, getDeviceId, undefined)).rejects.toMatchObject({ code: 0x83 });
  });

  test('perform a repeated request once', async () => {
    const proxy = await lossyProxy(started.port, 0, 0);
    let lost = 0;
    proxy.filter = (datagram, toServer) => {
      // Every answer inside the session is lost once.
      const isAnswer = !toServer && datagram.readUInt32LE(6) !== 0;
      return isAnswer && lost++ % 2 === 0 ? [] : [datagram];
    };
    try {
      const client = connectTo({ port: proxy.port, timeout: 30, retries: 8 });
      const before = started.node.sel.records.size;
      const event = {
        sensorType: 0x12,
        sensor: 9,
        eventType: 0x6f,
        asserted: true,
        data: [0, 255, 255],
      } as const;
      for (let i = 0; i < 5; i++) await run(client, platformEvent, event);
      expect(started.node.sel.records.size - before).toBe(5);
    } finally {
      await proxy.close();
    }
  });

  test('lose no request on a path that loses a fifth of the datagrams and doubles another', async () => {
    const proxy = await lossyProxy(started.port, 0.2, 0.2);
    try {
      const client = connectTo({ port: proxy.port, timeout: 25, retries: 10 });
      const blade = bridge(client, { address: 0x24 });
      const ids = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          run(i % 2 ? blade : client, getDeviceId, undefined).then((id) => id.deviceId),
        ),
      );
      expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => (i % 2 ? 0x24 : 0x20)));
    } finally {
      await proxy.close();
    }
  });

  test('open a session again that the server forgot, within the request', async () => {
    const client = connectTo({ timeout: 30 });
    await run(client, getDeviceId, undefined);
    started.server.reset();
    const ids = await Promise.all([1, 2, 3].map(() => run(client, getDeviceId, undefined)));
    expect(ids).toHaveLength(3);
    expect(started.server.sessions).toBe(1);
  });

  test('keep a silent session alive, and end one that stays silent', async () => {
    const hasty = await startServer({}, { idleTimeout: 500 });
    try {
      const kept = connectTo({ port: hasty.port, keepAlive: 50 });
      await run(kept, getDeviceId, undefined);
      const silent = connectTo({ port: hasty.port, keepAlive: 0 });
      await run(silent, getDeviceId, undefined);
      expect(hasty.server.sessions).toBe(2);
      await expect.poll(() => hasty.server.sessions, { timeout: 5000 }).toBe(1);
      await new Promise((done) => setTimeout(done, 600));
      expect(hasty.server.sessions).toBe(1);
    } finally {
      await hasty.server.close();
    }
  });

  test('refuse a session too many', async () => {
    const single = await startServer({}, { maxSessions: 1 });
    try {
      const first = connectTo({ port: single.port });
      await run(first, getDeviceId, undefined);
      const second = run(connectTo({ port: single.port }), getDeviceId, undefined);
      await expect(second).rejects.toMatchObject({ kind: 'refused', code: 0x01 });
      await first.close();
      await expect.poll(() => single.server.sessions).toBe(0);
      expect((await run(connectTo({ port: single.port }), getDeviceId, undefined)).deviceId).toBe(0x20);
    } finally {
      await single.server.close();
    }
  });

  test('survive any datagram', async () => {
    const client = connectTo();
    await run(client, getDeviceId, undefined);
    const socket = createSocket('udp4');
    const head = fc.constantFrom(
      [6, 0, 255, 7, 6],
      [6, 0, 255, 7, 0],
      [6, 0, 255, 6, 0, 0, 17, 190, 128],
      [],
    );
    const type = fc.constantFrom(0, 1, 0x10, 0x12, 0x14, 0xc0);
    fc.assert(
      fc.property(head, type, fc.uint8Array({ maxLength: 60 }), (start, kind, rest) => {
        socket.send(Buffer.from([...start, kind, ...rest]), started.port, '127.0.0.1');
      }),
      { numRuns: 300 },
    );
    expect((await run(client, getDeviceId, undefined)).firmware).toBe('3.14');
    socket.close();
  });

  test('read a sensor that is not linear by the factors of its reading, and those that share a record', async () => {
    const base = fullSensor(1, 'Curve');
    const sharing = { count: 3, modifier: 'alpha', offset: 0, entityIncrements: true, direction: 0 } as const;
    const shared = {
      ...fullSensor(2, 'DIMM '),
      kind: 'compact',
      sensorType: 0x0c,
      eventType: 0x6f,
      sharing,
    } as const;
    const node = new IpmiNode({
      sdrs: [encodeSdr({ ...base, factors: { ...base.factors, linearization: 0x70 } }), encodeSdr(shared)],
      routes: [
        // Below 100 one degree a count, from there on two.
        [
          0x04,
          0x23,
          2,
          (request) => [0, ...encodeFactors({ ...base.factors, m: request.bytes(2)[1] === 40 ? 1 : 2 })],
        ],
      ],
    });
    const read = async (): Promise<unknown> =>
      (await sweep(node)).samples.map((s) => [s.sdr.name.text, s.reading?.value]);
    const dimms = [
      ['DIMM A', undefined],
      ['DIMM B', undefined],
      ['DIMM C', undefined],
    ];
    expect(await read()).toEqual([['Curve', 40], ...dimms]);
    node.sensors.setReading(1, 120);
    expect(await read()).toEqual([['Curve', 240], ...dimms]);
  });

  test('clear a repository only under a reservation', async () => {
    const other = await startServer();
    try {
      const client = connectTo({ port: other.port });
      await expect(run(client, clearSdr, { reservation: 0x77, start: true })).rejects.toBeInstanceOf(
        IpmiError,
      );
      const reservation = await run(client, reserveSdr, undefined);
      expect(await run(client, clearSdr, { reservation, start: true })).toBe(true);
      expect(await readSdrs(client)).toEqual([]);
      const gone = run(client, getSdr, { reservation: 0, record: 0, offset: 0, count: 0xff });
      await expect(gone).rejects.toMatchObject({ code: 0xcb });
    } finally {
      await other.server.close();
    }
  });
});

/** Part of a record, for a controller that gives no more than 16 bytes. */
function slice(records: ReadonlyMap<number, Uint8Array>, request: Uint8Array): number[] {
  const ids = [...records.keys()];
  const [, , low = 0, high = 0, offset = 0, count = 0] = request;
  const id = low | (high << 8) || ids[0];
  const next = ids[ids.indexOf(id ?? 0) + 1] ?? 0xffff;
  const record = records.get(id ?? 0) ?? new Uint8Array();
  return [next & 0xff, next >> 8, ...record.subarray(offset, offset + count)];
}
