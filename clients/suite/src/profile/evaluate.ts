/** A service against a profile and all that it requires. Requirements add up: none weakens another (DSP0272). */

import type { ProfileSet } from './check.ts';
import type { Reading } from './disputes.ts';
import type { ProfileFinding, Verdict } from './profile.ts';
import { judgeProtocol } from './protocol.ts';
import { judgeRegistry } from './registries.ts';
import { Report } from './report.ts';
import { judgeEntry } from './resources.ts';
import type { Tree } from './tree.ts';

/** Findings in the order of the profiles and of the instances' URIs: the same tree gives the same list. */
export function evaluateProfile(
  set: ProfileSet,
  tree: Tree,
  reading: Reading = 'letter',
): readonly ProfileFinding[] {
  const findings: ProfileFinding[] = [];
  for (const loaded of set.profiles) {
    const report = new Report(reading);
    const { Protocol, Resources = {}, Registries = {} } = loaded.profile;
    if (Protocol) judgeProtocol(Protocol, { loaded, path: ['Protocol'] }, tree, report);
    for (const [type, entry] of Object.entries(Resources))
      judgeEntry(type, entry, { loaded, path: ['Resources', type] }, tree.ofType(type), {
        set,
        tree,
        report,
      });
    for (const [prefix, rule] of Object.entries(Registries))
      judgeRegistry(prefix, rule, { loaded, path: ['Registries', prefix] }, tree, report);
    findings.push(...report.finish());
  }
  return findings;
}

const severity: readonly Verdict[] = ['NA', 'PASS', 'UNTESTED', 'WARN', 'FAIL'];

/**
 * The worst verdict. A resource that is there is no evidence that its properties are: presence counts only where
 * nothing else was judged.
 */
export function overall(findings: readonly ProfileFinding[]): Verdict {
  const judged = findings.filter(({ aspect, verdict }) => aspect !== 'presence' || verdict !== 'PASS');
  const counted = judged.length ? judged : findings;
  return counted.reduce<Verdict>(
    (worst, { verdict }) => (severity.indexOf(verdict) > severity.indexOf(worst) ? verdict : worst),
    'NA',
  );
}
