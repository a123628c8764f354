/** The identify light of a node, which its controller lights (IPMI 2.0, section 28.5). */
import { chassisIdentify, IpmiError, run, type Target } from 'node-ipmi';
import type { Glow, Lamp } from '../lines/lamps.ts';

/** A controller that was reset has forgotten it, and one that knows no "until told otherwise" ends it by itself. */
const refreshPeriod = 60_000;
/** Seconds, the longest that it can be asked for. */
const longest = 255;

interface Lit {
  use<T>(job: (target: Target) => Promise<T>): Promise<T>;
}

export function nodeLamp(node: Lit): Lamp {
  let timer: NodeJS.Timeout | undefined;
  let lit: boolean | null = null;

  const send = (on: boolean) =>
    node.use(async (target) => {
      if (!on) return run(target, chassisIdentify, 0);
      try {
        await run(target, chassisIdentify, 'on');
      } catch (error) {
        if (!(error instanceof IpmiError) || error.kind !== 'completion') throw error;
        await run(target, chassisIdentify, longest);
      }
    });
  /** Sends it now and then: one that does not answer now is asked again, and one that is dark stays so. */
  const keep = (on: boolean) => {
    clearInterval(timer);
    lit = on;
    timer = setInterval(() => insist(on), refreshPeriod).unref();
  };
  const done = (on: boolean) => {
    if (!on && lit === on) clearInterval(timer);
  };
  const insist = (on: boolean) =>
    void send(on).then(
      () => done(on),
      () => undefined,
    );
  return {
    async set(on) {
      await send(on);
      keep(on);
      done(on);
    },
    show(glow: Glow) {
      const on = glow !== false;
      // Nobody asked: a light that may be lit by somebody else is left alone.
      if (lit === on || (lit === null && !on)) return;
      keep(on);
      insist(on);
    },
    stop: () => clearInterval(timer),
  };
}
