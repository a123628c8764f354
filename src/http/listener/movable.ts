/** A listener that moves to another port: the new port opens before the old one closes, and no answer is lost. */
import type { Listener } from './server.ts';

export interface MovableListener extends Listener {
  /** @throws Error with the `code` of the system when the port cannot be opened; nothing has changed then */
  move(port: number): Promise<void>;
}

/** Milliseconds in which both ports are open, so that the answer to the move arrives. */
const overlap = 500;
/** Milliseconds in which requests on the former port may end. */
const patience = 30_000;

/** @param open opens a listener on a port; 0 lets the system choose one */
export async function listenMovable(
  open: (port: number) => Promise<Listener>,
  port: number,
): Promise<MovableListener> {
  let current = await open(port);
  /** Former listeners that are still open, and the timers after which they begin to close. */
  const former = new Map<Listener, NodeJS.Timeout>();
  const closing = new Set<Listener>();
  const leave = (listener: Listener) => {
    const timer = setTimeout(() => {
      closing.add(listener);
      void listener.close(patience).then(() => {
        former.delete(listener);
        closing.delete(listener);
      });
    }, overlap);
    former.set(listener, timer);
  };
  /** A former listener on that port that is still open. */
  const reopen = (to: number): Listener | undefined => {
    for (const [listener, timer] of former) {
      if (listener.address.port !== to || closing.has(listener)) continue;
      clearTimeout(timer);
      former.delete(listener);
      return listener;
    }
    return undefined;
  };
  return {
    get address() {
      return current.address;
    },
    get listening() {
      return current.listening;
    },
    get connections() {
      return [current, ...former.keys()].reduce((sum, each) => sum + each.connections, 0);
    },
    secure(options) {
      for (const listener of [current, ...former.keys()]) listener.secure(options);
    },
    async move(to) {
      if (to === current.address.port) return;
      const next = reopen(to) ?? (await open(to));
      leave(current);
      current = next;
    },
    async close(grace) {
      for (const timer of former.values()) clearTimeout(timer);
      await Promise.all([current, ...former.keys()].map((listener) => listener.close(grace)));
    },
  };
}
