/** What an engine is: passive ones judge a recording, active ones exchange requests with a service. */
import type { Finding, Source } from './finding.ts';
import type { Exchange, Recording } from './recording.ts';

/** What a rule may do to the service; each effect includes those before it. */
export const effects = ['read', 'write', 'disruptive', 'destructive'] as const;
export type Effect = (typeof effects)[number];

/** Pure: the same recording gives the same findings. */
export type PassiveEngine<Options = undefined> = (
  recording: Recording,
  options: Options,
) => readonly Finding[];

/** The text that `explain` prints of a rule. */
export interface RuleText {
  readonly id: string;
  readonly title: string;
  readonly source: Source;
  /** An answer that satisfies the rule, and one that does not. */
  readonly right?: string;
  readonly wrong?: string;
}

export interface Request {
  readonly method: string;
  readonly uri: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  /** Sent without the session's token. */
  readonly anonymous?: boolean;
}

/** The service as an active rule sees it. Each request is paced, recorded and counted against the budget. */
export interface Session {
  /** The answer; an exchange with `status` 0 when there was none. Never throws on what a service answers. */
  send(request: Request): Promise<Exchange>;
  /** What the crawl read. */
  readonly recording: Recording;
}

export interface ActiveRule extends RuleText {
  readonly effect: Effect;
  /** Findings, PASS among them; NOT_APPLICABLE with the reason where the service lacks what the rule needs. */
  run(session: Session): Promise<readonly Finding[]>;
}
