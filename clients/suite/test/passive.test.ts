/** The passive rules and the reports on answers that no correct service gives. */
import { describe, expect, it } from 'vitest';
import { reportFiles } from '../src/bundle.ts';
import { runRecording } from '../src/run.ts';
import { recordingOf } from '../src/sources.ts';

const chassis = '/redfish/v1/Chassis';
const collection = (members: readonly object[]): string =>
  JSON.stringify({
    ...{ '@odata.id': chassis, '@odata.type': '#ChassisCollection.ChassisCollection', Name: 'Chassis' },
    ...{ Members: members, 'Members@odata.count': members.length },
  });
const rulesOf = (entries: Parameters<typeof recordingOf>[1]): string[] =>
  runRecording(recordingOf('test', entries)).findings.map(({ rule }) => rule);

describe('percent-encoded octets that are not UTF-8', () => {
  it('in the URI of a member are compared as they are', () => {
    const uri = `${chassis}/%ff`;
    const body = JSON.stringify({ '@odata.id': uri, '@odata.type': '#Chassis.v1_25_0.Chassis', Id: '1' });
    const entries = [
      { uri: chassis, body: collection([{ '@odata.id': uri }]) },
      { uri, body },
    ];
    expect(rulesOf(entries)).toContain('SCH-ID-3');
  });

  it('in the fragment of a link lead to no value', () => {
    const body = collection([{ '@odata.id': `${chassis}#/%ff` }]);
    expect(rulesOf([{ uri: chassis, body }])).toContain('XREF-LINK-3');
  });
});

describe('problems of the JSON text', () => {
  it('are reported at the escaped pointer of the value', () => {
    const body = collection([]).replace('{', '{"a/b": NaN, ');
    const { findings } = runRecording(recordingOf('test', [{ uri: chassis, body }]));
    expect(findings.find(({ rule }) => rule === 'WIRE-JSON-1')?.pointer).toBe('/a~1b');
  });
});

describe('reports', () => {
  it('are written for text that neither a URI nor XML can have', () => {
    const recording = recordingOf('test', [{ uri: `${chassis}/\ud800\ufffe`, body: '\u0001' }]);
    const files = reportFiles(runRecording(recording), recording);
    expect(files['report.sarif']).toContain('redfish:/redfish/v1/Chassis/%EF%BF%BD');
    expect(files['junit.xml']).not.toMatch(/[\ufffe\ud800]/);
  });
});
