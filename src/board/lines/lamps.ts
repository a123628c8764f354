/** LEDs as such, on an output of the controller or in the LED class of the kernel. */
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
  /** Makes it glow, now or as soon as it can be driven. */
  show(glow: Glow): void;
  /** Ends blinking and retries; the LED stays as it is. */
  stop(): void;
}

/** Milliseconds between attempts to drive an LED that failed. */
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

/** An LED on an output of the controller. */
export class LineLamp implements Lamp {
  readonly #line: string;
  readonly #lines: Lines;
  readonly #blinker = new Blinker();
  #shown: Glow | null = null;

  constructor(line: string, lines: Lines) {
    this.#line = line;
    this.#lines = lines;
  }

  async set(lit: boolean): Promise<void> {
    this.#blinker.stop();
    this.#shown = null;
    this.#lines.set(this.#line, lit);
  }

  show(glow: Glow): void {
    // A blinking LED keeps its rhythm.
    if (typeof glow !== 'boolean' && isSame(glow, this.#shown)) return;
    this.#shown = glow;
    this.#blinker.stop();
    const show = (lit: boolean) => this.#lines.show(this.#line, lit);
    if (typeof glow === 'boolean') show(glow);
    else this.#blinker.blink(glow, show);
  }

  stop(): void {
    this.#blinker.stop();
  }
}

/** An LED of the kernel's LED class, whose writes can take time and fail. */
export class KernelLamp implements Lamp {
  readonly #led: Led;
  readonly #report: (fault: string | null) => void;
  readonly #blinker = new Blinker();
  #wanted: Glow | null = null;
  #shown: Glow | null = null;
  #writing: Promise<void> | null = null;
  #fault: string | null = null;
  #retry: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** `report` receives the reason why it cannot be driven; null once it can. */
  constructor(led: Led, report: (fault: string | null) => void) {
    this.#led = led;
    this.#report = report;
  }

  async set(lit: boolean): Promise<void> {
    await this.#writing;
    await this.#write(lit);
    this.#wanted = lit;
    this.#shown = lit;
  }

  show(glow: Glow): void {
    this.#wanted = glow;
    if (!isSame(glow, this.#shown)) this.#start();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    this.#blinker.stop();
  }

  #start(): void {
    if (!this.#isStopped) this.#writing ??= this.#follow();
  }

  /** Writes until the LED shows what is wanted. */
  async #follow(): Promise<void> {
    clearTimeout(this.#retry);
    try {
      while (this.#wanted !== null && !isSame(this.#wanted, this.#shown) && !this.#isStopped) {
        const glow: Glow = this.#wanted;
        await this.#write(glow);
        this.#shown = glow;
      }
      this.#setFault(null);
    } catch (error) {
      this.#setFault(error instanceof Error ? error.message : String(error));
      this.#retry = setTimeout(() => this.#start(), retryPeriod).unref();
    } finally {
      this.#writing = null;
    }
  }

  async #write(glow: Glow): Promise<void> {
    this.#blinker.stop();
    if (typeof glow === 'boolean') await this.#led.set(glow);
    else if (!(await this.#led.blink(glow.on, glow.off))) {
      // An LED that cannot blink by itself is switched; a write that fails shows at the next change.
      this.#blinker.blink(glow, (lit) => void this.#led.set(lit).catch(() => undefined));
    }
  }

  #setFault(fault: string | null): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    this.#report(fault);
  }
}

function isSame(one: Glow, other: Glow | null): boolean {
  if (typeof one === 'boolean' || typeof other === 'boolean' || other === null) return one === other;
  return one.on === other.on && one.off === other.off;
}
