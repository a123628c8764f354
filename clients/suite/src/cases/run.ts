/** Runs cases over a session: each member of the matrix gives one finding. */
import { setTimeout as pause } from 'node:timers/promises';
import { isObject } from '@redfishd/client';
import jmespath from 'jmespath';
import type { ActiveRule, Effect, Session } from '../engine.ts';
import type { Finding, Outcome } from '../finding.ts';
import type { Exchange } from '../recording.ts';
import { type Case, type LoadedCase, listOf, methods, type Step, variablesIn } from './case.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Why a step does not hold. */
interface Fault {
  readonly reason: string;
  /** The service did not answer. */
  readonly wire: boolean;
}

/** The result of steps: the variables with those captured up to a fault. */
interface Result {
  readonly variables: Variables;
  readonly evidence: readonly number[];
  readonly fault: Fault | undefined;
}

/** The collection of a matrix did not answer. */
class NoAnswer extends Error {}

/** Pages of one collection; a `nextLink` that always differs would never end. */
const mostPages = 1000;

/** A text that is one variable has its value; within other text variables are written out. */
export function fill(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') {
    const whole = /^\$\{(\w+)\}$/.exec(value)?.[1];
    if (whole !== undefined) return variables[whole];
    return value.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => String(variables[name] ?? ''));
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, variables));
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fill(item, variables)]));
  return value;
}

/** JMESPath with captured values as literals. A backquote would end a literal (JMESPath "literal"). */
export function evaluate(expression: string, data: unknown, variables: Variables): unknown {
  const text = expression.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const json = JSON.stringify(variables[name] ?? null).replaceAll('`', '\\u0060');
    return `\`${json}\``;
  });
  try {
    return jmespath.search(data, text) as unknown;
  } catch {
    // A function on a value of another type, such as length(null): the expectation does not hold.
    return null;
  }
}

/** JMESPath "truth": null, false and what is empty are false. */
export const isTrue = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== false &&
  value !== '' &&
  !(Array.isArray(value) && value.length === 0) &&
  !(isObject(value) && Object.keys(value).length === 0);

function bodyOf({ body }: Exchange): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
}

function judge(
  step: Step,
  exchange: Exchange | undefined,
  data: unknown,
  variables: Variables,
): string | undefined {
  if (exchange) {
    const wanted = listOf(step.status);
    const good = wanted.length
      ? wanted.includes(exchange.status)
      : exchange.status >= 200 && exchange.status < 300;
    if (!good) {
      const text = exchange.status === 0 ? `no answer: ${exchange.error ?? ''}` : `status ${exchange.status}`;
      return `${exchange.method} ${exchange.uri}: ${text}, expected ${wanted.join(' or ') || '2xx'}`;
    }
  }
  for (const expression of listOf(step.check)) {
    if (isTrue(evaluate(expression, data, variables))) continue;
    const where = exchange ? `${exchange.uri}: ` : '';
    return `${where}${step.say ?? 'does not hold'}: ${String(fill(expression, variables))}`;
  }
  return undefined;
}

const methodOf = (step: Step): (typeof methods)[number] | undefined =>
  methods.find((name) => step[name] !== undefined);

/** Whether every variable of the step's URI has a value. */
function hasUri(step: Step, variables: Variables): boolean {
  const method = methodOf(step);
  const names = method === undefined ? [] : variablesIn(step[method] ?? '');
  return names.every((name) => ['string', 'number'].includes(typeof variables[name]));
}

const filledHeaders = (headers: Readonly<Record<string, string>>, variables: Variables) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name, String(fill(text, variables) ?? '')]),
  );

async function runStep(step: Step, variables: Variables, session: Session): Promise<Result> {
  const method = methodOf(step);
  const evidence: number[] = [];
  const { seconds = 0, every = 1 } = step.until ?? {};
  // Attempts are counted, not timed, so that a slow answer does not shorten the wait.
  const attempts = Math.max(1, Math.ceil(seconds / every));
  const failed = (reason: string, wire: boolean): Result => ({
    ...{ variables, evidence },
    fault: { reason, wire },
  });
  if (method && !hasUri(step, variables)) return failed(`${String(step[method])} has no value`, false);
  for (let attempt = 1; ; attempt++) {
    const exchange =
      method === undefined
        ? undefined
        : await session.send({
            method: method.toUpperCase(),
            uri: String(fill(step[method], variables)),
            ...(step.headers ? { headers: filledHeaders(step.headers, variables) } : {}),
            ...(step.body === undefined ? {} : { body: fill(step.body, variables) }),
            ...(step.anonymous === undefined ? {} : { anonymous: step.anonymous }),
          });
    if (exchange) evidence.push(exchange.id);
    const data = exchange ? bodyOf(exchange) : variables;
    const reason = judge(step, exchange, data, variables);
    if (reason === undefined) {
      const captured = Object.entries(step.capture ?? {}).map(([name, expression]) => [
        name,
        evaluate(expression, data, variables),
      ]);
      const all = { ...variables, ...Object.fromEntries(captured) };
      return { variables: all, evidence, fault: undefined };
    }
    if (attempt >= attempts) return failed(reason, exchange?.status === 0);
    await pause(every * 1000);
  }
}

/** Steps in order, up to the first that does not hold. @param all whether the steps after it run as well */
async function runSteps(
  steps: readonly Step[],
  start: Variables,
  session: Session,
  all = false,
): Promise<Result> {
  let variables = start;
  let fault: Fault | undefined;
  const evidence: number[] = [];
  for (const step of steps) {
    if (fault && !all) break;
    const result = await runStep(step, variables, session);
    evidence.push(...result.evidence);
    variables = result.variables;
    fault ??= result.fault;
  }
  return { variables, evidence, fault };
}

/** Members of a collection over all its pages; undefined when the service has none. @throws NoAnswer */
async function membersOf(collection: string, session: Session): Promise<string[] | undefined> {
  const found: string[] = [];
  const seen = new Set<string>();
  for (
    let uri: string | undefined = collection;
    uri !== undefined && !seen.has(uri) && seen.size < mostPages;
  ) {
    seen.add(uri);
    const exchange = await session.send({ method: 'GET', uri });
    if (exchange.status === 0) throw new NoAnswer(`GET ${uri}: no answer: ${exchange.error ?? ''}`);
    if (exchange.status !== 200) return undefined;
    const body = bodyOf(exchange);
    if (!isObject(body) || !Array.isArray(body.Members)) return undefined;
    for (const member of body.Members)
      if (isObject(member) && typeof member['@odata.id'] === 'string') found.push(member['@odata.id']);
    const next = body['Members@odata.nextLink'];
    uri = typeof next === 'string' ? next : undefined;
  }
  return found;
}

/** Every combination of members; later collections may lie below earlier members. */
async function matrixOf(one: Case, session: Session): Promise<readonly Variables[]> {
  let rows: Variables[] = [{}];
  for (const [name, collection] of Object.entries(one.matrix ?? {})) {
    const next: Variables[] = [];
    for (const row of rows)
      for (const member of (await membersOf(String(fill(collection, row)), session)) ?? [])
        next.push({ ...row, [name]: member });
    rows = next;
  }
  return rows;
}

async function runRow(one: Case, row: Variables, session: Session): Promise<Finding> {
  const uri = String(Object.values(row).at(-1) ?? '');
  const made = (outcome: Outcome, message: string, evidence: readonly number[]): Finding => ({
    ...{ rule: one.id, outcome, uri, pointer: '', message, evidence },
    source: { doc: one.source ?? 'own case' },
  });
  const given = await runSteps(one.given ?? [], row, session);
  if (given.fault?.wire) return made('ERROR', given.fault.reason, given.evidence);
  if (given.fault) return made('NOT_APPLICABLE', `not offered: ${given.fault.reason}`, given.evidence);
  const done = await runSteps([...(one.when ?? []), ...(one.then ?? [])], given.variables, session);
  // After a fault, a step without a URI has nothing to put back: what it removes was never created.
  const restoring = (one.finally ?? []).filter((step) => !done.fault || hasUri(step, done.variables));
  const restored = await runSteps(restoring, done.variables, session, true);
  const evidence = [...given.evidence, ...done.evidence, ...restored.evidence];
  const left = restored.fault && `not put back: ${restored.fault.reason}`;
  if (done.fault)
    return made(
      done.fault.wire ? 'ERROR' : 'FAIL',
      [done.fault.reason, left].filter(Boolean).join('; '),
      evidence,
    );
  return left === undefined ? made('PASS', one.title, evidence) : made('FAIL', left, evidence);
}

/** Findings of a case: one per member of its matrix, or one with the reason why it did not run. */
export async function runCase(one: Case, session: Session): Promise<readonly Finding[]> {
  const source = { doc: one.source ?? 'own case' };
  const alone = (outcome: Outcome, message: string): readonly Finding[] => [
    { rule: one.id, outcome, uri: '', pointer: '', message, source, evidence: [] },
  ];
  if (!one.given && !one.when && !one.then)
    return alone('NOT_TESTED', `a person does this: it needs ${one.needs ?? 'a procedure'}`);
  let rows: readonly Variables[];
  try {
    rows = await matrixOf(one, session);
  } catch (error) {
    if (error instanceof NoAnswer) return alone('ERROR', error.message);
    throw error;
  }
  if (!rows.length) {
    const collections = Object.values(one.matrix ?? {}).join(', ');
    return alone('NOT_APPLICABLE', `not offered: no members of ${collections}`);
  }
  const findings: Finding[] = [];
  for (const row of rows) findings.push(await runRow(one, row, session));
  return findings;
}

/** A case as a rule beside those written in TypeScript: both go through the same interface. */
export function ruleOfCase({ case: one }: LoadedCase): ActiveRule {
  const effect: Effect = one.effect ?? 'read';
  return {
    ...{ id: one.id, title: one.title, effect },
    source: { doc: one.source ?? 'own case' },
    run: (session) => runCase(one, session),
  };
}
