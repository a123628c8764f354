/**
 * What lies between a node and who talks to it, on a bus or a network: time passes, and messages are lost, late or
 * damaged as the faults of the node have it.
 */
import type { Faults } from './faults.ts';
import { fraction } from './random.ts';

export interface Carrier {
  /** Takes a message to the node or from it; `deliver` is called in a later turn, or not at all. */
  carry(bytes: Uint8Array, toNode: boolean, deliver: (bytes: Uint8Array) => void): void;
  /** Loses all that is under way. */
  close(): void;
}

export interface CarrierSurroundings {
  readonly node: string;
  readonly seed: number;
  readonly faults: Faults;
  /** The node has power and runs. */
  isAwake(): boolean;
}

/** Milliseconds that a message is under way: 40 bytes at 100 kHz, and a controller that has other things to do. */
const transit = 2;

export function createCarrier({ node, seed, faults, isAwake }: CarrierSurroundings): Carrier {
  const timers = new Set<NodeJS.Timeout>();
  let carried = 0;
  let answers = 0;

  const isDead = () => !isAwake() || faults.onNode('deadNode', node);

  return {
    carry(bytes, toNode, deliver) {
      const lossy = faults.find('lossyNode', (fault) => fault.node === node);
      if (lossy && 100 * fraction(seed, `${node} ${carried++}`) < lossy.percent) return;
      if (isDead()) return;
      const slow = faults.find('slowNode', (fault) => fault.node === node);
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          // Between sending and now its power may have gone.
          if (isDead()) return;
          // The others have wrong data from the node itself.
          const spoilt = !toNode && faults.onNode('garbledNode', node) && answers++ % 2 === 0;
          deliver(spoilt ? withWrongChecksum(bytes) : bytes);
        },
        transit + (slow && !toNode ? slow.ms : 0),
      ).unref();
      timers.add(timer);
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

function withWrongChecksum(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 1] = ~(copy.at(-1) ?? 0);
  return copy;
}
