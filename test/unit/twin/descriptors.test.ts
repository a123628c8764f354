/** Every shipped board has a twin whose sensors are within their limits. */
import { readdirSync } from 'node:fs';
import {
  decodeFru,
  fruText,
  getSensorReading,
  IpmbBus,
  readFruData,
  run,
  sweep,
  type Target,
} from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { findChip } from '../../../drivers/i2c/chips/index.ts';
import { openEeprom } from '../../../drivers/i2c/eeprom.ts';
import { loadPlatform } from '../../../src/platform/load.ts';
import type { Platform, SensorFacts } from '../../../src/platform/vocabulary/index.ts';
import { createTwin, type Twin } from '../../../src/twin/twin.ts';
import { busOf, clock, openDevice } from './board.ts';

/** Without boards whose sensors are all behind a network. */
const files = readdirSync('platform').filter(
  (name) =>
    name.endsWith('.yaml') &&
    !(loadPlatform(`platform/${name}`).nodes ?? []).some(({ link }) => link.kind === 'lan'),
);

/** Reads every sensor as the daemon does. */
async function readAll(twin: Twin, platform: Platform): Promise<Map<string, number>> {
  const readings = new Map<string, number>();
  for (const { id, chip, sensors = {} } of platform.devices ?? []) {
    if (chip === undefined || findChip(chip)?.kind !== 'sensor') continue;
    const open = await openDevice(twin, id, platform);
    for (const [channel, { id: sensor, scale = 1, offset = 0 }] of Object.entries(sensors)) {
      readings.set(sensor, (await open.read(channel)) * scale + offset);
    }
  }
  for (const { channel, divider = 1, bridge, sensor } of platform.adc ?? []) {
    const facts = bridge && platform.lines?.[bridge.line];
    const line =
      facts &&
      (await twin.gpio.request({
        line: facts.line ?? bridge.line,
        direction: 'out',
        activeLow: facts.activeLow ?? false,
        initial: true,
      }));
    readings.set(sensor.id, (await twin.hwmon.adc(channel)) / divider);
    line?.set(false);
    line?.close();
  }
  for (const { tachs = [] } of platform.fans ?? []) {
    for (const { tach, sensor } of tachs) readings.set(sensor.id, await twin.hwmon.tach(tach));
  }
  for (const { bus, address, sensors } of platform.ipmb ?? []) {
    await onIpmb(twin, bus, address, async (target) => {
      for (const { number, id, scale = 1, offset = 0 } of sensors)
        readings.set(id, (await run(target, getSensorReading, { sensor: number })).raw * scale + offset);
    });
  }
  return readings;
}

async function onIpmb(twin: Twin, bus: number, address: number, ask: (target: Target) => Promise<void>) {
  const ipmb = new IpmbBus(twin.ipmi.ipmb(bus));
  await ask(ipmb.node(address << 1));
  ipmb.close();
}

/** Sensors of nodes by their records: names of those beyond a limit, and the number of readings. */
async function askNodes(twin: Twin, platform: Platform): Promise<{ beyond: string[]; read: number }> {
  const beyond: string[] = [];
  let read = 0;
  for (const { id, link } of platform.nodes ?? []) {
    if (link.kind !== 'ipmb') continue;
    await onIpmb(twin, link.bus, link.address, async (target) => {
      for (const { sdr, reading } of (await sweep(target)).samples) {
        if (reading?.available && reading.value !== undefined) read++;
        if (reading?.crossed.length) beyond.push(`${id} ${sdr.name.text} is ${reading.value}`);
      }
    });
  }
  return { beyond, read };
}

/** Switches the slots on, as the daemon does at start. */
async function feedSlots(twin: Twin, platform: Platform): Promise<void> {
  for (const { switch: feeder } of platform.chassis ?? []) {
    if (!feeder) continue;
    const { line = feeder.line, activeLow = false } = platform.lines?.[feeder.line] ?? {};
    (await twin.gpio.request({ line, direction: 'out', activeLow, initial: true })).close();
  }
}

function sensorsOf(platform: Platform): SensorFacts[] {
  return [
    ...(platform.devices ?? []).flatMap(({ sensors = {}, poweredBy }) =>
      Object.values(sensors).map((sensor) => ({ ...(poweredBy ? { poweredBy } : {}), ...sensor })),
    ),
    ...(platform.adc ?? []).map(({ sensor }) => sensor),
    ...(platform.fans ?? []).flatMap(({ tachs = [] }) => tachs.map(({ sensor }) => sensor)),
    ...(platform.ipmb ?? []).flatMap(({ sensors }) => sensors),
  ];
}

/** Sensors within 2 % of a limit, or beyond it. */
function unhealthy(readings: ReadonlyMap<string, number>, sensors: readonly SensorFacts[]): string[] {
  return sensors.flatMap(({ id, thresholds = {} }) => {
    const reading = readings.get(id);
    if (reading === undefined) return [`${id} has no reading`];
    return Object.entries(thresholds)
      .filter(([name, limit]) => {
        const gap = name.startsWith('upper') ? limit - reading : reading - limit;
        return gap < Math.abs(limit) / 50;
      })
      .map(([name, limit]) => `${id} is ${reading}, ${name} ${limit}`);
  });
}

async function switchOn(twin: Twin, platform: Platform, pass: (ms: number) => void): Promise<void> {
  for (const { power } of platform.hosts ?? []) {
    if (power.kind === 'ipmi') continue;
    if (power.kind === 'qemu') {
      const listener = { power: () => undefined, restarted: () => undefined };
      await twin.machines.open(power.qmp, listener).control('powerUp');
      continue;
    }
    const line = power.kind === 'relay' ? power.line : power.button;
    const facts = platform.lines?.[line];
    const button = await twin.gpio.request({
      line: facts?.line ?? line,
      direction: 'out',
      activeLow: facts?.activeLow ?? false,
      initial: true,
    });
    if (power.kind === 'relay') continue;
    pass(power.onPulse);
    button.set(false);
  }
  pass(300_000);
}

describe.each(files)('the twin of %s', (file) => {
  const platform = loadPlatform(`platform/${file}`);

  it('is healthy while its hosts are off, idle and at full load', { timeout: 60_000 }, async () => {
    const { now, pass } = clock();
    const twin = createTwin(platform, { now });
    await feedSlots(twin, platform);
    const sensors = sensorsOf(platform);
    // A virtual machine has none.
    expect(sensors.length > 0).toBe(file !== 'qemu.yaml');
    const always = sensors.filter(({ poweredBy }) => poweredBy === undefined);
    expect(unhealthy(await readAll(twin, platform), always)).toEqual([]);
    expect((await askNodes(twin, platform)).beyond).toEqual([]);

    await switchOn(twin, platform, pass);
    expect(twin.status().hosts.filter(({ state }) => state !== 'running')).toEqual([]);
    expect(unhealthy(await readAll(twin, platform), sensors)).toEqual([]);
    const { beyond, read } = await askNodes(twin, platform);
    expect(beyond).toEqual([]);
    const onBuses = (platform.nodes ?? []).filter(({ link }) => link.kind === 'ipmb');
    expect(read).toBeGreaterThanOrEqual(onBuses.length * 20);

    for (const { id } of platform.hosts ?? []) twin.setLoad(id, 1);
    pass(300_000);
    expect(unhealthy(await readAll(twin, platform), sensors)).toEqual([]);
    expect((await askNodes(twin, platform)).beyond).toEqual([]);
    await twin.close();
  });

  it('has readable inventories, among them the one that identifies the board', async () => {
    const twin = createTwin(platform);
    await feedSlots(twin, platform);
    for (const { id, device: name, node, number } of platform.frus ?? []) {
      const link = platform.nodes?.find((each) => each.id === node)?.link;
      if (link?.kind === 'ipmb') {
        await onIpmb(twin, link.bus, link.address, async (target) => {
          const fru = decodeFru(await readFruData(target, number));
          expect(fru.faults).toEqual([]);
          expect(fruText(fru.product?.serialNumber)).toHaveLength(12);
        });
        continue;
      }
      const device = platform.devices?.find((candidate) => candidate.id === name);
      const spec = device?.chip === undefined ? undefined : findChip(device.chip);
      if (device?.bus === undefined || device.address === undefined || spec?.kind !== 'eeprom') {
        throw new Error(`${name} is no EEPROM`);
      }
      const memory = openEeprom(spec, busOf(twin, device.bus, platform).device(device.address));
      const fru = decodeFru(await memory.read(0, Math.min(1024, memory.size)));
      expect(fru.faults).toEqual([]);
      expect(fruText(fru.product?.serialNumber)).toHaveLength(12);
      if (platform.probe?.fru === id) {
        expect(fruText(fru.product?.productName)).toMatch(new RegExp(platform.probe.product));
      }
    }
    await twin.close();
  });
});
