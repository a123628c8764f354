/**
 * The tasks on the twins of three boards against the table in TASKS.md. A plain run takes the tasks that only read;
 * REDFISHD_TASKS=all takes those that write and interrupt too; REDFISHD_UPDATE=1 does, and writes the table anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Daemon } from '../../typescript/test/support/daemon.ts';
import { readCaseFolder } from '../src/cases/library.ts';
import { runCase } from '../src/cases/run.ts';
import { clientSession } from '../src/cases/session.ts';
import { outcomeOf, tableOf } from '../src/cases/table.ts';
import type { Outcome } from '../src/finding.ts';

const boards = ['tiogapass', 'yosemite-v2', 'bletchley'];
const cases = readCaseFolder();
const path = join(import.meta.dirname, '../TASKS.md');
const update = Boolean(process.env.REDFISHD_UPDATE);
const all = update || process.env.REDFISHD_TASKS === 'all';

/** A restart of the controller ends the process of a twin, which nobody starts again here. */
const restarts = new Set(['RMM-4.4a', 'RMM-4.12c']);
/** Those that read come first: they find each board as it starts. */
const reads = cases.filter(({ case: { effect = 'read' } }) => effect === 'read');
const writes = cases.filter(
  ({ case: { id, effect = 'read' } }) => effect !== 'read' && effect !== 'destructive' && !restarts.has(id),
);
const runs = all ? [...reads, ...writes] : reads;

async function runBoard(board: string): Promise<Map<string, Outcome>> {
  const daemon = await Daemon.start(`platform/${board}.yaml`);
  const client = await daemon.connect();
  const session = clientSession(client);
  const outcomes = new Map<string, Outcome>();
  try {
    for (const { case: one } of runs) outcomes.set(one.id, outcomeOf(await runCase(one, session)));
  } finally {
    await client.close();
    await daemon.stop();
  }
  return outcomes;
}

/** Rows of tasks that ran, by their identifiers. */
function rowsOf(text: string): Record<string, string> {
  const ran = new Set(runs.map(({ case: { id } }) => id));
  const rows = text.split('\n').flatMap((line) => {
    const id = /^\| (\S+) \|/.exec(line)?.[1];
    return id !== undefined && ran.has(id) ? [[id, line]] : [];
  });
  return Object.fromEntries(rows) as Record<string, string>;
}

describe('the tasks on the twins', () => {
  it('come out as the table says', { timeout: all ? 900_000 : 240_000 }, async () => {
    const results = new Map<string, Map<string, Outcome>>();
    for (const board of boards) results.set(board, await runBoard(board));
    const table = tableOf(cases, results);
    if (update) {
      const [head = ''] = readFileSync(path, 'utf8').split('\n| task ');
      writeFileSync(path, `${head}\n${table}`);
    }
    expect(rowsOf(table)).toEqual(rowsOf(readFileSync(path, 'utf8')));
    expect(Object.keys(rowsOf(table)).length).toBe(runs.length);
  });
});
