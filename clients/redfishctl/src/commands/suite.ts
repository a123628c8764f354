/** The command for the conformance suite; the suite does the work. */
import type { Command } from '../command.ts';
import type { Arguments } from '../options.ts';
import type { Row, Shape } from '../output.ts';

const findings: Shape = {
  columns: ['outcome', 'rule', 'uri', 'pointer', 'message'],
  wide: ['outcome', 'rule', 'uri', 'pointer', 'message', 'expected', 'actual', 'line', 'column'],
  key: 'rule',
};

const shapes: Readonly<Record<string, Shape>> = {
  ...{ run: findings, check: findings },
  record: { columns: ['file', 'resources', 'unreached'], key: 'file' },
  rules: { columns: ['rule', 'level', 'effect', 'title', 'source'], key: 'rule' },
  explain: { columns: ['name', 'text'], key: 'name', value: 'text' },
  new: { columns: ['file'], key: 'file' },
  verify: { columns: ['check', 'result', 'detail'], key: 'check' },
};

const shapeOf = ({ words: [word = 'run'] }: Arguments): Shape => shapes[word] ?? findings;

function failures(rows: readonly Row[]): string | undefined {
  const bad = rows.filter(
    ({ outcome, result }) => outcome === 'FAIL' || outcome === 'ERROR' || result === 'bad',
  );
  return bad.length ? `${bad.length} of ${rows.length} failed` : undefined;
}

export const suiteCommands: Readonly<Record<string, Command>> = {
  suite: {
    ...{
      summary: 'conformance of a service, or of a recording of one',
      usage: '[run|check FILE|record FILE|rules|explain RULE|new NAME|verify DIR]',
      words: Object.keys(shapes),
    },
    options: {
      allow: {
        ...{ value: 'EFFECT', help: 'read (default), write, disruptive or destructive' },
        ...{ words: ['read', 'write', 'disruptive', 'destructive'], closed: true },
      },
      levels: { value: '0,1', many: true, help: 'only these levels; `suite rules` lists them' },
      only: { value: 'RULE,…', many: true, help: 'only these rules, or those that begin so: SCH-,XREF-' },
      skip: { value: 'RULE,…', many: true, help: 'without these rules' },
      budget: { value: 'SECONDS', help: 'send nothing more after this time, and judge what was read' },
      pace: { value: 'MS', help: 'milliseconds between two requests' },
      resume: { value: 'FILE', help: 'a recording whose resources are not read again' },
      waivers: { value: 'FILE', help: 'findings that are accepted, each with a reason and a last day' },
      out: { value: 'DIR', help: 'write recording, HTML, JUnit, SARIF, OCP TV and JSON there' },
      key: { value: 'FILE', help: 'Ed25519 key that signs what --out writes; made when it is missing' },
      all: { help: 'findings of every outcome; without it those that failed or warn' },
    },
    shape: shapeOf,
    failed: failures,
    local: async () => (await import('../verbs/suite.ts')).suite,
  },
};
