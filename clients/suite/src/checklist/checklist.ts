/** A checklist: what a kind of platform has to offer, each row with its reason and its source. */
import {
  type comparisons,
  type ReadLevel,
  readLevels,
  type WriteLevel,
  writeLevels,
} from '../profile/vocabulary.ts';
import { type Path, type Problem, SourceText } from '../text/document.ts';
import { checkShape, type Shape } from '../text/shape.ts';

/** One requirement on a property or an action. */
export interface Row {
  /** Path of names, `Status.Health`. */
  readonly property?: string;
  readonly action?: string;
  /** A parameter of the action; `values` are its values. */
  readonly parameter?: string;
  readonly read?: ReadLevel;
  readonly write?: WriteLevel;
  readonly values?: readonly unknown[];
  /** Least number of items of an array. */
  readonly count?: number;
  readonly why: string;
  /** In place of the checklist's source. */
  readonly source?: string;
}

/** Rows on the instances of one resource type. */
export interface Group {
  readonly resource: string;
  readonly title?: string;
  /** Instances by the value of a property. */
  readonly when?: {
    readonly property: string;
    readonly is?: readonly unknown[];
    readonly isNot?: readonly unknown[];
  };
  readonly uris?: readonly string[];
  /** Level of the resource itself; default Mandatory. */
  readonly need?: ReadLevel;
  readonly minVersion?: string;
  readonly rows: readonly Row[];
}

export interface Checklist {
  readonly id: string;
  readonly title: string;
  /** ProfileName of the generated profile. */
  readonly profile: string;
  readonly version: string;
  readonly owner: string;
  readonly contact: string;
  readonly purpose: string;
  readonly source: string;
  /** Least RedfishVersion of the service. */
  readonly redfish?: string;
  /** Identifier of a checklist whose requirements come first. */
  readonly extends?: string;
  /** Profiles that have to be met as well, with their least versions. */
  readonly requires?: Readonly<Record<string, string>>;
  readonly requirements: readonly Group[];
}

export interface LoadedChecklist {
  readonly checklist: Checklist;
  readonly source: SourceText;
}

const row: Shape = {
  keys: {
    property: { pattern: /^[@\w]+(\.[@\w]+)*$/, reads: 'a path of names such as Status.Health' },
    action: { pattern: /^\w+(\.\w+)?$/, reads: 'the name of an action' },
    parameter: 'string',
    read: { words: readLevels },
    write: { words: writeLevels },
    values: { list: 'scalar' },
    count: 'integer',
    why: 'string',
    source: 'string',
  },
  required: ['why'],
};

const group: Shape = {
  keys: {
    resource: 'string',
    title: 'string',
    when: {
      keys: { property: 'string', is: { list: 'scalar' }, isNot: { list: 'scalar' } },
      required: ['property'],
    },
    uris: { list: 'string' },
    need: { words: readLevels },
    minVersion: { pattern: /^\d+\.\d+(\.\d+)?$/, reads: 'a version in quotes, such as "1.9.0"' },
    rows: { list: row },
  },
  required: ['resource', 'rows'],
};

const shape: Shape = {
  keys: {
    id: { pattern: /^[a-z][a-z0-9-]*$/, reads: 'a word in lower case' },
    title: 'string',
    profile: { pattern: /^[A-Z]\w*$/, reads: 'a ProfileName' },
    version: { pattern: /^\d+\.\d+\.\d+$/, reads: 'a version n.n.n' },
    owner: 'string',
    contact: 'string',
    purpose: 'string',
    source: 'string',
    redfish: { pattern: /^\d+\.\d+(\.\d+)?$/, reads: 'a version in quotes, such as "1.6"' },
    extends: 'string',
    requires: { each: 'string' },
    requirements: { list: group },
  },
  required: ['id', 'title', 'profile', 'version', 'owner', 'contact', 'purpose', 'source', 'requirements'],
};

type Add = (path: Path, message: string, hint: string) => void;

function checkRow({ property, action, parameter, write, count }: Row, path: Path, add: Add): void {
  if ((property === undefined) === (action === undefined))
    add(path, 'a row names one property or one action', 'give "property" or "action"');
  if (parameter !== undefined && action === undefined)
    add([...path, 'parameter'], 'a parameter belongs to an action', 'add "action"');
  if (action !== undefined && (write !== undefined || count !== undefined))
    add(path, 'write and count belong to properties', 'remove them from the action');
}

/** What shapes cannot say: one subject per row, no row twice, no condition without values. */
function checkRules({ requirements }: Checklist, add: Add): void {
  const seen = new Map<string, number>();
  for (const [index, each] of requirements.entries()) {
    const path = ['requirements', index];
    if (each.when && !each.when.is?.length && !each.when.isNot?.length)
      add([...path, 'when'], 'the condition has no values', 'add "is" or "isNot"');
    for (const [at, one] of each.rows.entries()) {
      const here = [...path, 'rows', at];
      checkRow(one, here, add);
      const subject = one.property ?? `!${one.action ?? ''} ${one.parameter ?? ''}`;
      const key = JSON.stringify([each.resource, each.when, each.uris, subject]);
      if (seen.has(key)) add(here, `${subject} of ${each.resource} is given twice`, 'merge the rows');
      seen.set(key, at);
    }
  }
}

/** A checklist by its text; every problem at once. */
export function readChecklist(
  file: string,
  text: string,
): { readonly loaded?: LoadedChecklist; readonly problems: readonly Problem[] } {
  const source = new SourceText(file, text);
  const problems = checkShape(source, shape);
  if (problems.length) return { problems };
  const checklist = source.value as Checklist;
  const found: Problem[] = [];
  checkRules(checklist, (path, message, hint) => found.push(source.problem(path, message, hint)));
  return found.length ? { problems: found } : { loaded: { checklist, source }, problems: found };
}

/** The words that a comparison of a checklist becomes. */
export const comparisonOf = (when: NonNullable<Group['when']>): (typeof comparisons)[number] =>
  when.is?.length ? 'AnyOf' : 'NotEqual';
