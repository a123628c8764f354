/** A run: what is chosen is judged, and what is not is said. */
import type { RedfishClient } from '@redfishd/client';
import { type CrawlOptions, crawl } from './crawl.ts';
import { type Effect, effects } from './engine.ts';
import type { Finding } from './finding.ts';
import { type LiveOptions, LiveSession } from './live.ts';
import { judgeRecording } from './passive.ts';
import { protocolRules } from './protocol/index.ts';
import type { Recording } from './recording.ts';
import { type Report, reportOf } from './report/report.ts';
import { rulebook } from './rulebook.ts';
import { type RuleWaiver, waived } from './waivers.ts';

export interface Choice {
  /** Levels to run; default all that the effect allows. */
  readonly levels?: readonly number[];
  /** Identifiers of rules, or their beginnings such as `SCH-`. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly allow?: Effect;
  readonly waivers?: readonly RuleWaiver[];
  /** `YYYY-MM-DD`: the day on which waivers are looked at; default that of the recording's last exchange. */
  readonly today?: string;
}

/** Why a rule is left out; undefined for one that is run. */
function leftOut(id: string, level: number, choice: Choice): string | undefined {
  const { levels, only, skip } = choice;
  if (levels && !levels.includes(level)) return `level ${level} was not asked for`;
  if (only?.length && !only.some((name) => id.startsWith(name))) return 'left out by --only';
  return skip?.some((name) => id.startsWith(name)) ? 'left out by --skip' : undefined;
}

function finish(
  recording: Recording,
  found: readonly Finding[],
  choice: Choice,
  left: Report['rulesLeft'],
): Report {
  const {
    waivers = [],
    allow = 'read',
    today = recording.exchanges.at(-1)?.time.slice(0, 10) ?? '',
  } = choice;
  const out = new Set(left.map(({ rule }) => rule));
  return reportOf({
    ...{ recording, allowed: allow, rulesLeft: left },
    // A waiver of a rule that was not run cannot have a finding.
    findings: waived(
      found,
      waivers.filter(({ rule }) => !out.has(rule)),
      today,
    ),
    rulesRun: rulebook.map(({ id }) => id).filter((id) => !out.has(id)),
  });
}

const passive = (recording: Recording, out: ReadonlySet<string>): Finding[] =>
  judgeRecording(recording, undefined).filter(({ rule }) => !out.has(rule));

/** Judges a recording: levels 0 to 2. Pure. */
export function runRecording(recording: Recording, choice: Choice = {}): Report {
  const left = rulebook.flatMap(({ id, level }) => {
    const reason = level > 2 ? 'a recording answers no requests' : leftOut(id, level, choice);
    return reason === undefined ? [] : [{ rule: id, reason }];
  });
  return finish(recording, passive(recording, new Set(left.map(({ rule }) => rule))), choice, left);
}

/** Crawls a service, judges what it read, then runs the protocol rules that the choice allows. */
export async function runService(
  client: RedfishClient,
  choice: Choice,
  options: LiveOptions & CrawlOptions = {},
): Promise<{ report: Report; recording: Recording }> {
  const session = new LiveSession(client, options);
  await crawl(session, options);
  const allowed = effects.indexOf(choice.allow ?? 'read');
  const left: { rule: string; reason: string }[] = [];
  for (const { id, level } of rulebook) {
    const rule = protocolRules.find((active) => active.id === id);
    const forbidden =
      rule && effects.indexOf(rule.effect) > allowed ? `needs --allow ${rule.effect}` : undefined;
    const reason = leftOut(id, level, choice) ?? forbidden;
    if (reason !== undefined) left.push({ rule: id, reason });
  }
  const out = new Set(left.map(({ rule }) => rule));
  const findings = passive(session.recording, out);
  session.probing = true;
  for (const rule of protocolRules) {
    if (out.has(rule.id)) continue;
    const over = session.over;
    if (over === undefined) findings.push(...(await rule.run(session)));
    else left.push({ rule: rule.id, reason: over });
  }
  const { recording } = session;
  return { recording, report: finish(recording, findings, choice, left) };
}

/** Crawls a service and judges nothing. */
export async function recordService(
  client: RedfishClient,
  options: LiveOptions & CrawlOptions = {},
): Promise<Recording> {
  const session = new LiveSession(client, options);
  await crawl(session, options);
  return session.recording;
}
