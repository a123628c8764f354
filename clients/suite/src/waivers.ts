/** Waivers: findings that a member accepts for a time, each with a reason and a date. */
import { LineCounter, parseDocument } from 'yaml';
import type { Finding } from './finding.ts';

export interface RuleWaiver {
  readonly rule: string;
  /** URI, where `*` stands for one segment and `**` for any, and perhaps `#` with a pointer. */
  readonly at: string;
  readonly reason: string;
  /** The last day on which it holds, `YYYY-MM-DD`. */
  readonly expires: string;
  readonly owner?: string;
  readonly issue?: string;
}

const required = ['rule', 'at', 'reason', 'expires'] as const;
const known = new Set<string>([...required, 'owner', 'issue']);

/** Reads the list `waivers`. @throws Error with all faults, each with its line */
export function parseRuleWaivers(name: string, text: string): RuleWaiver[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const faults = document.errors.map(({ message }) => `${name}: ${message}`);
  const value: unknown = faults.length ? {} : document.toJS();
  const list: unknown = (value as { waivers?: unknown } | null)?.waivers ?? [];
  if (!Array.isArray(list)) faults.push(`${name}: waivers is no list`);
  const waivers = Array.isArray(list) ? (list as Record<string, unknown>[]) : [];
  waivers.forEach((waiver, at) => {
    const node = document.getIn(['waivers', at], true) as { range?: [number, number, number] } | undefined;
    const where = `${name}:${lines.linePos(node?.range?.[0] ?? 0).line}`;
    for (const key of required)
      if (typeof waiver?.[key] !== 'string' || waiver[key] === '') faults.push(`${where}: ${key} is missing`);
    for (const key of Object.keys(waiver ?? {}))
      if (!known.has(key)) faults.push(`${where}: ${key} is no key of a waiver: ${[...known].join(', ')}`);
    if (typeof waiver?.expires === 'string' && !/^\d{4}-\d\d-\d\d$/.test(waiver.expires))
      faults.push(`${where}: expires is ${waiver.expires}; write YYYY-MM-DD`);
  });
  if (faults.length) throw new Error(faults.join('\n'));
  return waivers as unknown[] as RuleWaiver[];
}

/** A pattern of `at` as a regular expression of `uri#pointer`. */
function patternOf(at: string): RegExp {
  const text = at
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('**', '\u0001')
    .replaceAll('*', '[^/#]*')
    .replaceAll('\u0001', '.*');
  return new RegExp(`^${text}${at.includes('#') ? '' : '(#.*)?'}$`);
}

/**
 * Findings with those that are waived marked so. An expired waiver waives nothing and is said; one without a finding is
 * a warning.
 * @param today `YYYY-MM-DD`
 */
export function waived(
  findings: readonly Finding[],
  waivers: readonly RuleWaiver[],
  today: string,
): Finding[] {
  const patterns = waivers.map((waiver) => ({ waiver, pattern: patternOf(waiver.at), used: false }));
  const result = findings.map((finding): Finding => {
    if (finding.outcome !== 'FAIL' && finding.outcome !== 'WARN') return finding;
    const found = patterns.find(
      ({ waiver, pattern }) =>
        waiver.rule === finding.rule && pattern.test(`${finding.uri}#${finding.pointer}`),
    );
    if (!found) return finding;
    found.used = true;
    const { reason, expires } = found.waiver;
    return expires < today
      ? { ...finding, message: `${finding.message} (the waiver expired on ${expires}: ${reason})` }
      : { ...finding, outcome: 'WAIVED', message: `${finding.message} (waived until ${expires}: ${reason})` };
  });
  const unused = patterns
    .filter(({ used }) => !used)
    .map(
      ({ waiver }): Finding => ({
        ...{ rule: 'SUITE-WAIVER-1', outcome: 'WARN', uri: '', pointer: '', evidence: [] },
        message: `the waiver of ${waiver.rule} at ${waiver.at} waives nothing: remove it`,
        source: { doc: 'waivers' },
      }),
    );
  return [...result, ...unused];
}
