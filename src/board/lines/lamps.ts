/** Lights as such, whoever drives them: a line of the controller, or the kernel with its LED class. */
import type { Led } from '../../../drivers/leds/leds.ts';
import type { Lines } from './lines.ts';

/** Milliseconds lit and dark. */
export interface Pattern {
  readonly on: number;
  readonly off: number;
}

/** Dark, lit, or blinking. */
export type Glow = boolean | Pattern;

export interface Lamp {
  /** Lights it, or not. @throws DeviceError */
  set(lit: boolean): Promise<void>;
  /** Has it glow so, now or as soon as it can. */
  show(glow: Glow): void;
  /** It stays as it is. */
  stop(): void;
}

const retryPeriod = 10_000;

/** Blinks by switching on and off. */
class Blinker {
  #timer: NodeJS.Timeout | undefined;

  blink(pattern: Pattern, show: (lit: boolean) => void, lit = true): void {
    this.stop();
    show(lit);
    this.#timer = setTimeout(() => this.blink(pattern, show, !lit), lit ? pattern.on : pattern.off).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** A light on an output. */
export function lineLamp(line: string, lines: Lines): Lamp {
  const blinker = new Blinker();
  let shown: Glow | null = null;
  return {
    async set(lit) {
      blinker.stop();
      shown = null;
      lines.set(line, lit);
    },
    show(glow) {
      // One that blinks goes on in its own time.
      if (typeof glow !== 'boolean' && same(glow, shown)) return;
      shown = glow;
      blinker.stop();
      if (typeof glow === 'boolean') lines.show(line, glow);
      else blinker.blink(glow, (lit) => lines.show(line, lit));
    },
    stop: () => blinker.stop(),
  };
}

/** A light of the kernel. `report` is told why it cannot be driven, and null once it can. */
export function kernelLamp(led: Led, report: (fault: string | null) => void): Lamp {
  const blinker = new Blinker();
  let wanted: Glow | null = null;
  let shown: Glow | null = null;
  let writing: Promise<void> | null = null;
  let fault: string | null = null;
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;

  const tell = (now: string | null) => {
    if (now === fault) return;
    fault = now;
    report(now);
  };
  const write = async (glow: Glow) => {
    blinker.stop();
    if (typeof glow === 'boolean') await led.set(glow);
    else if (!(await led.blink(glow.on, glow.off))) {
      // A light that cannot blink by itself is switched; what becomes of each write shows at the next change.
      blinker.blink(glow, (lit) => void led.set(lit).catch(() => undefined));
    }
  };
  const follow = async () => {
    clearTimeout(retry);
    try {
      while (wanted !== null && !same(wanted, shown) && !stopped) {
        const glow = wanted;
        await write(glow);
        shown = glow;
      }
      tell(null);
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
      retry = setTimeout(start, retryPeriod).unref();
    } finally {
      writing = null;
    }
  };
  const start = () => {
    if (!stopped) writing ??= follow();
  };
  return {
    async set(lit) {
      await writing;
      await write(lit);
      wanted = lit;
      shown = lit;
    },
    show(glow) {
      wanted = glow;
      if (!same(glow, shown)) start();
    },
    stop() {
      stopped = true;
      clearTimeout(retry);
      blinker.stop();
    },
  };
}

function same(one: Glow, other: Glow | null): boolean {
  if (typeof one === 'boolean' || typeof other === 'boolean' || other === null) return one === other;
  return one.on === other.on && one.off === other.off;
}
