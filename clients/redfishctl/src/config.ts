/** Settings of each BMC: flag before environment before context before default; each knows where it comes from. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isObject } from '@redfishd/client';
import { usageError } from './exit.ts';
import type { Arguments } from './options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a context may set, the flag and the variable that come before it. `password` is a reference to a secret. */
export const settingKeys = {
  host: { flag: 'host', variable: 'REDFISHCTL_HOST' },
  user: { flag: 'user', variable: 'REDFISHCTL_USER' },
  password: { flag: 'password-file', variable: 'REDFISHCTL_PASSWORD_FILE' },
  ca: { flag: 'ca', variable: 'REDFISHCTL_CA' },
  pin: { flag: 'pin', variable: 'REDFISHCTL_PIN' },
} as const;

export type SettingKey = keyof typeof settingKeys;
export type Context = Partial<Record<SettingKey, string>>;

export interface Config {
  readonly path: string;
  readonly current: string | undefined;
  readonly contexts: Readonly<Record<string, Context>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

export interface Setting {
  readonly value: string;
  readonly source: string;
}

export type Settings = Partial<Record<SettingKey, Setting>>;

/** Folders of the XDG Base Directory Specification. */
export function folders(env: Environment) {
  const state = join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'redfishctl');
  return {
    config: join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'redfishctl', 'config.yaml'),
    pins: join(state, 'pins.json'),
    sessions: join(env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, 'redfishctl') : state, 'sessions'),
  };
}

function contextOf(path: string, name: string, value: unknown): Context {
  if (!isObject(value)) throw usageError(`${path}: contexts.${name} is no mapping`);
  for (const [key, text] of Object.entries(value)) {
    if (!(key in settingKeys))
      throw usageError(
        `${path}: contexts.${name}.${key} is unknown; known: ${Object.keys(settingKeys).join(', ')}`,
      );
    if (typeof text !== 'string') throw usageError(`${path}: contexts.${name}.${key} is no string`);
  }
  return value as Context;
}

function groupOf(path: string, name: string, value: unknown): string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw usageError(`${path}: groups.${name} is no list of names`);
  return value;
}

const entriesOf = (path: string, name: string, value: unknown): [string, unknown][] => {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw usageError(`${path}: ${name} is no mapping`);
  return Object.entries(value);
};

/** A configuration from the value of its file. @throws CommandError `usage` that names the key which is wrong */
export function configOf(path: string, value: unknown): Config {
  const whole = value === null || value === undefined ? {} : value;
  if (!isObject(whole)) throw usageError(`${path}: the file is no mapping`);
  for (const key of Object.keys(whole))
    if (!['current', 'contexts', 'groups'].includes(key))
      throw usageError(`${path}: ${key} is unknown; known: current, contexts, groups`);
  const { current } = whole;
  const contexts = entriesOf(path, 'contexts', whole.contexts);
  const groups = entriesOf(path, 'groups', whole.groups);
  if (current !== undefined && typeof current !== 'string') throw usageError(`${path}: current is no string`);
  return {
    ...{ path, current },
    contexts: Object.fromEntries(contexts.map(([name, item]) => [name, contextOf(path, name, item)])),
    groups: Object.fromEntries(groups.map(([name, item]) => [name, groupOf(path, name, item)])),
  };
}

/** Reads the configuration file; one that does not exist is empty. YAML is loaded only for a file that exists. */
export async function readConfig(env: Environment): Promise<Config> {
  const path = env.REDFISHCTL_CONFIG || folders(env).config;
  if (!existsSync(path)) return configOf(path, undefined);
  const { parse } = await import('yaml');
  try {
    return configOf(path, parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof Error && error.name === 'YAMLParseError')
      throw usageError(`${path}: ${error.message}`);
    throw error;
  }
}

/** The context that flag, environment or file choose. @throws CommandError `usage` for an unknown one */
export function chosenContext(config: Config, args: Arguments, env: Environment): string | undefined {
  const name = args.text('context') ?? (env.REDFISHCTL_CONTEXT || config.current);
  if (name !== undefined && !Object.hasOwn(config.contexts, name))
    throw usageError(
      `${config.path}: no context ${name}; there are: ${Object.keys(config.contexts).join(', ') || 'none'}`,
    );
  return name;
}

/** @param node name of a context or a host, as `-n` gives it; undefined for the one BMC of flags and context */
export function settingsOf(
  node: string | undefined,
  config: Config,
  args: Arguments,
  env: Environment,
): Settings {
  const named = node !== undefined && Object.hasOwn(config.contexts, node);
  const context = named ? node : chosenContext(config, args, env);
  const fromContext: Context = context === undefined ? {} : (config.contexts[context] ?? {});
  const settings: Settings = {};
  for (const key of Object.keys(settingKeys) as SettingKey[]) {
    const { flag, variable } = settingKeys[key];
    const own = key === 'host' || key === 'pin';
    // A host that -n names has neither the address nor the pin of another.
    if (node !== undefined && own) {
      const value = named ? fromContext[key] : key === 'host' ? node : undefined;
      if (value !== undefined) settings[key] = { value, source: named ? `context ${node}` : '--nodes' };
      continue;
    }
    const flagged = args.text(flag);
    const set = env[variable];
    const kept = fromContext[key];
    const reference = (path: string): string => (key === 'password' ? `file:${path}` : path);
    if (flagged !== undefined) settings[key] = { value: reference(flagged), source: `--${flag}` };
    else if (set) settings[key] = { value: reference(set), source: variable };
    else if (key === 'password' && env.REDFISHCTL_PASSWORD)
      settings[key] = { value: 'env:REDFISHCTL_PASSWORD', source: 'REDFISHCTL_PASSWORD' };
    else if (kept !== undefined) settings[key] = { value: kept, source: `context ${context}` };
  }
  return settings;
}
