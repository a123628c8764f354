/** Whatever is asked for and whatever breaks, in any order: lines at rest in the end, nothing uncaught, nothing stuck. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Cooling } from '../../../src/board/model/cooling.ts';
import { resetTypes } from '../../../src/platform/reset-types.ts';
import type { Fault } from '../../../src/twin/twin.ts';
import { type Bench, bench, pass, startBench, useOwnTime } from '../../unit/board/support.ts';

useOwnTime();

const uncaught: unknown[] = [];
const note = (error: unknown) => uncaught.push(error);
beforeEach(() => {
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
});

const faults: readonly Fault[] = [
  { kind: 'nack', device: 'HSC' },
  { kind: 'hang', device: 'INLET' },
  { kind: 'allOnes', device: 'CPU' },
  { kind: 'stuckBus', bus: 2 },
  { kind: 'missingBus', bus: 3 },
  { kind: 'deadFan', fan: 'FAN0' },
  { kind: 'blownSupply', powerSupply: 'PSU' },
  { kind: 'lostMains' },
  { kind: 'stuckPowerGood', host: 'system', level: 'low' },
  { kind: 'stuckPowerGood', host: 'system', level: 'high' },
  { kind: 'ignoreGraceful', host: 'system' },
  { kind: 'noPost', host: 'system' },
  { kind: 'crash', host: 'system' },
];
const plugs = ['FAN1', 'PSU', 'CPU', 'OPTION', 'NIC_EEPROM'];

type Act = readonly [name: string, happen: (b: Bench) => unknown];

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...resetTypes).map((type): Act => [type, (b) => b.reset(type)]) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...faults)
      .map((fault): Act => [JSON.stringify(fault), (b) => b.twin.inject(fault)]),
  },
  { weight: 2, arbitrary: fc.constant<Act>(['mended', (b) => b.twin.clear('all')]) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...plugs), fc.boolean())
      .map(([part, there]): Act => [`${part} ${there}`, (b) => b.twin.present(part, there)]),
  },
  {
    weight: 1,
    arbitrary: fc.nat(1).map((source): Act => [`source ${source}`, (b) => b.twin.fit('CPU', source)]),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((on): Act => [`identify ${on}`, (b) => b.board.setIdentify('main', on)]),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<Cooling['mode']>('manual', 'automatic')
      .map((mode): Act => [mode, (b) => b.board.setCooling(mode)]),
  },
  {
    weight: 1,
    arbitrary: fc.nat(100).map((duty): Act => [`duty ${duty}`, (b) => b.board.setFanDuty('FAN0', duty)]),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((full): Act => [`full ${full}`, (b) => Object.assign(b.disk, { full })]),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 10, max: 600 })
      .map((ms): Act => [`press ${ms}`, (b) => b.twin.pressButton('system', ms)]),
  },
);
const step = fc.tuple(act, fc.oneof(fc.nat(300), fc.nat(12_000)));

const outputs = ['POWER_OUT', 'RESET_OUT', 'NMI_OUT', 'BRIDGE'];
const asserted = (b: Bench) => outputs.filter((line) => b.twin.edges(line).at(-1)?.asserted === true);

it('survives any course of events', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const b = await startBench();
      for (const [[, happen], milliseconds] of steps) {
        // What is refused is for other tests.
        void (async () => happen(b))().catch(() => undefined);
        await pass(milliseconds);
        expect(asserted(b).filter((line) => line !== 'BRIDGE').length).toBeLessThanOrEqual(1);
      }
      // Everything is mended, and comes back by itself.
      b.disk.full = false;
      b.twin.clear('all');
      for (const part of plugs) b.twin.present(part, true);
      await pass(120_000);
      if (b.host.powerState === 'Off') await b.reset('On');
      await pass(60_000);
      // What an operation failed to do stays told until another succeeds.
      await b.reset('ForceRestart');
      await pass(5000);
      expect(b.host.powerState).toBe('On');
      expect(b.host.status.health).toBe('OK');
      expect(b.disk.values.get('board.host.system.power')).toBe('on');
      expect(asserted(b).filter((line) => line !== 'BRIDGE')).toEqual([]);
      const states = [...b.board.sensors.values()].map(
        ({ id, status: { state, health } }) => `${id} ${state} ${health}`,
      );
      // Of two sources the one that is fitted decides whether there is this sensor at all.
      const known = ['PCH_TEMP UnavailableOffline OK', 'BOARD_TEMP Absent OK'];
      expect(states.filter((each) => !each.endsWith(' Enabled OK') && !known.includes(each))).toEqual([]);
      expect(b.board.health).toBe('OK');
      const open = new Set<string>();
      for (const { condition, resolves } of b.events) {
        if (condition === undefined) continue;
        if (resolves === true) open.delete(condition);
        else open.add(condition);
      }
      expect([...open]).toEqual([]);
      await b.stop();
      expect(asserted(b)).toEqual([]);
      expect(b.twin.status().fans.map(({ duty }) => duty)).toEqual(bench.fans?.map(() => 90));
      await b.twin.close();
      expect(uncaught).toEqual([]);
    }),
    { numRuns: 40, endOnFailure: true },
  );
}, 60_000);
