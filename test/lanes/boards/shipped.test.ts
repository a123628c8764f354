/** The boards that are shipped: well from the start, and switched just as their descriptors say. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBoard } from '../../../src/board/board.ts';
import type { ResetType } from '../../../src/board/model/power.ts';
import { loadPlatform } from '../../../src/platform/load.ts';
import { createTwin } from '../../../src/twin/twin.ts';
import { Disk, pass, useOwnTime } from '../../unit/board/support.ts';

useOwnTime();

const folder = join(import.meta.dirname, '../../../platform');
/** What is behind a network takes real time: test/twin/nodes.test.ts has those boards. */
const files = readdirSync(folder).filter(
  (file) =>
    file.endsWith('.yaml') &&
    !(loadPlatform(join(folder, file)).nodes ?? []).some(({ link }) => link.kind === 'lan'),
);

async function start(file: string) {
  const platform = loadPlatform(join(folder, file));
  const twin = createTwin(platform);
  const board = createBoard(platform, twin, new Disk());
  const told: string[] = [];
  board.onEvent(({ message, severity }) => told.push(`${message} ${severity}`));
  await board.start();
  const stop = async () => {
    const end = board.stop();
    await pass(2000);
    await end;
    await twin.close();
  };
  /** Waits for what was asked for, and says how it ended and what a line did. */
  const run = async (host: string, type: ResetType, line: string, patience: number) => {
    const since = performance.now();
    const { done } = await board.reset(host, type);
    await pass(patience);
    const edges = twin.edges(line).filter(({ at }) => at >= since);
    return { ...(await done), edges: edges.map(({ at, asserted }) => [Math.round(at - since), asserted]) };
  };
  return { platform, twin, board, told, run, stop };
}

describe.each(files)('%s', (file) => {
  it('is healthy without a word, off and on, and every sensor that can be read is', {
    timeout: 60_000,
  }, async () => {
    const { platform, board, told, run, stop } = await start(file);
    await pass(5000);
    expect(told).toEqual([]);
    for (const { id, power } of platform.hosts ?? []) {
      if (power.kind === 'ipmi' || power.kind === 'qemu') continue;
      const line = power.kind === 'relay' ? power.line : power.button;
      const { ok } = await run(id, 'On', line, 20_000);
      expect(ok).toBe(true);
    }
    await pass(30_000);
    expect(told.filter((each) => !each.endsWith('OK'))).toEqual([]);
    expect(board.health).toBe('OK');
    const unread = [...board.sensors.values()].filter(({ reading }) => reading === null);
    expect(
      unread.filter(({ fault }) => !/is not read by this build$/.test(fault ?? '')).map(({ id }) => id),
    ).toEqual([]);
    expect([...board.frus.values()].map(({ status }) => status.state)).toEqual(
      [...board.frus.values()].map(() => 'Enabled'),
    );
    await stop();
  });

  it('switches each host with the pulses of the descriptor', { timeout: 60_000 }, async () => {
    const { platform, board, run, stop } = await start(file);
    // Where a bridge IC tells of power it must have answered first.
    await pass(5000);
    for (const { id, power } of platform.hosts ?? []) {
      if (power.kind !== 'gpio') continue;
      const {
        button,
        onPulse,
        gracefulPulse = onPulse,
        forceOffPulse,
        resetPulse = 100,
        nmiPulse = 100,
        cycleDelay,
      } = power;
      const pulse = (length: number, at = 0) => [
        [at, true],
        [at + length, false],
      ];
      const boot = 20_000;
      expect(await run(id, 'On', button, boot)).toEqual({ ok: true, edges: pulse(onPulse) });
      if (power.reset !== undefined)
        expect(await run(id, 'ForceRestart', power.reset, boot)).toEqual({
          ok: true,
          edges: pulse(resetPulse),
        });
      if (power.nmi !== undefined)
        expect(await run(id, 'Nmi', power.nmi, 1000)).toEqual({ ok: true, edges: pulse(nmiPulse) });
      expect(await run(id, 'PowerCycle', button, forceOffPulse + cycleDelay + boot)).toEqual({
        ok: true,
        edges: [...pulse(forceOffPulse), ...pulse(onPulse, forceOffPulse + cycleDelay)],
      });
      const restart = await run(id, 'GracefulRestart', button, cycleDelay + boot);
      expect(restart.ok).toBe(true);
      const [, , again] = restart.edges;
      expect(restart.edges.slice(0, 2)).toEqual(pulse(gracefulPulse));
      expect(restart.edges.slice(2)).toEqual(pulse(onPulse, Number(again?.[0])));
      expect(Number(again?.[0])).toBeGreaterThanOrEqual(gracefulPulse + cycleDelay);
      expect(await run(id, 'GracefulShutdown', button, 10_000)).toEqual({
        ok: true,
        edges: pulse(gracefulPulse),
      });
      expect(board.hosts.get(id)?.powerState).toBe('Off');
      expect(await run(id, 'PushPowerButton', button, boot)).toEqual({ ok: true, edges: pulse(onPulse) });
      expect(board.hosts.get(id)?.powerState).toBe('On');
      expect(await run(id, 'ForceOff', button, 10_000)).toEqual({ ok: true, edges: pulse(forceOffPulse) });
    }
    await stop();
  });

  it('switches each host that a relay feeds', async () => {
    const { platform, board, run, stop } = await start(file);
    for (const { id, power } of platform.hosts ?? []) {
      if (power.kind !== 'relay') continue;
      const { line, cycleDelay } = power;
      const cycle = { ok: true, edges: [[0, false], [cycleDelay, true]] }; // biome-ignore format: two edges
      expect(await run(id, 'On', line, 1000)).toEqual({ ok: true, edges: [[0, true]] });
      expect(await run(id, 'PowerCycle', line, cycleDelay + 1000)).toEqual(cycle);
      expect(await run(id, 'ForceRestart', line, cycleDelay + 1000)).toEqual(cycle);
      expect(board.hosts.get(id)?.powerState).toBe('On');
      expect(await run(id, 'ForceOff', line, 1000)).toEqual({ ok: true, edges: [[0, false]] });
      expect(board.hosts.get(id)?.powerState).toBe('Off');
      expect((await board.reset(id, 'ForceOff')).performed).toBe(false);
      await expect(board.reset(id, 'GracefulShutdown')).rejects.toThrow('no wiring');
    }
    await stop();
  });
});
