import {
  bicFirmwareVersion,
  bicGetConfig,
  bicGetGpio,
  bicMessageOut,
  bicPostBuffer,
  bicSetConfig,
  bicSetGpio,
  decodeFru,
  decodeSelRecord,
  fruText,
  getDeviceId,
  getSelfTest,
  getSensorReading,
  IpmbBus,
  type IpmbLink,
  isSensor,
  readFruData,
  readSdrs,
  sweep,
  type Target,
  thresholdValues,
} from 'node-ipmi';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPlatform } from '../../../src/platform/load.ts';
import { createTwin, type Twin } from '../../../src/twin/twin.ts';
import { until } from '../../support/until.ts';
import { iana, lineBits, listen, output, pressLine, run, sled, state } from './nodes-board.ts';

/** Hosts boot in 475 ms. */
const speed = 20;
let twin: Twin;
let card: ReturnType<typeof listen>;
let slot: Awaited<ReturnType<typeof output>>;
let node: Target;

const press = (line?: string, ms?: number) => pressLine(twin, line, ms);
const bits = () => lineBits(node);

/** Names of sensors beyond a limit or without a reading. */
async function unhealthy(target: Target): Promise<string[]> {
  const { samples } = await sweep(target);
  return samples.flatMap((sample) => {
    const { sdr } = sample;
    if (sdr.kind !== 'full' || !sample.reading?.available) return [];
    const { value, crossed } = sample.reading;
    const { upperCritical = 1000, lowerCritical = -1000 } = thresholdValues(sdr);
    const isIn = value !== undefined && value < upperCritical && value > lowerCritical;
    return isIn && crossed.length === 0 ? [] : [`${sdr.name.text} ${value}`];
  });
}

beforeEach(async () => {
  twin = createTwin(sled, { speed });
  slot = await output(twin, 'SLOT1_EN');
  slot.set(true);
  card = listen(twin, 1);
  node = card.ipmb.node(0x40);
});
afterEach(async () => {
  card.ipmb.close();
  await twin.close();
});

describe('IPMB of the twin', () => {
  it('is exclusive while open, can be reopened, and fails for an unknown bus', async () => {
    expect(() => twin.ipmi.ipmb(1)).toThrow(expect.objectContaining({ kind: 'held' }));
    expect(() => twin.ipmi.ipmb(6)).toThrow(expect.objectContaining({ kind: 'no-bus' }));
    card.ipmb.close();
    const again = listen(twin, 1);
    expect((await run(again.ipmb.node(0x40), getDeviceId, undefined)).firmware).toBe('1.23');
    again.ipmb.close();
    const fault = twin.inject({ kind: 'missingBus', bus: 1 });
    expect(() => twin.ipmi.ipmb(1)).toThrow(expect.objectContaining({ kind: 'no-bus' }));
    twin.clear(fault);
    twin.ipmi.ipmb(1).close();
  });

  it('responds in a later turn, and does not acknowledge an empty address', async () => {
    card.ipmb.close();
    const link: IpmbLink = twin.ipmi.ipmb(1);
    const messages: Uint8Array[] = [];
    link.onMessage = (message) => messages.push(message);
    await link.send(Uint8Array.from([0x40, 0x18, 0xa8, 0x20, 0x04, 0x01, 0xdb]));
    expect(messages).toEqual([]);
    await until('an answer', () => messages.length === 1);
    expect(messages[0]?.[0]).toBe(0x20);
    await expect(
      link.send(Uint8Array.from([0x42, 0x18, 0xa6, 0x20, 0x04, 0x01, 0xdb])),
    ).rejects.toMatchObject({ kind: 'unreachable' });
    link.close();
    await expect(link.send(Uint8Array.of(0x40))).rejects.toMatchObject({ kind: 'closed' });
  });

  it('reaches a satellite while hosts are off', async () => {
    const bus = new IpmbBus(twin.ipmi.ipmb(4));
    const engine = bus.node(0x2c);
    twin.set('PCH_T', 48.4);
    twin.set('PCH_P', 30);
    expect(await run(engine, getDeviceId, undefined)).toMatchObject({ manufacturer: 343 });
    expect(await run(engine, getSelfTest, undefined)).toMatchObject({ result: 'passed' });
    expect(await run(engine, getSensorReading, { sensor: 8 })).toMatchObject({ raw: 48, unavailable: false });
    expect(await run(engine, getSensorReading, { sensor: 9 })).toMatchObject({ unavailable: true });
    await expect(run(engine, getSensorReading, { sensor: 7 })).rejects.toMatchObject({ code: 0xcb });
    await press();
    await until('a reading', async () => !(await run(engine, getSensorReading, { sensor: 9 })).unavailable);
    expect((await run(engine, getSensorReading, { sensor: 9 })).raw).toBe((30 - 2) / 0.5);
    bus.close();
  });

  it('reaches the management engine of Tioga Pass', async () => {
    const tiogaPass = createTwin(loadPlatform('platform/tiogapass.yaml'));
    const bus = new IpmbBus(tiogaPass.ipmi.ipmb(4));
    tiogaPass.set('MB_PCH_TEMP', 51);
    expect((await run(bus.node(0x2c), getSensorReading, { sensor: 8 })).raw).toBe(51);
    tiogaPass.loseMains();
    await expect(run(bus.node(0x2c), getDeviceId, undefined)).rejects.toMatchObject({ kind: 'unreachable' });
    bus.close();
    await tiogaPass.close();
  });
});

describe('a card behind a bridge IC', () => {
  it('has sensor records, and readings from the physics', async () => {
    const sdrs = await readSdrs(node);
    expect(sdrs.filter(({ kind }) => kind === 'other')).toEqual([]);
    expect(sdrs).toHaveLength(72);
    const find = (name: string) => sdrs.filter(isSensor).find((sdr) => sdr.name.text === name);
    expect(find('SOC_TEMP')).toMatchObject({ number: 5, kind: 'full', unit: { base: 1 } });
    expect(find('SYS_BOOT_STAT')).toMatchObject({ number: 0x7e, kind: 'compact' });
    expect(find('CAT_ERR')).toMatchObject({ number: 0xeb, kind: 'eventOnly' });
    await press();
    await until('power', async () => (await bits()).good);
    twin.set('card1_SOC_TEMP', 90);
    twin.set('card1_P12V_MB', 11.7);
    twin.set('card1_SOC_PACKAGE_PWR', 61);
    const { samples } = await sweep(node);
    const value = (name: string) => samples.find(({ sdr }) => sdr.name.text === name)?.reading?.value;
    expect(value('SOC_TEMP')).toBe(90);
    expect(value('P12V_MB')).toBeCloseTo(11.7, 1);
    expect(value('SOC_PACKAGE_PWR')).toBeCloseTo(61, 0);
    expect(value('SOC_THERM_MARGIN')).toBeLessThan(-20);
    expect(value('SOC_TJMAX')).toBe(98);
    twin.set('card1_SOC_TEMP', 101);
    const hot = await run(node, getSensorReading, { sensor: 5 });
    expect(hot.raw).toBe(101);
    expect(hot.states & 0x3f).toBe(0x10);
  });

  it('has no sensor beyond a limit while its host is off, boots, idles or is loaded', async () => {
    const { samples } = await sweep(node);
    const read = samples.filter(({ reading }) => reading?.available).map(({ sdr }) => sdr.name.text);
    expect(read).toContain('MB_INLET_TEMP');
    expect(read).toContain('P3V3_STBY_MB');
    expect(read).not.toContain('SOC_TEMP');
    expect(await unhealthy(node)).toEqual([]);
    await press();
    await until('power', async () => (await bits()).good);
    expect(await unhealthy(node)).toEqual([]);
    await until('the end of POST', async () => (await bits()).posted);
    expect(await unhealthy(node)).toEqual([]);
    const all = (await sweep(node)).samples.filter(({ sdr }) => sdr.kind === 'full');
    expect(all.filter(({ reading }) => !reading?.available)).toEqual([]);
    twin.setLoad('host1', 1);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(await unhealthy(node)).toEqual([]);
  });

  it('reports the power sequence in its own lines', async () => {
    await expect(
      twin.gpio.request({ line: 'GOOD1', direction: 'in', activeLow: false }),
    ).rejects.toMatchObject({
      kind: 'no-bus',
    });
    expect(await bits()).toEqual({ good: false, posted: false });
    const slow = twin.inject({ kind: 'noPost', host: 'host1' });
    await press();
    await until('power', async () => (await bits()).good);
    expect((await bits()).posted).toBe(false);
    twin.clear(slow);
    await until('the end of POST', async () => (await bits()).posted);
    const stuck = twin.inject({ kind: 'stuckPowerGood', host: 'host1', level: 'low' });
    expect((await bits()).good).toBe(false);
    twin.clear(stuck);
    await press('POWER1', 700);
    await until('off', () => state(twin, 'host1') === 'off');
    expect(await bits()).toEqual({ good: false, posted: false });
  });

  it('sends line interrupts, POST codes and events of its firmware', async () => {
    await press();
    await until('the end of POST', async () => (await bits()).posted);
    const of = (command: number) =>
      card.heard
        .filter(({ request }) => request.netFn === 0x38 && request.command === command)
        .map(({ request }) => [...request.data]);
    const head = [0x15, 0xa0, 0x00];
    await until('three interrupts', () => of(0x07).length >= 3);
    expect(of(0x07)).toEqual([
      [...head, 0, 1],
      [...head, 1, 1],
      [...head, 21, 0],
    ]);
    await until('the last code', () => of(0x08).some((data) => data.at(-1) === 0xaa));
    const told = of(0x08).map((data) => {
      expect(data.slice(0, 4)).toEqual([...head, 1]);
      return data[4];
    });
    expect(told[0]).toBe(0x02);
    expect(await run(node, bicPostBuffer, { iana })).toEqual(told.toReversed());
    const [time, flags, event = []] = of(0x01);
    expect(time).toEqual([...head, 0x03, 0x28, 0x48]);
    expect(flags).toEqual([...head, 0x03, 0x00, 0x09, 5, 0, 0]);
    expect(event.slice(0, 6)).toEqual([...head, 0x03, 0x28, 0x44]);
    expect(decodeSelRecord(Uint8Array.from(event.slice(6)))).toMatchObject({
      kind: 'event',
      sensorType: 0x1d,
      offset: 0,
      asserted: true,
    });
    expect(card.heard.every(({ from }) => from === 0x40)).toBe(true);

    card.heard.length = 0;
    await press('RESET1');
    await until('the end of POST', async () => (await bits()).posted && of(0x01).length > 2);
    expect(of(0x01)[2]?.[19]).toBe(0x01);
  });

  it('sends no codes and messages when configured not to', async () => {
    expect(await run(node, bicGetConfig, { iana })).toEqual({ sol: false, post: true, kcs: true });
    await run(node, bicSetConfig, { iana, sol: false, post: false, kcs: false });
    await press();
    await until('the end of POST', async () => (await bits()).posted);
    expect(card.heard.map(({ request }) => request.command).filter((command) => command !== 0x07)).toEqual(
      [],
    );
    expect((await run(node, bicPostBuffer, { iana })).length).toBeGreaterThan(5);
  });

  it('has versions, settable lines, a management engine, and inventories', async () => {
    expect([...(await run(node, bicFirmwareVersion, { iana, component: 2 }))]).toEqual([1, 0x23]);
    expect(await run(node, bicFirmwareVersion, { iana, component: 1 })).toHaveLength(4);
    expect(await run(node, bicFirmwareVersion, { iana, component: 3 })).toHaveLength(5);
    await expect(run(node, bicFirmwareVersion, { iana, component: 99 })).rejects.toMatchObject({
      code: 0xc9,
    });
    await expect(run(node, bicGetGpio, { iana: 0x009c9c })).rejects.toMatchObject({ code: 0xcc });
    const mask = Uint8Array.from([0, 0, 0, 0x10, 0, 0]);
    await run(node, bicSetGpio, { iana, mask, value: mask });
    expect(((await run(node, bicGetGpio, { iana }))[3] ?? 0) & 0x10).toBe(0x10);
    const answer = await run(node, bicMessageOut, { iana, to: 1, message: Uint8Array.from([0x18, 0x01]) });
    expect([...answer.subarray(0, 4)]).toEqual([0x1c, 0x01, 0x00, 0x50]);
    const card1 = decodeFru(await readFruData(node));
    expect(card1.faults).toEqual([]);
    expect(fruText(card1.product?.productName)).toBe('Card One');
    expect(fruText(decodeFru(await readFruData(node, 3)).product?.productName)).toBe('Riser One');
    await expect(readFruData(node, 1)).rejects.toMatchObject({ code: 0xcb });
  });

  it('has the maker and the address of the descriptor', async () => {
    const carrier = await output(twin, 'SLOT2_EN');
    carrier.set(true);
    const other = listen(twin, 4, 0x24);
    const wiwynn = 0x009c9c;
    expect(await run(other.ipmb.node(0x42), bicGetGpio, { iana: wiwynn })).toHaveLength(6);
    other.ipmb.close();
  });
});
