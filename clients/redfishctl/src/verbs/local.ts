/** Commands that need no login: explanations of the schemas, trust in certificates, the configuration. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { filePins, type JsonObject, memoryPins, RedfishError } from '@redfishd/client';
import { clientFor, placeOf } from '../bmc.ts';
import { type Config, chosenContext, folders, type SettingKey, settingKeys, settingsOf } from '../config.ts';
import { CommandError, usageError } from '../exit.ts';
import type { Arguments } from '../options.ts';
import type { Row } from '../output.ts';
import { ask, isTerminal, notice } from '../terminal.ts';

interface Docs {
  readonly types: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly messages: Readonly<Record<string, { readonly message: string; readonly resolution: string }>>;
}

export function readDocs(): Docs {
  const path = createRequire(import.meta.url).resolve('@redfishd/client/docs.json');
  return JSON.parse(readFileSync(path, 'utf8')) as Docs;
}

/** Descriptions of DMTF by `Type`, `Type.Property`, `Type.Object.Property` or `Registry.Message`. Pure. */
export function explained(docs: Docs, name: string): Row[] {
  const [first = '', ...rest] = name.split('.');
  const own = docs.types[`${first}.${first}`];
  const [second, third] = rest;
  const rows: Row[] = [];
  if (second === undefined) {
    for (const [property, description] of Object.entries(own ?? {}))
      rows.push({ name: property === '' ? first : `${first}.${property}`, description });
    return rows;
  }
  const whole = docs.types[`${first}.${second}`];
  if (third === undefined) {
    if (own?.[second] !== undefined) rows.push({ name, description: own[second] });
    // An object or enumeration of that name, or one that all schemas share.
    for (const [member, description] of Object.entries(whole ?? docs.types[`Resource.${second}`] ?? {}))
      if (member !== '' || !rows.length)
        rows.push({ name: member === '' ? name : `${name}.${member}`, description });
    const message = docs.messages[name];
    if (message) rows.push({ name, description: `${message.message} ${message.resolution}` });
  } else if (whole?.[third] !== undefined) {
    rows.push({ name, description: whole[third] });
  }
  return rows;
}

/** `explain TYPE[.Property]` */
export async function explain({ words }: Arguments): Promise<Row[]> {
  const [name] = words;
  if (name === undefined) throw usageError('explain: give a TYPE, TYPE.Property or REGISTRY.Message');
  const docs = readDocs();
  const rows = explained(docs, name);
  if (rows.length) return rows;
  const start = name.split('.')[0]?.toLowerCase() ?? '';
  const near = Object.keys(docs.types)
    .filter(
      (type) => type.toLowerCase() === `${start}.${start}` || type.toLowerCase().startsWith(`${start}.`),
    )
    .map((type) => type.replace(/^(\w+)\.\1$/, '$1'));
  throw new CommandError(
    'missing',
    `nothing is called ${name}${near.length ? `; there are: ${near.slice(0, 12).join(', ')}` : ''}`,
  );
}

/** The fingerprint of the certificate that a service shows. */
async function shownFingerprint(
  config: Config,
  args: Arguments,
): Promise<{ place: string; fingerprint: string }> {
  const pins = memoryPins();
  const { pin: _pin, user: _user, ...settings } = settingsOf(undefined, config, args, process.env);
  const client = clientFor(settings, args, { tls: { trust: 'first-use', pins } });
  try {
    await client.open();
    const place = placeOf(client.origin);
    const fingerprint = pins.get(place);
    if (fingerprint !== undefined) return { place, fingerprint };
    throw new CommandError(
      'done',
      `${place} has a certificate that an authority vouches for, or none: no pin is needed`,
    );
  } finally {
    await client.close();
  }
}

/** `trust`: pins the certificate that a BMC shows, after a look at its fingerprint. */
export async function trust(args: Arguments, config: Config): Promise<Row[]> {
  const { place, fingerprint } = await shownFingerprint(config, args);
  const pins = filePins(folders(process.env).pins);
  const known = pins.get(place);
  if (known === fingerprint) return [{ host: place, fingerprint, trusted: 'before' }];
  if (known !== undefined && !args.has('replace'))
    throw new RedfishError('pin', `${place} was trusted with ${known} and shows ${fingerprint} now`, {
      fingerprint,
    });
  const expected = args.text('fingerprint')?.replaceAll(':', '').toLowerCase();
  if (expected !== undefined && expected !== fingerprint)
    throw new RedfishError('pin', `${place} shows ${fingerprint}, not the fingerprint that is expected`, {
      fingerprint,
    });
  if (expected === undefined && !args.has('yes')) {
    if (!isTerminal())
      throw usageError(
        `${place} shows SHA-256 ${fingerprint}: give --fingerprint SHA256, or --yes to take it unseen`,
      );
    notice(`${place} shows a certificate with SHA-256 ${fingerprint}`);
    if (!/^y(es)?$/i.test(await ask('Trust it from now on? [y/N] ')))
      throw new CommandError('person', 'not trusted');
  }
  pins.set(place, fingerprint);
  return [{ host: place, fingerprint, trusted: 'now' }];
}

/** `config [view|contexts|path]`: settings in force and where each comes from; never a secret. */
export async function configuration(args: Arguments, config: Config): Promise<Row[]> {
  const [word = 'view'] = args.words;
  if (word === 'path') return [{ key: 'path', value: config.path, source: 'file' }];
  if (word === 'contexts') {
    const current = chosenContext(config, args, process.env);
    return Object.entries(config.contexts).map(([name, context]) => ({
      ...{ key: name, value: context.host ?? null, source: name === current ? 'current' : '' },
    }));
  }
  if (word !== 'view') throw usageError(`config ${word}: give view, contexts or path`);
  const settings = settingsOf(undefined, config, args, process.env);
  return (Object.keys(settingKeys) as SettingKey[]).map(
    (key): JsonObject => ({
      key,
      value: settings[key]?.value ?? null,
      source: settings[key]?.source ?? 'default',
    }),
  );
}
