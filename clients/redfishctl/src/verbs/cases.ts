/** `cases`: the suite's test cases, or those of a folder, listed, checked and run. */
import type { Effect, LoadedCase } from '@redfishd/suite';
import { clientFor } from '../bmc.ts';
import { type Config, settingsOf } from '../config.ts';
import { CommandError, usageError } from '../exit.ts';
import type { Arguments } from '../options.ts';
import type { Row } from '../output.ts';
import { loadSuite, type Suite } from './checklist.ts';

/** Cases by the beginnings of their identifiers, and by tag. */
function chosen(all: readonly LoadedCase[], ids: readonly string[], tag: string | undefined): LoadedCase[] {
  return all.filter(
    ({ case: { id, tags = [] } }) =>
      (!ids.length || ids.some((start) => id.startsWith(start))) && (tag === undefined || tags.includes(tag)),
  );
}

async function run(
  suite: Suite,
  all: readonly LoadedCase[],
  args: Arguments,
  config: Config,
): Promise<Row[]> {
  const { effects, clientSession, runCase } = suite;
  const allowed = effects.indexOf((args.text('allow') ?? 'read') as Effect);
  const client = clientFor(settingsOf(undefined, config, args, process.env), args);
  const rows: Row[] = [];
  try {
    await client.open();
    await client.login();
    const session = clientSession(client);
    for (const { case: one } of all) {
      const { effect = 'read' } = one;
      if (effects.indexOf(effect) > allowed)
        rows.push({ outcome: 'NOT_TESTED', case: one.id, uri: '', message: `needs --allow ${effect}` });
      else
        for (const { outcome, uri, message } of await runCase(one, session))
          rows.push({ outcome, case: one.id, uri, message });
    }
  } finally {
    await client.close();
  }
  return rows;
}

export async function cases(args: Arguments, config: Config): Promise<Row[]> {
  const [word = 'list', ...ids] = args.words;
  if (!['list', 'lint', 'run'].includes(word)) throw usageError(`cases ${word}: give one of list, lint, run`);
  const suite = await loadSuite();
  try {
    const all = chosen(suite.readCaseFolder(args.text('folder')), ids, args.text('tag'));
    if (!all.length) throw new CommandError('missing', `no case begins with ${ids.join(', ')}`);
    if (word === 'run') return await run(suite, all, args, config);
    return all.map(({ case: { id, title, level = 'base', effect = 'read', needs }, from }) => ({
      ...{ id, title, level, effect, needs: needs ?? null, from },
    }));
  } catch (error) {
    if (error instanceof suite.SuiteFileError) throw new CommandError('refused', error.message);
    throw error;
  }
}
