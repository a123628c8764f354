/** Pseudo-random numbers that depend only on seed and key, so that a twin is reproducible. */

/** 0 (included) to 1 (excluded), from FNV-1a over the key and a final mix. */
export function fraction(seed: number, key: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A number from -1 to 1. */
export const wobble = (seed: number, key: string) => 2 * fraction(seed, key) - 1;
