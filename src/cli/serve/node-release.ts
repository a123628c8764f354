/** Warns of a release of Node that gets no more security fixes. */

/** Last day of support of each major version (nodejs/Release, schedule.json). */
const endOfSupport: Readonly<Record<string, string>> = {
  20: '2026-04-30',
  22: '2027-04-30',
  24: '2028-04-30',
};

/** What to tell the operator about the release that runs; undefined while it gets fixes, or when it is not in the table. */
export function releaseWarning(version: string, now: Date): string | undefined {
  const [major = ''] = version.split('.');
  const end = endOfSupport[major];
  if (end === undefined || now < new Date(`${end}T23:59:59Z`)) return undefined;
  return `Node ${version} has had no security fixes since ${end}: install a release with long-term support`;
}
