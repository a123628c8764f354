/** Levels that a node reports of its host, offered as lines: power, and the pins of a bridge IC. */
import { DeviceError } from '../../../drivers/errors.ts';
import type { GpioLine, GpioLines, LineRequest } from '../../../drivers/gpio/lines.ts';

/** Line that shows whether the host has power, as its controller reports it. */
export const powerLine = 'power';
export const bitLine = (bit: number): string => `bit ${bit}`;

/** Levels by name: unknown at first, and while the node is not reachable. */
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

  /** Whether a line has been requested. */
  isUsed(name: string): boolean {
    return this.#listeners.has(name) || this.#waiting.some((each) => each.name === name);
  }

  /** Sets all levels that are known now; others are unknown. Listeners of changed levels are called. */
  setLevels(levels: ReadonlyMap<string, boolean>): void {
    const changed = [...levels].filter(([name, level]) => this.#levels.get(name) !== level);
    for (const name of this.#levels.keys()) if (!levels.has(name)) this.#levels.delete(name);
    for (const [name, level] of changed) this.#levels.set(name, level);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) {
      if (this.#levels.has(each.name)) each.settle();
      else this.#waiting.push(each);
    }
    for (const [name, level] of changed)
      for (const listener of this.#listeners.get(name) ?? []) listener(level);
  }

  /** The node is not reachable. When it is again, listeners are called with every level. */
  markUnknown(): void {
    this.#levels.clear();
  }

  /** Resolves once the level is known. @throws DeviceError `no-answer` when the node is closed before */
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
        if (level === null)
          throw new DeviceError('no-answer', `${this.#node} ${name}`, 'the node does not respond');
        return shown(level);
      },
      set: () => {
        throw new DeviceError(
          'unsupported',
          `${this.#node} ${name}`,
          'this daemon cannot drive a line of a node',
        );
      },
      onChange: (listener) => {
        const received = (level: boolean) => listener(shown(level));
        own.add(received);
        listeners.add(received);
        return () => forget(received);
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
      settle(new DeviceError('no-answer', this.#node, 'the daemon stops before the node has responded'));
  }

  #known(name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: DeviceError) => (error === undefined ? resolve() : reject(error));
      if (this.#closed) settle(new DeviceError('no-answer', this.#node, 'the node is not polled any more'));
      else this.#waiting.push({ name, settle });
    });
  }
}
