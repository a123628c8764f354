/** Options of `redfishd serve`: those of the command line, then those of the configuration file, then defaults. */
import { readFileSync } from 'node:fs';
import type { Limits } from '../../http/limits.ts';
import { type Options, UsageError, type Values } from '../command.ts';

export const options = {
  platform: {
    type: 'string',
    value: 'FILE',
    summary: 'descriptor of the board, such as platform/tiogapass.yaml',
  },
  twin: { type: 'boolean', summary: 'run on a simulation of the board instead of its hardware' },
  state: { type: 'string', value: 'DIR', summary: 'directory of accounts, certificates and logs' },
  listen: {
    type: 'string',
    value: 'ADDR:PORT',
    summary: 'default 127.0.0.1:8443 with --twin, [::]:443 on a board',
  },
  'http-redirect': {
    type: 'string',
    value: 'ADDR:PORT',
    summary: 'listen there without TLS too, and redirect clients to HTTPS, such as [::]:80',
  },
  config: {
    type: 'string',
    value: 'FILE',
    summary: 'read options from this YAML file; keys are listed below',
  },
  'log-level': {
    type: 'string',
    value: 'LEVEL',
    summary: 'trace, debug, info, warn, error, fatal or silent; default info, with --twin warn',
  },
} as const satisfies Options;

export const details = (): string => `Keys of the configuration file:
  platform, twin, state, listen, httpRedirect, logLevel
                          the options of the same name
  corsOrigins             origins of web pages that may use the service: https://a.example, ...
  eventDestinations       hosts to which events may be sent; any by default
  connections, connectionsPerAddress, requestsPerSecond, sessionsPerAccount
                          limits of clients; 0 for none
  http2                   true: offer HTTP/2 beside HTTP/1.1, at a higher cost per connection

The first start creates an administrator. REDFISHD_ADMIN_USER names it (default "admin"). The first line of the file
REDFISHD_ADMIN_PASSWORD_FILE is its password; without it a password is generated and kept in DIR/initial-admin-password
until it is changed.
`;

export interface ServeOptions {
  readonly platform: string;
  readonly twin: boolean;
  /** Undefined: the default of this platform. */
  readonly state: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  /** Where plain HTTP is redirected to HTTPS; undefined for nowhere. */
  readonly httpRedirect: { readonly host: string; readonly port: number } | undefined;
  /** Origins of web pages that may use the service from a browser. */
  readonly corsOrigins: readonly string[];
  /** Hosts to which events may be sent; undefined for any. */
  readonly eventDestinations: readonly string[] | undefined;
  /** Limits of clients that the configuration sets. */
  readonly limits: Partial<Limits>;
  /** Whether HTTP/2 is offered beside HTTP/1.1. */
  readonly http2: boolean;
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const limitKeys = [
  'connections',
  'connectionsPerAddress',
  'requestsPerSecond',
  'sessionsPerAccount',
] as const;

/** Keys of the configuration file and their types. */
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
  sessionsPerAccount: 'number',
  http2: 'boolean',
};

type Configuration = Readonly<Record<string, string | boolean | number>>;

/** @throws UsageError */
export async function serveOptions(values: Values<typeof options>): Promise<ServeOptions> {
  const file = values.config === undefined ? {} : await readConfiguration(values.config);
  const text = (key: string): string | undefined => {
    const value = file[key];
    return typeof value === 'string' ? value : undefined;
  };
  const platform = values.platform ?? text('platform');
  if (platform === undefined)
    throw new UsageError('--platform FILE is required, such as --platform platform/tiogapass.yaml');
  const twin = values.twin ?? file.twin === true;
  // On a desk only the desk may connect; a BMC is there to be reached.
  const address = listenAddress(values.listen ?? text('listen') ?? (twin ? '127.0.0.1:8443' : '[::]:443'));
  const redirect = values['http-redirect'] ?? text('httpRedirect');
  return {
    platform,
    twin,
    state: values.state ?? text('state'),
    host: address.host,
    port: address.port,
    logLevel: levelOf(values['log-level'] ?? text('logLevel') ?? (twin ? 'warn' : 'info')),
    limits: limitsOf(file),
    httpRedirect: redirect === undefined ? undefined : listenAddress(redirect),
    corsOrigins: originsOf(text('corsOrigins')),
    eventDestinations: text('eventDestinations')
      ?.split(/[\s,]+/)
      .filter((host) => host !== ''),
    http2: file.http2 === true,
  };
}

function levelOf(level: string): string {
  if (levels.includes(level)) return level;
  throw new UsageError(`log level "${level}" is none of ${levels.join(', ')}`);
}

function limitsOf(file: Configuration): Partial<Limits> {
  const given = limitKeys.flatMap((key) => {
    const value = file[key];
    return typeof value === 'number' ? [[key, value] as const] : [];
  });
  return Object.fromEntries(given);
}

async function readConfiguration(path: string): Promise<Configuration> {
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${path} must consist of keys and values, such as "listen: 0.0.0.0:443"`);
  const checked: Record<string, string | boolean | number> = {};
  for (const [key, given] of Object.entries(value)) checked[key] = settingOf(path, key, given);
  return checked;
}

function settingOf(path: string, key: string, given: unknown): string | boolean | number {
  const wanted = keys[key];
  if (wanted === undefined)
    throw new UsageError(
      `${path}: "${key}" is not a setting; the settings are ${Object.keys(keys).join(', ')}`,
    );
  if (wanted === 'string' && typeof given === 'string') return given;
  if (wanted === 'boolean' && typeof given === 'boolean') return given;
  if (wanted === 'number' && typeof given === 'number') {
    if (given >= 0) return given;
    throw new UsageError(`${path}: ${key} must not be negative`);
  }
  throw new UsageError(`${path}: ${key} must be a ${wanted}`);
}

/** Origins as browsers send them, from a list with commas. @throws UsageError */
function originsOf(list = ''): string[] {
  const origins = list.split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim()]));
  for (const origin of origins) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue;
    throw new UsageError(
      `"${origin}" is not the origin of a web page; an example is https://ui.example:8080`,
    );
  }
  return origins;
}

/** `127.0.0.1:8443`, `[::1]:8443` or `:443`. @throws UsageError */
export function listenAddress(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new UsageError(
      `"${text}" is not an address to listen on; examples are 127.0.0.1:8443 and [::]:443`,
    );
  return { host: match[1] ?? (match[2] || '::'), port };
}
