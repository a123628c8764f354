/** Names of sensors in 16 characters, each once (IPMI 2.0, section 43.1: the ID string). */

const longest = 16;

/** Drops what names can do without, from the least telling on, until the name fits. */
const shorter: readonly ((name: string) => string)[] = [
  (name) => name.replace(/_?(?:TEMPERATURE|TEMP)$/i, '_T'),
  (name) =>
    name
      .replace(/_?VOLTAGE$/i, '_V')
      .replace(/_?CURRENT$/i, '_A')
      .replace(/_?POWER$/i, '_W'),
  (name) => name.replace(/[_.-]/g, ''),
  (name) => name.slice(0, 1) + name.slice(1).replace(/[aeiou]/gi, ''),
];

/** A short name for each id, in their order; the same ids give the same names. */
export function shortNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>(ids.filter((id) => id.length <= longest));
  return new Map(
    ids.map((id) => {
      if (id.length <= longest) return [id, id];
      let name = id;
      for (const shorten of shorter) if (name.length > longest) name = shorten(name);
      let unique = name.slice(0, longest);
      for (let number = 1; taken.has(unique); number++) {
        const tail = `~${number}`;
        unique = name.slice(0, longest - tail.length) + tail;
      }
      taken.add(unique);
      return [id, unique];
    }),
  );
}
