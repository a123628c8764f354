/** Whole runs: services that misbehave, reports, bundles, waivers. */
import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedfishClient } from '@redfishd/client';
import { afterEach, describe, expect, it } from 'vitest';
import { reportFiles, verifyBundle, writeBundle } from '../src/bundle.ts';
import { runRecording, runService } from '../src/run.ts';
import { recordingOf, recordingText } from '../src/sources.ts';
import { parseRuleWaivers, waived } from '../src/waivers.ts';
import { SmallService } from './support/service.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function runAgainst(listener: RequestListener, budget?: number) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new RedfishClient(url, { timeouts: { firstByte: 0.2, idle: 0.2 } });
  try {
    const choice = { levels: [0, 1, 2] };
    return (await runService(client, choice, budget === undefined ? {} : { budget })).report;
  } finally {
    await client.close();
    server.closeAllConnections();
    server.close();
  }
}

const json = { 'Content-Type': 'application/json' };

describe('a run against a service that', () => {
  it('answers garbage ends with findings', async () => {
    const report = await runAgainst((_, response) => response.end('\u0000<html>{{{'));
    expect(report.verdict).not.toBe('PASS');
    expect(report.findings.map(({ rule }) => rule)).toContain('WIRE-JSON-1');
  });

  it('loops its links ends, each URI read once', async () => {
    const report = await runAgainst((request, response) => {
      response.writeHead(200, json);
      response.end(JSON.stringify({ '@odata.id': request.url, Systems: { '@odata.id': '/redfish/v1' } }));
    });
    expect(report.exchanges).toBe(2);
  });

  it('grows with every read ends when the budget is spent, and says what was not reached', async () => {
    let next = 0;
    const report = await runAgainst((_, response) => {
      response.writeHead(200, json);
      next += 2;
      const links = [next, next + 1].map((id) => ({ '@odata.id': `/redfish/v1/X${id}` }));
      response.end(JSON.stringify({ Links: links }));
    }, 200);
    expect(report.unreached.some(({ reason }) => /budget/.test(reason))).toBe(true);
  });

  it('hangs ends, and is no PASS', async () => {
    const report = await runAgainst(() => {});
    expect(report.verdict).toBe('ERROR');
    expect(report.unreached.length).toBeGreaterThan(0);
  });

  it('limits its rate is asked again after the pause it wants', async () => {
    let refused = 0;
    const report = await runAgainst((request, response) => {
      if (request.url === '/redfish' && refused++ === 0) {
        response.writeHead(503, { 'Retry-After': '1' });
        response.end();
        return;
      }
      response.writeHead(200, json);
      response.end(request.url === '/redfish' ? '{"v1": "/redfish/v1/"}' : '{}');
    });
    expect(report.findings.some(({ rule }) => rule === 'WIRE-STATUS-1')).toBe(false);
  });
});

const broken = recordingOf('test', [
  {
    uri: '/redfish/v1/',
    body: '{"@odata.id": "/redfish/v1/", "@odata.type": "#ServiceRoot.v1_17_0.ServiceRoot"}',
  },
]);

describe('reports', () => {
  it('are the same for the same recording, byte for byte', () => {
    const files = () => reportFiles(runRecording(broken), broken);
    expect(files()).toEqual(files());
  });

  it('show what was not judged', () => {
    const report = runRecording(broken);
    expect(report.verdict).toBe('FAIL');
    expect(report.rulesLeft.map(({ rule }) => rule)).toContain('PRO-Q1');
    expect(reportFiles(report, broken)['report.html']).toContain('a recording answers no requests');
  });

  it('number the lines of OCP TV from 0 and end the run', () => {
    const lines = (reportFiles(runRecording(broken), broken)['ocptv.jsonl'] ?? '').trim().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(parsed.map(({ sequenceNumber }) => sequenceNumber)).toEqual(parsed.map((_, at) => at));
    expect(parsed.at(-1)).toMatchObject({ testRunArtifact: { testRunEnd: { result: 'FAIL' } } });
  });
});

describe('a bundle', () => {
  it('is verified, and judged again, with the key that signed it', async () => {
    await using service = await new SmallService({}).start();
    await using client = new RedfishClient(service.url, {
      credentials: { user: 'root', password: 'secret' },
      authentication: 'basic',
    });
    const { report, recording } = await runService(client, { allow: 'write' });
    const folder = mkdtempSync(join(tmpdir(), 'suite-'));
    folders.push(folder);
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    writeBundle(folder, report, recording, privateKey);
    expect(verifyBundle(folder, publicKey).filter(({ result }) => result !== 'good')).toEqual([]);
    expect(recordingText(recording)).not.toContain('secret');
    const other = generateKeyPairSync('ed25519').publicKey;
    expect(verifyBundle(folder, other)[0]?.result).toBe('bad');
    appendFileSync(join(folder, 'junit.xml'), ' ');
    expect(verifyBundle(folder, publicKey).find(({ check }) => check === 'junit.xml')?.result).toBe('bad');
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).not.toMatch(/src=|href=/);
  });
});

describe('waivers', () => {
  const text = (expires: string) =>
    `waivers:\n- rule: SCH-REQ-1\n  at: /redfish/v1/#/Id\n  reason: known\n  expires: "${expires}"\n`;
  const { findings } = runRecording(broken);

  it('waive until their day, then fail again', () => {
    const one = (day: string) =>
      waived(findings, parseRuleWaivers('w', text('2026-06-30')), day).find(
        ({ pointer }) => pointer === '/Id',
      );
    expect(one('2026-06-30')?.outcome).toBe('WAIVED');
    expect(one('2026-07-01')?.outcome).toBe('FAIL');
  });

  it('warn when they waive nothing', () => {
    const last = waived([], parseRuleWaivers('w', text('2026-06-30')), '2026-01-01').at(-1);
    expect(last).toMatchObject({ rule: 'SUITE-WAIVER-1', outcome: 'WARN' });
  });

  it('of rules that were not run do not warn', () => {
    const waivers = parseRuleWaivers('w', text('2026-06-30').replace('SCH-REQ-1', 'PRO-Q1'));
    const { findings } = runRecording(broken, { waivers });
    expect(findings.filter(({ rule }) => rule === 'SUITE-WAIVER-1')).toEqual([]);
  });

  it('give way to a later one of the same finding', () => {
    const both = [...parseRuleWaivers('w', text('2026-01-31')), ...parseRuleWaivers('w', text('2026-12-31'))];
    const found = waived(findings, both, '2026-06-30');
    expect(found.find(({ pointer }) => pointer === '/Id')?.outcome).toBe('WAIVED');
  });

  it.each(['waivers: [null]', 'waivers: x', '[]', 'waivers: {', text('2026-02-30')])(
    'in %j are refused with the place',
    (bad) => {
      expect(() => parseRuleWaivers('w.yaml', bad)).toThrow(/^w\.yaml:\d+:\d+: /);
    },
  );

  it('with faults name each with its line', () => {
    expect(() => parseRuleWaivers('w.yaml', 'waivers:\n- rule: X\n  att: y\n')).toThrow(
      /w\.yaml:3:3: unknown key "att"[\s\S]*w\.yaml:2:3: "at" is missing/,
    );
  });
});
