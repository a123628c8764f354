/** Faults of nodes, seen by clients on both links. */
import {
  chassisControl,
  decodeSelRecord,
  getChassisStatus,
  getDeviceId,
  IpmbBus,
  IpmiError,
  type LanClient,
  readSdrs,
  readSel,
  type Target,
} from 'node-ipmi';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestOf } from '../../../src/cli/twin/parse.ts';
import { statusText } from '../../../src/cli/twin/print.ts';
import { perform } from '../../../src/twin/commands.ts';
import { createTwin, type Twin } from '../../../src/twin/twin.ts';
import { until } from '../../support/until.ts';
import { client, output, run, sled, state } from '../../unit/twin/nodes-board.ts';

let twin: Twin;
let ipmb: IpmbBus;
let bmc: LanClient;
/** The same kind of node on a bus and on a network, by its id. */
let targets: Readonly<Record<'bmc3' | 'bmc4', Target>>;

beforeEach(async () => {
  twin = createTwin(sled, { speed: 20 });
  ipmb = new IpmbBus(twin.ipmi.ipmb(4), { timeout: 100, retries: 2 });
  bmc = await client(twin);
  targets = { bmc3: bmc, bmc4: ipmb.node(0x60) };
  await run(bmc, getDeviceId, undefined);
});
afterEach(async () => {
  ipmb.close();
  await bmc.close();
  await twin.close();
});

const ask = (target: Target) => run(target, getDeviceId, undefined);
const good = { firmware: '1.20' };

describe.each(['bmc3', 'bmc4'] as const)('a fault of node %s', (id) => {
  it('deadNode: only this node is silent', async () => {
    const other = targets[id === 'bmc3' ? 'bmc4' : 'bmc3'];
    const fault = twin.inject({ kind: 'deadNode', node: id });
    await expect(ask(targets[id])).rejects.toMatchObject({ kind: 'timeout' });
    expect(await ask(other)).toMatchObject(good);
    twin.clear(fault);
    expect(await ask(targets[id])).toMatchObject(good);
  });

  it('slowNode: each response is late', async () => {
    const fault = twin.inject({ kind: 'slowNode', node: id, ms: 60 });
    const from = performance.now();
    expect(await ask(targets[id])).toMatchObject(good);
    expect(performance.now() - from).toBeGreaterThan(55);
    twin.clear(fault);
    expect(await ask(targets[id])).toMatchObject(good);
  });

  it('garbledNode: no response is valid, and none causes an exception', async () => {
    const fault = twin.inject({ kind: 'garbledNode', node: id });
    for (let attempt = 0; attempt < 4; attempt++) {
      const answer = await ask(targets[id]).catch((error: unknown) => error);
      if (answer instanceof Error) expect(answer).toBeInstanceOf(IpmiError);
      else expect(answer).not.toMatchObject(good);
    }
    twin.clear(fault);
    await until('it to be right again', () =>
      ask(targets[id]).then(
        ({ firmware }) => firmware === good.firmware,
        () => false,
      ),
    );
  }, 30_000);

  it('lossyNode: lost messages are repeated', async () => {
    const fault = twin.inject({ kind: 'lossyNode', node: id, percent: 10 });
    expect((await readSdrs(targets[id])).length).toBeGreaterThan(30);
    twin.clear(fault);
    twin.inject({ kind: 'lossyNode', node: id, percent: 100 });
    await expect(ask(targets[id])).rejects.toMatchObject({ kind: 'timeout' });
  }, 30_000);
});

describe('faults of nodes', () => {
  it('are refused for an unknown target or an invalid value', () => {
    expect(() => twin.inject({ kind: 'deadNode', node: 'bmc5' })).toThrow(
      /no node "bmc5"; did you mean "bmc\d"/,
    );
    expect(() => twin.inject({ kind: 'slowNode', node: 'bmc3', ms: Number.NaN })).toThrow('at most 60000 ms');
    expect(() => twin.inject({ kind: 'lossyNode', node: 'bmc3', percent: 101 })).toThrow('a percentage');
    expect(twin.faults).toEqual([]);
  });

  it('stuckBus: no message is accepted', async () => {
    const fault = twin.inject({ kind: 'stuckBus', bus: 4 });
    await expect(ask(targets.bmc4)).rejects.toBeInstanceOf(IpmiError);
    twin.clear(fault);
    expect(await ask(targets.bmc4)).toMatchObject(good);
  });

  it('missingBus: an open link fails as well', async () => {
    twin.inject({ kind: 'missingBus', bus: 4 });
    await expect(ask(targets.bmc4)).rejects.toMatchObject({ kind: 'unreachable' });
  });

  it('stuckPowerGood: chassis status follows the line', async () => {
    twin.inject({ kind: 'stuckPowerGood', host: 'host4', level: 'high' });
    expect((await run(targets.bmc4, getChassisStatus, undefined)).powerOn).toBe(true);
    expect(state(twin, 'host4')).toBe('off');
  });
});

describe('a node whose chassis has no power', () => {
  it('cannot be reset or log events', async () => {
    const event = { sensor: 'CAT_ERR', type: null, offset: 0, asserted: true };
    const slot = await output(twin, 'SLOT1_EN');
    slot.set(false);
    expect(() => twin.logEvent('card1', event)).toThrow('node card1 has no power');
    expect(() => twin.resetNode('card1')).toThrow('node card1 has no power');
    slot.set(true);
    twin.logEvent('card1', event);
    twin.resetNode('card1');
    expect(() => twin.resetNode('card1')).toThrow('is restarting');
  });

  it('has a host that its bridge IC switches when the descriptor says so', async () => {
    const bus = new IpmbBus(twin.ipmi.ipmb(1));
    (await output(twin, 'SLOT1_EN')).set(true);
    await expect(run(bus.node(0x40), chassisControl, 'powerUp')).rejects.toMatchObject({ code: 0xc1 });
    bus.close();
    const card2 = ipmb.node(0x42);
    const slot = await output(twin, 'SLOT2_EN');
    slot.set(false);
    await expect(run(card2, chassisControl, 'powerUp')).rejects.toMatchObject({ kind: 'unreachable' });
    slot.set(true);
    await run(card2, chassisControl, 'powerUp');
    await until('it to run', () => state(twin, 'host2') === 'running');
    slot.set(false);
    expect(state(twin, 'host2')).toBe('off');
  });
});

describe('logged events', () => {
  it('are in the log of the node', async () => {
    twin.logEvent('bmc3', { sensor: 'Drive 2', type: null, offset: 1, asserted: true });
    twin.logEvent('bmc3', { sensor: '0x07', type: 0x0c, offset: 1, asserted: false });
    const { records } = await readSel(bmc);
    expect(records.slice(-2)).toMatchObject([
      { kind: 'event', sensorNumber: 0x8a, sensorType: 0x0d, eventType: 0x6f, offset: 1, asserted: true },
      { kind: 'event', sensorNumber: 0x07, sensorType: 0x0c, eventType: 0x6f, offset: 1, asserted: false },
    ]);
    expect(decodeSelRecord(new Uint8Array(16)).kind).not.toBe('event');
  });

  it('are refused for an unknown sensor, type or state', () => {
    const event = { sensor: 'Drive 2', type: null, offset: 1, asserted: true };
    const log = (changes: object) => () => twin.logEvent('bmc3', { ...event, ...changes });
    expect(log({ sensor: 'Drive 9' })).toThrow('no sensor of node bmc3 "Drive 9"; did you mean "Drive');
    expect(log({ sensor: '7' })).toThrow('give the type of the sensor');
    expect(log({ offset: 16 })).toThrow('offset is 0 to 15, not 16');
    expect(log({ type: 256 })).toThrow('type is 0 to 255, not 256');
    expect(log({ sensor: '300', type: 1 })).toThrow('sensor is 0 to 255, not 300');
    expect(() => twin.logEvent('nobody', event)).toThrow('no node "nobody"');
    expect(twin.status().nodes.find(({ id }) => id === 'bmc3')?.events).toBe(0);
  });
});

describe('redfishd twin', () => {
  const command = async (...words: string[]) => perform(twin, requestOf(words));

  it('injects and clears faults of nodes', async () => {
    for (const words of [
      ['deadNode', 'bmc3'],
      ['garbledNode', 'bmc3'],
      ['slowNode', 'bmc3', '250'],
      ['lossyNode', 'bmc4', '12.5'],
    ])
      await command('fault', ...words);
    expect(twin.faults).toMatchObject([
      { kind: 'deadNode', node: 'bmc3' },
      { kind: 'garbledNode', node: 'bmc3' },
      { kind: 'slowNode', node: 'bmc3', ms: 250 },
      { kind: 'lossyNode', node: 'bmc4', percent: 12.5 },
    ]);
    expect(statusText(twin.status())).toContain('fault 3: slowNode bmc3 250');
    await expect(command('fault', 'slowNode', 'bmc3')).rejects.toThrow('needs the time in ms');
    await expect(command('fault', 'lossyNode', 'bmc3', 'many')).rejects.toThrow('a percentage');
    await expect(command('fault', 'deadNode')).rejects.toThrow('needs the node');
    await expect(command('fault', 'deadNode', 'bmc3', '1')).rejects.toThrow('takes no value');
    await command('clear');
    expect(twin.faults).toEqual([]);
  });

  it('lists nodes, logs events in them, and resets them', async () => {
    await command('sel', 'bmc3', 'Drive 2', 'auto', '1');
    await command('sel', 'bmc3', '7', '0x0c', '1', 'off');
    (await output(twin, 'SLOT1_EN')).set(false);
    const text = statusText(twin.status());
    expect(text).toMatch(/^node bmc3: lan 127\.0\.0\.1:\d+, runs, 2 in its log$/m);
    expect(text).toMatch(/^node card1: ipmb 1 0x20, is silent, 0 in its log$/m);
    await command('reset', 'bmc3');
    expect(statusText(twin.status())).toMatch(/^node bmc3: .*, is silent, 2 in its log$/m);
    await until('it to run', () => twin.status().nodes.find(({ id }) => id === 'bmc3')?.awake);
    expect(await ask(bmc)).toMatchObject(good);
    await expect(command('sel', 'bmc3', 'Drive 2', 'drive', '1')).rejects.toThrow('type is a number or auto');
    await expect(command('reset', 'bmc9')).rejects.toThrow('no node "bmc9"');
  });

  it('opens and closes latches', async () => {
    const latch = await twin.gpio.request({ line: 'SLOT1_LATCH', direction: 'in', activeLow: true });
    expect(latch.get()).toBe(true);
    await command('latch', 'slot1', 'open');
    expect(latch.get()).toBe(false);
    await command('latch', 'slot1', 'closed');
    expect(latch.get()).toBe(true);
    await expect(command('latch', 'slot2', 'open')).rejects.toThrow('no chassis with a latch "slot2"');
  });
});
