/** Each protocol rule against a service that follows it, and against one that breaks it. */
import { RedfishClient } from '@redfishd/client';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../src/finding.ts';
import { protocolRules } from '../src/protocol/index.ts';
import { runService } from '../src/run.ts';
import { type Misbehaviour, SmallService } from './support/service.ts';

async function findingsOf(rule: string, misbehaviour: Misbehaviour): Promise<Finding[]> {
  await using service = await new SmallService(misbehaviour).start();
  await using client = new RedfishClient(service.url, {
    credentials: { user: 'root', password: 'secret' },
    authentication: 'basic',
  });
  const { report } = await runService(client, { allow: 'write', only: [rule], levels: [4, 5] });
  return report.findings.filter((finding) => finding.rule === rule);
}

const outcomes = (findings: readonly Finding[]): string[] => [
  ...new Set(findings.map(({ outcome }) => outcome)),
];

describe('protocol rules', () => {
  it.each(protocolRules.map(({ id }) => id))(
    '%s passes what follows it and finds what breaks it',
    async (id) => {
      const plain = id === 'PRO-Q10';
      expect(outcomes(await findingsOf(id, { plain }))).toEqual(['PASS']);
      const broken = outcomes(await findingsOf(id, { plain, breaks: id }));
      expect(broken.some((outcome) => outcome === 'FAIL' || outcome === 'WARN')).toBe(true);
    },
  );
});
