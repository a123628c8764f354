/** A command at one BMC or many: rows out, errors in words, one exit status. */
import { setTimeout as pause } from 'node:timers/promises';
import { type JsonObject, RedfishError } from '@redfishd/client';
import { Bmc, clientFor, placeOf, tlsOf } from './bmc.ts';
import type { Command, Verb } from './command.ts';
import { type Config, settingsOf } from './config.ts';
import { CommandError, type ExitName, errorText, exitOf } from './exit.ts';
import { inParallel, type Node, nodesOf } from './fleet.ts';
import type { Arguments } from './options.ts';
import { cellOf, columnsOf, fieldOf, type Row, render, type Shape, type Style, styleOf } from './output.ts';
import { ask, colours, isTerminal, notice, print } from './terminal.ts';

/** Connections to close when the program is interrupted. */
const open = new Set<Bmc>();
let interrupted = false;

export async function interrupt(): Promise<void> {
  interrupted = true;
  await Promise.all([...open].map((bmc) => bmc.close()));
}

/** A result within --timeout. @throws CommandError `timeout` */
async function inTime<T>(bmc: Bmc, work: Promise<T>): Promise<T> {
  const seconds = bmc.args.number('timeout', 0);
  if (seconds === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new CommandError('timeout', `${bmc.name}: not done within ${seconds} s`));
      void bmc.close();
    }, seconds * 1000);
  });
  work.catch(() => {});
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Runs a verb at one node, and hands its rows over as they come. */
async function runAt(
  node: Node,
  verb: Verb,
  args: Arguments,
  take: (row: Row) => void | Promise<void>,
): Promise<void> {
  const client = clientFor(node.settings, args);
  const bmc = new Bmc(node.name, client, args, tlsOf(placeOf(client.origin), node.settings, args));
  open.add(bmc);
  const work = async (): Promise<void> => {
    await bmc.open();
    const result = verb(bmc);
    if (Symbol.asyncIterator in result) {
      for await (const row of result) await take(row);
    } else {
      const rows = await result;
      for (const row of bmc.dryRun && bmc.planned.length ? bmc.planned : rows) await take(row);
    }
  };
  try {
    await inTime(bmc, work());
  } finally {
    open.delete(bmc);
    await bmc.close();
  }
}

const plannedShape: Shape = { columns: ['method', 'uri', 'ifMatch', 'body'], key: 'uri' };

async function confirm(command: Command, args: Arguments, nodes: readonly Node[]): Promise<void> {
  const what = command.confirm?.(args);
  if (what === undefined || args.has('yes') || args.has('dry-run')) return;
  const where = nodes.length === 1 ? (nodes[0]?.name ?? '') : `${nodes.length} nodes`;
  if (!isTerminal())
    throw new CommandError('usage', `${what} at ${where}? Give --yes: there is no terminal to ask on`);
  const answer = await ask(`${what} at ${where}? [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new CommandError('person', 'not confirmed; nothing was changed');
}

/** Rows of an endless command: one line each, as they come. */
function lineWriter(shape: Shape, style: Style): (row: Row) => Promise<void> {
  let first = style.headers;
  const columns = columnsOf(shape, style);
  const lines: Style = { ...style, format: style.format === 'json' ? 'jsonl' : style.format };
  return async (row) => {
    if (style.format === 'table' || style.format === 'wide') {
      if (first) await print(`${columns.map((name) => name.toUpperCase()).join('  ')}\n`);
      first = false;
      return print(`${columns.map((name) => cellOf(fieldOf(row, name)) || '-').join('  ')}\n`);
    }
    const text = await render([row], { ...shape, single: false }, { ...lines, headers: first });
    first = false;
    if (text !== '') await print(`${text}\n`);
  };
}

/** The row of a node that failed, for output that programs read. */
function failureRow(name: string, error: unknown): Row {
  const { kind = null, status = null } = error instanceof RedfishError ? error : {};
  const message = error instanceof Error ? error.message : String(error);
  return { node: name, error: { exit: exitOf(error), kind, status: status ?? null, message } };
}

/** Every node, at most so many at a time; results as they come, or in the order of the nodes at the end. */
async function runFleet(
  nodes: readonly Node[],
  verb: Verb,
  args: Arguments,
  shape: Shape,
  style: Style,
  streams: boolean,
): Promise<ExitName> {
  const write = streams ? lineWriter(shape, style) : undefined;
  const results: Row[][] = nodes.map(() => []);
  const failed: string[] = [];
  let begun = 0;
  const most = args.number('max-failures', 1) ?? Number.POSITIVE_INFINITY;
  const machine = ['json', 'jsonl', 'yaml'].includes(style.format);
  const limit = streams && style.format !== 'jsonl' ? nodes.length : (args.number('parallel', 1) ?? 32);
  const work = async (node: Node, index: number): Promise<void> => {
    begun += 1;
    const take = async (row: Row): Promise<void> => {
      const named = { node: node.name, ...row };
      if (write) await write(named);
      else results[index]?.push(named);
    };
    try {
      await runAt(node, verb, args, take);
    } catch (error) {
      if (interrupted) return;
      failed.push(node.name);
      notice(`${node.name}: ${errorText(error, node.name)}`);
      if (machine) await take(failureRow(node.name, error));
    }
  };
  await inParallel(nodes, limit, work, () => !interrupted && failed.length < most);
  if (!write) await print(`${await render(results.flat(), shape, style)}\n`);
  const left = nodes.slice(begun).map(({ name }) => name);
  const good = begun - failed.length;
  notice(
    `${good} of ${nodes.length} nodes done` +
      (failed.length ? `; failed: ${failed.join(', ')}` : '') +
      (left.length ? `; not begun: ${left.join(', ')}` : ''),
  );
  if (interrupted) return 'interrupted';
  return failed.length || left.length ? 'someFailed' : 'done';
}

async function runOne(
  node: Node,
  verb: Verb,
  args: Arguments,
  shape: Shape,
  style: Style,
  follows: boolean,
): Promise<ExitName> {
  const rows: JsonObject[] = [];
  const write = follows ? lineWriter(shape, style) : undefined;
  try {
    await runAt(node, verb, args, write ?? ((row) => void rows.push(row)));
  } catch (error) {
    if (interrupted) return 'interrupted';
    throw error;
  }
  if (!write) await finish(rows, shape, style);
  return interrupted ? 'interrupted' : 'done';
}

/** Home, and erase what is below: a table that is drawn anew does not flicker. */
const redraw = '\u001b[H\u001b[J';

/** Asks one node again and again, over the same connection, until interrupted or --timeout. */
async function runWatched(
  node: Node,
  verb: Verb,
  args: Arguments,
  shape: Shape,
  style: Style,
  seconds: number,
): Promise<ExitName> {
  const again: Verb = async function* (bmc) {
    for (;;) {
      const result = verb(bmc);
      const rows: Row[] = [];
      if (Symbol.asyncIterator in result) for await (const row of result) rows.push(row);
      else rows.push(...(await result));
      if (process.stdout.isTTY) await print(redraw);
      await finish(rows, shape, style);
      yield { rows: rows.length };
      await pause(seconds * 1000, undefined, { signal: bmc.client.service.closing });
    }
  };
  try {
    await runAt(node, again, args, () => {});
  } catch (error) {
    if (!interrupted) throw error;
  }
  return 'interrupted';
}

async function finish(rows: readonly Row[], shape: Shape, style: Style): Promise<void> {
  const text = await render(rows, shape, style);
  if (text !== '') await print(`${text}\n`);
}

/** Runs a command of the table. Returns the name of its exit status. @throws CommandError, RedfishError */
export async function runCommand(command: Command, args: Arguments, config: Config): Promise<ExitName> {
  const given = typeof command.shape === 'function' ? command.shape(args) : command.shape;
  if ('local' in command) {
    const rows = await (await command.local())(args, config);
    await finish(rows, given, styleOf(args, command.format ?? 'table', false, colours()));
    const failure = command.failed?.(rows);
    if (failure === undefined) return 'done';
    notice(failure);
    return 'refused';
  }
  const nodes = await nodesOf(config, args);
  const settings = settingsOf(undefined, config, args, process.env);
  const one: Node = { name: settings.host?.value ?? '', settings };
  await confirm(command, args, nodes ?? [one]);
  const verb = await command.verb();
  const shape = args.has('dry-run') ? plannedShape : given;
  const fleet = nodes !== undefined && nodes.length > 1;
  const style = styleOf(args, command.format ?? 'table', fleet, colours());
  const follows = command.follows?.(args) ?? false;
  if (nodes && fleet) return runFleet(nodes, verb, args, shape, style, follows || style.format === 'jsonl');
  const watch = args.number('watch', 0.1);
  if (watch !== undefined && (fleet || follows))
    throw new CommandError('usage', '--watch is for one node, and not for what follows anyway');
  if (watch !== undefined) return runWatched(nodes?.[0] ?? one, verb, args, shape, style, watch);
  return runOne(nodes?.[0] ?? one, verb, args, shape, style, follows);
}
