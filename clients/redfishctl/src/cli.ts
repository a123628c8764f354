/** The command line as a whole: finds the command, reads its arguments, prints help, turns errors into exit statuses. */
import { readFileSync } from 'node:fs';
import { aliases, commands } from './commands.ts';
import { readConfig } from './config.ts';
import {
  CommandError,
  type ExitName,
  errorText,
  exitOf,
  exitStatuses,
  statusOf,
  usageError,
} from './exit.ts';
import { type Arguments, globalOptions, type OptionTable, optionsFor, readArguments } from './options.ts';
import { notice, print } from './terminal.ts';

/** Index of the command: the first word that is no option and no value of one. */
export function commandIndex(args: readonly string[]): number {
  const takesValue = (arg: string): boolean => {
    const name = arg.startsWith('--') ? arg.slice(2) : undefined;
    const spec =
      name === undefined
        ? Object.values(globalOptions).find(({ short }) => short === arg.slice(-1))
        : globalOptions[name];
    return spec?.value !== undefined && !arg.includes('=');
  };
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (!arg.startsWith('-')) return index;
    // `-Hbmc` has its value within.
    if (takesValue(arg) && (arg.startsWith('--') || arg.length === 2)) index += 1;
  }
  return -1;
}

const optionLines = (table: OptionTable): string[] =>
  Object.entries(table)
    .filter(([, { hidden }]) => !hidden)
    .map(([name, { short, value, help }]) => {
      const left = `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
      return `  ${left.padEnd(28)}  ${help}`;
    });

/** Help for one command, or for all. */
export function helpText(name?: string): string {
  const command = name === undefined ? undefined : commands[name];
  if (command)
    return [
      `redfishctl ${name} ${command.usage}`.trimEnd(),
      `  ${command.summary}`,
      ...(command.options ? ['', 'Options:', ...optionLines(command.options)] : []),
      ...['', 'Global options: redfishctl help options'],
    ].join('\n');
  return [
    'redfishctl COMMAND [WORDS] [OPTIONS]: one BMC or a fleet of them, over Redfish',
    '',
    ...Object.entries(commands).map(([key, { summary }]) => `  ${key.padEnd(12)}${summary}`),
    ...['  exec        commands of a FILE, or of standard input, one per line'],
    ...['  completion  completion for bash or zsh', ''],
    ...['First steps: redfishctl trust -H BMC && redfishctl status -H BMC -U USER', ''],
    'Topics: redfishctl help COMMAND | options | exit-codes | environment',
  ].join('\n');
}

const topics: Readonly<Record<string, () => string>> = {
  options: () => optionLines(globalOptions).join('\n'),
  'exit-codes': () =>
    Object.values(exitStatuses)
      .map(([status, text]) => `${String(status).padStart(4)}  ${text}`)
      .join('\n'),
  environment: () =>
    [
      ...[
        'REDFISHCTL_HOST, REDFISHCTL_USER, REDFISHCTL_PASSWORD_FILE, REDFISHCTL_PASSWORD, REDFISHCTL_CA, REDFISHCTL_PIN',
      ],
      ...['REDFISHCTL_CONTEXT, REDFISHCTL_CONFIG (default $XDG_CONFIG_HOME/redfishctl/config.yaml)'],
      'NO_COLOR, FORCE_COLOR; XDG_CONFIG_HOME, XDG_STATE_HOME (pins), XDG_RUNTIME_DIR (sessions)',
      'Order: flag, environment, context, default. `redfishctl config view` shows what is in force.',
    ].join('\n'),
};

async function help(topic: string | undefined): Promise<ExitName> {
  const name = topic === undefined ? undefined : (aliases[topic] ?? topic);
  const text = name !== undefined && Object.hasOwn(topics, name) ? topics[name]?.() : undefined;
  if (text === undefined && name !== undefined && !Object.hasOwn(commands, name))
    throw usageError(
      `no help for ${name}; topics: ${[...Object.keys(topics), ...Object.keys(commands)].join(', ')}`,
    );
  await print(`${text ?? helpText(name)}\n`);
  return 'done';
}

/** Of the package that this file is part of. */
function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version?: unknown }).version);
}

function checkGlobals(args: Arguments): void {
  if (args.text('password') !== undefined)
    throw usageError(
      'a password on the command line shows in the process list: use --password-file FILE, --password-stdin, ' +
        'REDFISHCTL_PASSWORD_FILE, or answer the prompt',
    );
}

/** `record FILE` is `--record FILE` while everything is read. */
function withRecording(name: string, args: Arguments): Arguments {
  if (name !== 'record') return args;
  const [file] = args.words;
  if (file === undefined) throw usageError('record: give the FILE');
  return args.with({ record: file });
}

async function dispatch(argv: readonly string[]): Promise<ExitName> {
  const index = commandIndex(argv);
  const word = index < 0 ? undefined : argv[index];
  const name = word === undefined ? undefined : Object.hasOwn(aliases, word) ? aliases[word] : word;
  const rest = index < 0 ? [] : argv.slice(index + 1);
  if (name === undefined) {
    if (!readArguments(argv, globalOptions).has('version')) return help(undefined);
    await print(`redfishctl ${version()}\n`);
    return 'done';
  }
  if (name === 'help') return help(rest[0]);
  if (name === 'completion' || name === '__complete') {
    const { complete, completionScript } = await import('./completion.ts');
    await print(name === '__complete' ? complete(rest) : completionScript(rest[0]));
    return 'done';
  }
  if (name === 'exec') {
    const { linesOf, runLines } = await import('./lines.ts');
    return runLines(await linesOf(rest[0]), argv.slice(0, index), dispatch);
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw usageError(`no command ${name}; there are: ${Object.keys(commands).join(', ')}`);
  const before = readArguments(argv.slice(0, index), globalOptions);
  const args = withRecording(name, readArguments(rest, optionsFor(command.options ?? {})).over(before));
  if (args.has('help')) return help(name);
  checkGlobals(args);
  const { runCommand } = await import('./run.ts');
  return runCommand(command, args, await readConfig(process.env));
}

/** The host that a hint names, as well as it can be told. */
function hostIn(argv: readonly string[]): string {
  const index = argv.findIndex((arg) => arg === '-H' || arg === '--host');
  return (index < 0 ? process.env.REDFISHCTL_HOST : argv[index + 1]) ?? 'HOST';
}

/** Runs a command line. Returns its exit status; never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return statusOf(await dispatch(argv));
  } catch (error) {
    const exit = exitOf(error);
    if (error instanceof CommandError && exit === 'done') notice(error.message);
    else notice(`redfishctl: ${errorText(error, hostIn(argv))}`);
    return statusOf(exit);
  }
}
