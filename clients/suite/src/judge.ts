/** Collects findings of passive rules: text and source come from the table of rules, the place from the node. */
import type { Finding, Outcome } from './finding.ts';
import { type Node, placeOf } from './json/node.ts';
import { type PassiveRuleId, passiveRules } from './rules.ts';
import type { Resource } from './tree.ts';

export interface Detail {
  /** In place of the rule's own. */
  readonly outcome?: Outcome;
  readonly expected?: string;
  readonly actual?: string;
  readonly node?: Node | undefined;
  /** Further exchanges that show it. */
  readonly also?: readonly Resource[];
}

/** A link that was met, for the rules that look at both of its ends. */
export interface FoundLink {
  readonly resource: Resource;
  readonly pointer: string;
  readonly node: Node;
  readonly uri: string;
  /** `Schema.Type` of what it may lead to; undefined for any. */
  readonly ref: string | undefined;
}

export class Judge {
  readonly findings: Finding[] = [];
  readonly links: FoundLink[] = [];
  /** Plain URIs that the crawl left out, with its reasons told elsewhere. */
  readonly unreached: ReadonlySet<string>;

  constructor(unreached: ReadonlySet<string>) {
    this.unreached = unreached;
  }

  report(
    rule: PassiveRuleId,
    resource: Resource,
    pointer: string,
    message: string,
    detail: Detail = {},
  ): void {
    const { outcome, source } = passiveRules[rule];
    const { node, expected, actual, also = [] } = detail;
    this.findings.push({
      ...{ rule, outcome: detail.outcome ?? outcome, uri: resource.uri, pointer, message, source },
      ...(node === undefined ? {} : placeOf(resource.exchange.body, node.at)),
      ...(expected === undefined ? {} : { expected }),
      ...(actual === undefined ? {} : { actual }),
      evidence: [resource, ...also].map(({ exchange }) => exchange.id),
    });
  }
}
