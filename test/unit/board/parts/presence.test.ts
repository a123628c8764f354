/** Chassis that are inserted and removed while the board runs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { bench, Disk, pass, startBench, timing, useOwnTime } from '../support.ts';

useOwnTime();

/** The bench with a sled that can be pulled: a host on lines of its own expander, a chip, an inventory, a card. */
const sleds: Platform = {
  ...bench,
  chassis: [
    ...bench.chassis,
    { id: 'sled', name: 'Sled', type: 'Sled', containedBy: 'main', present: 'SLED_PRESENT', fru: 'SLED' },
    { id: 'riser', type: 'Card', containedBy: 'sled' },
  ],
  buses: [...(bench.buses ?? []), { bus: 5 }],
  devices: [
    ...(bench.devices ?? []),
    {
      id: 'SLED_AIR',
      chip: 'tmp75',
      bus: 5,
      address: 0x48,
      chassis: 'sled',
      sensors: { temperature: { id: 'SLED_TEMP', thresholds: { upperCritical: 50 } } },
    },
    {
      id: 'RISER_AIR',
      chip: 'tmp75',
      bus: 5,
      address: 0x49,
      chassis: 'riser',
      sensors: { temperature: { id: 'RISER_TEMP' } },
    },
    { id: 'SLED_EEPROM', chip: '24c64', bus: 5, address: 0x54, chassis: 'sled' },
  ],
  frus: [...(bench.frus ?? []), { id: 'SLED', device: 'SLED_EEPROM' }],
  lines: {
    ...bench.lines,
    SLED_PRESENT: { direction: 'in', activeLow: true },
    SLED_POWER_OUT: { direction: 'out', activeLow: true, chassis: 'sled' },
    SLED_POWER_GOOD: { direction: 'in', chassis: 'sled' },
    SLED_LED: { direction: 'out', chassis: 'sled' },
  },
  hosts: [
    ...(bench.hosts ?? []),
    {
      id: 'sled-host',
      chassis: 'sled',
      power: { kind: 'gpio', button: 'SLED_POWER_OUT', good: 'SLED_POWER_GOOD', ...timing },
      restorePolicy: 'AlwaysOff',
    },
  ],
  indicators: [
    ...(bench.indicators ?? []),
    { id: 'sled_fault', line: 'SLED_LED', kind: 'fault', chassis: 'sled' },
  ],
};

const settle = 2000;

describe('a removable chassis', () => {
  it('is removed and inserted with all its contents', async () => {
    const b = await startBench({ platform: sleds });
    const { board, twin } = b;
    await pass(3000);
    expect([...board.chassis.keys()]).toEqual(['main', 'card', 'sled', 'riser']);
    expect(board.sensors.get('SLED_TEMP')?.reading).not.toBeNull();
    expect(board.frus.get('SLED')?.serialNumber).not.toBeNull();
    b.told();

    twin.present('sled', false);
    await pass(50);
    expect([...board.chassis.keys()]).toEqual(['main', 'card']);
    expect([...board.hosts.keys()]).toEqual(['system']);
    expect(board.sensors.has('SLED_TEMP')).toBe(false);
    expect(board.sensors.has('RISER_TEMP')).toBe(false);
    expect(board.frus.has('SLED')).toBe(false);
    expect(board.chassis.get('main')?.status.health).toBe('OK');
    expect(b.events.slice(-3).map(({ message, origin, detail }) => [message, origin, detail])).toEqual([
      ['ResourceEvent.ResourceRemoved', { kind: 'chassis', id: 'sled' }, 'Sled was pulled out.'],
      ['ResourceEvent.ResourceRemoved', { kind: 'chassis', id: 'riser' }, 'riser was pulled out with Sled.'],
      [
        'ResourceEvent.ResourceRemoved',
        { kind: 'host', id: 'sled-host' },
        'sled-host was pulled out with Sled.',
      ],
    ]);
    await expect(board.reset('sled-host', 'On')).rejects.toThrow('there is no host sled-host');
    // Nothing of it is missed, however long it stays away.
    b.told();
    await pass(120_000);
    expect(b.told()).toEqual([]);

    twin.present('sled', true);
    await pass(50);
    expect([...board.chassis.keys()]).toEqual(['main', 'card', 'sled', 'riser']);
    expect(b.told()).toEqual(['ResourceCreated OK', 'ResourceCreated OK', 'ResourceCreated OK']);
    // It is given time to start before anything of it is asked.
    expect(board.sensors.get('SLED_TEMP')?.status.state).toBe('Starting');
    expect(board.frus.get('SLED')?.status.state).toBe('Starting');
    await pass(settle + 1000);
    expect(board.sensors.get('SLED_TEMP')?.status.state).toBe('Enabled');
    expect(board.sensors.get('RISER_TEMP')?.reading).not.toBeNull();
    expect(board.frus.get('SLED')?.serialNumber).not.toBeNull();
    expect(board.hosts.get('sled-host')?.powerState).toBe('Off');
    const { done } = await board.reset('sled-host', 'On');
    await pass(3000);
    expect(await done).toEqual({ ok: true });
  });

  it('is not addressed while absent, nor before it has settled', async () => {
    const asked: number[] = [];
    const b = await startBench({
      platform: sleds,
      hardware: (twin) => ({
        i2c: (bus) => {
          const transport = twin.i2c(bus);
          return {
            ...transport,
            transfer: (...transfer) => {
              if (bus === 5) asked.push(transfer[0]);
              return transport.transfer(...transfer);
            },
          };
        },
      }),
    });
    b.twin.present('sled', false);
    await pass(1500);
    asked.length = 0;
    await pass(130_000);
    expect(asked).toEqual([]);
    b.twin.present('sled', true);
    await pass(settle - 100);
    expect(asked).toEqual([]);
    await pass(1200);
    expect(new Set(asked)).toEqual(new Set([0x48, 0x49, 0x54]));
  });

  it('that is absent at the start emits no event, and nothing in it is a fault', async () => {
    const b = await startBench({ platform: sleds, idle: true });
    b.twin.present('sled', false);
    const started = b.board.start();
    await pass(1000);
    await started;
    await pass(70_000);
    expect(b.board.chassis.has('sled')).toBe(false);
    expect(b.board.hosts.has('sled-host')).toBe(false);
    expect(b.events.filter(({ severity }) => severity !== 'OK')).toEqual([]);
    expect(b.told()).toEqual([]);
    expect(b.board.health).toBe('OK');
    b.twin.present('sled', true);
    await pass(settle + 1500);
    expect(b.board.sensors.get('SLED_TEMP')?.reading).not.toBeNull();
    expect(b.board.hosts.get('sled-host')?.powerState).toBe('Off');
  });

  it('ends every condition of its contents when it is removed', async () => {
    const b = await startBench({ platform: sleds });
    b.twin.set('SLED_TEMP', 60);
    b.twin.inject({ kind: 'nack', device: 'RISER_AIR' });
    await pass(5000);
    const open = () => {
      const conditions = new Set<string>();
      for (const { condition, resolves, severity } of b.events) {
        if (condition === undefined) continue;
        if (resolves === true) conditions.delete(condition);
        else if (severity !== 'OK') conditions.add(condition);
      }
      return [...conditions];
    };
    expect(open()).toEqual(['sensor:SLED_TEMP', 'device:RISER_AIR']);
    expect(b.board.chassis.get('main')?.status.health).toBe('Critical');
    b.twin.present('sled', false);
    await pass(50);
    expect(open()).toEqual([]);
    expect(b.board.chassis.get('main')?.status.health).toBe('OK');
    // Still as bad when it comes back: told again.
    b.twin.present('sled', true);
    await pass(settle + 5000);
    expect(open()).toEqual(['sensor:SLED_TEMP', 'device:RISER_AIR']);
  });

  it('interrupts the operation of its host, and applies the restore policy when inserted', async () => {
    const disk = new Disk();
    disk.set('board.host.sled-host.restorePolicy', 'AlwaysOn');
    const b = await startBench({ platform: sleds, disk });
    const { done } = await b.board.reset('sled-host', 'On');
    await pass(10);
    b.twin.present('sled', false);
    await pass(50);
    expect(await done).toMatchObject({ ok: false });
    expect(b.events.filter(({ severity }) => severity === 'Critical')).toEqual([]);
    b.twin.present('sled', true);
    await pass(settle + 3000);
    expect(b.board.hosts.get('sled-host')).toMatchObject({
      powerState: 'On',
      lastReset: { type: 'Restore' },
    });
  });

  it('returns to its initial state after any course of events', async () => {
    const step = fc.record({
      wait: fc.nat(4000),
      what: fc.constantFrom('pull', 'plug', 'break', 'mend', 'on', 'hot', 'cool'),
    });
    const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const b = await startBench({ platform: sleds });
      for (const { what, wait } of steps) {
        if (what === 'pull' || what === 'plug') b.twin.present('sled', what === 'plug');
        if (what === 'break') b.twin.inject({ kind: 'nack', device: 'SLED_AIR' });
        if (what === 'mend') b.twin.clear('all');
        if (what === 'on') b.board.reset('sled-host', 'On').catch(() => undefined);
        if (what === 'hot' || what === 'cool') b.twin.set('SLED_TEMP', what === 'hot' ? 70 : null);
        await pass(wait);
        // What is shown hangs together at any time.
        for (const { chassis } of [...b.board.sensors.values(), ...b.board.hosts.values()])
          expect(b.board.chassis.has(chassis)).toBe(true);
        for (const { facts } of b.board.chassis.values())
          if (facts.containedBy !== undefined) expect(b.board.chassis.has(facts.containedBy)).toBe(true);
      }
      b.twin.clear('all');
      b.twin.set('SLED_TEMP', null);
      b.twin.present('sled', true);
      await pass(100_000);
      const open = new Set<string>();
      for (const { condition, resolves } of b.events) {
        if (condition === undefined) continue;
        if (resolves === true) open.delete(condition);
        else open.add(condition);
      }
      expect([...open]).toEqual([]);
      expect(b.board.sensors.get('SLED_TEMP')?.status).toEqual({ state: 'Enabled', health: 'OK' });
      expect(b.board.frus.get('SLED')?.status.state).toBe('Enabled');
      expect(b.board.hosts.get('sled-host')?.powerState).toMatch(/^(On|Off)$/);
      expect(b.board.health).toBe('OK');
      // Each run has a board of its own.
      await b.stop();
    });
    await fc.assert(property, { numRuns: 20 });
  }, 60_000);

  it('counts as present while its line is not available', async () => {
    const b = await startBench({
      platform: sleds,
      hardware: ({ gpio }) => ({
        gpio: {
          ...gpio,
          request: (request) =>
            request.line === 'SLED_PRESENT'
              ? Promise.reject(new Error('somebody else has it'))
              : gpio.request(request),
        },
      }),
    });
    expect(b.board.chassis.has('sled')).toBe(true);
    expect(b.board.sensors.get('SLED_TEMP')?.reading).not.toBeNull();
    expect(b.log).toContain('a GPIO line is not available');
  });
});
