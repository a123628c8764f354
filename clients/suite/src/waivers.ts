/** Waivers of rules: findings that are accepted for a time, each with a reason and its last day. */
import { SuiteFileError } from './checklist/library.ts';
import type { Finding } from './finding.ts';
import { SourceText } from './text/document.ts';
import { checkShape, type Shape } from './text/shape.ts';

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

const shape: Shape = {
  keys: {
    waivers: {
      list: {
        keys: {
          ...{ rule: 'filled', at: 'filled', reason: 'filled', expires: 'date' },
          ...{ owner: 'string', issue: 'string' },
        },
        required: ['rule', 'at', 'reason', 'expires'],
      },
    },
  },
  required: ['waivers'],
};

/** Reads the list `waivers`. @throws SuiteFileError with all problems, each with its line */
export function parseRuleWaivers(name: string, text: string): RuleWaiver[] {
  const source = new SourceText(name, text);
  const problems = checkShape(source, shape);
  if (problems.length) throw new SuiteFileError(problems);
  return (source.value as { waivers: RuleWaiver[] }).waivers;
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
 * The findings, FAIL and WARN changed to WAIVED where a waiver matches. An expired waiver is named in the message of the
 * finding; a waiver without any finding adds a WARN.
 * @param today `YYYY-MM-DD`
 */
export function waived(
  findings: readonly Finding[],
  waivers: readonly RuleWaiver[],
  today: string,
): Finding[] {
  // A valid waiver precedes an expired one of the same finding.
  const patterns = [...waivers]
    .sort((a, b) => (a.expires < b.expires ? 1 : a.expires > b.expires ? -1 : 0))
    .map((waiver) => ({ waiver, pattern: patternOf(waiver.at), used: false }));
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
