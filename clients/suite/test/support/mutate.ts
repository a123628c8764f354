/** Mutation operators on a tree of answers: each breaks one thing. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Recording } from '../../src/recording.ts';
import { recordingOf } from '../../src/sources.ts';

/** The folder of data that tests read by path. */
export const shared = resolve(
  process.env.REDFISHD_SHARED ?? join(import.meta.dirname, '../../../../../shared'),
);
export const hasShared = existsSync(join(shared, 'suite/mutations.json'));

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
interface Answer {
  status?: number;
  headers: Record<string, string>;
  body: Json;
  raw?: string;
}
type Answers = Map<string, Answer>;

export interface Mutation {
  readonly id: string;
  readonly title: string;
  readonly uri: string;
  readonly ops: readonly (readonly [string, ...Json[]])[];
  readonly expect: 'FAIL' | 'WARN' | 'PASS';
  readonly at: string;
  readonly rsv_3_1_8: string;
}

const load = (name: string): unknown => JSON.parse(readFileSync(join(shared, 'suite', name), 'utf8'));

export const mutations = (): readonly Mutation[] =>
  (load('mutations.json') as { operators: Mutation[] }).operators;

const baseTree = (): Answers => new Map(Object.entries(load('base-tree.json') as Record<string, Answer>));

const tokens = (pointer: Json): string[] =>
  String(pointer)
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Changes the value at a pointer: `undefined` removes it. */
function put(body: Json, pointer: Json, value: Json | undefined): void {
  const path = tokens(pointer);
  const last = path.pop() ?? '';
  let at = body as { [name: string]: Json };
  for (const name of path) at = at[name] as { [name: string]: Json };
  if (value !== undefined) at[last] = value;
  else if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete at[last];
}

function valueAt(body: Json, pointer: Json): Json {
  let at = body;
  for (const name of tokens(pointer)) at = (at as { [name: string]: Json })[name] as Json;
  return at;
}

type Operator = (answers: Answers, answer: Answer, values: Json[]) => void;

const at = (answers: Answers, uri: Json | undefined): Answer => {
  const answer = answers.get(String(uri));
  if (!answer) throw new Error(`the base tree lacks ${String(uri)}`);
  return answer;
};

const operators: Readonly<Record<string, Operator>> = {
  set: (_, answer, [pointer = '', value]) => put(answer.body, pointer, value),
  fix: (answers, _, [uri, pointer = '', value]) => put(at(answers, uri).body, pointer, value),
  del: (_, answer, [pointer = '']) => put(answer.body, pointer, undefined),
  ren: (_, answer, [pointer = '', name = '']) => {
    const value = valueAt(answer.body, pointer);
    put(answer.body, pointer, undefined);
    put(answer.body, `${String(pointer).replace(/\/[^/]*$/, '')}/${String(name)}`, value);
  },
  keep: (_, answer, [names]) => {
    answer.body = Object.fromEntries(
      Object.entries(answer.body as object).filter(([name]) => (names as string[]).includes(name)),
    );
  },
  rawnum: (_, answer, [pointer = '', text]) => {
    put(answer.body, pointer, '@@');
    answer.raw = JSON.stringify(answer.body).replace('"@@"', String(text));
  },
  raw: (_, answer, [text]) => void Object.assign(answer, { raw: String(text) }),
  bom: (_, answer) => void Object.assign(answer, { raw: `\uFEFF${JSON.stringify(answer.body)}` }),
  body: (_, answer, [body = null]) => void Object.assign(answer, { body }),
  hdr: (_, answer, [name, value]) => void Object.assign(answer.headers, { [String(name)]: value }),
  delhdr: (_, answer, [name]) => void delete answer.headers[String(name)],
  status: (_, answer, [status]) => void Object.assign(answer, { status }),
  move: (answers, answer, [uri = '']) => {
    for (const [key, value] of answers) if (value === answer) answers.delete(key);
    put(answer.body, '/@odata.id', uri);
    answers.set(String(uri), answer);
  },
  put: (answers, _, [uri, body = null]) =>
    void answers.set(String(uri), {
      headers: { 'Content-Type': 'application/json', 'OData-Version': '4.0', Allow: 'GET, HEAD' },
      body,
    }),
  dupmember: (_, answer) => {
    const body = answer.body as { Members: Json[]; 'Members@odata.count': number };
    body.Members.push(structuredClone(body.Members[0] ?? null));
    body['Members@odata.count'] = 2;
  },
  reverse: (_, answer) =>
    void Object.assign(answer, { body: Object.fromEntries(Object.entries(answer.body as object).reverse()) }),
};

/** The base tree, or the base tree with one mutation. */
export function mutated(mutation?: Mutation): Recording {
  const answers = baseTree();
  if (mutation) {
    const answer = at(answers, mutation.uri);
    for (const [name, ...values] of mutation.ops) {
      const operator = operators[name];
      if (!operator) throw new Error(`${mutation.id}: unknown operator ${name}`);
      operator(answers, answer, values);
    }
  }
  return recordingOf(
    mutation?.id ?? 'base',
    [...answers].map(([uri, { status = 200, headers, body, raw }]) => ({
      ...{ uri, status, headers },
      body: raw ?? JSON.stringify(body),
    })),
  );
}
