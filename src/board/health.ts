/** Roll-up of health. */
import type { Health } from './model/status.ts';

/** Roll-up of healths; OK for none. */
export function worst(healths: Iterable<Health>): Health {
  let found: Health = 'OK';
  for (const health of healths) {
    if (health === 'Critical') return 'Critical';
    if (health === 'Warning') found = 'Warning';
  }
  return found;
}
