/** Runs many requests to one controller in volleys. */

/** Requests in flight at most, and how few are left when the next volley begins. */
const most = 8;
const fewest = 4;

/**
 * Runs `job` for each item. The next requests are sent together once most of those before have been answered: many
 * packets for one wake-up of both processes cost far less CPU than one packet for each. Waiting for all of them would let
 * one lost packet delay the others. `job` must not reject; `isOver` ends the sending.
 */
export function inVolleys<T>(
  items: readonly T[],
  job: (item: T) => Promise<void>,
  isOver: () => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    let next = 0;
    let open = 0;
    const done = () => {
      open -= 1;
      send();
    };
    const send = () => {
      if (open > fewest) return;
      for (const item of items.slice(next, next + most - open)) {
        if (isOver()) break;
        next += 1;
        open += 1;
        void job(item).then(done);
      }
      if (open === 0) resolve();
    };
    send();
  });
}
