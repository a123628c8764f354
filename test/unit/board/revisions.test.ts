/** Revisions: what a change of state or a reading counts for, and that nothing else is counted. */
import { describe, expect, it } from 'vitest';
import type { Scope } from '../../../src/board/model/revisions.ts';
import { Topology } from '../../../src/board/parts/topology.ts';
import { BoardRevisions } from '../../../src/board/revisions.ts';
import { BoardSignals } from '../../../src/board/signals.ts';
import { pass, startBench, useOwnTime } from './support.ts';

const scopes = [
  'board',
  'chassis:rack',
  'chassis:sled1',
  'chassis:sled2',
  'host:host1',
  'host:host2',
] as const;

/** Two sleds in a rack, each with a host. */
function counted() {
  const signals = new BoardSignals((error) => {
    throw error;
  });
  const topology = new Topology(
    [{ id: 'rack' }, { id: 'sled1', containedBy: 'rack' }, { id: 'sled2', containedBy: 'rack' }],
    [
      { id: 'host1', chassis: 'sled1' },
      { id: 'host2', chassis: 'sled2' },
    ],
  );
  const revisions = new BoardRevisions(signals, topology);
  const now = (of: 'state' | 'readings') => scopes.map((scope) => revisions[of](scope));
  /** Scopes whose revision rises while `job` runs. */
  const risen = (of: 'state' | 'readings', job: () => void): Scope[] => {
    const before = now(of);
    job();
    const after = now(of);
    return scopes.filter((_, at) => (after[at] ?? 0) > (before[at] ?? 0));
  };
  return { signals, topology, revisions, risen };
}

describe('the state revision', () => {
  it('of a host counts for its chassis and those around it, not for its neighbour', () => {
    const { signals, risen } = counted();
    expect(risen('state', () => signals.emit('stateChanged', 'host:host1'))).toEqual([
      'board',
      'chassis:rack',
      'chassis:sled1',
      'host:host1',
    ]);
  });

  it('of a chassis counts for those around it and for the hosts in it', () => {
    const { signals, risen } = counted();
    expect(risen('state', () => signals.emit('stateChanged', 'chassis:sled2'))).toEqual([
      'board',
      'chassis:rack',
      'chassis:sled2',
      'host:host2',
    ]);
  });

  it('of the board counts for everything', () => {
    const { signals, risen } = counted();
    expect(risen('state', () => signals.emit('stateChanged', 'board'))).toEqual([...scopes]);
  });

  it('counts an event for the component that it concerns', () => {
    const { signals, risen } = counted();
    const event = { message: 'ResourceEvent.ResourceChanged', args: [], severity: 'OK' } as const;
    expect(
      risen('state', () =>
        signals.emit('event', { ...event, origin: { kind: 'fan', id: 'F1', chassis: 'sled1' } }),
      ),
    ).toEqual(['board', 'chassis:rack', 'chassis:sled1', 'host:host1']);
    expect(
      risen('state', () => signals.emit('event', { ...event, origin: { kind: 'bus', id: '1' } })),
    ).toEqual([...scopes]);
  });

  it('does not fall when a chassis is removed and added again', () => {
    const { signals, topology, revisions } = counted();
    signals.emit('stateChanged', 'chassis:sled1');
    const before = revisions.state('chassis:sled1');
    topology.removeChassis('sled1');
    topology.addChassis({ id: 'sled1', containedBy: 'rack' });
    expect(revisions.state('chassis:sled1')).toBe(before);
  });
});

describe('the readings revision', () => {
  it('counts for the chassis of the reading only, and no state', () => {
    const { signals, risen } = counted();
    const read = () => signals.emit('readingChanged', 'chassis:sled1');
    expect(risen('readings', read)).toEqual(['board', 'chassis:sled1']);
    expect(risen('state', read)).toEqual([]);
  });
});

describe('the revisions of a running board', () => {
  useOwnTime();

  it('leave the state alone while readings change, and count a crossed threshold', async () => {
    const b = await startBench();
    await pass(10_000);
    const { revisions } = b.board;
    const state = revisions.state();
    const readings = revisions.readings('chassis:main');
    await pass(10_000);
    expect(revisions.state()).toBe(state);
    expect(revisions.readings('chassis:main')).toBeGreaterThan(readings);
    const host = revisions.state('host:system');
    b.twin.set('INLET_TEMP', 45);
    await pass(1100);
    expect(revisions.state('chassis:main')).toBeGreaterThan(state);
    // Its system shows the health of the chassis.
    expect(revisions.state('host:system')).toBeGreaterThan(host);
  });

  it('count a setting for the host that it belongs to', async () => {
    const b = await startBench();
    const { revisions } = b.board;
    const before = revisions.state('host:system');
    await b.board.setRestorePolicy('system', 'AlwaysOn');
    expect(revisions.state('host:system')).toBeGreaterThan(before);
  });
});
