/** Reachability of a node: in any order of answers, failures and removals a loss is reported once, and its end once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Reachability,
  type ReachabilityEffect,
  type ReachabilityInput,
  reach,
  unknownReachability,
} from '../../../../src/board/nodes/reachability.ts';

const input: fc.Arbitrary<ReachabilityInput> = fc.oneof(
  fc.constant({ kind: 'answered' as const }),
  fc.constant({ kind: 'responded' as const }),
  fc.record({
    kind: fc.constant('failed' as const),
    error: fc.constantFrom('no-answer', 'wrong-data', 'unsupported', 'no-bus', 'held'),
    fault: fc.constantFrom('timeout', 'garbage'),
    isConnected: fc.boolean(),
  }),
  fc.constant({ kind: 'silent' as const, since: 'noon' }),
  fc.constant({ kind: 'available' as const }),
  fc.record({
    kind: fc.constant('unavailable' as const),
    unavailability: fc.record({
      state: fc.constantFrom('Absent', 'StandbyOffline', 'Starting'),
      reason: fc.constantFrom('it is not plugged in', 'the slot is off'),
    }),
  }),
);

function run(inputs: readonly ReachabilityInput[]) {
  let state: Reachability = unknownReachability;
  const effects: ReachabilityEffect[] = [];
  for (const each of inputs) {
    const reached = reach(state, each);
    state = reached.state;
    effects.push(...reached.effects);
  }
  return { state, effects };
}

describe('the reachability of a node', () => {
  it('reports a loss once, and its end once', () => {
    fc.assert(
      fc.property(fc.array(input), (inputs) => {
        const { state, effects } = run(inputs);
        const reports = effects.flatMap(({ kind }) =>
          kind === 'reportLoss' || kind === 'reportEnd' ? kind : [],
        );
        for (const [at, kind] of reports.entries())
          expect(kind).toBe(at % 2 === 0 ? 'reportLoss' : 'reportEnd');
        expect(state.isLossReported).toBe(reports.length % 2 === 1);
      }),
    );
  });

  it('alternates between reached and left, and is Enabled exactly while reached', () => {
    fc.assert(
      fc.property(fc.array(input), (inputs) => {
        const { state, effects } = run(inputs);
        const last = effects.findLast(({ kind }) => kind === 'reached' || kind === 'left');
        expect(state.isReachable).toBe(last?.kind === 'reached');
        expect(state.isReachable).toBe(state.status.state === 'Enabled');
        expect(state.isReachable).toBe(state.fault === null && last !== undefined);
      }),
    );
  });

  it('changes by nothing but availability while it is unavailable', () => {
    fc.assert(
      fc.property(fc.array(input), input, (inputs, next) => {
        const { state } = run([
          ...inputs,
          { kind: 'unavailable', unavailability: { state: 'Absent', reason: 'it was pulled' } },
        ]);
        if (next.kind === 'available' || next.kind === 'unavailable') return;
        expect(reach(state, next)).toEqual({ state, effects: [] });
      }),
    );
  });

  it('tolerates one round of wrong answers, and counts the second as a loss', () => {
    const wrong = { kind: 'failed', error: 'wrong-data', fault: 'garbage', isConnected: true } as const;
    const { state } = run([{ kind: 'responded' }, wrong]);
    expect(state).toMatchObject({ isReachable: true, wrongRounds: 1 });
    const second = reach(state, wrong);
    expect(second.state).toMatchObject({ isReachable: false, fault: 'garbage' });
    // It still answers, but not what it is asked.
    expect(reach(second.state, { kind: 'answered' }).state.isReachable).toBe(false);
    expect(reach(second.state, { kind: 'responded' }).state.isReachable).toBe(true);
  });
});
