/** Waiting for what comes by itself, and no longer. */
import { at, type Client } from './client.ts';

/**
 * Asks every 20 ms until `look` returns something other than undefined or false.
 * @throws Error that names `what`, after `patience` milliseconds; generous, since it is only spent by a failing test.
 */
export async function until<T>(
  what: string | (() => string),
  look: () => T | undefined | false | Promise<T | undefined | false>,
  patience = 8_000,
): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end)
      throw new Error(`waited ${patience} ms in vain for ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Asks until a resource shows `wanted` (a value, or what accepts it) at a JSON pointer; returns that body. */
export async function shows(
  client: Client,
  uri: string,
  pointer: string,
  wanted: unknown,
  patience?: number,
): Promise<unknown> {
  let last: unknown;
  const fits =
    typeof wanted === 'function'
      ? (wanted as (value: unknown) => boolean)
      : (value: unknown) => value === wanted;
  return until(
    () => `${uri}#${pointer} to show ${String(wanted)}, not ${JSON.stringify(last)}`,
    async () => {
      const { body } = await client.get(uri);
      last = at(body, pointer);
      return fits(last) ? body : undefined;
    },
    patience,
  );
}
