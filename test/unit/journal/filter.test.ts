/** Filters of a log in SQL, against the same read by hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalComparison, JournalField, JournalFilter } from '../../../src/journal/filter.ts';
import { Journal } from '../../../src/journal/journal.ts';
import type { JournalEntry, Severity } from '../../../src/journal/record.ts';
import { openStore, type Store } from '../../../src/store/store.ts';

const log = { log: 'EventLog' } as const;
const severities: readonly Severity[] = ['OK', 'OK', 'OK', 'OK', 'OK', 'OK', 'OK', 'Warning', 'Critical'];
const keys = ['Base.1.22.Success', 'ResourceEvent.1.4.ResourceChanged', 'Ärger', 'zz'];
const users = [null, 'ada', 'bob', ''];
const start = Date.UTC(2026, 0, 1);

let directory: string;
let store: Store;
let journal: Journal;
let entries: readonly JournalEntry[];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'redfishd-test-'));
  store = openStore(directory);
  journal = new Journal(store);
  for (let n = 0; n < 400; n++) {
    void journal.append({
      ...log,
      messageId: keys[n % keys.length] ?? '',
      message: `entry ${n % 7}`,
      severity: severities[(n * 5) % severities.length] ?? 'OK',
      user: users[(n * 3) % users.length] ?? null,
      // A clock that was set back in between.
      time: new Date(start + ((n * 37) % 100) * 1000),
    });
    if (n % 3 === 0) void journal.append({ log: 'AuditLog', messageId: 'x', message: 'x', severity: 'OK' });
  }
  journal.flush();
  for (const { id } of journal.page(log, { skip: 0, top: 400 }).entries) {
    if (id % 11 === 0) journal.delete(id);
    else if (id % 5 === 0) journal.setResolved(id, true);
  }
  entries = journal.page(log, { skip: 0, top: 1000 }).entries;
});
afterAll(() => {
  journal.close();
  store.close();
  rmSync(directory, { recursive: true, force: true });
});

const fields: Readonly<Record<JournalField, (entry: JournalEntry) => string | number | null>> = {
  id: ({ id }) => id,
  time: ({ time }) => time.getTime(),
  severity: ({ severity }) => severity,
  messageId: ({ messageId }) => messageId,
  message: ({ message }) => message,
  resolved: ({ resolved }) => Number(resolved),
  user: ({ user }) => user,
};

function passes(filter: JournalFilter, entry: JournalEntry): boolean {
  if (filter.kind === 'not') return !passes(filter.operand, entry);
  if (filter.kind !== 'compare') {
    const [left, right] = [passes(filter.left, entry), passes(filter.right, entry)];
    return filter.kind === 'and' ? left && right : left || right;
  }
  const { value } = filter;
  const shown = fields[filter.field](entry);
  if (filter.operator === 'eq') return shown === value;
  if (filter.operator === 'ne') return shown !== value;
  if (shown === null || value === null) return false;
  if (filter.operator === 'gt') return shown > value;
  if (filter.operator === 'ge') return shown >= value;
  return filter.operator === 'lt' ? shown < value : shown <= value;
}

const comparisons: readonly JournalComparison[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];
const compare = (field: JournalField, values: fc.Arbitrary<string | number | null>) =>
  fc.record({
    kind: fc.constant('compare' as const),
    field: fc.constant(field),
    operator: fc.constantFrom(...comparisons),
    value: values,
  });
const { filter } = fc.letrec<{ filter: JournalFilter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    compare('id', fc.integer({ min: 0, max: 600 })),
    compare(
      'time',
      fc.integer({ min: -1, max: 101 }).map((second) => start + second * 1000),
    ),
    compare('severity', fc.constantFrom('OK', 'Warning', 'Critical', '')),
    compare('messageId', fc.constantFrom(...keys.filter((key) => /^[ -~]*$/.test(key)))),
    compare('message', fc.constantFrom('entry 3', 'entry', 'entry 9')),
    compare('resolved', fc.constantFrom(0, 1)),
    compare('user', fc.constantFrom(...users, 'b')),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      left: tie('filter'),
      right: tie('filter'),
    }),
    fc.record({ kind: fc.constant('not' as const), operand: tie('filter') }),
  ),
}));

describe('a page of a log', () => {
  it('holds what passes the filter, in order, whatever is skipped and wherever it goes on', () => {
    const id = fc.option(fc.integer({ min: 0, max: 600 }), { nil: undefined });
    fc.assert(
      fc.property(
        filter,
        fc.nat(30),
        fc.nat(30),
        fc.boolean(),
        id,
        (wanted, skip, top, newestFirst, after) => {
          const passing = entries.filter((entry) => passes(wanted, entry));
          const ordered = newestFirst ? [...passing].reverse() : passing;
          const behind = ordered.filter(
            (entry) => after === undefined || (newestFirst ? entry.id < after : entry.id > after),
          );
          const query = { skip, top, newestFirst, filter: wanted, ...(after === undefined ? {} : { after }) };
          expect(journal.page(log, query)).toEqual({
            total: passing.length,
            entries: behind.slice(skip, skip + top),
          });
        },
      ),
      { numRuns: 400 },
    );
  });

  it('goes on behind an entry without a filter too', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 600 }), fc.nat(30), fc.boolean(), (after, top, newestFirst) => {
        const ordered = newestFirst ? [...entries].reverse() : entries;
        const behind = ordered.filter((entry) => (newestFirst ? entry.id < after : entry.id > after));
        const page = journal.page(log, { skip: 0, top, newestFirst, after });
        expect(page).toEqual({ total: entries.length, entries: behind.slice(0, top) });
      }),
    );
  });

  it('is found by an index where few entries pass, without a walk over the log', () => {
    const plan = (sql: string) =>
      JSON.stringify(store.all(`EXPLAIN QUERY PLAN ${sql}`, ...['EventLog', 1, 'x', 9, 0]));
    const page = (condition: string) =>
      `SELECT * FROM journal WHERE stream = ? AND +id >= ? AND ${condition} ORDER BY +id LIMIT ? OFFSET ?`;
    expect(plan(page('severity IS ?'))).toContain('journal_severity');
    expect(plan(page('message_id IS ?'))).toContain('journal_message');
    expect(plan(page('time >= ?'))).toContain('journal_time');
  });
});
