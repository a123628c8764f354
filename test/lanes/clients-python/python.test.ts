/** Runs pytest over clients/python and reports each of its tests under its own name. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const folder = resolve(import.meta.dirname, '../../../clients/python');
const work = mkdtempSync(join(tmpdir(), 'redfishd-python-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** @throws Error with what the program said */
function run(command: string, ...words: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} ended with ${status}\n${stdout}${stderr}`);
}

interface Case {
  readonly name: string;
  readonly failure: string | undefined;
  readonly skipped: boolean;
}

/** The cases of a JUnit report. */
function casesOf(xml: string): Case[] {
  return [...xml.matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)].map(
    ([, head = '', body = '']) => {
      const field = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(head)?.[1] ?? '';
      return {
        name: `${field('classname')} ${field('name')}`,
        failure: /<(?:failure|error)[^>]*>(.*?)<\/(?:failure|error)>/s.exec(body)?.[1],
        skipped: body.includes('<skipped'),
      };
    },
  );
}

const environment = join(work, 'venv');
const report = join(work, 'report.xml');
run('python3', '-m', 'venv', environment);
run(join(environment, 'bin/pip'), 'install', '-q', '-e', '.[test]');
const pytest = spawnSync(join(environment, 'bin/pytest'), ['-q', '-n', '4', `--junit-xml=${report}`], {
  cwd: folder,
  encoding: 'utf8',
});
const cases = casesOf(readFileSync(report, 'utf8'));

it.each(cases.map((each) => [each.name, each] as const))('%s', (_, { failure, skipped }) => {
  if (skipped) process.stderr.write('SKIPPED: a recorded tree is not there\n');
  expect(failure).toBeUndefined();
});

it('ends as pytest says', () => {
  expect(cases.length, pytest.stdout + pytest.stderr).toBeGreaterThan(350);
  expect([0, 1]).toContain(pytest.status);
});
