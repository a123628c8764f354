import type { Health } from './model/status.ts';

/** The worst of some healths; OK of none. */
export function worst(healths: Iterable<Health>): Health {
  let found: Health = 'OK';
  for (const health of healths) {
    if (health === 'Critical') return 'Critical';
    if (health === 'Warning') found = 'Warning';
  }
  return found;
}
