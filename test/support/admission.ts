/** Admission of connections for listeners that tests open by themselves. */
import { defaultLimits } from '../../src/http/limits.ts';
import { Admission } from '../../src/http/listener/admission.ts';
import { Meter } from '../../src/http/meter.ts';

/** The default limits of connections, without budgets. */
export function testAdmission(limits = { ...defaultLimits, requestsPerSecond: 0 }): Admission {
  const ownerOf = () => undefined;
  return new Admission({ limits, ownerOf, meter: new Meter(limits, ownerOf) });
}
