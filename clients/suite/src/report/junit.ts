/** JUnit XML: one test case for each rule at each place. */
import type { Finding } from '../finding.ts';
import type { Report } from './report.ts';

/** Text for an attribute or an element. Characters outside XML 1.0 production 2 are replaced by U+FFFD. */
export const xml = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\uFFFD')
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

function inside(finding: Finding): string {
  const { outcome, rule, message } = finding;
  const text = xml(message);
  if (outcome === 'FAIL') return `<failure type="${xml(rule)}" message="${text}"/>`;
  if (outcome === 'ERROR') return `<error type="${xml(rule)}" message="${text}"/>`;
  if (outcome === 'PASS' || outcome === 'WARN')
    return outcome === 'WARN' ? `<system-out>WARN: ${text}</system-out>` : '';
  return `<skipped message="${outcome}: ${text}"/>`;
}

export function junitReport(report: Report): string {
  const { counts, findings, service, verdict } = report;
  const skipped = counts.WAIVED + counts.NOT_APPLICABLE + counts.NOT_TESTED;
  const properties = Object.entries({ ...service, verdict, suite: report.suite.version }).map(
    ([name, value]) => `    <property name="${xml(name)}" value="${xml(value)}"/>`,
  );
  const cases = findings.map(
    (finding) =>
      `    <testcase classname="${xml(finding.rule)}" name="${xml(`${finding.uri}#${finding.pointer}`)}">${inside(finding)}</testcase>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="${report.suite.name}" tests="${findings.length}" failures="${counts.FAIL}" errors="${counts.ERROR}" skipped="${skipped}">`,
    ...['    <properties>', ...properties.map((line) => `  ${line}`), '    </properties>', ...cases],
    ...['  </testsuite>', '</testsuites>', ''],
  ].join('\n');
}
