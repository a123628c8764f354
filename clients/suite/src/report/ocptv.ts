/** OCP Test & Validation output 2.0: JSON lines; one step for each rule, one diagnosis for each finding. */
import type { Finding, Outcome } from '../finding.ts';
import type { Report } from './report.ts';

const types: Partial<Record<Outcome, string>> = {
  PASS: 'PASS',
  FAIL: 'FAIL',
  WARN: 'UNKNOWN',
  WAIVED: 'UNKNOWN',
};

const device = 'service';

function* step(rule: string, findings: readonly Finding[], id: string): Generator<object> {
  yield { testStepId: id, testStepStart: { name: rule } };
  for (const { outcome, uri, pointer, message } of findings) {
    const text = `${uri}#${pointer}: ${message}`;
    const type = types[outcome];
    if (type !== undefined)
      yield { testStepId: id, diagnosis: { verdict: `${rule}-${outcome}`, type, message: text } };
    else if (outcome === 'ERROR') yield { testStepId: id, error: { symptom: rule, message: text } };
    else yield { testStepId: id, log: { severity: 'INFO', message: `${outcome}: ${text}` } };
  }
  const skipped = findings.every(({ outcome }) => outcome === 'NOT_APPLICABLE' || outcome === 'NOT_TESTED');
  const broken = findings.some(({ outcome }) => outcome === 'ERROR');
  yield { testStepId: id, testStepEnd: { status: broken ? 'ERROR' : skipped ? 'SKIP' : 'COMPLETE' } };
}

function* artifacts(report: Report): Generator<object> {
  const { suite, service, verdict, findings, allowed } = report;
  const { ManagerFirmwareVersion: firmware, Product: product = service.Origin ?? device } = service;
  yield { schemaVersion: { major: 2, minor: 0 } };
  yield {
    testRunArtifact: {
      testRunStart: {
        ...{ name: suite.name, version: suite.version, commandLine: 'redfishctl suite run' },
        parameters: { allow: allowed },
        dutInfo: {
          ...{ dutInfoId: device, name: product },
          ...{
            platformInfos: Object.entries(service).map(([name, value]) => ({ info: `${name}: ${value}` })),
          },
          softwareInfos: firmware
            ? [{ softwareInfoId: 'bmc', name: 'BMC', version: firmware, softwareType: 'FIRMWARE' }]
            : [],
          hardwareInfos: [],
        },
      },
    },
  };
  const rules = [...new Set(findings.map(({ rule }) => rule))].sort();
  for (const [at, rule] of rules.entries())
    for (const artifact of step(
      rule,
      findings.filter((finding) => finding.rule === rule),
      String(at),
    ))
      yield { testStepArtifact: artifact };
  // There is no result ERROR: a broken run ends with the status ERROR, and judges nothing.
  const end =
    verdict === 'ERROR'
      ? { status: 'ERROR', result: 'NOT_APPLICABLE' }
      : { status: 'COMPLETE', result: verdict };
  yield { testRunArtifact: { testRunEnd: end } };
}

export function ocptvReport(report: Report): string {
  const timestamp = report.ends || report.begins;
  return [...artifacts(report)]
    .map((artifact, sequenceNumber) => `${JSON.stringify({ sequenceNumber, timestamp, ...artifact })}\n`)
    .join('');
}
