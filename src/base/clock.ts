/** Time as the store sees it; tests put their own in its place. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. It may step: a BMC often starts in 1970 and learns the time later. */
  now(): number;
  /** Milliseconds since the machine started; never steps, and means nothing after a restart of the machine. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint() / 1_000_000n),
};
