/** Metric families of the journal: stored, waiting and lost records. */
import type { Journal } from '../journal/journal.ts';
import { type Family, labelsOf } from './exposition.ts';

/** Counts records from now on. @returns the families at the time of the call */
export function journalFamilies(journal: Pick<Journal, 'onAppend' | 'state'>): () => Family[] {
  const counts = new Map<string, number>();
  journal.onAppend(({ log, severity }) => {
    const labels = labelsOf({ log, severity });
    counts.set(labels, (counts.get(labels) ?? 0) + 1);
  });
  return () => {
    const { fault, waiting, lost } = journal.state;
    return [
      {
        name: 'redfishd_journal_records',
        type: 'counter',
        help: 'Records that the journal has stored since the start.',
        samples: counts,
      },
      {
        name: 'redfishd_journal_waiting_records',
        type: 'gauge',
        help: 'Records that wait in memory for the store to take them.',
        samples: [['', waiting]],
      },
      {
        name: 'redfishd_journal_lost_records',
        type: 'counter',
        help: 'Records that were lost since the start, because memory had no room for more.',
        samples: [['', lost]],
      },
      {
        name: 'redfishd_journal_fault',
        type: 'gauge',
        help: 'Whether records cannot be stored now.',
        samples: [['', fault === null ? 0 : 1]],
      },
    ];
  };
}
