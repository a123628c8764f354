/** The clocks of the process. Tests pass a clock of their own. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. It may step: a BMC often starts in 1970 and is set later. */
  now(): number;
  /** Milliseconds since the machine started. Never steps; starts again with the machine. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint() / 1_000_000n),
};
