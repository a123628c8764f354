/** The command for checklists of platform kinds; the suite does the work. */
import type { Command } from '../command.ts';
import type { Arguments } from '../options.ts';
import type { Row, Shape } from '../output.ts';

const shapes: Readonly<Record<string, Shape>> = {
  list: { columns: ['id', 'title', 'profile', 'version', 'requirements'], key: 'id' },
  build: { columns: ['profile'], key: 'profile', single: true },
  lint: { columns: ['file', 'checklist', 'requirements'], key: 'file' },
  diff: { columns: ['change', 'requirement', 'before', 'after'], key: 'requirement' },
  doc: { columns: ['text'], key: 'text', single: true },
  check: {
    columns: ['verdict', 'resource', 'requirement', 'uri', 'message'],
    wide: ['verdict', 'resource', 'requirement', 'uri', 'message', 'why', 'source', 'from'],
    key: 'requirement',
  },
  explain: { columns: ['requirement', 'level', 'why', 'source', 'from'], key: 'requirement' },
};

/** The first word chooses what is shown; without one the checklists are listed. */
const shapeOf = ({ words: [word = 'list'] }: Arguments): Shape =>
  shapes[word] ?? { columns: ['id'], key: 'id' };

function failures(rows: readonly Row[]): string | undefined {
  const failed = rows.filter(({ verdict }) => verdict === 'FAIL').length;
  return failed ? `${failed} requirements are not met` : undefined;
}

export const checklistCommands: Readonly<Record<string, Command>> = {
  checklist: {
    ...{
      summary: 'OCP checklists: what a kind of platform has to offer, and whether a service does',
      usage: '[list|build|lint|diff|doc|check|explain] [ID|FILE] …',
      words: Object.keys(shapes),
    },
    options: {
      folder: { value: 'DIR', help: 'checklists of this folder beside those of the suite' },
      profiles: { value: 'DIR', help: 'DSP0272 profiles that checklists require' },
      waivers: { value: 'FILE', help: 'known gaps, each with a reason and a last day' },
      all: { help: 'check: rows that are met or do not apply as well' },
    },
    shape: shapeOf,
    failed: failures,
    local: async () => (await import('../verbs/checklist.ts')).checklist,
  },
};
