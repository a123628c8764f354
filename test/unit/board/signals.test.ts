/** Signals between components: order, isolation of errors, and what is announced once per turn. */
import { describe, expect, it } from 'vitest';
import type { BoardEvent } from '../../../src/board/model/event.ts';
import { BoardSignals } from '../../../src/board/signals.ts';

const event: BoardEvent = {
  message: 'ResourceEvent.ResourceChanged',
  args: [],
  severity: 'OK',
  origin: { kind: 'manager', id: 'bmc' },
};

function signalsWith(errors: unknown[] = []) {
  return { errors, signals: new BoardSignals((error) => errors.push(error)) };
}

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('signals', () => {
  it('reach every listener in the order of subscription, also after one that throws', () => {
    const { signals, errors } = signalsWith();
    const received: string[] = [];
    signals.on('nodeReachable', ({ node }) => received.push(`first ${node}`));
    signals.on('nodeReachable', () => {
      throw new RangeError('broken');
    });
    signals.on('nodeReachable', ({ node }) => received.push(`last ${node}`));
    signals.emit('nodeReachable', { node: 'a', reachable: true });
    expect(received).toEqual(['first a', 'last a']);
    expect(errors).toEqual([new RangeError('broken')]);
  });

  it('end for a listener that unsubscribes, also while it is called', () => {
    const { signals } = signalsWith();
    let calls = 0;
    const stop = signals.on('inventoryRead', () => {
      calls += 1;
      stop();
    });
    let others = 0;
    signals.on('inventoryRead', () => {
      others += 1;
    });
    signals.emit('inventoryRead', undefined);
    signals.emit('inventoryRead', undefined);
    expect([calls, others]).toEqual([1, 2]);
  });

  it('call one function once for each of its subscriptions', () => {
    const { signals } = signalsWith();
    let calls = 0;
    const listener = () => {
      calls += 1;
    };
    const stop = signals.on('event', listener);
    signals.on('event', listener);
    signals.emit('event', event);
    stop();
    signals.emit('event', event);
    expect(calls).toBe(3);
  });

  it('are delivered once the work of every listener has ended, and never reject', async () => {
    const { signals, errors } = signalsWith();
    const done: string[] = [];
    signals.on('event', async () => {
      await turn();
      done.push('slow');
    });
    signals.on('event', () => Promise.reject(new Error('full disk')));
    await signals.deliver('event', event);
    expect(done).toEqual(['slow']);
    expect(errors).toEqual([new Error('full disk')]);
  });

  it('report the rejection of a listener that nothing awaits', async () => {
    const { signals, errors } = signalsWith();
    signals.on('event', () => Promise.reject(new Error('full disk')));
    signals.emit('event', event);
    await turn();
    expect(errors).toEqual([new Error('full disk')]);
  });

  it('announce the changes of a turn once, and readings apart from state', async () => {
    const { signals } = signalsWith();
    const announced: string[] = [];
    signals.on('changesSettled', () => announced.push('changes'));
    signals.on('stateSettled', () => announced.push('state'));
    for (let n = 0; n < 3; n++) signals.emit('readingChanged', 'chassis:main');
    await turn();
    expect(announced.splice(0)).toEqual(['changes']);
    signals.emit('readingChanged', 'chassis:main');
    signals.emit('stateChanged', 'board');
    signals.emit('event', event);
    await turn();
    expect(announced).toEqual(['changes', 'state']);
  });

  it('end reactions, but neither events nor changes, when the board stops', async () => {
    const { signals } = signalsWith();
    const received: string[] = [];
    signals.on('availabilityChanged', () => received.push('reaction'));
    signals.on('stateSettled', () => received.push('reaction'));
    signals.on('event', () => received.push('event'));
    signals.on('changesSettled', () => received.push('changes'));
    signals.endReactions();
    signals.emit('availabilityChanged', undefined);
    signals.emit('event', event);
    await turn();
    expect(received).toEqual(['event', 'changes']);
  });
});
