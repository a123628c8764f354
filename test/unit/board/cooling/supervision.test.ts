/** Rotors and protections as pure functions. */
import { describe, expect, it } from 'vitest';
import { armed, type ProtectionState, stepProtection } from '../../../../src/board/cooling/protection.ts';
import { newRotor, type RotorState, stepRotor } from '../../../../src/board/cooling/rotor.ts';

/** A rotor after so many seconds each of a speed at a duty. */
function rotor(
  phases: readonly (readonly [seconds: number, speed: number | null, duty: number])[],
): RotorState {
  let state = newRotor;
  for (const [seconds, speed, duty] of phases)
    for (let second = 0; second < seconds; second++) state = stepRotor(state, speed, duty, 10_000, 1);
  return state;
}

describe('a rotor', () => {
  it('fails when it is slow for ten seconds, or stands for three', () => {
    expect(
      rotor([
        [10, 5000, 50],
        [9, 3000, 50],
      ]).isFailed,
    ).toBe(false);
    expect(
      rotor([
        [10, 5000, 50],
        [10, 3000, 50],
      ]).isFailed,
    ).toBe(true);
    expect(
      rotor([
        [10, 5000, 50],
        [2, 0, 50],
      ]).isFailed,
    ).toBe(false);
    expect(
      rotor([
        [10, 5000, 50],
        [3, 0, 50],
      ]).isFailed,
    ).toBe(true);
  });

  it('has time to follow a large change of its duty', () => {
    expect(
      rotor([
        [10, 2000, 20],
        [5, 0, 100],
      ]).isFailed,
    ).toBe(false);
    expect(
      rotor([
        [10, 2000, 20],
        [5, 0, 100],
        [9, 9000, 100],
      ]).isFailed,
    ).toBe(false);
  });

  it('with a tolerance of a quarter is good, and one that is too fast too', () => {
    expect(rotor([[60, 3800, 50]]).isFailed).toBe(false);
    expect(rotor([[60, 9000, 50]]).isFailed).toBe(false);
  });

  it('without a reading is not failed, and stays failed until it turns well for ten seconds', () => {
    expect(
      rotor([
        [10, 5000, 50],
        [60, null, 50],
      ]).isFailed,
    ).toBe(false);
    const failed = [
      [10, 5000, 50],
      [10, 0, 50],
    ] as const;
    expect(rotor([...failed, [60, null, 50]]).isFailed).toBe(true);
    expect(rotor([...failed, [9, 5000, 50]]).isFailed).toBe(true);
    expect(rotor([...failed, [10, 5000, 50]]).isFailed).toBe(false);
  });
});

describe('a protection', () => {
  const limit = { above: 100, lasts: 5 };
  const input = (reading: number | null, time: number) => ({
    reading,
    time,
    isPowered: true,
    isConfirmed: true,
  });

  function protection(
    readings: readonly (number | null)[],
    also: { isConfirmed?: boolean; isPowered?: boolean } = {},
  ) {
    let state: ProtectionState = armed;
    const actions: (string | null)[] = [];
    for (const [time, reading] of readings.entries()) {
      const step = stepProtection(state, { ...input(reading, time), ...also }, limit, 1);
      state = step.state;
      actions.push(step.action);
    }
    return { state, actions: actions.filter((each) => each !== null) };
  }
  const lasting = (count: number, reading: number | null) => Array.from({ length: count }, () => reading);

  it('switches off once, after its time, and forces it when that did not help', () => {
    expect(protection(lasting(4, 101)).actions).toEqual([]);
    expect(protection(lasting(5, 101)).actions).toEqual(['shutdown']);
    expect(protection(lasting(64, 101)).actions).toEqual(['shutdown']);
    expect(protection(lasting(300, 101)).actions).toEqual(['shutdown', 'force']);
  });

  it('starts anew when the reading was below its limit', () => {
    expect(protection([...lasting(4, 101), 99, ...lasting(4, 101)]).actions).toEqual([]);
  });

  it('wants two readings: one that is repeated is none', () => {
    let state: ProtectionState = armed;
    for (let second = 0; second < 30; second++) {
      const step = stepProtection(state, input(120, 7), limit, 1);
      expect(step.action).toBeNull();
      state = step.state;
    }
  });

  it('takes a lost reading that was too high to be too high still', () => {
    expect(protection([101, 101, ...lasting(3, null)]).actions).toEqual(['shutdown']);
    expect(protection(lasting(60, null)).actions).toEqual([]);
  });

  it('waits for its confirmation', () => {
    expect(protection(lasting(60, 101), { isConfirmed: false }).actions).toEqual([]);
  });

  it('is ready again when what it protects is off or cool', () => {
    const { state } = protection(lasting(5, 101));
    expect(state.phase).toBe('tripped');
    expect(stepProtection(state, { ...input(null, 9), isPowered: false }, limit, 1).state).toEqual(armed);
    expect(stepProtection(state, input(98, 9), limit, 1).state.phase).toBe('tripped');
    expect(stepProtection(state, input(96, 9), limit, 1).state).toEqual(armed);
  });
});
