/** Metrics: properties of resources, found by property identifiers and wildcards. Redfish implements `Metrics`. */

export type Scalar = string | number | boolean | null;
export type Tree = Scalar | readonly Tree[] | { readonly [name: string]: Tree | undefined };

/** One property of a resource. `property` is its identifier, e.g. `/redfish/v1/Chassis/1U/Sensors/INLET#/Reading`. */
export interface Metric {
  readonly property: string;
  /** Id of its metric definition; undefined: none. */
  readonly id: string | undefined;
  /** Id of the sensor whose reading it is, which has a history; undefined: another property. */
  readonly sensor: string | undefined;
  /** Returns the present value (null: unknown) and its time, milliseconds since 1970 (null: unknown). */
  read(): { readonly value: Scalar; readonly time: number | null };
}

export interface Metrics {
  /** Returns a metric; undefined when the property does not exist or needs more than the privilege Login. */
  find(property: string): Metric | undefined;
  /** Returns the resource or collection at a URI, for the wildcard `*`. */
  read(uri: string): Tree | undefined;
  /** Returns the properties of a metric definition; undefined when it does not exist. */
  propertiesOf(metricId: string): readonly string[] | undefined;
}

export type Wildcard = {
  readonly Name: string;
  readonly Values: readonly string[];
};

/** Returns the names of the wildcards in a pattern. */
export const wildcardsIn = (pattern: string): string[] =>
  [...pattern.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '');

/** Limit of steps of one expansion: wildcards in sequence could multiply to millions. */
const mostSteps = 20_000;

/** A sensor stands for its reading, and OpenBMC writes the property as one more step of the path. */
const sensorAlone = /^(\/redfish\/v1\/Chassis\/[^/#]+\/Sensors\/[^/#]+)(?:\/Reading)?$/;

/**
 * Returns the property identifiers that match a pattern, at most `limit`. A wildcard with the value `*` matches every member
 * of the collection, array or object at its place; a wildcard that occurs twice has the same value at both places.
 */
export function expand(
  pattern: string,
  wildcards: readonly Wildcard[],
  read: Metrics['read'],
  limit: number,
): string[] {
  const [path = '', pointer = ''] = pattern.replace(sensorAlone, '$1#/Reading').split('#');
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

/** Returns the last URI segments of a collection's members, or the names or indexes of the value at a pointer. */
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

/** Returns the value at a JSON pointer (RFC 6901); undefined: none. */
export function valueAt(value: Tree, pointer: string): Tree | undefined {
  let found: Tree | undefined = value;
  for (const token of tokensOf(pointer)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as { readonly [name: string]: Tree | undefined })[name];
  }
  return found;
}
