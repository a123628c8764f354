/** The command for test cases in YAML; the suite does the work. */
import type { Command } from '../command.ts';
import type { Arguments } from '../options.ts';
import type { Row, Shape } from '../output.ts';

const shapes: Readonly<Record<string, Shape>> = {
  list: { columns: ['id', 'title', 'level', 'effect', 'needs'], key: 'id' },
  lint: { columns: ['id', 'from'], key: 'id' },
  run: { columns: ['outcome', 'case', 'uri', 'message'], key: 'case' },
};

const shapeOf = ({ words: [word = 'list'] }: Arguments): Shape =>
  shapes[word] ?? { columns: ['id'], key: 'id' };

function failures(rows: readonly Row[]): string | undefined {
  const failed = rows.filter(({ outcome }) => outcome === 'FAIL' || outcome === 'ERROR').length;
  return failed ? `${failed} cases failed` : undefined;
}

export const casesCommands: Readonly<Record<string, Command>> = {
  cases: {
    ...{
      summary: 'test cases in YAML: OCP’s tasks and your own, run against a service',
      usage: '[list|lint|run] [ID…]',
      words: Object.keys(shapes),
    },
    options: {
      folder: { value: 'DIR', help: 'cases of this folder in place of those of the suite' },
      allow: {
        value: 'EFFECT',
        words: ['read', 'write', 'disruptive', 'destructive'],
        closed: true,
        help: 'what cases may do to the service; default read',
      },
      tag: { value: 'TAG', help: 'only cases with this tag' },
    },
    shape: shapeOf,
    failed: failures,
    local: async () => (await import('../verbs/cases.ts')).cases,
  },
};
