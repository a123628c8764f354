/** The power of the whole board, taken away and given back by the hot-swap controller that feeds it. */
import { describe, expect, it } from 'vitest';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { type Bench, bench, pass, startBench, useOwnTime } from '../support.ts';

useOwnTime();

const ltc4282 = {
  ...{ chip: 'ltc4282', address: 0x41 },
  sensors: { vout: { id: 'HSC_VIN' }, current: { id: 'HSC_IOUT' } },
};
const input = { direction: 'in' } as const;
const cycled: Platform = {
  ...bench,
  chassis: bench.chassis.map((each) => (each.id === 'main' ? { ...each, cycle: { device: 'HSC' } } : each)),
  devices: (bench.devices ?? []).map((each) =>
    each.id === 'HSC' ? { ...each, alternatives: [ltc4282] } : each,
  ),
  lines: { ...bench.lines, ID1: input, POWER_BUTTON: input },
  panel: { select: { lines: ['ID1'], hosts: ['system'] }, power: 'POWER_BUTTON' },
};

const start = async () => {
  const b = await startBench({ platform: cycled });
  b.events.splice(0);
  return b;
};
const mains = (b: Bench) => b.twin.status().mains;
const told = (b: Bench) =>
  b.events.splice(0).map(({ message, severity, origin }) => [message.split('.')[1], severity, origin.id]);

describe('a power cycle of the whole board', () => {
  it.each([
    [0, 'ADM1278', 500],
    [1, 'LTC4282', 320],
  ])('is what its hot-swap controller does (%i, %s)', async (source, _, off) => {
    const b = await start();
    b.twin.fit('HSC', source);
    await pass(2000);
    b.events.splice(0);
    expect(b.board.chassis.get('main')).toMatchObject({ supportedResets: ['PowerCycle'] });
    const { done } = await b.board.resetChassis('main', 'PowerCycle');
    expect(told(b)).toEqual([['ResourcePoweringOff', 'OK', 'main']]);
    expect(b.board.chassis.get('main')?.resetRefusal('PowerCycle')).toMatchObject({ reason: 'busy' });
    await expect(b.board.resetChassis('main', 'PowerCycle')).rejects.toThrow(
      'PowerCycle of main is under way',
    );
    // There is time to answer whoever asked.
    await pass(490);
    expect(mains(b)).toBe(true);
    await pass(20);
    expect([await done, mains(b)]).toEqual([{ ok: true }, false]);
    await pass(off - 50);
    expect(mains(b)).toBe(false);
    await pass(100);
    expect(mains(b)).toBe(true);
  });

  it('is refused, and nothing is told, while the kernel or nobody has the chip', async () => {
    const b = await start();
    for (const kind of ['held', 'nack'] as const) {
      const fault = b.twin.inject({ kind, device: 'HSC' });
      await pass(5000);
      b.events.splice(0);
      await expect(b.board.resetChassis('main', 'PowerCycle')).rejects.toThrow(
        kind === 'held' ? 'the kernel drives this device' : 'did not acknowledge',
      );
      expect(told(b)).toEqual([]);
      b.twin.clear(fault);
    }
    await expect(b.board.resetChassis('main', 'ForceOff')).rejects.toThrow('main has no wiring for ForceOff');
    expect(mains(b)).toBe(true);
  });

  it('that the chip does not take is told of, and can be asked for again', async () => {
    const b = await start();
    const { done } = await b.board.resetChassis('main', 'PowerCycle');
    b.events.splice(0);
    b.twin.inject({ kind: 'nack', device: 'HSC' });
    await pass(1000);
    expect(await done).toMatchObject({ ok: false });
    expect(told(b)).toContainEqual(['ResourceErrorsDetected', 'Critical', 'main']);
    b.twin.clear('all');
    expect(b.board.chassis.get('main')?.resetRefusal('PowerCycle')).toBeNull();
  });

  it('does not outlive the daemon', async () => {
    const b = await start();
    await b.board.resetChassis('main', 'PowerCycle');
    await b.stop();
    await pass(1000);
    expect(mains(b)).toBe(true);
  });

  it('comes of a long press where the panel selects the controller', async () => {
    const b = await start();
    b.twin.select('bmc');
    await pass(100);
    for (const ms of [300, 4500]) {
      expect(mains(b)).toBe(true);
      const pressed = b.twin.pressPanel(ms);
      await pass(ms);
      await pressed;
      await pass(600);
    }
    expect(mains(b)).toBe(false);
    expect(b.events.flatMap(({ args, detail }) => (args[1] === 'pressed' ? [detail] : []))).toEqual([
      'It was held for 0.3 s. Ignored: the controller is selected.',
      'It was held for 4.5 s. The whole board is power-cycled.',
    ]);
  });
});
