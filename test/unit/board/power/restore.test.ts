/** What the board does when mains returns, and what it remembers for that. */

import { describe, expect, it } from 'vitest';
import type { RestorePolicy } from '../../../../src/board/model/power.ts';
import { createTwin } from '../../../../src/twin/twin.ts';
import { type Bench, bench, Disk, gpioWith, pass, startBench, timing, useOwnTime } from '../support.ts';

useOwnTime();

const steady = 5000;
const onTime = timing.onPulse + timing.settle;

/** Mains is lost for a while, and with it the controller; then all starts anew. */
async function mainsLost(before: Bench, ms = 60_000): Promise<Bench> {
  before.twin.loseMains();
  await before.stop();
  await pass(ms);
  before.twin.returnMains();
  return startBench({ twin: before.twin, disk: before.disk, mainsRestored: true });
}

describe('the policy after a loss of mains', () => {
  it.each<[RestorePolicy, boolean, 'On' | 'Off']>([
    ['AlwaysOn', false, 'On'],
    ['AlwaysOn', true, 'On'],
    ['AlwaysOff', true, 'Off'],
    ['AlwaysOff', false, 'Off'],
    ['LastState', true, 'On'],
    ['LastState', false, 'Off'],
  ])('%s with a host that was on: %s ends %s', async (policy, wasOn, state) => {
    const before = await startBench();
    await before.board.setRestorePolicy('system', policy);
    if (wasOn) await before.running();
    const after = await mainsLost(before);
    await pass(onTime + 1000);
    expect(after.host).toMatchObject({ powerState: state, restorePolicy: policy });
    expect(after.host.lastReset?.type).toBe(state === 'On' ? 'Restore' : undefined);
    await after.stop();
  });

  it('switches nothing when only the daemon was started anew', async () => {
    const before = await startBench();
    await before.board.setRestorePolicy('system', 'AlwaysOn');
    await before.stop();
    const after = await startBench({ twin: before.twin, disk: before.disk });
    await pass(20_000);
    expect(after.host.powerState).toBe('Off');
    await after.stop();
  });

  it('leaves a host alone that kept its power', async () => {
    const before = await startBench();
    await before.running();
    await before.board.setRestorePolicy('system', 'AlwaysOn');
    await before.stop();
    const after = await startBench({ twin: before.twin, disk: before.disk, mainsRestored: true });
    after.mark();
    await pass(20_000);
    expect(after.edges('POWER_OUT')).toEqual([]);
    expect(after.host.powerState).toBe('On');
    await after.stop();
  });

  it('is that of the descriptor, then LastState, until somebody sets another', async () => {
    const plain = await startBench();
    expect(plain.host.restorePolicy).toBe('LastState');
    await plain.stop();
    const hosts = bench.hosts?.map((host) => ({ ...host, restorePolicy: 'AlwaysOn' as const })) ?? [];
    const described = await startBench({ platform: { ...bench, hosts } });
    expect(described.host.restorePolicy).toBe('AlwaysOn');
    await described.board.setRestorePolicy('system', 'AlwaysOff');
    expect(described.host.restorePolicy).toBe('AlwaysOff');
    await described.stop();
  });

  it('waits for a power-good line that comes late', async () => {
    const disk = new Disk();
    disk.values.set('board.host.system.restorePolicy', 'AlwaysOn');
    const late = { is: true };
    const b = await startBench({
      disk,
      mainsRestored: true,
      hardware: (twin) => ({ gpio: gpioWith(twin, (line) => line === 'POWER_GOOD' && late.is) }),
    });
    await pass(5000);
    expect(b.twin.edges('POWER_OUT')).toEqual([]);
    late.is = false;
    await pass(10_000 + onTime);
    expect(b.host.powerState).toBe('On');
  });

  it('that fails is told like any other failure', async () => {
    const disk = new Disk();
    disk.values.set('board.host.system.restorePolicy', 'AlwaysOn');
    const twin = createTwin(bench, { speed: 10 });
    twin.inject({ kind: 'stuckPowerGood', host: 'system', level: 'low' });
    const b = await startBench({ disk, twin, mainsRestored: true });
    await pass(onTime + timing.onTimeout);
    expect(b.told()).toContain('ResourceErrorsDetected Critical');
    expect(b.host.status.health).toBe('Critical');
  });
});

describe('what is remembered as the last state', () => {
  const last = (b: Bench) => b.disk.values.get('board.host.system.power');

  it('is what was asked for, at once', async () => {
    const b = await startBench();
    await b.reset('On');
    expect(last(b)).toBe('on');
    await pass(2000);
    await b.reset('GracefulShutdown');
    expect(last(b)).toBe('off');
  });

  it('stays on through a power cycle, however long the power is off in it', async () => {
    const b = await startBench();
    await b.running();
    await b.reset('PowerCycle');
    await pass(timing.forceOffPulse + timing.cycleDelay - 100);
    expect(b.host.powerState).toBe('PoweringOff');
    expect(last(b)).toBe('on');
    const after = await mainsLost(b);
    await pass(onTime + 1000);
    expect(after.host.powerState).toBe('On');
    await after.stop();
  });

  it('is what a person, or the host itself, has done, once it has held', async () => {
    const b = await startBench();
    void b.twin.pressButton('system', 50);
    await pass(200 + steady - 1000);
    expect(last(b)).not.toBe('on');
    await pass(1100);
    expect(last(b)).toBe('on');
  });

  it('is what was found at start, when nobody saw it happen', async () => {
    const b = await startBench();
    await b.stop();
    void b.twin.pressButton('system', 50);
    await pass(2000);
    const after = await startBench({ twin: b.twin, disk: b.disk });
    await pass(steady);
    expect(last(after)).toBe('on');
    await after.stop();
  });

  it('is not the drop of a mains failure', async () => {
    const b = await startBench();
    await b.running();
    b.twin.loseMains();
    await pass(steady - 100);
    expect(last(b)).toBe('on');
  });

  it('is on again when a shutdown was not heeded', async () => {
    const b = await startBench();
    await b.running();
    b.twin.inject({ kind: 'ignoreGraceful', host: 'system' });
    await b.reset('GracefulShutdown');
    expect(last(b)).toBe('off');
    await pass(timing.gracefulPulse + timing.gracefulTimeout + steady);
    expect(last(b)).toBe('on');
  });

  it('is stored later when the disk is full, and holds up no operation', async () => {
    const b = await startBench();
    b.disk.full = true;
    const end = await b.reset('On');
    await pass(onTime);
    expect(end.outcome).toEqual({ ok: true });
    await pass(20_000);
    expect(last(b)).toBeUndefined();
    expect(b.log).toContain('the power state to return to after a loss of mains cannot be stored');
    b.disk.full = false;
    await pass(steady);
    expect(last(b)).toBe('on');
  });
});
