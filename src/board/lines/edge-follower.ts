/** Follows the edges of an input, unless it changes so often that following it would occupy the process. */
import type { GpioLine } from '../../../drivers/gpio/lines.ts';

/** More edges than this within the window are a storm. */
const edges = 200;
/** Milliseconds. */
const window = 100;
/** Edges per second above which an input is noisy. */
export const edgeLimit = (1000 * edges) / window;

export class EdgeFollower {
  #stop: (() => void) | null = null;

  /** Calls `onEdge` with each new value; after too many edges it stops, and calls `onStorm`. */
  follow(gpio: GpioLine, onEdge: (value: boolean) => void, onStorm: () => void): void {
    let count = 0;
    let since = Number.NEGATIVE_INFINITY;
    this.stop();
    const stop = gpio.onChange((value) => {
      if (this.#stop !== stop) return;
      const now = performance.now();
      if (now - since > window) {
        since = now;
        count = 0;
      }
      count += 1;
      if (count <= edges) {
        onEdge(value);
        return;
      }
      this.stop();
      onStorm();
    });
    this.#stop = stop;
  }

  stop(): void {
    const stop = this.#stop;
    this.#stop = null;
    stop?.();
  }
}
