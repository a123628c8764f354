/** DMTF's Redfish Protocol Validator: no assertion fails, and each that can be shown is shown. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { besideDaemon, filled, obstacle, password, pythonFolder } from './lane.ts';
import { mustPass } from './protocol-assertions.ts';

const tool = 'rf_protocol_validator';
const reason = obstacle(tool);
const url = 'https://127.0.0.1';

/** A token may be random and not look so: about one run in fifty. */
const chance = 'RESP_HEADERS_X_AUTH_TOKEN';

describe.skipIf(reason !== undefined)('the Protocol Validator', () => {
  it('finds no fault, and passes every assertion that it can show', async () => {
    // A twin does not announce itself before it is told to.
    const announce = [
      `curl -sk --fail -o /dev/null -u admin:${password} -X PATCH -H 'Content-Type: application/json'`,
      `-d '{"SSDP":{"ProtocolEnabled":true}}' ${url}/redfish/v1/Managers/bmc/NetworkProtocol`,
    ].join(' ');
    const validate = `PYTHONPATH=${withStreams()} exec ${tool} -r ${url} -u admin -p ${password} --no-cert-check --report-dir REPORTS --report-type tsv`;
    // It asks the same host without TLS too, which is port 80.
    const run = await besideDaemon(
      'platform/tiogapass.yaml',
      '127.0.0.1:443',
      [...filled(url), 'bash', '-c', `${announce} && ${validate}`],
      '--http-redirect 127.0.0.1:80',
    );
    const rows = results(run.reports);
    const shown = (result: string) => rows.filter((row) => row.result === result);
    process.stdout.write(
      `Protocol Validator: PASS ${shown('PASS').length}, WARN ${shown('WARN').length}, FAIL ${shown('FAIL').length}, NOT_TESTED ${shown('NOT_TESTED').length}\n`,
    );
    expect(shown('FAIL'), run.output.slice(-2000)).toEqual([]);
    expect(shown('WARN').filter(({ id }) => id !== chance)).toEqual([]);
    const passed = new Set(shown('PASS').map(({ id }) => id));
    if (shown('WARN').length > 0) passed.add(chance);
    expect(mustPass.filter((id) => !passed.has(id))).toEqual([]);
    expect(run.status).toBe(0);
  });
});

/**
 * The validator has tests of event streams, which its authors have switched off, since a service without events makes them
 * wait for ever. @returns a folder with a copy in which they are on
 */
function withStreams(): string {
  const name = 'redfish_protocol_validator';
  const folder = mkdtempSync(join(tmpdir(), 'redfishd-validator-'));
  cpSync(pythonFolder(name), join(folder, name), { recursive: true });
  const file = join(folder, name, 'resources.py');
  const text = readFileSync(file, 'utf8');
  const off = /^( *)uri = None$/gm;
  expect(text.match(off)).toHaveLength(1);
  writeFileSync(file, text.replace(off, "$1uri = data.get('ServerSentEventUri')"));
  return folder;
}

interface Row {
  readonly id: string;
  readonly method: string;
  readonly uri: string;
  readonly result: string;
  readonly message: string;
}

/** The rows of the report, which has the columns assertion, method, status, URI, result, message and requirement. */
function results(folder: string): Row[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.tsv'));
  return files.flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .slice(1)
      .filter((line) => line !== '')
      .map((line) => {
        const [id = '', method = '', , uri = '', result = '', message = ''] = line.split('\t');
        return { id, method, uri, result, message };
      }),
  );
}
