import {
  activatePowerLimit,
  chassisControl,
  chassisIdentify,
  coldReset,
  decodeFru,
  fruText,
  getBootFlags,
  getChassisStatus,
  getDeviceId,
  getPowerLimit,
  getPowerReading,
  getSensorReading,
  getSystemGuid,
  LanClient,
  openSol,
  readFruData,
  readSdrs,
  readSel,
  setBootFlags,
  setPowerLimit,
  setPowerRestorePolicy,
  setSensorThresholds,
  sweep,
  thresholdValues,
} from 'node-ipmi';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTwin, type Twin } from '../../../src/twin/twin.ts';
import { until } from '../../support/until.ts';
import { client, listen, run, sled, state } from '../../unit/twin/nodes-board.ts';

const speed = 20;
let twin: Twin;
let bmc: LanClient;

async function build(at = speed): Promise<void> {
  twin = createTwin(sled, { speed: at });
  bmc = await client(twin);
}
async function end(): Promise<void> {
  await bmc.close();
  await twin.close();
}
/** For states that must be observed while they last. */
async function buildSlowly(at: number): Promise<void> {
  await end();
  await build(at);
}

beforeEach(() => build());
afterEach(end);

const running = () => until('the host to run', () => state(twin, 'host3') === 'running');

async function eventsOf(sensor: number) {
  const { records } = await readSel(bmc);
  return records.flatMap((record) =>
    record.kind === 'event' && record.sensorNumber === sensor ? [[record.offset, record.asserted]] : [],
  );
}

async function unhealthy(): Promise<string[]> {
  const { samples } = await sweep(bmc);
  return samples.flatMap(({ sdr, reading }) => {
    if (sdr.kind !== 'full' || !reading?.available) return [];
    const { upperCritical = 1e6, lowerCritical = -1e6 } = thresholdValues(sdr);
    const { value = Number.NaN, crossed } = reading;
    const isIn = value < upperCritical && value > lowerCritical && crossed.length === 0;
    return isIn ? [] : [`${sdr.name.text} ${value}`];
  });
}

/** Timing of real controllers. */
const secrets = async () => ({ password: 'known' });

describe('a server of the twin on the network', () => {
  it('is reached by its options, one server per node', async () => {
    const asked = { host: 'node3.example', user: 'other', password: 'wrong', timeout: 77 };
    const led = await twin.ipmi.lan('bmc3', asked, secrets);
    expect(led).toMatchObject({ host: '127.0.0.1', user: 'root', password: 'secret', timeout: 77 });
    expect(led.port).toBeGreaterThan(0);
    for (const other of ['elsewhere', 'bmc4'])
      expect(await twin.ipmi.lan(other, asked, secrets)).toEqual({ ...asked, password: 'known' });
    const wrong = new LanClient({ ...led, password: 'guess', timeout: 200 });
    await expect(run(wrong, getDeviceId, undefined)).rejects.toMatchObject({ kind: 'refused' });
    await wrong.close();
  });

  it('has a generated password when none is given', async () => {
    const other = createTwin(sled, { speed });
    const led = await other.ipmi.lan('bmc3', { host: 'node3.example' }, secrets);
    expect(led.user).toBe('admin');
    expect(String(led.password).length).toBeGreaterThan(10);
    const it = new LanClient(led);
    expect((await run(it, getDeviceId, undefined)).supports.chassis).toBe(true);
    await it.close();
    await other.close();
  });

  it('reports an identity that depends on the seed', async () => {
    expect(await run(bmc, getDeviceId, undefined)).toMatchObject({ firmware: '1.20', manufacturer: 42_623 });
    const fru = decodeFru(await readFruData(bmc));
    expect(fru.faults).toEqual([]);
    expect(fruText(fru.product?.productName)).toBe('Server Three');
    const other = createTwin(sled, { speed });
    const same = await client(other);
    expect(await run(same, getSystemGuid, undefined)).toEqual(await run(bmc, getSystemGuid, undefined));
    expect(await readFruData(same)).toEqual(await readFruData(bmc));
    await same.close();
    await other.close();
  });

  it('has no sensor beyond a limit off, in POST, idle and at full load, and logs nothing', async () => {
    expect((await readSdrs(bmc)).filter(({ kind }) => kind === 'other')).toEqual([]);
    expect(await unhealthy()).toEqual([]);
    const slow = twin.inject({ kind: 'noPost', host: 'host3' });
    await run(bmc, chassisControl, 'powerUp');
    await until('POST', () => state(twin, 'host3') === 'post');
    expect(await unhealthy()).toEqual([]);
    twin.clear(slow);
    await running();
    expect(await unhealthy()).toEqual([]);
    const { samples } = await sweep(bmc);
    expect(samples.filter(({ reading }) => !reading?.available)).toEqual([]);
    twin.setLoad('host3', 1);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(await unhealthy()).toEqual([]);
    const { records } = await readSel(bmc);
    const numbers = records.flatMap((record) => (record.kind === 'event' ? [record.sensorNumber] : []));
    expect(new Set(numbers)).toEqual(new Set([0x80, 0x81]));
  });

  it('switches its host by chassis control', { timeout: 40_000 }, async () => {
    await buildSlowly(4);
    const on = async () => (await run(bmc, getChassisStatus, undefined)).powerOn;
    expect(await on()).toBe(false);
    await run(bmc, chassisControl, 'powerUp');
    await until('power', on);
    await running();
    await run(bmc, chassisControl, 'softShutdown');
    expect(state(twin, 'host3')).toBe('shutdown');
    await until('off', async () => !(await on()));
    await run(bmc, chassisControl, 'powerUp');
    await running();
    await run(bmc, chassisControl, 'hardReset');
    expect(state(twin, 'host3')).toBe('post');
    await running();
    await run(bmc, chassisControl, 'diagnosticInterrupt');
    expect(state(twin, 'host3')).toBe('running');
    await run(bmc, chassisControl, 'powerCycle');
    expect(state(twin, 'host3')).toBe('off');
    await running();
    twin.inject({ kind: 'ignoreGraceful', host: 'host3' });
    await run(bmc, chassisControl, 'softShutdown');
    expect(state(twin, 'host3')).toBe('running');
    await run(bmc, chassisControl, 'powerDown');
    expect(state(twin, 'host3')).toBe('off');
    expect(await eventsOf(0x81)).toContainEqual([0, true]);
    expect(state(twin, 'host4')).toBe('off');
  });

  it('keeps boot flags, and identifies', async () => {
    await run(bmc, setBootFlags, { device: 'pxe', uefi: true });
    expect(await run(bmc, getBootFlags, undefined)).toMatchObject({ device: 'pxe', uefi: true });
    const identifying = () => twin.status().nodes.find(({ id }) => id === 'bmc3')?.identifying;
    await run(bmc, chassisIdentify, 'on');
    expect(identifying()).toBe('on');
    await run(bmc, chassisIdentify, 0);
    expect(identifying()).toBe('off');
    await run(bmc, chassisIdentify, 30);
    expect(identifying()).toBe('temporary');
  });

  it('logs crossed thresholds, with hysteresis', async () => {
    twin.set('bmc3_Inlet Temp', 46);
    twin.set('bmc3_Inlet Temp', 44);
    expect(await eventsOf(1)).toEqual([
      [7, true],
      [9, true],
    ]);
    twin.set('bmc3_Inlet Temp', 43);
    expect((await eventsOf(1)).at(-1)).toEqual([9, true]);
    twin.set('bmc3_Inlet Temp', 30);
    expect((await eventsOf(1)).slice(2)).toEqual([
      [7, false],
      [9, false],
    ]);
    twin.setInlet(41);
    twin.set('bmc3_Inlet Temp', null);
    await until('an event', async () => (await eventsOf(1)).length > 4);
    await run(bmc, setSensorThresholds, { sensor: 2, raw: { upperCritical: 50 } });
    twin.set('bmc3_Exhaust Temp', 55);
    expect(await eventsOf(2)).toEqual([[9, true]]);
    twin.inject({ kind: 'frozen', sensor: 'bmc3_Exhaust Temp' });
    twin.set('bmc3_Exhaust Temp', 20);
    expect((await run(bmc, getSensorReading, { sensor: 2 })).raw).toBe(55);
  });

  it('reports its power, and limits its host', async () => {
    await run(bmc, chassisControl, 'powerUp');
    await running();
    twin.setLoad('host3', 1);
    const watts = async () => (await run(bmc, getPowerReading, undefined)).current;
    expect(await watts()).toBeGreaterThan(400);
    const reading = await run(bmc, getPowerReading, undefined);
    expect(reading.minimum).toBeLessThan(100);
    expect(reading.maximum).toBeGreaterThan(400);
    expect(reading.average).toBeGreaterThan(reading.minimum);
    const limit = { action: 0, limit: 250, correctionTime: 1000, samplingPeriod: 1 };
    await run(bmc, setPowerLimit, limit);
    expect(await watts()).toBeGreaterThan(400);
    await run(bmc, activatePowerLimit, { active: true });
    expect(await run(bmc, getPowerLimit, undefined)).toEqual(limit);
    expect(await watts()).toBeLessThan(260);
    expect(await watts()).toBeGreaterThan(240);
    await run(bmc, activatePowerLimit, { active: false });
    expect(await watts()).toBeGreaterThan(400);
  });

  it('carries the console of its host', async () => {
    const console1 = await openSol(bmc);
    let text = '';
    console1.on('data', (data: Buffer) => {
      text += data.toString('latin1');
    });
    await run(bmc, chassisControl, 'powerUp');
    await until('a login', () => text.includes('host3 login: '));
    expect(text).toContain('host3: firmware of the twin');
    console1.write('root\r');
    await until('an answer', () => text.endsWith('root\r\nLogin incorrect\r\nhost3 login: '));
    console1.destroy();
  });

  it('is silent after a cold reset, then has default thresholds and its log', async () => {
    await buildSlowly(1);
    twin.set('bmc3_Inlet Temp', 46);
    await run(bmc, setSensorThresholds, { sensor: 2, raw: { upperCritical: 50 } });
    await run(bmc, coldReset, undefined);
    await until('silence', () => !twin.status().nodes.find(({ id }) => id === 'bmc3')?.awake);
    await until('it to answer', () =>
      run(bmc, getDeviceId, undefined).then(
        () => true,
        () => false,
      ),
    );
    const sdr = (await readSdrs(bmc)).find((each) => each.kind === 'full' && each.number === 2);
    expect(sdr?.kind === 'full' && thresholdValues(sdr).upperCritical).toBe(80);
    twin.set('bmc3_Exhaust Temp', 55);
    expect(await eventsOf(2)).toEqual([]);
    expect((await eventsOf(1)).slice(0, 2)).toEqual([
      [7, true],
      [9, true],
    ]);
  });

  it('does not respond without mains', async () => {
    await run(bmc, chassisControl, 'powerUp');
    await running();
    twin.loseMains();
    await expect(run(bmc, getDeviceId, undefined)).rejects.toMatchObject({ kind: 'timeout' });
    twin.returnMains();
    expect((await run(bmc, getChassisStatus, undefined)).powerOn).toBe(false);
  });

  it('restores the power of its host by its policy', async () => {
    await run(bmc, chassisControl, 'powerUp');
    await running();
    const lose = async () => {
      twin.loseMains();
      expect(state(twin, 'host3')).toBe('off');
      twin.returnMains();
    };
    await run(bmc, setPowerRestorePolicy, 'lastState');
    await lose();
    await running();
    await run(bmc, chassisControl, 'powerDown');
    await lose();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(state(twin, 'host3')).toBe('off');
    await run(bmc, setPowerRestorePolicy, 'alwaysOn');
    await lose();
    await running();
    await run(bmc, setPowerRestorePolicy, 'alwaysOff');
    await lose();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(state(twin, 'host3')).toBe('off');
  });

  it('is reachable on IPMB as well', async () => {
    const { ipmb } = listen(twin, 4);
    const node = ipmb.node(0x60);
    expect((await sweep(node)).samples.length).toBeGreaterThan(30);
    await run(node, chassisControl, 'powerUp');
    await until('power', async () => (await run(node, getChassisStatus, undefined)).powerOn);
    expect(state(twin, 'host3')).toBe('off');
    ipmb.close();
  });
});
