/** `suite`: runs the conformance suite against a service or a recording, and keeps what it found. */
import { createPublicKey } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { RedfishClient } from '@redfishd/client';
import type { Choice, Effect, Recording, Report } from '@redfishd/suite';
import { clientFor } from '../bmc.ts';
import { type Config, settingsOf } from '../config.ts';
import { CommandError, usageError } from '../exit.ts';
import type { Arguments } from '../options.ts';
import type { Row } from '../output.ts';
import { notice } from '../terminal.ts';

type Suite = typeof import('@redfishd/suite');

interface Context {
  readonly suite: Suite;
  readonly args: Arguments;
  readonly config: Config;
  readonly word: string | undefined;
}

async function loadSuite(): Promise<Suite> {
  try {
    return await import('@redfishd/suite');
  } catch {
    throw new CommandError('missing', 'the suite is not installed: npm install @redfishd/suite');
  }
}

/** What a file's reader throws is wrong usage: nothing was sent. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw usageError((error as Error).message);
  }
}

function needed(word: string | undefined, what: string): string {
  if (word === undefined) throw usageError(`suite: give ${what}`);
  return word;
}

function choiceOf({ suite, args }: Context): Choice {
  const levels = args.list('levels').map(Number);
  const waivers = args.text('waivers');
  const names = [...args.list('only'), ...args.list('skip')];
  const unknown = names.find((name) => !suite.rulebook.some(({ id }) => id.startsWith(name)));
  if (unknown !== undefined)
    throw usageError(`no rule begins with ${unknown}: \`redfishctl suite rules\` lists them`);
  return {
    ...(levels.length ? { levels } : {}),
    ...{ only: args.list('only'), skip: args.list('skip') },
    allow: (args.text('allow') ?? 'read') as Effect,
    ...(waivers === undefined
      ? {}
      : { waivers: reading(() => suite.parseRuleWaivers(waivers, readFileSync(waivers, 'utf8'))) }),
    today: new Date().toISOString().slice(0, 10),
  };
}

/** Rows of a report; the whole of it goes to --out. */
function shown({ suite, args }: Context, report: Report, recording: Recording): Row[] {
  const folder = args.text('out');
  if (folder !== undefined) {
    const key = args.text('key');
    suite.writeBundle(
      folder,
      report,
      recording,
      key === undefined ? undefined : reading(() => suite.signingKey(key)),
    );
  }
  const { verdict, counts, resources, rulesRun, rulesLeft, unreached } = report;
  const some = Object.entries(counts).flatMap(([name, count]) => (count ? [`${name} ${count}`] : []));
  notice(
    `${verdict}: ${some.join(', ') || 'no finding'}; ${resources} resources, ${rulesRun.length} rules run, ` +
      `${rulesLeft.length} not run, ${unreached.length} URIs not reached${folder === undefined ? '' : `; see ${folder}`}`,
  );
  return report.findings
    .filter(({ outcome }) => args.has('all') || ['FAIL', 'WARN', 'ERROR'].includes(outcome))
    .map(({ source: _source, evidence: _evidence, ...finding }) => ({ ...finding }));
}

/** A client that is logged in, for one run. */
async function connected<T>(
  { args, config }: Context,
  use: (client: RedfishClient) => Promise<T>,
): Promise<T> {
  const client = clientFor(settingsOf(undefined, config, args, process.env), args);
  try {
    await client.open();
    await client.login();
    return await use(client);
  } finally {
    await client.close();
  }
}

const limitsOf = ({ suite, args }: Context) => {
  const budget = args.number('budget', 0);
  const pace = args.number('pace', 0);
  const resume = args.text('resume');
  return {
    ...(budget === undefined ? {} : { budget: budget * 1000 }),
    ...(pace === undefined ? {} : { pace }),
    ...(resume === undefined ? {} : { resume: reading(() => suite.readRecording(resume)) }),
  };
};

async function run(context: Context): Promise<Row[]> {
  const choice = choiceOf(context);
  const limits = limitsOf(context);
  return connected(context, async (client) => {
    const { report, recording } = await context.suite.runService(client, choice, limits);
    return shown(context, report, recording);
  });
}

async function check(context: Context): Promise<Row[]> {
  const { suite, word } = context;
  const recording = reading(() =>
    suite.readRecording(needed(word, 'a recording, a tree or a mockup folder')),
  );
  return shown(context, suite.runRecording(recording, choiceOf(context)), recording);
}

async function record(context: Context): Promise<Row[]> {
  const { suite, word } = context;
  const file = needed(word, 'the FILE to write, such as service.jsonl.gz');
  const limits = limitsOf(context);
  return connected(context, async (client) => {
    const recording = await suite.recordService(client, limits);
    const text = suite.recordingText(recording);
    writeFileSync(file, file.endsWith('.gz') ? gzipSync(text) : text, { mode: 0o600 });
    return [{ file, resources: recording.exchanges.length, unreached: recording.unreached.length }];
  });
}

async function rules({ suite }: Context): Promise<Row[]> {
  return suite.rulebook.map(({ id, level, title, source, ...rule }) => ({
    ...{ rule: id, level, effect: 'effect' in rule ? String(rule.effect) : 'read', title },
    source: [source.doc, source.clause].filter(Boolean).join(', '),
  }));
}

async function explain({ suite, word }: Context): Promise<Row[]> {
  const id = needed(word, 'a RULE');
  const rule = suite.explanationOf(id);
  if (!rule) throw new CommandError('missing', `no rule ${id}: \`redfishctl suite rules\` lists them`);
  const { title, level, source, right, wrong } = rule;
  const waiver = `{ rule: ${id}, at: "/redfish/v1/**", reason: why it is accepted, expires: YYYY-MM-DD }`;
  const rows = [
    ['rule', id],
    ['means', title],
    ['level', String(level)],
    ['source', [source.doc, source.clause].filter(Boolean).join(', ')],
    ['right', right],
    ['wrong', wrong],
    ['waiver', waiver],
  ];
  return rows.flatMap(([name, text]) => (text === undefined ? [] : [{ name, text }]));
}

async function create({ suite, word }: Context): Promise<Row[]> {
  const folder = needed(word, 'the NAME of a folder');
  if (existsSync(folder)) throw usageError(`${folder} is there already: give another name`);
  return Object.entries(suite.memberFolder(folder)).map(([name, text]) => {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return { file };
  });
}

async function verify({ suite, args, word }: Context): Promise<Row[]> {
  const folder = needed(word, 'the folder that --out wrote');
  const key = args.text('key');
  const trusted = key === undefined ? undefined : reading(() => createPublicKey(readFileSync(key)));
  return reading(() => suite.verifyBundle(folder, trusted)).map((row) => ({ ...row }));
}

const words: Readonly<Record<string, (context: Context) => Promise<Row[]>>> = {
  ...{ run, check, record, rules, explain, new: create, verify },
};

/** `suite [run|check|record|rules|explain|new|verify]`; without a word it runs. */
export async function suite(args: Arguments, config: Config): Promise<Row[]> {
  const [name = 'run', word, more] = args.words;
  const verb = Object.hasOwn(words, name) ? words[name] : undefined;
  if (!verb) throw usageError(`suite ${name}: give ${Object.keys(words).join(', ')}`);
  if (more !== undefined) throw usageError(`suite ${name}: ${more} is one word too many`);
  return verb({ suite: await loadSuite(), args, config, word });
}
