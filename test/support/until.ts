/** Waiting for what comes by itself, and no longer. */

/**
 * Asks every 20 ms until `look` returns something other than undefined or false.
 * @throws Error that names `what`, after `patience` milliseconds; generous, since it is only spent by a failing test.
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  patience = 15_000,
): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`waited ${patience} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
