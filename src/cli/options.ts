/** What `redfishd serve` is told: command line first, then the configuration file, then defaults. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Limits } from '../http/limits.ts';

export interface ServeOptions {
  readonly platform: string;
  readonly twin: boolean;
  /** Undefined: the default for this platform. */
  readonly state: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  /** Where plain HTTP is sent on to HTTPS; undefined for nowhere. */
  readonly httpRedirect: { readonly host: string; readonly port: number } | undefined;
  /** Origins of web pages that may use the service from a browser. */
  readonly corsOrigins: readonly string[];
  /** Hosts to which events may be sent; undefined for any. */
  readonly eventDestinations: readonly string[] | undefined;
  /** What clients may take; only what the configuration says. */
  readonly limits: Partial<Limits>;
  /** Offers HTTP/2 beside HTTP/1.1. */
  readonly http2: boolean;
}

/** The command line or the configuration cannot be used; the message says what would be right. */
export class UsageError extends Error {}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Keys of the configuration file and what each must be. */
const keys: Readonly<Record<string, 'string' | 'boolean' | 'number'>> = {
  platform: 'string',
  twin: 'boolean',
  state: 'string',
  listen: 'string',
  logLevel: 'string',
  httpRedirect: 'string',
  corsOrigins: 'string',
  eventDestinations: 'string',
  connections: 'number',
  connectionsPerAddress: 'number',
  requestsPerSecond: 'number',
  http2: 'boolean',
};

/** Null when help was asked for. @throws UsageError */
export async function serveOptions(argv: readonly string[]): Promise<ServeOptions | null> {
  const { values } = parseWords(argv);
  if (values.help === true) return null;
  const file = values.config === undefined ? {} : await readConfig(values.config);
  const text = (key: string): string | undefined => file[key] as string | undefined;
  const platform = values.platform ?? text('platform');
  if (platform === undefined)
    throw new UsageError('say which board this is: --platform FILE, such as platform/tiogapass.yaml');
  const twin = values.twin ?? file.twin === true;
  const logLevel = values['log-level'] ?? text('logLevel') ?? 'info';
  if (!levels.includes(logLevel))
    throw new UsageError(`log level "${logLevel}" is none of ${levels.join(', ')}`);
  // On a desk only the desk may connect; a BMC is there to be reached.
  const address = listenAddress(values.listen ?? text('listen') ?? (twin ? '127.0.0.1:8443' : '[::]:443'));
  const limits = Object.fromEntries(
    (['connections', 'connectionsPerAddress', 'requestsPerSecond'] as const).flatMap((key) =>
      file[key] === undefined ? [] : [[key, file[key] as number]],
    ),
  );
  const redirect = values['http-redirect'] ?? text('httpRedirect');
  return {
    ...{ platform, twin, state: values.state ?? text('state'), ...address, logLevel, limits },
    httpRedirect: redirect === undefined ? undefined : listenAddress(redirect),
    corsOrigins: originsOf(text('corsOrigins')),
    eventDestinations: text('eventDestinations')
      ?.split(/[\s,]+/)
      .filter((host) => host !== ''),
    http2: file.http2 === true,
  };
}

function parseWords(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        platform: { type: 'string' },
        twin: { type: 'boolean' },
        state: { type: 'string' },
        listen: { type: 'string' },
        'http-redirect': { type: 'string' },
        config: { type: 'string' },
        'log-level': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function readConfig(path: string): Promise<Readonly<Record<string, string | boolean | number>>> {
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${path} must hold keys and values, such as "listen: 0.0.0.0:443"`);
  }
  for (const [key, given] of Object.entries(value)) {
    const wanted = keys[key];
    if (wanted === undefined)
      throw new UsageError(
        `${path}: there is no setting "${key}"; there are ${Object.keys(keys).join(', ')}`,
      );
    if (typeof given !== wanted) throw new UsageError(`${path}: ${key} must be a ${wanted}`);
    if (typeof given === 'number' && !(given >= 0))
      throw new UsageError(`${path}: ${key} must not be negative`);
  }
  return value as Readonly<Record<string, string | boolean | number>>;
}

/** Origins as browsers send them, from a list with commas. @throws UsageError */
function originsOf(list: string | undefined): string[] {
  const origins = (list ?? '').split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim()]));
  for (const origin of origins) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue;
    throw new UsageError(`"${origin}" is no origin of web pages; write it as https://ui.example:8080`);
  }
  return origins;
}

/** `127.0.0.1:8443`, `[::1]:8443` or `:443`. @throws UsageError */
export function listenAddress(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new UsageError(
      `"${text}" is no address to listen on; write ADDR:PORT, such as 127.0.0.1:8443 or [::]:443`,
    );
  }
  return { host: match[1] ?? (match[2] || '::'), port };
}

/** Where state lives when nobody says: what systemd gives, the user's own place for a twin, /var/lib for a board. */
export function defaultState(board: string, twin: boolean): string {
  const given = process.env.STATE_DIRECTORY;
  if (given !== undefined && given !== '') return given;
  if (!twin) return '/var/lib/redfishd';
  const base = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return join(base, 'redfishd', `${board}-twin`);
}

/** Socket of the twin's knobs, beside its state. */
export const controlSocket = (state: string): string => join(state, 'twin.sock');
