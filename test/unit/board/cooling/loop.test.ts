/** Loops and zones as pure functions: what holds for any readings, gaps and times. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dutyAt, smoothed, withPlay } from '../../../../src/board/cooling/curve.ts';
import {
  type Fallback,
  type Input,
  idleLoop,
  type LoopState,
  seeded,
  stepLoop,
  type Tuning,
} from '../../../../src/board/cooling/loop.ts';
import {
  answerTo,
  drivenDuty,
  noOverride,
  stepZone,
  type ZoneDemand,
} from '../../../../src/board/cooling/zone.ts';
import type { LoopFacts } from '../../../../src/platform/vocabulary/index.ts';

const curve = [
  [20, 10],
  [40, 30],
  [60, 80],
];
const facts: LoopFacts = { id: 'cpu', of: ['CPU'], curve };
const tuning: Tuning = { target: 50, proportional: 2, integral: 0.1 };
const plain: Tuning = { target: null, proportional: 0, integral: 0 };
const fallback: Fallback = { failSafe: 100, start: 70, critical: 90, warmUp: 30 };

const reading = (value: number, isCritical = false): Input => ({
  kind: 'value',
  sensor: 'CPU',
  value,
  isCritical,
});
const unknown: Input = { kind: 'unknown', sensor: 'CPU', isStarting: false };
const starting: Input = { kind: 'unknown', sensor: 'CPU', isStarting: true };
const none: Input = { kind: 'none', sensor: 'CPU' };

function run(
  inputs: readonly Input[][],
  { dt = 1, own = facts, by = tuning, from = idleLoop } = {},
): LoopState {
  let state = from;
  for (const main of inputs)
    state = stepLoop(own, by, fallback, state, { main, substitutes: [], feedForward: null }, dt);
  return state;
}
const times = (count: number, input: Input): Input[][] => Array.from({ length: count }, () => [input]);

const anyInput = fc.oneof(
  fc.record({
    kind: fc.constant('value' as const),
    sensor: fc.constant('CPU'),
    value: fc.double({ min: -100, max: 200, noNaN: true }),
    isCritical: fc.boolean(),
  }),
  fc.constantFrom(unknown, starting, none),
);
const anyStorm = fc.array(fc.array(anyInput, { minLength: 1, maxLength: 3 }), { maxLength: 80 });
const anyTime = fc.double({ min: 0.05, max: 30, noNaN: true });

describe('a curve', () => {
  it.each([
    [0, 10],
    [20, 10],
    [30, 20],
    [40, 30],
    [50, 55],
    [60, 80],
    [99, 80],
  ])('at %s asks for %s', (x, duty) => expect(dutyAt(curve, x)).toBe(duty));

  it('of steps asks for the duty of the last point that is reached', () => {
    expect([19, 39.9, 40, 61].map((x) => dutyAt(curve, x, false))).toEqual([10, 10, 30, 80]);
  });

  it('follows a rise at once and ignores a small fall', () => {
    let played: number | null = null;
    const followed = [30, 32, 31, 30.1, 29, 33].map((x) => {
      played = withPlay(played, x, 2);
      return played;
    });
    expect(followed).toEqual([30, 32, 32, 32, 31, 33]);
  });

  it('a filter comes to its input with its lag', () => {
    expect(smoothed(null, 5, 2, 1)).toBe(5);
    expect(smoothed(0, 10, 2, 2)).toBeCloseTo(6.32, 2);
    expect(smoothed(0, 10, 0, 1)).toBe(10);
  });
});

describe('a loop', () => {
  it('asks within 0 to 100 percent and stays finite, whatever it reads', () => {
    fc.assert(
      fc.property(anyStorm, anyTime, (storm, dt) => {
        const { demand, integral } = run(storm, { dt });
        expect(demand).toBeGreaterThanOrEqual(0);
        expect(demand).toBeLessThanOrEqual(100);
        expect(integral).toBeGreaterThanOrEqual(0);
        expect(integral).toBeLessThanOrEqual(100);
      }),
    );
  });

  it('never asks for less where it is hotter', () => {
    fc.assert(
      fc.property(anyStorm, anyTime, fc.double({ min: 0, max: 50, noNaN: true }), (storm, dt, warmer) => {
        const hotter = storm.map((inputs) =>
          inputs.map((each) => (each.kind === 'value' ? { ...each, value: each.value + warmer } : each)),
        );
        expect(run(hotter, { dt }).demand).toBeGreaterThanOrEqual(run(storm, { dt }).demand - 1e-9);
      }),
    );
  });

  it('never asks for less because an input became unknown', () => {
    fc.assert(
      fc.property(anyStorm, fc.integer({ min: 1, max: 60 }), (storm, seconds) => {
        const before = run([...storm, [reading(45)]]);
        const after = run(times(seconds, unknown), { from: before });
        expect(after.demand).toBeGreaterThanOrEqual(before.demand - 1e-9);
      }),
    );
  });

  it('holds its demand for the grace, then asks for its fail-safe duty', () => {
    const before = run(times(20, reading(40)));
    expect(before).toMatchObject({ demand: 30, reason: 'curve' });
    expect(run(times(3, unknown), { from: before })).toMatchObject({ demand: 30, reason: 'hold' });
    const after = run(times(4, unknown), { from: before });
    expect(after).toMatchObject({ demand: 100, reason: 'fail-safe', sensor: 'CPU' });
    expect(run(times(40, reading(40)), { from: after })).toMatchObject({ demand: 30, reason: 'curve' });
  });

  it('asks for its start duty while inputs start, and for the fail-safe duty when that takes too long', () => {
    expect(run(times(30, starting))).toMatchObject({ demand: 70, reason: 'start' });
    expect(run(times(31, starting))).toMatchObject({ demand: 100, reason: 'fail-safe' });
  });

  it('asks for nothing where nothing is to be cooled', () => {
    expect(run([...times(60, reading(80)), [none]])).toEqual(idleLoop);
  });

  it('follows a substitute while its input is unknown', () => {
    const own = { ...facts, substitute: { of: ['AIR'], curve: [[30, 40]] } };
    let state = idleLoop;
    const air: Input = { kind: 'value', sensor: 'AIR', value: 35, isCritical: false };
    for (let second = 0; second < 40; second++)
      state = stepLoop(
        own,
        tuning,
        fallback,
        state,
        { main: [unknown], substitutes: [air], feedForward: null },
        1,
      );
    expect(state).toMatchObject({ demand: 40, reason: 'substitute', sensor: 'AIR' });
    state = stepLoop(
      own,
      tuning,
      fallback,
      state,
      { main: [unknown], substitutes: [unknown], feedForward: null },
      1,
    );
    expect(state).toMatchObject({ demand: 100, reason: 'fail-safe' });
  });

  it('answers a critical threshold whatever its curve says', () => {
    expect(run([[reading(20, true)]])).toMatchObject({ demand: 90, reason: 'critical' });
  });

  it('adds what a power lets expect, and the most of it while that is unknown', () => {
    const own = {
      ...facts,
      feedForward: {
        of: 'POWER',
        curve: [
          [0, 0],
          [300, 10],
        ],
      },
    };
    const demand = (feedForward: Input) =>
      stepLoop(own, plain, fallback, idleLoop, { main: [reading(40)], substitutes: [], feedForward }, 1)
        .demand;
    expect(demand({ kind: 'value', sensor: 'POWER', value: 150, isCritical: false })).toBe(35);
    expect(demand(unknown)).toBe(40);
    expect(demand(none)).toBe(30);
  });

  it('comes to the same demand after any storm of faults has ended', () => {
    fc.assert(
      fc.property(anyStorm, (storm) => {
        const calm = times(4000, reading(40));
        expect(run(calm, { from: run(storm) }).demand).toBeCloseTo(run(calm).demand, 6);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps its target by its integral, which does not grow at full duty', () => {
    const warm = run(times(60, reading(52)));
    expect(warm.reason).toBe('target');
    expect(warm.demand).toBeGreaterThan(dutyAt(curve, 52) + 2);
    const saturated = run(times(3000, reading(75)));
    expect(saturated.demand).toBe(100);
    // Four seconds below the target are enough to leave full duty.
    expect(run(times(4, reading(45)), { from: saturated }).demand).toBeLessThan(60);
  });

  it('goes on from the duty of manual control', () => {
    const hot = run(times(60, reading(53)));
    for (const duty of [75, 85, 95]) {
      const state = seeded(facts, tuning, hot, duty);
      const next = run([[reading(53)]], { from: state });
      expect(next.demand).toBeCloseTo(duty + 0.25, 0);
    }
  });
});

describe('a zone', () => {
  const limits = { minimum: 15, rise: 100, fall: 1 };
  const loop = (duty: number, isUrgent = false): ZoneDemand => ({
    ...{ duty, isUrgent, loop: 'cpu', sensor: 'CPU' },
    reason: isUrgent ? 'unknown-input' : 'loop',
  });

  it('follows the highest demand, and names who asks', () => {
    const { duty, leader } = stepZone(
      20,
      [loop(25), { ...loop(60), loop: 'inlet' }, loop(40)],
      limits,
      noOverride,
      1,
    );
    expect([duty, leader.loop]).toEqual([60, 'inlet']);
  });

  it('falls no faster than it may, and never below its minimum', () => {
    expect(stepZone(60, [loop(20)], limits, noOverride, 1).duty).toBe(59);
    expect(stepZone(15.2, [loop(0)], limits, noOverride, 1)).toMatchObject({
      duty: 15,
      leader: { reason: 'minimum' },
    });
  });

  it('reaches an urgent demand at once, whoever leads', () => {
    const slow = { ...limits, rise: 2 };
    expect(stepZone(20, [loop(80)], slow, noOverride, 1).duty).toBe(22);
    expect(stepZone(20, [loop(80, true)], slow, noOverride, 1).duty).toBe(80);
    expect(stepZone(20, [loop(90), loop(80, true)], slow, noOverride, 1).duty).toBe(80);
  });

  it('a user raises and lowers ordinary demands, and no urgent one', () => {
    expect(stepZone(50, [loop(50)], limits, { floor: 0, offset: -1 }, 1).duty).toBe(49);
    expect(stepZone(50, [loop(20)], limits, { floor: 45, offset: 0 }, 10)).toMatchObject({
      duty: 45,
      leader: { reason: 'floor' },
    });
    expect(stepZone(80, [loop(80, true)], limits, { floor: 0, offset: -50 }, 60).duty).toBe(80);
  });

  it('drives what is wanted or a little more, and follows no noise', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.integer({ min: 0, max: 100 }),
        (wanted, before) => {
          const driven = drivenDuty(before, wanted);
          expect(driven).toBeGreaterThanOrEqual(wanted - 1e-6);
          expect(driven).toBeLessThan(wanted + 1.5);
        },
      ),
    );
    expect(drivenDuty(41, 39.6)).toBe(41);
    expect(drivenDuty(41, 39.4)).toBe(40);
  });

  it('answers failed fans by their number', () => {
    const answers = [
      { count: 1, duty: 60 },
      { count: 2, duty: 100 },
    ];
    expect([0, 1, 2, 3].map((failed) => answerTo(failed, answers))).toEqual([0, 60, 100, 100]);
  });
});
