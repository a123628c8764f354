/** What telemetry needs to know of the resources whose properties it reports; the Redfish side gives it. */

export type Scalar = string | number | boolean | null;
export type Tree = Scalar | readonly Tree[] | { readonly [name: string]: Tree | undefined };

/** One property of a resource, by its identifier `/redfish/v1/Chassis/1U/Sensors/INLET#/Reading`. */
export interface Metric {
  readonly property: string;
  /** Id of the metric definition that describes it; undefined where none does. */
  readonly id: string | undefined;
  /** The sensor whose readings it shows, of which there is a history; undefined for anything else. */
  readonly sensor: string | undefined;
  /** What it says now, and since when as far as is known (milliseconds since 1970). Null is an unknown. */
  read(): { readonly value: Scalar; readonly time: number | null };
}

export interface Metrics {
  /** Undefined where no such property can be read by whoever may log in. */
  find(property: string): Metric | undefined;
  /** The resource or collection at a URI, for those wildcards that stand for whatever is there. */
  read(uri: string): Tree | undefined;
  /** Properties that a metric definition describes; undefined where there is no such definition. */
  propertiesOf(metricId: string): readonly string[] | undefined;
}

export type Wildcard = {
  readonly Name: string;
  readonly Values: readonly string[];
};

/** Wildcards named in a pattern. */
export const wildcardsIn = (pattern: string): string[] =>
  [...pattern.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '');

/** Steps on the way to all that a pattern stands for: one that leads nowhere in a million ways is given up. */
const mostSteps = 20_000;

/**
 * The property identifiers that a pattern stands for, `limit` at most. A wildcard whose value is `*` stands for every
 * member of the collection, or of the array or object, in which it stands; one that is used twice has the same value twice.
 */
export function expand(
  pattern: string,
  wildcards: readonly Wildcard[],
  read: Metrics['read'],
  limit: number,
): string[] {
  const [path = '', pointer = ''] = pattern.split('#');
  const values = new Map(wildcards.map(({ Name, Values }) => [Name, Values]));
  const found: string[] = [];
  const steps = [...tokensOf(path), null, ...tokensOf(pointer)];
  let taken = 0;
  const walk = (at: number, before: string, bound: ReadonlyMap<string, string>): void => {
    taken += 1;
    if (found.length >= limit || taken > mostSteps) return;
    const step = steps[at];
    if (step === undefined) {
      found.push(before);
      return;
    }
    if (step === null) {
      // Between the path and the pointer.
      walk(at + 1, `${before}#`, bound);
      return;
    }
    const name = wildcardsIn(step).find((each) => !bound.has(each));
    if (name === undefined) {
      const filled = step.replace(/\{([^{}]*)\}/g, (whole, each: string) => bound.get(each) ?? whole);
      walk(at + 1, `${before}/${filled}`, bound);
      return;
    }
    const listed = values.get(name) ?? [];
    for (const value of listed.includes('*') ? childrenOf(before, read) : listed)
      walk(at, before, new Map(bound).set(name, value));
  };
  walk(0, '', new Map());
  return found;
}

const tokensOf = (text: string): string[] => text.split('/').slice(1);

/** Last segments of the members of a collection; names or indexes of what a pointer leads to. */
function childrenOf(before: string, read: Metrics['read']): string[] {
  const hash = before.indexOf('#');
  const uri = hash < 0 ? before : before.slice(0, hash);
  const resource = read(uri);
  if (hash >= 0) {
    const value = resource === undefined ? undefined : valueAt(resource, before.slice(hash + 1));
    return typeof value === 'object' && value !== null ? Object.keys(value).map(escaped) : [];
  }
  const members = resource === undefined ? undefined : valueAt(resource, '/Members');
  if (!Array.isArray(members)) return [];
  return (members as readonly Tree[]).flatMap((member) => {
    const id = valueAt(member, '/@odata.id');
    return typeof id === 'string' ? [id.slice(id.lastIndexOf('/') + 1)] : [];
  });
}

const escaped = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1');

/** What a JSON pointer (RFC 6901) leads to; undefined where there is nothing. */
export function valueAt(value: Tree, pointer: string): Tree | undefined {
  let found: Tree | undefined = value;
  for (const token of tokensOf(pointer)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as { readonly [name: string]: Tree | undefined })[name];
  }
  return found;
}
