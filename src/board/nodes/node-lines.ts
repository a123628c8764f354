/** What a node tells of its host as lines: whether it has power, and the pins of a bridge IC. */
import { DeviceError } from '../../../drivers/errors.ts';
import type { GpioLine, GpioLines, LineRequest } from '../../../drivers/gpio/lines.ts';

/** The level that says whether the host has power, as the controller sees it. */
export const powerLine = 'power';
export const bitLine = (bit: number): string => `bit ${bit}`;

/** Levels of a node by name: unknown at first, and again while the node does not answer. */
export class NodeLines implements GpioLines {
  readonly #node: string;
  readonly #levels = new Map<string, boolean>();
  readonly #listeners = new Map<string, Set<(level: boolean) => void>>();
  #waiting: { readonly name: string; readonly settle: (error?: DeviceError) => void }[] = [];
  #closed = false;

  constructor(node: string) {
    this.#node = node;
  }

  get(name: string): boolean | null {
    return this.#levels.get(name) ?? null;
  }

  /** What the node says now. */
  take(levels: Iterable<readonly [name: string, level: boolean]>): void {
    const changed: [string, boolean][] = [];
    for (const [name, level] of levels) {
      if (this.#levels.get(name) !== level) changed.push([name, level]);
      this.#levels.set(name, level);
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) {
      if (this.#levels.has(each.name)) each.settle();
      else this.#waiting.push(each);
    }
    for (const [name, level] of changed)
      for (const listener of this.#listeners.get(name) ?? []) listener(level);
  }

  /** The node does not answer any more. Whoever was told that nobody knows is told again what is so. */
  lose(): void {
    this.#levels.clear();
  }

  /** Resolves once the level is known. @throws DeviceError `no-answer` when that is given up */
  async request({ line: name, activeLow }: LineRequest): Promise<GpioLine> {
    if (this.get(name) === null) await this.#known(name);
    const shown = (level: boolean) => level !== activeLow;
    const own = new Set<(level: boolean) => void>();
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    const forget = (listener: (level: boolean) => void) => {
      own.delete(listener);
      listeners.delete(listener);
    };
    return {
      name: `${this.#node} ${name}`,
      get: () => {
        const level = this.get(name);
        if (level === null) throw new DeviceError('no-answer', `${this.#node} ${name}`, 'it does not answer');
        return shown(level);
      },
      set: () => {
        throw new DeviceError('unsupported', `${this.#node} ${name}`, 'it is not driven by this controller');
      },
      onChange: (listener) => {
        const hear = (level: boolean) => listener(shown(level));
        own.add(hear);
        listeners.add(hear);
        return () => forget(hear);
      },
      close: () => {
        for (const listener of own) listeners.delete(listener);
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const waiting = this.#waiting.splice(0);
    for (const { settle } of waiting)
      settle(new DeviceError('no-answer', this.#node, 'the daemon ends before it has answered'));
  }

  #known(name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: DeviceError) => (error === undefined ? resolve() : reject(error));
      if (this.#closed) settle(new DeviceError('no-answer', this.#node, 'it is not asked any more'));
      else this.#waiting.push({ name, settle });
    });
  }
}
