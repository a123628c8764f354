/** The client against OpenIPMI's simulator. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  activatePowerLimit,
  addSel,
  BIC_IANA,
  bicGetGpio,
  bridge,
  chassisControl,
  chassisIdentify,
  cipherSuiteIds,
  clearSel,
  decodeFru,
  describeEvent,
  encodeSelRecord,
  eventText,
  fruText,
  getAuthenticationCapabilities,
  getBootFlags,
  getChannelInfo,
  getChassisStatus,
  getCipherSuitePage,
  getDeviceId,
  getPowerReading,
  getSelInfo,
  getSelTime,
  getSensorThresholds,
  getSessionInfo,
  getSystemGuid,
  getUserName,
  getWatchdog,
  guidText,
  IpmiError,
  isSensor,
  LanClient,
  type LanOptions,
  readFruData,
  readSdrs,
  readSel,
  reserveSel,
  rmcpPing,
  run,
  type SelEvent,
  setBootFlags,
  setSelTime,
  setSensorThresholds,
  setUserPassword,
  setWatchdog,
  sweep,
  type Target,
} from 'node-ipmi';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { lossyProxy } from './proxy.ts';
import { canRun, canRunWithDcmi, freeUdpPort, type Simulator, startSimulator } from './simulator.ts';

const able = canRun('ipmi_sim', 'sdrcomp');

describe.skipIf(!able)('against ipmi_sim', () => {
  let simulator: Simulator;
  const clients: LanClient[] = [];
  const connectTo = (options: Partial<LanOptions> = {}): LanClient => {
    const { port } = simulator;
    const client = new LanClient({
      host: '127.0.0.1',
      port,
      user: 'admin',
      password: 'secret123',
      ...options,
    });
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });
  afterAll(() => simulator?.stop());

  test('answers a ping; a port without anybody does not', async () => {
    expect(await rmcpPing('127.0.0.1', simulator.port)).toEqual({ ipmi: true, manufacturer: 4542 });
    await expect(rmcpPing('127.0.0.1', await freeUdpPort())).rejects.toMatchObject({ kind: 'unreachable' });
  });

  test('opens a session with suite 3 where it has no suite 17, or with 1.5 where that is asked', async () => {
    for (const options of [
      {},
      { suites: [0 as const] },
      { ipmi15: 'only' as const },
      { ipmi15: 'fallback' as const },
    ]) {
      expect((await run(connectTo(options), getDeviceId, undefined)).firmware).toBe('9.08');
    }
  });

  test.each<[string, Partial<LanOptions>, string, RegExp]>([
    ['a wrong password', { password: 'wrong-one' }, 'refused', /password is wrong/],
    ['an unknown user', { user: 'nobody' }, 'refused', /unauthorized name/],
    ['a cipher suite that it lacks', { suites: [17] }, 'refused', /cipher suite 17: .*algorithm/],
    ['a K_g that it has not', { kg: '0123456789' }, 'refused', /K_g is wrong/],
    [
      'a wrong password in 1.5',
      { password: 'wrong-one', ipmi15: 'only', timeout: 30 },
      'timeout',
      /Activate Session/,
    ],
  ])('says in words when it refuses %s, and never the secret', async (_, options, kind, words) => {
    const client = connectTo({ timeout: 250, ...options });
    const error = await run(client, getDeviceId, undefined).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(IpmiError);
    expect(error).toMatchObject({ kind, message: expect.stringMatching(words) });
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toMatch(
      /wrong-one|secret123|0123456789/,
    );
  });

  test('refuses commands above the privilege', async () => {
    const reader = connectTo({ user: 'ro', password: 'ropass', privilege: 2 });
    expect((await run(reader, getChassisStatus, undefined)).powerOn).toBe(false);
    await expect(run(reader, chassisControl, 'powerDown')).rejects.toMatchObject({ code: 0xd4 });
  });

  test('tells about itself', async () => {
    const client = connectTo();
    expect(guidText(await run(client, getSystemGuid, undefined))).toBe(
      'efcdab89-6745-23a1-efcd-ab89674523a1',
    );
    expect(await run(client, getChannelInfo, {})).toMatchObject({
      channel: 1,
      medium: 'lan',
      sessions: 'multiple',
    });
    expect(await run(client, getSessionInfo, 'this')).toMatchObject({
      session: { user: 2, privilege: 4 },
    });
    expect(await run(client, getUserName, { user: 3 })).toBe('oper');
    expect(cipherSuiteIds(await run(client, getCipherSuitePage, { page: 0 }))).toContain(3 - 1);
    await expect(run(client, getPowerReading, undefined)).rejects.toMatchObject({ code: 0xc1 });
    await expect(run(client, bicGetGpio, { iana: BIC_IANA.meta })).rejects.toMatchObject({ code: 0xc1 });
    await expect(run(client, activatePowerLimit, { active: true })).rejects.toBeInstanceOf(IpmiError);
    // Outside a session only; inside one this simulator says so.
    await expect(run(client, getAuthenticationCapabilities, { privilege: 4 })).rejects.toMatchObject({
      code: 0xd5,
    });
  });

  test('reads records and sensors in one sweep, from the BMC and from a node behind it', async () => {
    const client = connectTo();
    const bmc = await sweep(client);
    expect(bmc.sdrs.map((sdr) => sdr.kind)).toEqual([
      'controller',
      'controller',
      'eventOnly',
      'full',
      'full',
      'compact',
      'fru',
    ]);
    const values = bmc.samples.map(({ sdr, reading }) => [sdr.name.text, reading?.value ?? reading?.states]);
    expect(values).toEqual([
      ['CPU Temp', 40],
      ['Fan1', 5500],
      ['PSU1', ['Presence detected']],
    ]);
    const node = await sweep(bridge(client, { address: 0x24 }));
    expect(node.samples.map(({ sdr, reading }) => [sdr.name.text, reading?.value])).toEqual([
      ['Node1 CPU', 49],
    ]);
    // A static population of device SDRs: the simulator refuses to reserve it.
    const device = await readSdrs(bridge(client, { address: 0x30 }), { device: true });
    expect(device.filter(isSensor)).toHaveLength(1);
    const absent = bridge(client, { address: 0x44 });
    await expect(run(absent, getDeviceId, undefined)).rejects.toMatchObject({ code: 0x83 });
  });

  test.skipIf(!canRun('ipmitool'))('reads the same values and events as ipmitool does', async () => {
    const login = [
      '-I',
      'lanplus',
      '-C',
      '3',
      '-H',
      '127.0.0.1',
      '-p',
      String(simulator.port),
      '-U',
      'admin',
    ];
    const ipmitool = async (...command: string[]): Promise<string[][]> => {
      const { stdout } = await promisify(execFile)('ipmitool', [...login, '-P', 'secret123', ...command]);
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/[,|]/).map((field) => field.trim()));
    };
    const client = connectTo();
    for (const [target, bridged] of [
      [client, []],
      [bridge(client, { address: 0x24 }), ['-t', '0x24', '-b', '0']],
    ] as [Target, string[]][]) {
      const { samples } = await sweep(target);
      const ours = samples.filter(({ sdr }) => sdr.kind === 'full');
      const theirs = await ipmitool(...bridged, '-c', 'sdr', 'list', 'full');
      expect(ours.map(({ sdr, reading }) => [sdr.name.text, String(reading?.value)])).toEqual(
        theirs.map(([name, value]) => [name, value]),
      );
    }
    const log = (await readSel(client)).records.filter((record) => record.kind === 'event');
    if (log.length === 0) return;
    const theirs = await ipmitool('sel', 'list');
    expect(log.map((event) => describeEvent(event).state)).toEqual(theirs.map((fields) => fields[4]));
  });

  test('reads a FRU and keeps thresholds', async () => {
    const client = connectTo();
    const fru = decodeFru(await readFruData(client));
    expect(fruText(fru.board?.productName)).toBe('Tioga Sled');
    await run(client, setSensorThresholds, { sensor: 1, raw: { upperCritical: 0x61 } });
    expect((await run(client, getSensorThresholds, { sensor: 1 })).raw.upperCritical).toBe(0x61);
    await run(client, setSensorThresholds, { sensor: 1, raw: { upperCritical: 0x60 } });
  });

  test('switches power and identifies, on the BMC and on a node', async () => {
    const client = connectTo();
    const node = bridge(client, { address: 0x24 });
    for (const [target, name] of [
      [client, '0x20'],
      [node, '0x24'],
    ] as [Target, string][]) {
      await run(target, chassisControl, 'powerUp');
      expect(simulator.chassis(`${name}.power`)).toBe('1');
      expect((await run(target, getChassisStatus, undefined)).powerOn).toBe(true);
      await run(target, chassisControl, 'powerDown');
      expect((await run(target, getChassisStatus, undefined)).powerOn).toBe(false);
    }
    await run(client, setBootFlags, { device: 'pxe' });
    expect(await run(client, getBootFlags, undefined)).toMatchObject({ device: 'pxe' });
    // The lane's script takes two words; this simulator gives it one, and reports what it made of that.
    await run(client, chassisIdentify, 5).catch((error: unknown) =>
      expect(error).toMatchObject({ code: 0xff }),
    );
  });

  test('keeps a log: added, read on from the last record, cleared in between', async () => {
    const client = connectTo();
    await run(client, setSelTime, new Date('2024-05-06T07:08:09Z'));
    expect((await run(client, getSelTime, undefined)).date?.toISOString()).toMatch(/^2024-05-06T07:08/);
    const event: SelEvent = {
      kind: 'event',
      recordId: 0,
      timestamp: 0,
      generator: { address: 0x20, software: false, channel: 0, lun: 0 },
      revision: 4,
      sensorType: 1,
      sensorNumber: 1,
      eventType: 1,
      asserted: true,
      offset: 9,
      data: [0x59, 0x62, 0x60],
    };
    const add = (): Promise<number> => run(client, addSel, encodeSelRecord(event));
    for (let i = 0; i < 3; i++) await add();
    const { records } = await readSel(client);
    const last = records.at(-1);
    if (last?.kind !== 'event') throw new Error('no event');
    const sdr = (await readSdrs(client)).filter(isSensor).find((s) => s.number === 1);
    expect(eventText(last, sdr)).toBe('CPU Temp: Upper Critical going high asserted, 98 > 96');
    expect(await readSel(client, last)).toEqual({ records: [], unread: [], restarted: false });
    await add();
    expect(await readSel(client, last)).toMatchObject({ records: [{ kind: 'event' }], restarted: false });
    const reservation = await run(client, reserveSel, undefined);
    expect(await run(client, clearSel, { reservation, start: true })).toBe(true);
    expect((await readSel(client, last)).restarted).toBe(true);
    expect((await run(client, getSelInfo, undefined)).entries).toBeLessThan(4);
  });

  test('runs the watchdog and tests a password', async () => {
    const client = connectTo();
    const timer = { use: 'smsOs', action: 'none', warning: 'none', logged: true, running: false } as const;
    await run(client, setWatchdog, { ...timer, warningInterval: 0, expired: 0, initial: 30 });
    expect(await run(client, getWatchdog, undefined)).toMatchObject({
      use: 'smsOs',
      action: 'none',
      initial: 30,
    });
    const test = { user: 2, operation: 'test', length: 16 } as const;
    await run(client, setUserPassword, { ...test, password: 'secret123' });
  });

  test('has many requests under way at once, each with its own answer', async () => {
    const client = connectTo();
    const asked = Array.from({ length: 400 }, (_, index) => 2 + (index % 3));
    const names = await Promise.all(asked.map((user) => run(client, getUserName, { user })));
    expect(names).toEqual(asked.map((user) => ({ 2: 'admin', 3: 'oper', 4: 'ro' })[user]));
  });

  test('loses no request on a path that loses a fifth of the datagrams and doubles another', async () => {
    const proxy = await lossyProxy(simulator.port, 0.2, 0.2);
    try {
      const client = connectTo({ port: proxy.port, timeout: 25, retries: 10 });
      const asked = Array.from({ length: 150 }, (_, index) => 2 + (index % 3));
      const names = await Promise.all(asked.map((user) => run(client, getUserName, { user })));
      expect(names).toEqual(asked.map((user) => ({ 2: 'admin', 3: 'oper', 4: 'ro' })[user]));
    } finally {
      await proxy.close();
    }
  });

  test('believes no packet that is forged, mutated or replayed', async () => {
    const proxy = await lossyProxy(simulator.port, 0);
    try {
      const client = connectTo({ port: proxy.port, timeout: 25, retries: 6 });
      await run(client, getDeviceId, undefined);
      const earlier: Buffer[] = [];
      proxy.filter = (datagram, toServer) => {
        if (toServer) return [datagram];
        const changed = Buffer.from(datagram);
        changed[20] = (changed[20] ?? 0) ^ 1;
        const bad = [changed, datagram.subarray(0, datagram.length - 3), ...earlier];
        earlier.push(Buffer.from(datagram));
        return [...bad, datagram, datagram];
      };
      for (const user of [2, 3, 4, 3, 2]) {
        expect(await run(client, getUserName, { user })).toBe({ 2: 'admin', 3: 'oper', 4: 'ro' }[user]);
      }
    } finally {
      await proxy.close();
    }
  });

  test('opens its session again after the BMC died, and says meanwhile that nobody answers', async () => {
    const client = connectTo({ timeout: 40, retries: 3 });
    await run(client, getDeviceId, undefined);
    await simulator.kill();
    await expect(run(client, getDeviceId, undefined)).rejects.toMatchObject({
      kind: 'unreachable',
      message: `127.0.0.1:${simulator.port}: the host reports the port as closed (ECONNREFUSED): is IPMI over LAN enabled?`,
    });
    await simulator.restart();
    expect((await run(client, getDeviceId, undefined)).firmware).toBe('9.08');
  });

  test('opens its session again when the BMC has silently forgotten it', async () => {
    const proxy = await lossyProxy(simulator.port, 0);
    try {
      const client = connectTo({ port: proxy.port, timeout: 40, retries: 4 });
      await run(client, getDeviceId, undefined);
      await simulator.kill();
      await simulator.restart();
      const answers = await Promise.all([2, 3].map((user) => run(client, getUserName, { user })));
      expect(answers).toEqual(['admin', 'oper']);
    } finally {
      await proxy.close();
    }
  });

  test('fails what is open when it is closed', async () => {
    const client = connectTo();
    const open = run(client, getDeviceId, undefined);
    await Promise.all([expect(open).rejects.toMatchObject({ kind: 'closed' }), client.close()]);
    await expect(run(client, getDeviceId, undefined)).rejects.toMatchObject({ kind: 'closed' });
  });

  test('reads the log of events that a node makes by itself', async () => {
    const client = connectTo();
    const before = (await readSel(client)).records.length;
    // The line console of the simulator: the node's temperature jumps over its limits.
    const line = connect(simulator.consolePort, '127.0.0.1');
    line.write('sensor_set_value 0x24 0 1 0x65 1\n');
    await expect.poll(async () => (await readSel(client)).records.length).toBeGreaterThan(before);
    line.destroy();
    const events = (await readSel(client)).records.filter((record) => record.kind === 'event');
    expect(events.at(-1)).toMatchObject({ generator: { address: 0x24 }, sensorNumber: 1, eventType: 1 });
  });
});

test.skipIf(!canRunWithDcmi())(
  'against ipmi_sim with its DCMI module: power, of the BMC and of a node',
  async () => {
    const simulator = await startSimulator({ dcmi: true });
    const client = new LanClient({
      host: '127.0.0.1',
      port: simulator.port,
      user: 'admin',
      password: 'secret123',
    });
    try {
      for (const watts of [237, 240]) {
        writeFileSync(join(simulator.directory, 'run/watts'), String(watts));
        for (const target of [client, bridge(client, { address: 0x24 })]) {
          expect(await run(target, getPowerReading, undefined)).toMatchObject({
            current: watts,
            active: true,
          });
        }
      }
    } finally {
      await client.close();
      await simulator.stop();
    }
  },
);
