/** The identify LED of a node: Chassis Identify of its controller (IPMI 2.0, section 28.5). */
import { chassisIdentify, IpmiError, run, type Target } from 'node-ipmi';
import type { Glow, Lamp } from '../lines/lamps.ts';

/** Sent again this often, milliseconds: a controller that was reset has forgotten it, and some know no indefinite identify. */
const refreshPeriod = 60_000;
/** Longest identify time, seconds. */
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
  /** Sends it periodically, until the controller has accepted "off". */
  const keep = (on: boolean) => {
    clearInterval(timer);
    lit = on;
    timer = setInterval(() => sendQuietly(on), refreshPeriod).unref();
  };
  const done = (on: boolean) => {
    if (!on && lit === on) clearInterval(timer);
  };
  const sendQuietly = (on: boolean) =>
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
      // Not lit by this daemon: another client of the controller may have.
      if (lit === on || (lit === null && !on)) return;
      keep(on);
      sendQuietly(on);
    },
    stop: () => clearInterval(timer),
  };
}
