/** JSON pointers (RFC 6901): places in the data of a descriptor. */

/** The steps of a JSON pointer. */
export const pointerSteps = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

/** `path` and further steps. */
export const pointer = (path: string, ...steps: readonly (string | number)[]): string =>
  steps.reduce<string>((inner, step) => `${inner}/${escaped(String(step))}`, path);

const escaped = (step: string): string =>
  /[~/]/.test(step) ? step.replaceAll('~', '~0').replaceAll('/', '~1') : step;
