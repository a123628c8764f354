/** Mutation score: how many of the operators that ought to be found are found, and that nothing else is. */
import { describe, expect, it } from 'vitest';
import type { Finding } from '../src/finding.ts';
import { judgeRecording } from '../src/passive.ts';
import { hasShared, type Mutation, mutated, mutations } from './support/mutate.ts';

const found = (mutation: Mutation, findings: readonly Finding[]): boolean => {
  const bad = findings.filter(({ outcome }) => outcome === 'FAIL' || outcome === 'WARN');
  if (mutation.expect === 'PASS') return bad.length === 0;
  const at = bad.filter(
    ({ uri, pointer, outcome }) =>
      (uri === mutation.uri || mutation.ops.some(([, place]) => place === uri)) &&
      (mutation.at === '' || pointer === mutation.at || pointer.startsWith(`${mutation.at}/`)) &&
      (mutation.expect === 'WARN' || outcome === 'FAIL'),
  );
  return at.length > 0;
};

describe.skipIf(!hasShared)('mutations of the base tree (REDFISHD_SHARED has the data)', () => {
  it('finds nothing in the base tree itself', () => {
    expect(judgeRecording(mutated(), undefined)).toEqual([]);
  });

  it('finds at least 95 % of the faults and none in legal changes', () => {
    const results = mutations().map((mutation) => {
      const findings = judgeRecording(mutated(mutation), undefined);
      return { mutation, findings, good: found(mutation, findings) };
    });
    const of = (expected: string) => results.filter(({ mutation }) => mutation.expect === expected);
    const score = (expected: string): string =>
      `${expected} ${of(expected).filter(({ good }) => good).length} of ${of(expected).length}`;
    const validator = of('FAIL').filter(({ mutation }) => mutation.rsv_3_1_8 === 'FAIL').length;
    process.stdout.write(
      `mutation score: ${['FAIL', 'WARN', 'PASS'].map(score).join(', ')}; DMTF's Service Validator 3.1.8 finds ${validator} of ${of('FAIL').length} FAIL\n`,
    );
    for (const { mutation, findings, good } of results)
      if (!good)
        process.stdout.write(
          `  ${mutation.id} ${mutation.expect} ${mutation.uri}#${mutation.at} ${mutation.title}: ${findings.map((f) => `${f.rule} ${f.outcome} ${f.uri}#${f.pointer} ${f.message}`).join(' | ') || 'nothing'}\n`,
        );
    expect(of('PASS').every(({ good }) => good)).toBe(true);
    const wanted = [...of('FAIL'), ...of('WARN')];
    expect(wanted.filter(({ good }) => good).length / wanted.length).toBeGreaterThanOrEqual(0.95);
  });
});
