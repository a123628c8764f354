/** A service against a checklist: a verdict per row and instance, with the row's reason and source. */

import type { LoadedProfile } from '../profile/check.ts';
import { evaluateProfile } from '../profile/evaluate.ts';
import type { ProfileFinding, Verdict } from '../profile/profile.ts';
import type { Tree } from '../profile/tree.ts';
import { SourceText } from '../text/document.ts';
import { type BuiltProfile, buildProfile, type Placed } from './build.ts';
import type { LoadedChecklist } from './checklist.ts';
import type { Waiver } from './waivers.ts';

export interface Checked {
  readonly verdict: Verdict | 'WAIVED';
  readonly resource: string;
  /** Property path, `!Action`, or `*` for the resource itself. */
  readonly requirement: string;
  readonly uri: string;
  readonly message: string;
  readonly why: string;
  readonly source: string;
  /** `file:line:column` of the row. */
  readonly from: string;
  readonly waiver?: Waiver;
}

/** The row of a requirement: that of the longest pointer that leads to it, else the first one below it. */
function rowOf(rows: BuiltProfile['rows'], pointer: string): Placed | undefined {
  for (let at = pointer; at; at = at.slice(0, at.lastIndexOf('/'))) {
    const found = rows.get(at);
    if (found) return found;
  }
  for (const [at, placed] of rows) if (at.startsWith(`${pointer}/`)) return placed;
  return undefined;
}

/** `Status.Health`, `!Reset`, or `*` of a pointer within a profile. */
function requirementOf(pointer: string): string {
  const steps = pointer.split('/');
  const action = steps.indexOf('ActionRequirements');
  if (action >= 0) return `!${steps[action + 1] ?? ''}`;
  const names = steps.flatMap((step, index) => (steps[index - 1] === 'PropertyRequirements' ? step : []));
  return names.length ? names.join('.') : '*';
}

const sourceOf = ({ row, from }: Placed): string => row.source ?? from.checklist.source;

function describe(finding: ProfileFinding, built: BuiltProfile, loaded: LoadedChecklist): Checked {
  const placed = rowOf(built.rows, finding.origin.pointer);
  const [, , type = 'Protocol'] = finding.origin.pointer.split('/');
  const { checklist, source } = loaded;
  return {
    verdict: finding.verdict,
    resource: placed?.group.resource ?? type,
    requirement: requirementOf(finding.origin.pointer),
    uri: finding.uri,
    message: finding.message,
    why: placed?.row.why ?? checklist.purpose,
    source: placed ? sourceOf(placed) : checklist.source,
    from: placed ? `${placed.from.source.file}:${placed.line}:${placed.column}` : source.file,
  };
}

/** A failure with a waiver is WAIVED until the end of the waiver's day. @param today `YYYY-MM-DD` */
function withWaiver(checked: Checked, id: string, waivers: readonly Waiver[], today: string): Checked {
  if (checked.verdict !== 'FAIL') return checked;
  const waiver = waivers.find(
    ({ checklist, resource, requirement }) =>
      checklist === id && resource === checked.resource && requirement === checked.requirement,
  );
  if (!waiver) return checked;
  if (waiver.expires < today)
    return { ...checked, waiver, message: `${checked.message} (its waiver expired on ${waiver.expires})` };
  return { ...checked, verdict: 'WAIVED', waiver };
}

/** Every verdict. @param today the day that waivers are compared with, `YYYY-MM-DD` */
export function checkService(
  loaded: LoadedChecklist,
  tree: Tree,
  options: {
    readonly available?: readonly LoadedChecklist[];
    readonly profiles?: readonly LoadedProfile[];
    readonly waivers?: readonly Waiver[];
    readonly today: string;
  },
): readonly Checked[] {
  const built = buildProfile(loaded, options.available);
  const { file } = loaded.source;
  const main = { file, profile: built.profile, source: new SourceText(file, '{}') };
  const set = { profiles: [main, ...(options.profiles ?? [])], named: new Map() };
  return evaluateProfile(set, tree).map((finding) =>
    withWaiver(describe(finding, built, loaded), loaded.checklist.id, options.waivers ?? [], options.today),
  );
}
