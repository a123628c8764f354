/** What every report shows: findings, the service that was judged, and what was not. */
import type { Effect } from '../engine.ts';
import { type Finding, inOrder, type Outcome, outcomes } from '../finding.ts';
import { textOf } from '../json/node.ts';
import type { Recording, Unreached } from '../recording.ts';
import { treeOf } from '../tree.ts';

export interface Report {
  readonly suite: { readonly name: string; readonly version: string };
  readonly service: Readonly<Record<string, string>>;
  /** Times of the first and last exchange. */
  readonly begins: string;
  readonly ends: string;
  readonly verdict: 'PASS' | 'FAIL' | 'ERROR';
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly resources: number;
  readonly exchanges: number;
  readonly allowed: Effect;
  /** Rules that were run, and those that were not, each with the reason. */
  readonly rulesRun: readonly string[];
  readonly rulesLeft: readonly { readonly rule: string; readonly reason: string }[];
  readonly unreached: readonly Unreached[];
  readonly findings: readonly Finding[];
}

export const suite = { name: '@redfishd/suite', version: '0.1.0' } as const;

/** Identity of the service: its root, and its first manager. */
function identity(recording: Recording): Record<string, string> {
  const tree = treeOf(recording);
  const known: Record<string, string> = { Origin: recording.origin };
  const take = (node: Parameters<typeof textOf>[0], names: readonly string[], prefix = ''): void => {
    for (const name of names) {
      const value = textOf(node, name);
      if (value !== undefined) known[prefix + name] = value;
    }
  };
  take(tree.get('/redfish/v1/')?.root, ['UUID', 'Product', 'Vendor', 'RedfishVersion']);
  const manager = [...tree.values()].find(({ type }) => type?.schema === 'Manager');
  take(manager?.root, ['Model', 'FirmwareVersion'], 'Manager');
  return known;
}

export interface ReportParts {
  readonly recording: Recording;
  readonly findings: readonly Finding[];
  readonly allowed: Effect;
  readonly rulesRun: readonly string[];
  readonly rulesLeft: Report['rulesLeft'];
}

export function reportOf({ recording, findings, ...parts }: ReportParts): Report {
  const counts = Object.fromEntries(outcomes.map((name) => [name, 0])) as Record<Outcome, number>;
  for (const { outcome } of findings) counts[outcome] += 1;
  const { exchanges, unreached } = recording;
  return {
    suite,
    service: identity(recording),
    begins: exchanges[0]?.time ?? '',
    ends: exchanges.at(-1)?.time ?? '',
    verdict: counts.FAIL ? 'FAIL' : counts.ERROR ? 'ERROR' : 'PASS',
    ...{ counts, resources: treeOf(recording).size, exchanges: exchanges.length },
    ...{ ...parts, unreached, findings: inOrder(findings) },
  };
}
