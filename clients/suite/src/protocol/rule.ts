/** What protocol rules share: verdicts, and where to find a resource of a kind. */
import type { ActiveRule, Effect, Session } from '../engine.ts';
import type { Finding, Outcome } from '../finding.ts';
import { itemsOf, memberOf, type Node, textOf } from '../json/node.ts';
import { readJson } from '../json/reader.ts';
import { type Exchange, plainUri } from '../recording.ts';
import { linkOf, type Resource, treeOf } from '../tree.ts';

export interface Verdict {
  readonly outcome: Outcome;
  readonly message: string;
  readonly exchange?: Exchange;
  readonly expected?: string;
}

/** A rule as it is written down: its check answers with verdicts, from which findings are made. */
export interface Definition {
  readonly id: string;
  readonly title: string;
  readonly clause: string;
  readonly since?: string;
  readonly effect?: Effect;
  readonly right?: string;
  readonly wrong?: string;
  readonly check: (session: Session) => Promise<Verdict | readonly Verdict[]>;
}

export const pass = (message: string, exchange: Exchange): Verdict => ({
  outcome: 'PASS',
  message,
  exchange,
});
export const fail = (message: string, exchange: Exchange, expected?: string): Verdict => ({
  ...{ outcome: 'FAIL', message, exchange },
  ...(expected === undefined ? {} : { expected }),
});
export const warn = (message: string, exchange: Exchange): Verdict => ({
  outcome: 'WARN',
  message,
  exchange,
});
export const notApplicable = (message: string): Verdict => ({ outcome: 'NOT_APPLICABLE', message });

/** PASS when the status is one of those wanted. */
export function wants(exchange: Exchange, statuses: readonly number[], what: string): Verdict {
  const wanted = statuses.join(' or ');
  return statuses.includes(exchange.status)
    ? pass(`${what} is answered with ${exchange.status}`, exchange)
    : fail(`${what} is answered with ${exchange.status}, not ${wanted}`, exchange, wanted);
}

export function define(definition: Definition): ActiveRule {
  const { id, title, clause, since, effect = 'read', right, wrong, check } = definition;
  const source = { doc: 'DSP0266', clause, ...(since === undefined ? {} : { since }) };
  return {
    ...{ id, title, source, effect },
    ...(right === undefined ? {} : { right }),
    ...(wrong === undefined ? {} : { wrong }),
    async run(session) {
      const verdicts = [await check(session)].flat();
      return verdicts.map(
        ({ outcome, message, exchange, expected }): Finding => ({
          ...{ rule: id, uri: exchange ? plainUri(exchange.uri) : '', pointer: '', source, message },
          // No answer is a fault of the wire: the rule itself was not tested.
          outcome: exchange?.status === 0 ? 'ERROR' : outcome,
          ...(expected === undefined ? {} : { expected }),
          evidence: exchange ? [exchange.id] : [],
        }),
      );
    },
  };
}

export const get = (session: Session, uri: string, headers: Record<string, string> = {}): Promise<Exchange> =>
  session.send({ method: 'GET', uri, headers });

export const bodyOf = (exchange: Exchange): Node | undefined => readJson(exchange.body).root;

/** The first resource of a schema that the crawl read. */
export function resourceOf(session: Session, schema: string): Resource | undefined {
  for (const resource of treeOf(session.recording).values())
    if (resource.type?.schema === schema && resource.exchange.status === 200) return resource;
  return undefined;
}

/** URIs of the members of a collection. */
export const membersOf = (root: Node | undefined): string[] =>
  itemsOf(memberOf(root, 'Members')).flatMap((member) => linkOf(member) ?? []);

/** The collection with most members, of one page, that are not entries of a log. */
export function collectionOf(session: Session): Resource | undefined {
  let best: Resource | undefined;
  for (const resource of treeOf(session.recording).values()) {
    const { root, type, uri } = resource;
    const plain =
      memberOf(root, 'Members@odata.nextLink') === undefined && !/Sessions|Entries|Subscriptions/.test(uri);
    if (type?.schema.endsWith('Collection') && plain && membersOf(root).length > membersOf(best?.root).length)
      best = resource;
  }
  return best;
}

/** A flag of ProtocolFeaturesSupported, such as `ExpandQuery/Levels`. */
export function feature(session: Session, path: string): boolean {
  const root = treeOf(session.recording).get('/redfish/v1/')?.root;
  let node = memberOf(root, 'ProtocolFeaturesSupported');
  for (const name of path.split('/')) node = memberOf(node, name);
  return node?.kind === 'boolean' && node.value;
}

/** Keys of the messages of an error body, without their registries. */
export function messageKeys(exchange: Exchange): string[] {
  const error = memberOf(bodyOf(exchange), 'error');
  const messages = itemsOf(memberOf(error, '@Message.ExtendedInfo'));
  return messages.flatMap((message) => textOf(message, 'MessageId')?.split('.').at(-1) ?? []);
}
