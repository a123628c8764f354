/** Tasks and services in one table: passed, failed, not offered, or for a person. */
import type { Finding, Outcome } from '../finding.ts';
import type { LoadedCase } from './case.ts';

/** The outcome of a case over all members: the worst that was found. */
const order: readonly Outcome[] = ['ERROR', 'FAIL', 'WARN', 'WAIVED', 'PASS', 'NOT_TESTED', 'NOT_APPLICABLE'];

export function outcomeOf(findings: readonly Finding[]): Outcome {
  return order.find((outcome) => findings.some((finding) => finding.outcome === outcome)) ?? 'NOT_TESTED';
}

const words: Readonly<Record<Outcome, string>> = {
  PASS: 'pass',
  FAIL: 'fail',
  WARN: 'warning',
  WAIVED: 'waived',
  NOT_APPLICABLE: 'not offered',
  NOT_TESTED: 'by hand',
  ERROR: 'error',
};

/** Markdown, a row per case and a column per service; `results` by service, then by case. */
export function tableOf(
  cases: readonly LoadedCase[],
  results: ReadonlyMap<string, ReadonlyMap<string, Outcome>>,
): string {
  const services = [...results.keys()];
  const lines = [
    `| task | | effect | ${services.join(' | ')} |`,
    `|---|---|---|${services.map(() => '---|').join('')}`,
    ...cases.map(({ case: { id, title, effect = 'read' } }) => {
      const cells = services.map((service) => words[results.get(service)?.get(id) ?? 'NOT_TESTED']);
      return `| ${id} | ${title.replaceAll('|', '\\|')} | ${effect} | ${cells.join(' | ')} |`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}
