/** The medium between a node and its clients, bus or network: delays, loses and damages messages by the faults of the node. */
import type { Faults } from './faults.ts';
import { fraction } from './random.ts';

export interface Carrier {
  /** Carries a message to the node or from it; `deliver` is called in a later turn, or never. */
  carry(bytes: Uint8Array, toNode: boolean, deliver: (bytes: Uint8Array) => void): void;
  /** Drops every message in transit. */
  close(): void;
}

export interface CarrierSurroundings {
  readonly node: string;
  readonly seed: number;
  readonly faults: Faults;
  /** Whether the node has power and runs. */
  isAwake(): boolean;
}

/** Transit time of a message, ms: 40 bytes at 100 kHz, and the response time of a controller. */
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
          // Power may have gone during transit.
          if (isDead()) return;
          // Every second response gets a wrong checksum; the node garbles the data of the others.
          const isDamaged = !toNode && faults.onNode('garbledNode', node) && answers++ % 2 === 0;
          deliver(isDamaged ? withWrongChecksum(bytes) : bytes);
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
