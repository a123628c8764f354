/** SARIF 2.1.0 (OASIS), for code scanners and editors. */
import { createHash } from 'node:crypto';
import type { Finding, Outcome } from '../finding.ts';
import { explanationOf } from '../rulebook.ts';
import type { Report } from './report.ts';

const levels: Partial<Record<Outcome, string>> = {
  FAIL: 'error',
  ERROR: 'error',
  WARN: 'warning',
  WAIVED: 'error',
};

/** The text with lone surrogates, which encodeURI refuses, replaced by U+FFFD. */
const wellFormed = (text: string): string => Buffer.from(text).toString();

function result(finding: Finding): object {
  const { rule, outcome, uri, pointer, message, line, column } = finding;
  const place = `${uri}#${pointer}`;
  return {
    ...{ ruleId: rule, level: levels[outcome] ?? 'note', message: { text: message } },
    kind:
      outcome === 'PASS'
        ? 'pass'
        : outcome === 'NOT_APPLICABLE'
          ? 'notApplicable'
          : levels[outcome]
            ? 'fail'
            : 'open',
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: `redfish:${encodeURI(wellFormed(uri))}` },
          ...(line === undefined ? {} : { region: { startLine: line, startColumn: column ?? 1 } }),
        },
        logicalLocations: [{ fullyQualifiedName: place }],
      },
    ],
    partialFingerprints: {
      'place/v1': createHash('sha256').update(`${rule} ${place}`).digest('hex').slice(0, 32),
    },
    ...(outcome === 'WAIVED' ? { suppressions: [{ kind: 'external', justification: message }] } : {}),
  };
}

export function sarifReport({ suite, findings }: Report): string {
  // SARIF 3.27.9: of a result that is no failure the level is none.
  const results = findings
    .filter(({ outcome }) => outcome !== 'PASS')
    .map(result)
    .map((entry) => ('kind' in entry && entry.kind !== 'fail' ? { ...entry, level: 'none' } : entry));
  const rules = [...new Set(findings.map(({ rule }) => rule))].sort().map((id) => {
    const rule = explanationOf(id);
    return { id, ...(rule ? { shortDescription: { text: rule.title } } : {}) };
  });
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: suite.name, version: suite.version, rules } }, results }],
  };
  return `${JSON.stringify(log, undefined, 1)}\n`;
}
