/** The query parameters of DSP0266 clause 7.3: understood, checked, or refused with the message that names them. */
import { type Message, message, RedfishError } from '../../../messages/messages.ts';
import { type Filter, FilterError, parseFilter } from './filter.ts';
import { parseSelection, type Selection } from './select.ts';

export interface Expansion {
  /** `*`: every link; `.`: not those below `Links`; `~`: only those. */
  readonly scope: '*' | '.' | '~';
  readonly levels: number;
}

export interface Query {
  readonly only?: true;
  readonly excerpt?: true;
  readonly expand?: Expansion;
  readonly select?: Selection;
  readonly filter?: Filter;
  readonly top?: number;
  readonly skip?: number;
  /** Id of the member behind which to go on: `$skiptoken`, which only the service itself makes up. */
  readonly after?: string;
  /** The parameters as given, less paging: what a nextLink must repeat. */
  readonly kept: string;
}

/** What the service root advertises, and what is refused beyond it. */
export const maxExpandLevels = 6;

/** The query of a request that has none, or none that the protocol knows. */
export const noQuery: Query = { kept: '' };

/** Characters of a client's value that a message repeats. */
const maxEcho = 128;

type Draft = { -readonly [K in keyof Query]: Query[K] };

/** Reads one parameter into the draft; what is wrong with its value comes back. */
type Rule = (draft: Draft, value: string) => Message | undefined;

/** Queries that were read lately: a client that polls repeats one. */
const recent = new Map<string, Query>();
const recentLimit = 64;
/** Characters of a query that is kept. */
const recentLength = 512;

/** @throws RedfishError 400 with every fault of the query string, 501 for a parameter that is not known */
export function parseQuery(text: string): Query {
  if (text === '') return noQuery;
  const known = recent.get(text);
  if (known !== undefined) return known;
  const query = read(text);
  if (recent.size >= recentLimit) recent.clear();
  if (text.length <= recentLength) recent.set(text, query);
  return query;
}

/** @throws RedfishError as `parseQuery` */
function read(text: string): Query {
  const faults: Message[] = [];
  const draft: Draft = { kept: '' };
  const kept = new URLSearchParams();
  const seen = new Set<string>();
  for (const [name, value] of new URLSearchParams(text)) {
    const rule = rules.get(name);
    if (rule === undefined) {
      // A parameter of the protocol's own that is not known must be refused; any other is none of our business.
      if (name.startsWith('$'))
        throw new RedfishError([message('Base.QueryParameterUnsupported', [echo(name)])], 501);
      continue;
    }
    if (seen.has(name)) faults.push(message('Base.QueryCombinationInvalid', []));
    seen.add(name);
    const fault = rule(draft, value);
    if (fault !== undefined) faults.push(fault);
    if (!paging.has(name)) kept.append(name, value);
  }
  if (seen.size === 0) return noQuery;
  if (seen.has('only') && seen.size > 1) faults.push(message('Base.QueryCombinationInvalid', []));
  if (faults.length > 0) throw new RedfishError(faults, 400);
  draft.kept = kept.toString();
  return draft;
}

const echo = (text: string): string => (text.length > maxEcho ? `${text.slice(0, maxEcho)}…` : text);

/** A parameter that is there or not, and has no value. */
const flag =
  (name: 'only' | 'excerpt'): Rule =>
  (draft, value) => {
    if (value !== '') return message('Base.QueryParameterValueFormatError', [echo(value), name]);
    draft[name] = true;
    return undefined;
  };

const count =
  (name: '$top' | '$skip', property: 'top' | 'skip'): Rule =>
  (draft, text) => {
    if (!/^-?\d+$/.test(text)) return message('Base.QueryParameterValueTypeError', [echo(text), name]);
    const value = Number(text);
    if (value < 0 || !Number.isSafeInteger(value))
      return message('Base.QueryParameterOutOfRange', [echo(text), name, '0 and up']);
    draft[property] = value;
    return undefined;
  };

const paging: ReadonlySet<string> = new Set(['$top', '$skip', '$skiptoken']);

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['only', flag('only')],
  ['excerpt', flag('excerpt')],
  ['$top', count('$top', 'top')],
  ['$skip', count('$skip', 'skip')],
  [
    '$skiptoken',
    (draft, value) => {
      draft.after = value;
      return undefined;
    },
  ],
  [
    '$expand',
    (draft, value) => {
      const match = /^([*.~])(?:\(\$levels=(\d+)\))?$/.exec(value);
      if (match === null) return message('Base.QueryParameterValueFormatError', [echo(value), '$expand']);
      const levels = Number(match[2] ?? 1);
      if (levels < 1 || levels > maxExpandLevels)
        return message('Base.QueryParameterOutOfRange', [
          echo(match[2] ?? ''),
          '$expand',
          `1 to ${maxExpandLevels}`,
        ]);
      draft.expand = { scope: match[1] as Expansion['scope'], levels };
      return undefined;
    },
  ],
  [
    '$select',
    (draft, value) => {
      const selection = parseSelection(value);
      if (selection === undefined)
        return message('Base.QueryParameterValueFormatError', [echo(value), '$select']);
      draft.select = selection;
      return undefined;
    },
  ],
  [
    '$filter',
    (draft, value) => {
      try {
        draft.filter = parseFilter(value);
        return undefined;
      } catch (error) {
        if (!(error instanceof FilterError)) throw error;
        return message('Base.QueryParameterValueFormatError', [
          `${echo(value)} (${error.message})`,
          '$filter',
        ]);
      }
    },
  ],
]);
