/** Protection: a reading that is too high for too long switches hosts off, once. No clock and no I/O. */

/** Seconds after which a graceful shutdown that did not end it is forced. */
const forceAfter = 60;
/** Distance below the limit at which it is ready again. */
const releaseBelow = 3;

export interface ProtectionState {
  readonly phase: 'armed' | 'tripped' | 'forced';
  /** Seconds for which the condition, or since the shutdown, has lasted. */
  readonly since: number;
  /** New readings that were too high. */
  readonly readings: number;
  readonly lastReading: number;
}

export const armed: ProtectionState = {
  phase: 'armed',
  since: 0,
  readings: 0,
  lastReading: Number.NEGATIVE_INFINITY,
};

export interface ProtectionInput {
  /** Null while it is unknown; `time` counts readings, so that one reading is not taken for two. */
  readonly reading: number | null;
  readonly time: number;
  /** What it measures has power. */
  readonly isPowered: boolean;
  /** The second sensor agrees, or is unknown; true without one. */
  readonly isConfirmed: boolean;
}

export interface ProtectionStep {
  readonly state: ProtectionState;
  readonly action: 'shutdown' | 'force' | null;
}

/** Advances by `dt` seconds; `above` is the limit and `lasts` the seconds that it must be exceeded. */
export function stepProtection(
  state: ProtectionState,
  { reading, time, isPowered, isConfirmed }: ProtectionInput,
  { above, lasts }: { readonly above: number; readonly lasts: number },
  dt: number,
): ProtectionStep {
  if (state.phase !== 'armed') {
    if (!isPowered || (reading !== null && reading < above - releaseBelow))
      return { state: armed, action: null };
    const since = state.since + dt;
    const isDue = state.phase === 'tripped' && since >= forceAfter;
    return isDue
      ? { state: { ...state, phase: 'forced', since: 0 }, action: 'force' }
      : { state: { ...state, since }, action: null };
  }
  if (!isPowered || (reading !== null && reading < above)) return { state: armed, action: null };
  // A reading that was too high and is lost is taken to be too high still.
  if (reading === null && state.readings === 0) return { state: armed, action: null };
  const isNew = reading !== null && time !== state.lastReading;
  const readings = state.readings + Number(isNew);
  const next = { ...state, since: state.since + dt, readings, lastReading: isNew ? time : state.lastReading };
  if (readings < 2 || next.since < lasts || !isConfirmed) return { state: next, action: null };
  return { state: { ...next, phase: 'tripped', since: 0 }, action: 'shutdown' };
}
