/** The query parameters of DSP0266 clause 7.3: understood, checked, or refused with the message that names them. */
import { type Message, message, RedfishError } from '../registries/messages.ts';
import { type Filter, FilterError, parseFilter } from './filter.ts';
import { parseSelection, type Selection } from './select.ts';

export interface Expansion {
  /** `*`: every link; `.`: not those below `Links`; `~`: only those. */
  readonly scope: '*' | '.' | '~';
  readonly levels: number;
}

export interface Query {
  readonly only: boolean;
  readonly expand?: Expansion;
  readonly select?: Selection;
  readonly filter?: Filter;
  readonly top?: number;
  readonly skip?: number;
  /** The parameters as given, less paging: what a nextLink must repeat. */
  readonly kept: string;
}

/** What the service root advertises, and what is refused beyond it. */
export const maxExpandLevels = 6;

const noQuery: Query = { only: false, kept: '' };

/** @throws RedfishError with every fault of the query string. */
export function parseQuery(text: string): Query {
  if (text === '') return noQuery;
  const faults: Message[] = [];
  const query: { -readonly [K in keyof Query]: Query[K] } = { only: false, kept: '' };
  const kept = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(text)) {
    const rule = rules[name];
    if (rule === undefined) {
      // A parameter of the protocol's own that is not known must be refused; any other is none of our business.
      if (name.startsWith('$'))
        throw new RedfishError([message('Base.QueryParameterUnsupported', [name])], 501);
      continue;
    }
    const fault = rule(query, value);
    if (fault !== undefined) faults.push(fault);
    if (name !== '$top' && name !== '$skip') kept.append(name, value);
  }
  if (query.only && (query.expand || query.filter || query.top !== undefined || query.skip !== undefined)) {
    faults.push(message('Base.QueryCombinationInvalid', []));
  }
  if (faults.length > 0) throw new RedfishError(faults, 400);
  query.kept = kept.toString();
  return query;
}

type Rule = (query: { -readonly [K in keyof Query]: Query[K] }, value: string) => Message | undefined;

const count =
  (name: '$top' | '$skip', set: (query: Parameters<Rule>[0], value: number) => void): Rule =>
  (query, text) => {
    if (!/^-?\d+$/.test(text)) return message('Base.QueryParameterValueTypeError', [text, name]);
    const value = Number(text);
    if (value < 0 || !Number.isSafeInteger(value)) {
      return message('Base.QueryParameterOutOfRange', [text, name, '0 and up']);
    }
    set(query, value);
    return undefined;
  };

const rules: Readonly<Record<string, Rule>> = Object.assign(Object.create(null) as Record<string, Rule>, {
  only: (query, value) => {
    if (value !== '') return message('Base.QueryParameterValueFormatError', [value, 'only']);
    query.only = true;
    return undefined;
  },
  $top: count('$top', (query, value) => {
    query.top = value;
  }),
  $skip: count('$skip', (query, value) => {
    query.skip = value;
  }),
  $expand: (query, value) => {
    const match = /^([*.~])(?:\(\$levels=(\d+)\))?$/.exec(value);
    if (match === null) return message('Base.QueryParameterValueFormatError', [value, '$expand']);
    const levels = Number(match[2] ?? 1);
    if (levels < 1 || levels > maxExpandLevels) {
      return message('Base.QueryParameterOutOfRange', [String(levels), '$expand', `1 to ${maxExpandLevels}`]);
    }
    query.expand = { scope: match[1] as Expansion['scope'], levels };
    return undefined;
  },
  $select: (query, value) => {
    const selection = parseSelection(value);
    if (selection === undefined) return message('Base.QueryParameterValueFormatError', [value, '$select']);
    query.select = selection;
    return undefined;
  },
  $filter: (query, value) => {
    try {
      query.filter = parseFilter(value);
      return undefined;
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      return message('Base.QueryParameterValueFormatError', [`${value} (${error.message})`, '$filter']);
    }
  },
} satisfies Record<string, Rule>);
