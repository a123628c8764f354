/** Judges a run: outcomes of the steps, findings, and the requests that the service has seen. Pure. */
import type { Expectation, ExpectedRequests, Json, StepOutcome, Vector } from './vector.ts';

/** A request as the service saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
  /** Seconds since the run began. */
  readonly time: number;
  readonly parts?: readonly { readonly name: string; readonly size: number }[];
}

export interface RunReport {
  readonly outcomes: readonly StepOutcome[];
  readonly findings: readonly string[];
}

const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const show = (value: Json): string => JSON.stringify(value) ?? 'nothing';

/** Where `actual` lacks what is expected; undefined when it has all of it. */
export function difference(expected: Json, actual: Json, path = ''): string | undefined {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length)
      return `${path || 'the value'} is ${show(actual)}, not an array of ${expected.length}`;
    return expected.map((item, index) => difference(item, actual[index], `${path}/${index}`)).find(Boolean);
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return `${path || 'the value'} is ${show(actual)}, not an object`;
    return Object.entries(expected)
      .map(([name, value]) => difference(value, actual[name] ?? null, `${path}/${name}`))
      .find(Boolean);
  }
  return Object.is(expected, actual ?? null)
    ? undefined
    : `${path || 'the value'} is ${show(actual)}, not ${show(expected)}`;
}

function judgeStep(expect: Expectation, outcome: StepOutcome | undefined): (string | undefined)[] {
  if (!outcome) return ['was not run'];
  const text = show(outcome);
  const { error } = outcome;
  const wanted = [expect.error ?? []].flat();
  const right = error ? wanted.includes(error.kind) : wanted.length === 0;
  const ended = error ? `error ${show(error)}` : `value ${show(outcome.value)}`;
  const kinds = right
    ? undefined
    : `ended with ${ended}, not ${wanted.length ? `error ${wanted.join(' or ')}` : 'a value'}`;
  return [
    kinds,
    expect.status === undefined || error?.status === expect.status
      ? undefined
      : `has status ${error?.status}, not ${expect.status}`,
    expect.value === undefined ? undefined : difference(expect.value, outcome.value),
    ...(expect.includes ?? []).map((part) => (text.includes(part) ? undefined : `lacks "${part}": ${text}`)),
    ...(expect.excludes ?? []).map((part) => (text.includes(part) ? `shows "${part}"` : undefined)),
  ];
}

const matches = (rule: Pick<ExpectedRequests, 'method' | 'uri' | 'headers'>, seen: SeenRequest): boolean =>
  rule.method === seen.method &&
  rule.uri === seen.uri &&
  Object.entries(rule.headers ?? {}).every(
    ([name, value]) => (seen.headers[name.toLowerCase()] ?? null) === value,
  );

function judgeRequests(expected: ExpectedRequests, all: readonly SeenRequest[]): (string | undefined)[] {
  const { count, most, gap, body, parts, size } = expected;
  const seen = all.filter((request) => matches(expected, request));
  const close = seen.find(
    (request, index) => index > 0 && request.time - (seen[index - 1]?.time ?? 0) < (gap ?? 0),
  );
  return [
    count !== undefined && seen.length !== count ? `was seen ${seen.length} times, not ${count}` : undefined,
    most !== undefined && seen.length > most
      ? `was seen ${seen.length} times, not at most ${most}`
      : undefined,
    close && `came again sooner than after ${gap} s`,
    ...seen.map((request) => (body === undefined ? undefined : difference(body, request.body, 'body'))),
    ...seen.map((request) =>
      parts === undefined
        ? undefined
        : difference(parts, request.parts?.map(({ name }) => name) ?? null, 'parts'),
    ),
    ...seen.map((request) => {
      const actual = request.parts?.at(-1)?.size;
      return size === undefined || actual === size
        ? undefined
        : `the last part has ${actual} bytes, not ${size}`;
    }),
  ];
}

/** Everything that is not as the vector says; empty for a passed run. */
export function judge(
  vector: Vector,
  report: RunReport,
  seen: readonly SeenRequest[],
  elsewhere: readonly SeenRequest[],
  inFlight: number,
): string[] {
  const named = (where: string, faults: readonly (string | undefined)[]): string[] =>
    faults.flatMap((fault) => (fault ? [`${where} ${fault}`] : []));
  const kinds = [...new Set(report.findings)].sort();
  return [
    ...vector.steps.flatMap((step, index) =>
      named(`step ${index + 1} (${step.do})`, judgeStep(step.expect ?? {}, report.outcomes[index])),
    ),
    ...(vector.requests ?? []).flatMap((expected) =>
      named(`${expected.method} ${expected.uri}`, judgeRequests(expected, seen)),
    ),
    ...named('findings', [vector.findings && difference(vector.findings, kinds, 'list')]),
    ...(elsewhere.length ? [`another host was asked: ${elsewhere[0]?.method} ${elsewhere[0]?.uri}`] : []),
    ...(inFlight > (vector.inFlight ?? Number.POSITIVE_INFINITY)
      ? [`${inFlight} requests were in flight`]
      : []),
  ];
}
