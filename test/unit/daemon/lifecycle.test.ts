import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger.ts';
import { Lifecycle } from '../../../src/daemon/lifecycle.ts';

describe('the life cycle of the daemon', () => {
  const recorded = (log = silentLogger) => {
    const calls: string[] = [];
    const lifecycle = new Lifecycle(log);
    const add = (name: string, failing?: 'start' | 'stop') =>
      lifecycle.add(
        name,
        async () => {
          await Promise.resolve();
          calls.push(`start ${name}`);
          if (failing === 'start') throw new Error(`${name} cannot start`);
        },
        () => {
          calls.push(`stop ${name}`);
          if (failing === 'stop') throw new Error(`${name} cannot stop`);
        },
      );
    return { lifecycle, add, calls };
  };

  it('starts parts in order and stops them in reverse', async () => {
    const { lifecycle, add, calls } = recorded();
    lifecycle.addStarted('store', () => void calls.push('stop store'));
    add('board');
    add('listener');
    await lifecycle.start();
    await lifecycle.stop();
    expect(calls).toEqual(['start board', 'start listener', 'stop listener', 'stop board', 'stop store']);
  });

  it('stops what has started after a part fails to start, that part included, and throws its error', async () => {
    const { lifecycle, add, calls } = recorded();
    add('board');
    add('listener', 'start');
    add('discovery');
    await expect(lifecycle.start()).rejects.toThrow('listener cannot start');
    await lifecycle.stop();
    expect(calls).toEqual(['start board', 'start listener', 'stop listener', 'stop board']);
  });

  it('stops what was open already when the boot fails before the start', async () => {
    const { lifecycle, add, calls } = recorded();
    lifecycle.addStarted('store', () => void calls.push('stop store'));
    add('board');
    await lifecycle.stop();
    expect(calls).toEqual(['stop store']);
  });

  it('logs a part that fails to stop, and stops the others', async () => {
    const lines: unknown[] = [];
    const error = (text: string, detail?: object) => void lines.push([text, detail]);
    const { lifecycle, add, calls } = recorded({ ...silentLogger, error });
    add('board');
    add('listener', 'stop');
    await lifecycle.start();
    await lifecycle.stop();
    expect(calls.slice(2)).toEqual(['stop listener', 'stop board']);
    expect(lines).toEqual([
      [
        'a part of the daemon did not stop cleanly',
        { name: 'listener', err: new Error('listener cannot stop') },
      ],
    ]);
  });

  it('stops once, however often it is asked to', async () => {
    const { lifecycle, add, calls } = recorded();
    add('board');
    await lifecycle.start();
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    await lifecycle.stop();
    expect(calls).toEqual(['start board', 'stop board']);
  });

  it('stops exactly what started, in reverse, whichever part fails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.nat({ max: 8 }), async (count, failing) => {
        const { lifecycle, add, calls } = recorded();
        for (let index = 0; index < count; index++)
          add(String(index), index === failing ? 'start' : undefined);
        await lifecycle.start().catch(() => undefined);
        await lifecycle.stop();
        const started = calls.flatMap((call) => (call.startsWith('start') ? [call.slice(6)] : []));
        expect(started).toHaveLength(Math.min(count, failing + 1));
        expect(calls.slice(started.length)).toEqual(started.reverse().map((name) => `stop ${name}`));
      }),
    );
  });
});
