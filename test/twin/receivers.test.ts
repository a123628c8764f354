/** Events as programs get them that know nothing of this one: a listener in Python over HTTPS, and `curl -N`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { selfSigned } from '../../src/tls/make.ts';
import { at, testPassword, testUser } from '../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { checkPayload, type Payload } from '../support/events.ts';
import { until } from '../support/until.ts';

const service = '/redfish/v1/EventService';
const testMessage = 'ResourceEvent.1.4.TestMessage';

let daemon: TestDaemon;
let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redfishd-receivers-'));
  daemon = await startTestDaemon({ twin: { speed: 20 }, daemon: { http2: true } });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill();
  await daemon.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a program; gives the lines that it has written so far. */
function run(command: string, ...words: string[]): () => string[] {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return () => output.split('\n').slice(0, -1);
}

const submit = async (Message: string) => {
  const action = `${service}/Actions/EventService.SubmitTestEvent`;
  const answer = await daemon.send('POST', action, { MessageId: testMessage, Message });
  expect(answer.status, answer.text).toBeLessThan(300);
};

it('a listener in Python gets events over HTTPS, where its certificate holds or is not asked for', async () => {
  const { chain, key } = await selfSigned(['127.0.0.1']);
  const files = { certificate: chain, key };
  const names = Object.entries(files).map(([name, text]) => {
    const file = join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  });
  const lines = run('python3', join(import.meta.dirname, '../lanes/clients/event_receiver.py'), ...names);
  const port = await until('the listener', () => lines()[0]);
  await daemon.send('PATCH', service, { DeliveryRetryIntervalSeconds: 1 });
  const subscribed = await daemon.send('POST', `${service}/Subscriptions`, {
    Destination: `https://127.0.0.1:${port}/`,
    ...{ Protocol: 'Redfish', Context: 'python', VerifyCertificate: true, MessageIds: [testMessage] },
  });
  const uri = String(subscribed.headers.location);
  await submit('to whom it belongs');
  // Nobody vouches for its certificate.
  await until('the refusal', async () => at((await daemon.get(uri)).body, '/Status/Health') === 'Warning');
  expect((await daemon.get(uri)).text).toContain('self-signed certificate');
  expect(lines()).toHaveLength(1);
  expect((await daemon.send('PATCH', uri, { VerifyCertificate: false })).status).toBe(200);
  const line = await until('the event', () => lines()[1]);
  const payload = JSON.parse(line) as Payload;
  await checkPayload(payload);
  expect(payload).toMatchObject({ Context: 'python', Events: [{ Message: 'to whom it belongs' }] });
  await until('health', async () => at((await daemon.get(uri)).body, '/Status/Health') === 'OK');
});

it.each([
  ['--http1.1', 'HTTP/1.1 200'],
  ['--http2', 'HTTP/2 200'],
])('curl -N %s reads the stream', async (version, status) => {
  const filter = encodeURIComponent(`MessageId eq '${testMessage}'`);
  const user = `${testUser}:${testPassword}`;
  const url = `${daemon.url}${service}/SSE?$filter=${filter}`;
  const lines = run('curl', '-skiN', version, '-u', user, url);
  await until('the beginning', () => lines().find((line) => line.startsWith('id: ')));
  expect(lines()[0]).toContain(status);
  await submit('hello');
  const data = await until('the event', () => lines().find((line) => line.startsWith('data: ')));
  const payload = JSON.parse(data.slice('data: '.length)) as Payload;
  await checkPayload(payload);
  expect(payload.Events?.map(({ Message }) => Message)).toEqual(['hello']);
});
