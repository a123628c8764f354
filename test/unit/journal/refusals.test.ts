/** Records of refusals: bounded in rate and in number, and never at the cost of successful writes. */
import { describe, expect, it } from 'vitest';
import { Journal } from '../../../src/journal/journal.ts';
import type { JournalRecord } from '../../../src/journal/record.ts';
import { Refusals } from '../../../src/journal/refusals.ts';
import { open } from '../store/support.ts';

const record = (text: string, severity: 'OK' | 'Warning'): JournalRecord => ({
  log: 'AuditLog',
  messageId: 'Base.1.0.Success',
  args: [],
  message: text,
  severity,
});

function setUp(cap = 400) {
  const store = open();
  const journal = new Journal(store, { caps: { AuditLog: cap } });
  let time = 0;
  const refusals = new Refusals(journal, {
    summary: (count, _since, networks) => record(`${count} more from ${networks.join()}`, 'Warning'),
    now: () => time,
  });
  const texts = () => {
    journal.flush();
    return journal.page({ log: 'AuditLog' }, { skip: 0, top: cap * 2 }).entries.map(({ message }) => message);
  };
  return {
    journal,
    refusals,
    texts,
    pass: (minutes: number) => {
      time += minutes * 60_000;
    },
  };
}

describe('records of refusals', () => {
  it('are bounded in rate by site, and what is beyond is counted', async () => {
    const { refusals, texts, pass } = setUp();
    for (let n = 0; n < 1000; n++)
      void refusals.record(record('refused', 'Warning'), `2001:db8::${n % 99}`, null);
    expect(texts()).toHaveLength(20);
    pass(1);
    for (let n = 0; n < 1000; n++) void refusals.record(record('refused', 'Warning'), '2001:db8::1', null);
    expect(texts()).toHaveLength(26);
    refusals.close();
    expect(texts().at(-1)).toBe('1974 more from 2001:db8:0:0::/56');
  });

  it('are bounded for all networks together, and by account', async () => {
    const { refusals, texts } = setUp();
    for (let n = 0; n < 5000; n++)
      void refusals.record(record('refused', 'Warning'), `2001:db8:${n.toString(16)}::1`, null);
    expect(texts()).toHaveLength(100);
    for (let n = 0; n < 5000; n++)
      void refusals.record(record('refused', 'Warning'), `2001:db8:${n.toString(16)}::1`, 'reader');
    expect(texts()).toHaveLength(200);
  });

  it('never push out records of successful writes, also not of a former run', async () => {
    const { journal, refusals, texts, pass } = setUp();
    for (let n = 0; n < 200; n++) void journal.append(record(`done ${n}`, 'OK'));
    for (let minute = 0; minute < 60; minute++) {
      await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          refusals.record(record(`refused ${minute}.${n}`, 'Warning'), `198.51.${n}.1`, null),
        ),
      );
      pass(1);
    }
    const kept = texts();
    expect(kept.filter((text) => text.startsWith('done'))).toHaveLength(200);
    expect(kept.filter((text) => text.startsWith('refused'))).toHaveLength(100);
    const again = new Refusals(journal, { summary: () => record('', 'Warning') });
    await again.record(record('refused last', 'Warning'), '192.0.2.1', null);
    expect(texts().filter((text) => text.startsWith('refused'))).toHaveLength(100);
    expect(texts().at(-1)).toBe('refused last');
  });
});
