/** What a rule found: one shape for every engine, every report and every waiver. */

/**
 * The verdict of one rule at one place. `NOT_TESTED` and `NOT_APPLICABLE` say why in the message; `ERROR` is a fault of
 * the suite or of the wire, never of conformance.
 */
export const outcomes = ['PASS', 'FAIL', 'WARN', 'WAIVED', 'NOT_APPLICABLE', 'NOT_TESTED', 'ERROR'] as const;
export type Outcome = (typeof outcomes)[number];

/** Where the rule is written: a document, its clause, and the version that first had it. */
export interface Source {
  readonly doc: string;
  readonly clause?: string;
  /** Version of the document, or of the schema, that introduced the rule. */
  readonly since?: string;
}

export interface Finding {
  /** Stable identifier, such as `SCH-COUNT-1`: waivers, `--only` and `explain` name it. */
  readonly rule: string;
  readonly outcome: Outcome;
  /** Path of the resource, without a trailing slash but for `/redfish/v1/`; empty for the service as a whole. */
  readonly uri: string;
  /** JSON pointer (RFC 6901) within the body; empty for the resource as a whole. */
  readonly pointer: string;
  readonly message: string;
  readonly source: Source;
  /** Line and column of the pointer in the answer's text, both from 1. */
  readonly line?: number;
  readonly column?: number;
  readonly expected?: string;
  readonly actual?: string;
  /** Exchanges of the recording that show it, by their number. */
  readonly evidence: readonly number[];
}

const rank = (finding: Finding): number => outcomes.indexOf(finding.outcome);

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The order of every report, independent of the order in which rules ran: URI, pointer, rule, outcome, message. */
export function inOrder(findings: Iterable<Finding>): Finding[] {
  return [...findings].sort(
    (a, b) =>
      byText(a.uri, b.uri) ||
      byText(a.pointer, b.pointer) ||
      byText(a.rule, b.rule) ||
      rank(a) - rank(b) ||
      byText(a.message, b.message),
  );
}
