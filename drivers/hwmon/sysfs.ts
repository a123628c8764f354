/** Files of sysfs: one value each, with errors as DeviceErrors. */
import { constants, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeviceError, type DeviceErrorKind } from '../errors.ts';

export const byNumber = (one: string, other: string) => one.localeCompare(other, 'en', { numeric: true });

/** Real paths of the devices in `parent` with a wanted name, in the order of their place in the machine. */
export async function devices(parent: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await list(parent)) {
    const name = await readText(join(parent, entry, 'name')).catch(() => '');
    const path = isWanted(name) && (await realpath(join(parent, entry)).catch(() => undefined));
    if (path) found.push(path);
  }
  return found.sort(byNumber);
}

/** Entries of a directory; none when it does not exist. */
export async function list(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}

export async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw nodeError(error, path);
  }
}

export async function readNumber(path: string): Promise<number> {
  const text = await readText(path);
  const value = Number(text);
  if (text !== '' && Number.isFinite(value)) return value;
  throw new DeviceError('wrong-data', path, `${JSON.stringify(text)} is not a number`);
}

export async function writeNumber(path: string, value: number): Promise<void> {
  try {
    // No O_CREAT: a node that has gone must not come back as a plain file.
    await writeFile(path, String(value), { flag: constants.O_WRONLY | constants.O_TRUNC });
  } catch (error) {
    throw nodeError(error, path);
  }
}

const kinds: Readonly<Record<string, readonly [DeviceErrorKind, string]>> = {
  ENOENT: ['no-bus', 'no such node'],
  ENOTDIR: ['no-bus', 'no such node'],
  EBUSY: ['held', 'in use by another driver'],
  EACCES: ['unsupported', 'this user may not use it'],
  EPERM: ['unsupported', 'this user may not use it'],
  EROFS: ['unsupported', 'it is read-only'],
  EINVAL: ['unsupported', 'the driver refuses the value'],
};

export function nodeError(error: unknown, path: string): DeviceError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const [kind, text] = kinds[code] ?? (['no-answer', 'no answer'] as const);
  return new DeviceError(kind, path, `${text} (${code})`, { cause: error });
}
