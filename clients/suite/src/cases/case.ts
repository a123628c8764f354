/** A test case as a firmware tester writes it in YAML: given, when, then, over requests and JMESPath. */
import jmespath from 'jmespath';
import { type Effect, effects } from '../engine.ts';
import { type Path, type Problem, SourceText } from '../text/document.ts';
import { checkShape, type Shape } from '../text/shape.ts';

export const methods = ['get', 'patch', 'post', 'put', 'delete'] as const;
export type Method = (typeof methods)[number];

/** One request with the expectations on its response; without a request, an expectation on captured values. */
export type Step = Readonly<Partial<Record<Method, string>>> & {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent without the session's token. */
  readonly anonymous?: boolean;
  /** Expected status; default any 2xx. */
  readonly status?: number | readonly number[];
  /** JMESPath on the body; its result has to be true (JMESPath "truth"). `${name}` is a captured value. */
  readonly check?: string | readonly string[];
  /** Names and the JMESPath of their values in the body. */
  readonly capture?: Readonly<Record<string, string>>;
  /** Sends the request again until status and check hold. */
  readonly until?: { readonly seconds: number; readonly every?: number };
  /** Meaning of a failure of this step, for the message of the finding. */
  readonly say?: string;
};

export interface Case {
  readonly id: string;
  readonly title: string;
  readonly actor?: string;
  readonly level?: 'base' | 'recommended' | 'optional';
  readonly effect?: Effect;
  readonly tags?: readonly string[];
  readonly platforms?: readonly string[];
  readonly source?: string;
  /** Equipment besides the service. A case without steps is a manual procedure. */
  readonly needs?: string;
  /** A variable per collection: the case runs for each member; the value is its URI. */
  readonly matrix?: Readonly<Record<string, string>>;
  /** Preconditions. Where one does not hold, the outcome is NOT_APPLICABLE. */
  readonly given?: readonly Step[];
  readonly when?: readonly Step[];
  readonly then?: readonly Step[];
  /** Steps that undo changes. All of them run, after a failure too. */
  readonly finally?: readonly Step[];
}

export interface LoadedCase {
  readonly case: Case;
  /** `file:line` of the case. */
  readonly from: string;
}

const uri: Shape = { pattern: /^(\/|\$\{)\S*$/, reads: 'a path such as /redfish/v1/Systems or a variable' };
const step: Shape = {
  keys: {
    ...{ get: uri, patch: uri, post: uri, put: uri, delete: uri },
    body: 'any',
    headers: { each: 'string' },
    anonymous: 'boolean',
    status: 'any',
    check: 'any',
    capture: { each: 'string' },
    until: { keys: { seconds: 'number', every: 'number' }, required: ['seconds'] },
    say: 'string',
  },
};
const steps: Shape = { list: step };
const parts = ['given', 'when', 'then', 'finally'] as const;

const shape: Shape = {
  keys: {
    source: 'string',
    cases: {
      list: {
        keys: {
          id: { pattern: /^[A-Za-z][\w.-]*$/, reads: 'an identifier such as ACME-1' },
          ...{ title: 'string', actor: 'string', source: 'string', needs: 'string' },
          level: { words: ['base', 'recommended', 'optional'] },
          effect: { words: effects },
          ...{ tags: { list: 'string' }, platforms: { list: 'string' }, matrix: { each: uri } },
          ...Object.fromEntries(parts.map((part) => [part, steps])),
        },
        required: ['id', 'title'],
      },
    },
  },
  required: ['cases'],
};

type Add = (path: Path, message: string, hint: string) => void;

export const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

/** Variables of a text: `${name}`. */
export const variablesIn = (text: string): string[] =>
  [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name ?? '');

function checkExpression(expression: unknown, path: Path, add: Add): void {
  if (typeof expression !== 'string') {
    add(path, 'expected a JMESPath expression', 'put the expression in quotes');
    return;
  }
  try {
    jmespath.search({}, expression.replaceAll(/\$\{\w+\}/g, '`null`'));
  } catch (error) {
    // A type error depends on the data; only what no data can satisfy is a fault of the file.
    const { name, message } = error as Error;
    const isSyntax = ['LexerError', 'ParserError'].includes(name) || /unknown function/i.test(message);
    if (isSyntax) add(path, `JMESPath: ${message}`, 'see https://jmespath.org/specification.html');
  }
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsOf);
  return [];
}

/** @param known variables captured so far; those of this step are added */
function checkStep(one: Step, path: Path, known: Set<string>, add: Add): void {
  const used = methods.filter((method) => one[method] !== undefined);
  if (used.length > 1) add(path, `a step sends one request, not ${used.join(' and ')}`, 'split the step');
  if (!used.length && !one.check && !one.capture)
    add(path, 'a step needs a request or a check', `give one of: ${methods.join(', ')}, check`);
  const { seconds = 1, every = 1 } = one.until ?? {};
  if (!(seconds > 0 && every > 0))
    add([...path, 'until'], 'seconds and every have to be above 0', 'give seconds such as 30');
  for (const status of listOf(one.status))
    if (!Number.isInteger(status) || status < 100 || status > 599)
      add([...path, 'status'], `${String(status)} is no HTTP status`, 'give 100 to 599');
  for (const [index, expression] of listOf(one.check).entries())
    checkExpression(
      expression,
      Array.isArray(one.check) ? [...path, 'check', index] : [...path, 'check'],
      add,
    );
  for (const [name, expression] of Object.entries(one.capture ?? {}))
    checkExpression(expression, [...path, 'capture', name], add);
  for (const name of textsOf(one).flatMap(variablesIn))
    if (!known.has(name))
      add(path, `\${${name}} is not captured before`, `known: ${[...known].join(', ') || 'none'}`);
  for (const name of Object.keys(one.capture ?? {})) known.add(name);
}

function checkCase(one: Case, path: Path, add: Add): void {
  const known = new Set<string>();
  for (const [name, collection] of Object.entries(one.matrix ?? {})) {
    for (const used of variablesIn(collection))
      if (!known.has(used))
        add([...path, 'matrix', name], `\${${used}} comes later or not at all`, 'reorder');
    known.add(name);
  }
  let written = 0;
  for (const part of parts)
    for (const [index, each] of (one[part] ?? []).entries()) {
      written++;
      checkStep(each, [...path, part, index], known, add);
      const writes = methods.some((method) => method !== 'get' && each[method] !== undefined);
      if (writes && (one.effect ?? 'read') === 'read')
        add([...path, part, index], 'the case says effect read and writes', 'add "effect: write"');
    }
  if (!written && one.needs === undefined) add(path, `${one.id} has no steps`, 'add "then", or "needs"');
}

/** The cases of a file; every problem at once. */
export function readCases(
  file: string,
  text: string,
): { readonly cases: readonly LoadedCase[]; readonly problems: readonly Problem[] } {
  const source = new SourceText(file, text);
  const problems = [...checkShape(source, shape)];
  if (problems.length) return { cases: [], problems };
  const { cases, source: written } = source.value as { cases: readonly Case[]; source?: string };
  const ids = new Set<string>();
  for (const [index, one] of cases.entries()) {
    const add: Add = (path, message, hint) => problems.push(source.problem(path, message, hint));
    if (ids.has(one.id)) add(['cases', index, 'id'], `${one.id} is given twice`, 'rename one');
    ids.add(one.id);
    checkCase(one, ['cases', index], add);
  }
  if (problems.length) return { cases: [], problems };
  return {
    cases: cases.map((one, index) => ({
      case: one.source === undefined && written !== undefined ? { ...one, source: written } : one,
      from: `${file}:${source.place(['cases', index]).line}`,
    })),
    problems,
  };
}
