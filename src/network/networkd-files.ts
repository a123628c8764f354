/** Finds the `.network` file by which systemd-networkd configures an interface (systemd.network(5), "DESCRIPTION"). */
import { namesIn, textOf } from './files.ts';
import { flagOf, parseIni, type Section, valuesOf } from './ini.ts';

/** Search path; a file replaces files of the same name in later directories. */
const folders = ['etc', 'run', 'usr/local/lib', 'usr/lib', 'lib'].map(
  (folder) => `${folder}/systemd/network`,
);

/** Returns the sections of the first matching file in order of names, drop-ins included. */
export function networkFileOf(root: string, id: string): readonly Section[] | undefined {
  const mac = textOf(`${root}sys/class/net/${id}/address`)?.trim() ?? '';
  for (const name of namesAcross(root, '', '.network')) {
    const sections = parseIni(firstText(root, name) + dropIns(root, name));
    if (matches(sections, id, mac)) return sections;
  }
  return undefined;
}

/** Returns the names in all directories, each once, sorted. */
function namesAcross(root: string, below: string, suffix: string): string[] {
  const names = folders.flatMap((folder) => namesIn(`${root}${folder}/${below}`));
  return [...new Set(names)].filter((name) => name.endsWith(suffix)).sort();
}

function firstText(root: string, name: string): string {
  for (const folder of folders) {
    const text = textOf(`${root}${folder}/${name}`);
    if (text !== undefined) return text;
  }
  return '';
}

const dropIns = (root: string, name: string): string =>
  namesAcross(root, `${name}.d`, '.conf')
    .map((each) => `\n${firstText(root, `${name}.d/${each}`)}`)
    .join('');

/** Whether a file matches the interface. A file with an unknown condition does not match. */
function matches(sections: readonly Section[], id: string, mac: string): boolean {
  const keys = sections.filter(({ name }) => name === 'Match').flatMap(({ entries }) => entries);
  if (keys.length === 0 || flagOf(valuesOf(sections, 'Link', 'Unmanaged').at(-1), false)) return false;
  return keys.every(([key, value]) => {
    const words = value.split(/\s+/);
    if (key === 'Name') return matchesName(words, id);
    if (key === 'Type') return words.includes('ether');
    return (
      (key === 'MACAddress' || key === 'PermanentMACAddress') &&
      words.some((word) => word.toLowerCase() === mac)
    );
  });
}

/** Matches shell patterns; an exclamation mark before the first inverts the result. */
function matchesName(words: readonly string[], id: string): boolean {
  const negative = words[0]?.startsWith('!') === true;
  const found = words.some((word) => globOf(word.replace(/^!/, '')).test(id));
  return found !== negative;
}

const globOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
