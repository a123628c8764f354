/** The board as a whole: persistent settings, what it shows, start and stop. */
import { describe, expect, it } from 'vitest';
import type { BootOverride } from '../../../src/board/model/power.ts';
import type { Platform } from '../../../src/platform/vocabulary/index.ts';
import { createTwin } from '../../../src/twin/twin.ts';
import { type Bench, Disk, gpioWith, pass, startBench, timing, useOwnTime } from './support.ts';

useOwnTime();

const noOverride: BootOverride = {
  enabled: 'Disabled',
  target: 'None',
  mode: null,
  uefiTarget: null,
  httpBootUri: null,
};
const override: BootOverride = {
  enabled: 'Once',
  target: 'Pxe',
  mode: 'UEFI',
  uefiTarget: null,
  httpBootUri: null,
};

/** All that can be set, as it is now. */
function settings(b: Bench) {
  const { host } = b;
  return {
    boot: host.boot,
    restorePolicy: host.restorePolicy,
    hostTag: host.assetTag,
    chassisTag: b.board.chassis.get('card')?.assetTag,
    identify: b.board.chassis.get('main')?.identify,
    cooling: b.board.cooling.mode,
    duty: b.board.fans.get('FAN0')?.duty,
    light: b.twin.edges('IDENTIFY').at(-1)?.asserted ?? false,
    duties: b.twin.status().fans.map(({ duty }) => duty),
  };
}

const commands: readonly (readonly [what: string, command: (b: Bench) => Promise<void>])[] = [
  ['boot', (b) => b.board.setBoot('system', override)],
  ['restore policy', (b) => b.board.setRestorePolicy('system', 'AlwaysOn')],
  ['asset tag of a host', (b) => b.board.setAssetTag({ host: 'system' }, 'rack 7')],
  ['asset tag of a chassis', (b) => b.board.setAssetTag({ chassis: 'card' }, 'slot 2')],
  ['identify', (b) => b.board.setIdentify('main', true)],
  ['duty', (b) => b.board.setFanDuty('FAN0', 55)],
  ['cooling', (b) => b.board.setCooling('automatic')],
];

describe('settings', () => {
  it('apply at once, raise the revision, and persist over a restart', async () => {
    const b = await startBench();
    await b.board.setCooling('manual');
    for (const [, command] of commands.slice(0, -1)) {
      const before = b.board.revision;
      await command(b);
      expect(b.board.revision).toBeGreaterThan(before);
    }
    const wanted = {
      boot: override,
      restorePolicy: 'AlwaysOn',
      hostTag: 'rack 7',
      chassisTag: 'slot 2',
      cooling: 'manual',
    };
    expect(settings(b)).toMatchObject({ ...wanted, duty: 55, identify: true });
    await b.stop();
    const again = await startBench({ twin: b.twin, disk: b.disk });
    expect(settings(again)).toMatchObject({ ...wanted, duty: 55, identify: true });
    await again.stop();
  });

  it.each(commands)('%s fails on a full disk and changes nothing', async (_, command) => {
    const b = await startBench();
    await b.board.setCooling('manual');
    await b.board.setFanDuty('FAN0', 40);
    await pass(100);
    const before = settings(b);
    b.disk.full = true;
    await expect(command(b)).rejects.toThrow('no space left on device');
    await pass(100);
    expect(settings(b)).toEqual(before);
  });

  it('that are stored damaged count as never set', async () => {
    const disk = new Disk();
    for (const key of ['boot', 'restorePolicy', 'power'])
      disk.values.set(`board.host.system.${key}`, '{"enabled":3');
    disk.values.set('board.chassis.main.identify', 'perhaps').set('board.cooling', 'fast');
    const b = await startBench({ disk });
    expect(settings(b)).toMatchObject({
      boot: noOverride,
      restorePolicy: 'LastState',
      identify: false,
      cooling: 'automatic',
    });
  });

  it('are refused for unknown components', async () => {
    const b = await startBench();
    const refused = { name: 'BoardRefusal', reason: 'not-supported' };
    await expect(b.board.setBoot('other', override)).rejects.toMatchObject(refused);
    await expect(b.board.setRestorePolicy('other', 'AlwaysOn')).rejects.toMatchObject(refused);
    await expect(b.board.setAssetTag({ host: 'other' }, '')).rejects.toMatchObject(refused);
    await expect(b.board.setAssetTag({ chassis: 'other' }, '')).rejects.toMatchObject(refused);
    await expect(b.board.setIdentify('other', true)).rejects.toMatchObject(refused);
  });
});

describe('the board', () => {
  it('lists everything before the start and touches no hardware', async () => {
    const b = await startBench({ idle: true });
    const { board } = b;
    expect([...board.sensors.keys()]).toHaveLength(15);
    expect([...board.fans.keys()]).toEqual(['FAN0', 'FAN1']);
    expect([...board.frus.keys()]).toEqual(['MAIN', 'NIC', 'CARD']);
    expect([...board.powerSupplies.keys()]).toEqual(['PSU']);
    expect([...board.hosts.keys()]).toEqual(['system']);
    expect([...board.chassis.keys()]).toEqual(['main', 'card']);
    expect(b.sensor('INLET_TEMP').status).toEqual({ state: 'Starting', health: 'OK' });
    await pass(5000);
    expect(b.sensor('INLET_TEMP').reading).toBeNull();
    expect(b.twin.edges('READY')).toEqual([]);
  });

  it('updates its members in place', async () => {
    const b = await startBench();
    const host = b.board.hosts.get('system');
    const chassis = b.board.chassis.get('main');
    const fru = b.board.frus.get('MAIN');
    expect(b.board.hosts.get('system')).toBe(host);
    await b.running();
    expect([host?.powerState, chassis?.powerState]).toEqual(['On', 'On']);
    // But for inventories, of which there is a new one with each change.
    expect(b.board.frus.get('MAIN')).toBe(fru);
  });

  it('rolls up health from components to chassis, also from chassis within', async () => {
    const b = await startBench();
    const healths = () => [...b.board.chassis.values()].map(({ status }) => status.health);
    expect([...healths(), b.board.health]).toEqual(['OK', 'OK', 'OK']);
    b.twin.present('CARD', false);
    await pass(3100);
    expect([...healths(), b.board.health]).toEqual(['Warning', 'Warning', 'Warning']);
    b.twin.set('INLET_TEMP', 45);
    await pass(1100);
    expect([...healths(), b.board.health]).toEqual(['Critical', 'Warning', 'Critical']);
  });

  it('rolls up the health of what a host powers into the host', async () => {
    const b = await startBench();
    await b.running();
    await pass(3000);
    b.twin.set('INLET_TEMP', 45);
    await pass(1100);
    expect(b.host.status.health).toBe('OK');
    b.twin.set('CPU_TEMP', 99);
    await pass(1100);
    expect(b.host.status).toEqual({ state: 'Enabled', health: 'Critical' });
    expect(b.events.at(-1)).toMatchObject({
      message: 'SensorEvent.ReadingAboveUpperCriticalThreshold',
      host: 'system',
    });
  });

  it('shows the power of a chassis by its hosts, and On where there are none', async () => {
    const b = await startBench();
    const states = () => [...b.board.chassis.values()].map(({ powerState }) => powerState);
    expect(states()).toEqual(['Off', 'On']);
    await b.reset('On');
    expect(states()).toEqual(['PoweringOn', 'On']);
    await pass(timing.onPulse + timing.settle);
    expect(states()).toEqual(['On', 'On']);
    await b.stop();
    const blind = await startBench({
      hardware: (twin) => ({ gpio: gpioWith(twin, (line) => line === 'POWER_GOOD') }),
    });
    expect([...blind.board.chassis.values()].map(({ powerState }) => powerState)).toEqual([null, 'On']);
    await blind.stop();
  });

  it('runs with nothing but a chassis', async () => {
    const platform: Platform = {
      id: 'bare',
      name: 'Bare',
      manager: { id: 'bmc' },
      chassis: [{ id: 'main', type: 'Other' }],
    };
    const twin = createTwin(platform);
    const b = await startBench({ platform, twin });
    expect(b.board.health).toBe('OK');
    expect([b.board.sensors.size, b.board.hosts.size, b.board.buses.length]).toEqual([0, 0, 0]);
  });
});

describe('a listener that throws', () => {
  it('stops neither sampling nor other listeners, and is logged', async () => {
    const b = await startBench({ idle: true });
    const heard: string[] = [];
    const fail = () => {
      throw new RangeError('no place for it');
    };
    const ends = [b.board.onEvent(fail), b.board.onChange(fail)];
    b.board.onEvent(({ condition }) => heard.push(condition ?? ''));
    const started = b.board.start();
    await pass(1000);
    await started;
    b.twin.inject({ kind: 'nack', device: 'HSC' });
    await pass(3000);
    expect(heard).toContain('device:HSC');
    expect(b.log).toContain('a listener of the board failed');
    // A neighbour on the same bus goes on, and the device itself is found again.
    const before = b.sensor('INLET_TEMP').readingTime;
    b.twin.clear('all');
    await pass(10_000);
    expect(b.sensor('INLET_TEMP').readingTime).not.toEqual(before);
    expect(b.sensor('HSC_VIN').reading).not.toBeNull();
    for (const end of ends) end();
  });
});

describe('stop', () => {
  it('during the start leaves nothing running', async () => {
    const b = await startBench({
      idle: true,
      hardware: (twin) => ({
        gpio: {
          close: () => twin.gpio.close(),
          async request(request) {
            await new Promise((resolve) => setTimeout(resolve, 300));
            return twin.gpio.request(request);
          },
        },
      }),
    });
    const started = b.board.start();
    await pass(100);
    await b.stop();
    await started;
    const { revision } = b.board;
    await pass(60_000);
    expect(b.board.revision).toBe(revision);
    expect(b.events).toEqual([]);
    // The lines are free for the next one.
    const again = await startBench({ twin: b.twin });
    expect(again.host.powerState).toBe('Off');
    await again.stop();
  });

  it('ends all events and changes', async () => {
    const b = await startBench();
    await b.running();
    await b.stop();
    const { revision } = b.board;
    b.twin.loseMains();
    b.twin.present('FAN1', false);
    await pass(60_000);
    expect(b.board.revision).toBe(revision);
    expect(b.events.slice(-1)[0]?.message).toBe('ResourceEvent.ResourcePoweredOn');
  });

  it('is allowed before the start and twice', async () => {
    const b = await startBench({ idle: true });
    await b.stop();
  });
});
