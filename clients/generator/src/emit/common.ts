/** What emitters share: versions as people write them, and the properties of every resource. */

/** `v1_12_0` → `1.12`, `v1_12_1` → `1.12.1`. */
export const versionText = (version: string): string =>
  version.slice(1).replaceAll('_', '.').replace(/\.0$/, '');

/** Properties that every resource has, and that types of single resources do not repeat. */
export const inherited: ReadonlySet<string> = new Set(['Id', 'Name', 'Description', 'Actions', 'Oem']);
