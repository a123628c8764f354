/** The report as one HTML file: no network, searchable, readable on paper. */
import type { Finding } from '../finding.ts';
import type { Exchange, Recording } from '../recording.ts';
import { explanationOf } from '../rulebook.ts';
import { xml } from './junit.ts';
import type { Report } from './report.ts';

const style = `body{font:14px/1.45 system-ui,sans-serif;margin:2em auto;max-width:72em;padding:0 1em;color:#1a1a1a}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25em .6em;border-bottom:1px solid #ddd;vertical-align:top}
code,pre{font:12px/1.4 ui-monospace,monospace}pre{background:#f5f5f5;padding:.6em;overflow:auto;white-space:pre-wrap;word-break:break-all}
.FAIL,.ERROR{color:#a40000;font-weight:600}.WARN{color:#8a5a00}.PASS{color:#1b6e1b}.WAIVED,.NOT_APPLICABLE,.NOT_TESTED{color:#555}
details{border-bottom:1px solid #ddd;padding:.3em 0}summary{cursor:pointer}input{width:100%;padding:.5em;font:inherit;margin:1em 0}
@media print{input{display:none}details>*{display:block}}`;

const script = `const q=document.getElementById('q');q.addEventListener('input',()=>{const t=q.value.toLowerCase();for(const d of document.querySelectorAll('details'))d.hidden=!d.textContent.toLowerCase().includes(t)});`;

/** Characters of an answer that are shown around the place of a finding. */
const shownText = 1200;

function exchangeText(
  { method, uri, status, headers, body, requestBody, error }: Exchange,
  column = 1,
): string {
  const from = Math.max(0, column - shownText / 2);
  const part = body.slice(from, from + shownText);
  const lines = [
    `${method} ${uri}`,
    ...(requestBody === undefined ? [] : [requestBody]),
    `→ ${status || (error ?? 'no answer')}`,
    ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    `${from > 0 ? '…' : ''}${part}${from + shownText < body.length ? '…' : ''}`,
  ];
  return `<pre>${xml(lines.join('\n'))}</pre>`;
}

function findingHtml(finding: Finding, recording: Recording): string {
  const { rule, outcome, uri, pointer, message, expected, actual, source, line, column, evidence } = finding;
  const text = explanationOf(rule);
  const rows = [
    ['rule', `${rule}: ${text?.title ?? ''}`],
    [
      'source',
      [source.doc, source.clause, source.since && `since ${source.since}`].filter(Boolean).join(', '),
    ],
    ['expected', expected],
    ['actual', actual],
    ['right', text?.right],
    ['place', line === undefined ? undefined : `line ${line}, column ${column}`],
  ].flatMap(([name, value]) => (value ? [`<tr><th>${name}</th><td>${xml(value)}</td></tr>`] : []));
  const proof = evidence.flatMap((id, at) => {
    const exchange = recording.exchanges[id];
    return exchange ? [exchangeText(exchange, at === 0 && line === 1 ? column : 1)] : [];
  });
  return `<details><summary><span class="${outcome}">${outcome}</span> <b>${rule}</b> <code>${xml(`${uri}${pointer && `#${pointer}`}`)}</code> ${xml(message)}</summary><table>${rows.join('')}</table>${proof.join('')}</details>`;
}

const rowsOf = (entries: readonly (readonly [string, string | number])[]): string =>
  entries.map(([name, value]) => `<tr><th>${xml(name)}</th><td>${xml(String(value))}</td></tr>`).join('');

/** @param keyId of the key that signs the bundle, for the foot of the page */
export function htmlReport(report: Report, recording: Recording, keyId?: string): string {
  const { verdict, service, counts, unreached, rulesLeft, rulesRun, findings, begins, ends } = report;
  const total = rulesRun.length + rulesLeft.length;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${verdict}: ${xml(service.Product ?? service.Origin ?? '')}</title><style>${style}</style>
<h1>Redfish conformance: <span class="${verdict}">${verdict}</span></h1>
<table>${rowsOf([...Object.entries(service), ['From', begins], ['To', ends]])}</table>
<h2>Coverage</h2>
<table>${rowsOf([
    ...(Object.entries(counts) as [string, number][]),
    ...([
      ['Rules run', `${rulesRun.length} of ${total}`],
      ['Resources read', report.resources],
      ['Not reached', unreached.length],
      ['Effects allowed', report.allowed],
    ] as const),
  ])}</table>
<h2>Findings</h2><input id="q" placeholder="Search" aria-label="Search">
${findings.map((finding) => findingHtml(finding, recording)).join('\n')}
<h2>Not judged</h2>
<table>${rowsOf([...rulesLeft.map(({ rule, reason }) => [rule, reason] as const), ...unreached.map(({ uri, reason }) => [uri, reason] as const)])}</table>
<p>${xml(report.suite.name)} ${report.suite.version}${keyId === undefined ? '' : `, signed by the key ${xml(keyId)}`}</p>
<script>${script}</script></html>
`;
}
