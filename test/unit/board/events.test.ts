/** Every event that the board can emit is made to happen, and each is a message of a registry with its arguments. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { severityOf } from '../../../src/board/parts/pluggable.ts';
import {
  type Bench,
  bench,
  gpioWith,
  pass,
  postTimeout,
  startBench,
  timing,
  useOwnTime,
  wording,
} from './support.ts';

useOwnTime();

const sources = join(import.meta.dirname, '../../../src/board');
/** Keys as they are spelled in the sources; those with a placeholder are spelled out below. */
const spelled = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  // The shapes, where a comment has an example of each; and the table of a node's log, which nodes/events.test.ts walks.
  .filter((file) => !/(model|sel-messages)\.ts$/.test(file))
  .map((file) => readFileSync(join(sources, file), 'utf8'))
  .flatMap((text) =>
    [...text.matchAll(/['`]([A-Z][A-Za-z]+\.(?:[A-Z][A-Za-z]*)?(?:\$\{[\w.]+\})?)['`]/g)].map(
      ([, key]) => key ?? '',
    ),
  );
const parts = Object.keys(severityOf);
const values: Readonly<Record<string, readonly string[]>> = {
  'Environmental.Fan${event}': parts.map((event) => `Environmental.Fan${event}`),
  'Power.PowerSupply${event}': parts.map((event) => `Power.PowerSupply${event}`),
  'ResourceEvent.${what}': ['ResourceEvent.ResourceCreated', 'ResourceEvent.ResourceRemoved'],
  'ResourceEvent.Resource${current.starts}': [
    'ResourceEvent.ResourcePoweringOn',
    'ResourceEvent.ResourcePoweringOff',
  ],
};
const keys = new Set(spelled.flatMap((key) => (key.includes('$') ? (values[key] ?? [key]) : [key])));

/** What brings about the events that the scenario below is to see. */
const happenings: readonly (readonly [what: string, happen: (b: Bench) => Promise<void>])[] = [
  [
    'a node',
    async (b) => {
      const id = 'added';
      b.board.addNode({
        node: { id, chassis: id, host: id, link: { kind: 'lan', host: 'x', user: 'x', secret: '/nowhere' } },
        chassis: { id, type: 'Sled' },
        host: { id, chassis: id, power: { kind: 'ipmi', node: id } },
        fru: { id, node: id },
      });
      await pass(100);
      await b.board.removeNode(id);
    },
  ],
  [
    'limits',
    async (b) => {
      for (const value of [50, 101, 95, 85, 50, -1, 5, 15, 50]) {
        b.twin.set('CARD_TEMP', value);
        await pass(1000);
      }
    },
  ],
  [
    'plugs',
    async (b) => {
      for (const part of ['FAN1', 'PSU']) {
        b.twin.present(part, false);
        await pass(2000);
        b.twin.present(part, true);
        await pass(5000);
      }
      b.twin.inject({ kind: 'deadFan', fan: 'FAN1' });
      b.twin.set('HSC_VIN', 20);
      await pass(10_000);
      b.twin.set('HSC_VIN', null);
    },
  ],
  [
    'chips',
    async (b) => {
      b.twin.inject({ kind: 'nack', device: 'HSC' });
      await pass(5000);
      b.twin.clear('all');
      await pass(31_000);
      b.twin.inject({ kind: 'allOnes', device: 'HSC' });
      b.twin.inject({ kind: 'allOnes', device: 'MAIN_EEPROM' });
      b.twin.inject({ kind: 'stuckBus', bus: 2 });
      await pass(65_000);
      b.twin.clear('all');
      b.twin.inject({ kind: 'nack', device: 'MAIN_EEPROM' });
      await pass(65_000);
      b.twin.clear('all');
      await pass(65_000);
    },
  ],
  [
    'power',
    async (b) => {
      b.twin.inject({ kind: 'stuckPowerGood', host: 'system', level: 'low' });
      b.twin.inject({ kind: 'noPost', host: 'system' });
      await b.reset('On');
      await pass(timing.settle + timing.onTimeout + 1000);
      b.twin.clear('all');
      await pass(1000);
      b.twin.inject({ kind: 'noPost', host: 'system' });
      await b.reset('ForceRestart');
      await pass(postTimeout + 1000);
      b.twin.clear('all');
      await pass(2000);
      await b.reset('GracefulShutdown');
      await pass(2000);
    },
  ],
];

/** Events of closed loops, which this board has none of: test/unit/board/cooling makes them happen. */
const ofZones: ReadonlySet<string> = new Set([
  'Environmental.FanGroupNormal',
  'Environmental.FanGroupWarning',
  'Environmental.FanGroupCritical',
  'ResourceEvent.ResourceStatusChangedCritical',
]);

describe('events', () => {
  it('are each a sentence with all its words, and all of them happen', async () => {
    let missing = true;
    let readable = false;
    const devices = bench.devices?.map((device) =>
      device.id === 'CARD'
        ? {
            ...device,
            sensors: {
              temperature: {
                id: 'CARD_TEMP',
                thresholds: {
                  upperFatal: 100,
                  upperCritical: 90,
                  upperCaution: 80,
                  lowerCaution: 20,
                  lowerCritical: 10,
                  lowerFatal: 0,
                },
              },
            },
          }
        : device,
    );
    const b = await startBench({
      platform: {
        ...bench,
        probe: { fru: 'MAIN', product: 'Another' },
        devices: devices ?? [],
        lines: { ...bench.lines, FRONT: { direction: 'in' } },
        hosts: (bench.hosts ?? []).map((host) => ({ ...host, buttons: { power: 'FRONT' } })),
      },
      hardware: (twin) => ({
        gpio: gpioWith(twin, (line) => line === 'READY' && missing),
        // The remote channel of the inlet chip says at first that its diode is open.
        i2c: (bus) => {
          const transport = twin.i2c(bus);
          return {
            ...transport,
            async transfer(address, write, length) {
              const answer = await transport.transfer(address, write, length);
              return !readable && bus === 1 && address === 0x4e && write[0] === 1 && length === 2
                ? Uint8Array.of(0x20, 0x01)
                : answer;
            },
          };
        },
      }),
    });
    await pass(10_000);
    missing = false;
    readable = true;
    await pass(10_000);
    for (const [, happen] of happenings) {
      await happen(b);
      b.twin.clear('all');
      await pass(5000);
    }
    const press = b.twin.pressButton('system', 100);
    await pass(200);
    await press;
    await b.stop();
    const seen = new Set<string>(b.events.map(({ message }) => message));
    expect([...keys].filter((key) => !seen.has(key) && !ofZones.has(key))).toEqual([]);
    expect([...seen].filter((key) => !keys.has(key))).toEqual([]);
    for (const event of b.events) expect(wording(event)).not.toMatch(/%\d|undefined|NaN/);
  });

  it('that open a condition are closed when it is over', async () => {
    const b = await startBench();
    for (const [, happen] of happenings.slice(0, 3)) {
      await happen(b);
      b.twin.clear('all');
      await pass(65_000);
    }
    const open = new Set<string>();
    for (const { condition, resolves } of b.events) {
      if (condition === undefined) continue;
      if (resolves === true) open.delete(condition);
      else open.add(condition);
    }
    expect([...open]).toEqual([]);
    expect(b.board.health).toBe('OK');
  });
});
