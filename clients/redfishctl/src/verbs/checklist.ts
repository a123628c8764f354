/** `checklist`: the suite's checklists as files, profiles and documents, and a service against one of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedChecklist, LoadedProfile, Problem, Waiver } from '@redfishd/suite';
import { clientFor } from '../bmc.ts';
import { type Config, settingsOf } from '../config.ts';
import { CommandError, usageError } from '../exit.ts';
import type { Arguments } from '../options.ts';
import type { Row } from '../output.ts';
import { print } from '../terminal.ts';
import { readDocs } from './local.ts';

export type Suite = typeof import('@redfishd/suite');

/** What a subcommand works with. */
interface Context {
  readonly suite: Suite;
  readonly args: Arguments;
  readonly config: Config;
  /** Checklists of the suite and of `--folder`. */
  readonly available: readonly LoadedChecklist[];
  readonly words: readonly string[];
}

/** @throws CommandError `missing` without the package */
export async function loadSuite(): Promise<Suite> {
  try {
    return await import('@redfishd/suite');
  } catch {
    throw new CommandError('missing', 'the suite is not installed: npm install @redfishd/suite');
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError((error as Error).message);
  }
}

/** @throws CommandError `refused` with every problem */
function refuse({ problemText }: Suite, problems: readonly Problem[]): void {
  if (problems.length)
    throw new CommandError('refused', problems.map((problem) => problemText(problem)).join('\n'));
}

/** A checklist by its identifier, or by its file. */
function chosen({ suite, available }: Context, name: string | undefined): LoadedChecklist {
  const ids = available.map(({ checklist }) => checklist.id).join(', ');
  if (name === undefined) throw usageError(`which checklist? Give a file or one of: ${ids}`);
  const known = available.find(({ checklist }) => checklist.id === name);
  if (known) return known;
  if (!/[./]/.test(name)) throw usageError(`no checklist ${name}; there are: ${ids}`);
  const { loaded, problems } = suite.readChecklist(name, readText(name));
  refuse(suite, problems);
  if (!loaded) throw new CommandError('refused', `${name} is no checklist`);
  return loaded;
}

function list({ suite, available }: Context): Row[] {
  return available.map((loaded) => {
    const { id, title, profile, version } = loaded.checklist;
    return { id, title, profile, version, requirements: suite.buildProfile(loaded, available).rows.size };
  });
}

/** Prints the profile as JSON text: a file for other tools, not a table. */
async function build(context: Context): Promise<Row[]> {
  const { profile } = context.suite.buildProfile(chosen(context, context.words[0]), context.available);
  await print(`${JSON.stringify(profile, undefined, 2)}\n`);
  return [];
}

/** Words, rules and names of checklists; all problems of all files at once. */
function lint(context: Context): Row[] {
  const { suite, words, available } = context;
  const names = readDocs().types;
  const problems: Problem[] = [];
  const good: LoadedChecklist[] = [];
  for (const file of words) {
    const read = suite.readChecklist(file, readText(file));
    problems.push(...read.problems);
    if (read.loaded) good.push(read.loaded);
  }
  const judged = words.length ? good : available;
  problems.push(...judged.flatMap((loaded) => suite.lintNames(loaded, names)));
  refuse(suite, problems);
  return judged.map((loaded) => ({
    file: loaded.source.file,
    checklist: loaded.checklist.id,
    requirements: suite.buildProfile(loaded, available).rows.size,
  }));
}

function diff(context: Context): Row[] {
  const [first, second] = [chosen(context, context.words[0]), chosen(context, context.words[1])];
  return context.suite.differences(first, second, context.available).map((row) => ({ ...row }));
}

async function doc(context: Context): Promise<Row[]> {
  await print(context.suite.documentOf(chosen(context, context.words[0]), context.available));
  return [];
}

function explain(context: Context): Row[] {
  const [name, ...words] = context.words;
  return context.suite
    .explainRows(chosen(context, name), words, context.available)
    .map((row) => ({ ...row }));
}

/** Profiles of a folder, and those that a checklist requires among them. */
function requiredProfiles(context: Context, loaded: LoadedChecklist): readonly LoadedProfile[] {
  const { suite, args, available } = context;
  if (!loaded.checklist.requires) return [];
  const folder = args.text('profiles');
  const files = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.json'));
  const read = files.map((name) => suite.readProfile(name, readText(join(folder ?? '', name))));
  const text = JSON.stringify(suite.buildProfile(loaded, available).profile);
  const main = suite.readProfile(loaded.source.file, text).loaded;
  if (!main) return [];
  const { set, problems } = suite.resolveProfiles(
    main,
    read.flatMap((each) => each.loaded ?? []),
  );
  refuse(suite, problems);
  return set.profiles.slice(1);
}

function waiversOf({ suite, args }: Context): readonly Waiver[] {
  const file = args.text('waivers');
  if (file === undefined) return [];
  const { waivers, problems } = suite.readWaivers(file, readText(file));
  refuse(suite, problems);
  return waivers;
}

const shown = new Set(['FAIL', 'WARN', 'WAIVED', 'UNTESTED']);

/** A live service against a checklist; without `--all` only what is not met. */
async function check(context: Context): Promise<Row[]> {
  const { suite, args, config, available } = context;
  const loaded = chosen(context, context.words[0]);
  const profiles = requiredProfiles(context, loaded);
  const waivers = waiversOf(context);
  const client = clientFor(settingsOf(undefined, config, args, process.env), args);
  try {
    await client.open();
    await client.login();
    const tree = await suite.readTree(client);
    const today = new Date().toISOString().slice(0, 10);
    const found = suite.checkService(loaded, tree, { available, profiles, waivers, today });
    return found
      .filter(({ verdict }) => args.has('all') || shown.has(verdict))
      .map(({ waiver, ...row }) => ({ ...row, ...(waiver ? { waiver: waiver.reason } : {}) }));
  } finally {
    await client.close();
  }
}

const subcommands: Readonly<Record<string, (context: Context) => Row[] | Promise<Row[]>>> = {
  ...{ list, build, lint, diff, doc, check, explain },
};

export async function checklist(args: Arguments, config: Config): Promise<Row[]> {
  const [word = 'list', ...words] = args.words;
  const run = Object.hasOwn(subcommands, word) ? subcommands[word] : undefined;
  if (!run) throw usageError(`checklist ${word}: give one of ${Object.keys(subcommands).join(', ')}`);
  const suite = await loadSuite();
  const folder = args.text('folder');
  try {
    const own = folder === undefined ? [] : suite.readChecklists(folder);
    const ids = new Set(own.map((each) => each.checklist.id));
    const shipped = suite.readChecklists().filter((each) => !ids.has(each.checklist.id));
    return await run({ suite, args, config, words, available: [...shipped, ...own] });
  } catch (error) {
    if (error instanceof suite.SuiteFileError) throw new CommandError('refused', error.message);
    throw error;
  }
}
