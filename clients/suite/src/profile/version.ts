/** Versions `n.n` and `n.n.n`, compared as numbers. */

const parts = (version: string): number[] =>
  version
    .replace(/^v/, '')
    .split(/[._]/)
    .map((part) => Number.parseInt(part, 10) || 0);

/** Whether a version is the minimum or newer; a missing errata part is 0. */
export function atLeast(version: string, minimum: string): boolean {
  const [have, want] = [parts(version), parts(minimum)];
  for (let index = 0; index < 3; index++) {
    const difference = (have[index] ?? 0) - (want[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

export const sameMajor = (a: string, b: string): boolean => parts(a)[0] === parts(b)[0];

/** `1.25.0` of `#Chassis.v1_25_0.Chassis`; undefined for types without a version. */
export const versionOfType = (type: unknown): string | undefined =>
  typeof type === 'string' ? /\.v(\d+_\d+_\d+)\./.exec(type)?.[1]?.replaceAll('_', '.') : undefined;
