/** Whom events are given to: receivers below authorities of their own, over real TLS. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { maxAnchors } from '../../src/tls/anchors.ts';
import { type Authority, createAuthority, type Issued } from '../support/authority.ts';
import { at, members, messageKeys } from '../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { checkPayload, type Payload } from '../support/events.ts';
import { until } from '../support/until.ts';
import { hasRedfishFolder, jsonSchema } from '../unit/redfish/support.ts';

const service = '/redfish/v1/EventService';
const testMessage = 'ResourceEvent.1.4.TestMessage';
const locations = '/redfish/v1/CertificateService/CertificateLocations';
const replaceCertificate = '/redfish/v1/CertificateService/Actions/CertificateService.ReplaceCertificate';

let daemon: TestDaemon;
let state: string;
let authority: Authority;
let other: Authority;
const ends: (() => void)[] = [];

beforeAll(async () => {
  authority = await createAuthority('CN=Private Root');
  other = await createAuthority('CN=Other Root');
});
beforeEach(async () => {
  state = mkdtempSync(join(tmpdir(), 'redfishd-trust-'));
  daemon = await startTestDaemon({ state, shared: true });
});
afterEach(async () => {
  await daemon.stop();
  for (const end of ends.splice(0)) end();
  rmSync(state, { recursive: true, force: true });
});

/** A receiver of events that shows this certificate; gives its port, and the messages that it has had. */
async function receiver({ cert, key }: Issued) {
  const messages: string[] = [];
  const server = createHttpsServer({ cert, key }, (asked, answer) => {
    let text = '';
    asked.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    asked.on('end', () => {
      const payload = JSON.parse(text) as Payload;
      void checkPayload(payload);
      messages.push(...(payload.Events ?? []).map(({ Message }) => Message));
      answer.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, messages };
}

const subscribe = async (Destination: string, Protocol = 'Redfish'): Promise<string> => {
  // A long time: what waits is tried again when the subscription is changed, or not in this test.
  await daemon.send('PATCH', service, { DeliveryRetryIntervalSeconds: 3600 });
  const body = { Destination, Protocol, VerifyCertificate: true, MessageIds: [testMessage] };
  const answer = await daemon.send('POST', `${service}/Subscriptions`, body);
  expect(answer.status, answer.text).toBe(201);
  return String(answer.headers.location);
};
const submit = (Message: string) =>
  daemon.send('POST', `${service}/Actions/EventService.SubmitTestEvent`, { MessageId: testMessage, Message });
const trust = (subscription: string, CertificateString: string) =>
  daemon.send('POST', `${subscription}/Certificates`, { CertificateString, CertificateType: 'PEM' });
const trusted = async (subscription: string, CertificateString: string): Promise<string> => {
  const answer = await trust(subscription, CertificateString);
  expect(answer.status, answer.text).toBe(201);
  return String(answer.headers.location);
};
/** Waits until a delivery was refused, with this reason. */
const refusal = (subscription: string, reason: RegExp) =>
  until(`a refusal that says ${reason}`, async () =>
    reason.test(String(at((await daemon.get(subscription)).body, '/Status/Conditions/0/Message'))),
  );

describe('a receiver below an authority of its own', () => {
  it('gets nothing before that is trusted, all of it then, and nothing more when it is removed', async () => {
    const { port, messages } = await receiver(await authority.issue({ names: ['127.0.0.1'] }));
    const uri = await subscribe(`https://127.0.0.1:${port}/`);
    await submit('one');
    await refusal(uri, /unable to (verify the first|get local issuer) certificate/);
    expect(messages).toEqual([]);
    const certificate = await trusted(uri, authority.cert);
    await until('the first', () => messages.includes('one'));
    expect(at((await daemon.get(uri)).body, '/Status/Health')).toBe('OK');
    // Over a connection that stands, too.
    await submit('two');
    await until('the second', () => messages.includes('two'));
    expect((await daemon.send('DELETE', certificate)).status).toBe(204);
    await submit('three');
    await refusal(uri, /certificate/);
    expect(messages).toEqual(['one', 'two']);
    await trusted(uri, authority.cert);
    await until('the third', () => messages.includes('three'));
  });

  it('is refused under the name of somebody else', async () => {
    const { port, messages } = await receiver(await authority.issue({ names: ['receiver.example'] }));
    const uri = await subscribe(`https://127.0.0.1:${port}/`);
    await trusted(uri, authority.cert);
    await submit('one');
    await refusal(uri, /IP: 127\.0\.0\.1 is not in the cert's list/);
    expect(messages).toEqual([]);
  });

  it('is refused where only another authority is trusted, or that of another subscription', async () => {
    const { port, messages } = await receiver(await authority.issue({ names: ['127.0.0.1'] }));
    const uri = await subscribe(`https://127.0.0.1:${port}/`);
    await trusted(uri, other.cert);
    await trusted(await subscribe('https://127.0.0.1:9/'), authority.cert);
    await submit('one');
    await refusal(uri, /certificate/);
    expect(messages).toEqual([]);
  });

  it('is known by its own certificate too, whoever issued that', async () => {
    const own = await authority.issue({ names: ['127.0.0.1'] });
    const { port, messages } = await receiver(own);
    const uri = await subscribe(`https://127.0.0.1:${port}/`);
    await trusted(uri, own.cert);
    await submit('one');
    await until('the event', () => messages.includes('one'));
    const impostor = await receiver(await authority.issue({ names: ['127.0.0.1'] }));
    const second = await subscribe(`https://127.0.0.1:${impostor.port}/`);
    await trusted(second, own.cert);
    await submit('two');
    await refusal(second, /certificate/);
    expect(impostor.messages).toEqual([]);
  });

  it('gets lines of syslog by the same rules', async () => {
    const { cert, key } = await authority.issue({ names: ['127.0.0.1'] });
    let text = '';
    const server = createTlsServer({ cert, key }, (socket: TLSSocket) => {
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const uri = await subscribe(`syslog://127.0.0.1:${port}`, 'SyslogTLS');
    await submit('one');
    await refusal(uri, /certificate/);
    expect(text).toBe('');
    const certificate = await trusted(uri, authority.cert);
    await until('the line', () => text.includes('one'));
    await daemon.send('DELETE', certificate);
    await submit('two');
    await refusal(uri, /certificate/);
    expect(text).not.toContain('two');
  });

  it('is still trusted after a restart', async () => {
    const { port, messages } = await receiver(await authority.issue({ names: ['127.0.0.1'] }));
    const uri = await subscribe(`https://127.0.0.1:${port}/`);
    await trusted(uri, authority.cert);
    await daemon.stop();
    daemon = await startTestDaemon({ state, shared: true });
    await submit('one');
    await until('the event', () => messages.includes('one'));
  });
});

describe('the certificates of a subscription', () => {
  it('are shown, listed among all of the service, and replaced', async () => {
    const uri = await subscribe('https://127.0.0.1:9/');
    expect(at((await daemon.get(uri)).body, '/Certificates/@odata.id')).toBe(`${uri}/Certificates`);
    const certificate = await trusted(uri, authority.cert);
    const { body } = await daemon.get(certificate);
    expect(body).toMatchObject({
      CertificateString: authority.cert,
      Subject: { CommonName: 'Private Root' },
    });
    if (hasRedfishFolder) {
      const validate = await jsonSchema('Certificate.v1_11_0.json');
      expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
    }
    expect(members(await daemon.get(`${uri}/Certificates`))).toEqual([certificate]);
    expect(at((await daemon.get(locations)).body, '/Links/Certificates')).toContainEqual({
      '@odata.id': certificate,
    });
    const replacement = {
      ...{ CertificateString: other.cert, CertificateType: 'PEM' },
      CertificateUri: { '@odata.id': certificate },
    };
    expect((await daemon.send('POST', replaceCertificate, replacement)).status).toBe(204);
    expect(at((await daemon.get(certificate)).body, '/Subject/CommonName')).toBe('Other Root');
    await daemon.send('DELETE', uri);
    expect((await daemon.get(certificate)).status).toBe(404);
  });

  it('are there only where a receiver shows one', async () => {
    const uri = await subscribe('http://127.0.0.1:9/');
    expect(at((await daemon.get(uri)).body, '/Certificates')).toBeUndefined();
    expect((await daemon.get(`${uri}/Certificates`)).status).toBe(404);
    expect((await trust(uri, authority.cert)).status).toBe(404);
  });

  it('must be one each, in PEM, unexpired, new, without a key, and not too many', async () => {
    const uri = await subscribe('https://127.0.0.1:9/');
    const expired = await authority.issue({ notAfter: new Date(Date.now() - 1000) });
    for (const [text, key] of [
      ['no certificate', 'PropertyValueFormatError'],
      [authority.cert + other.cert, 'PropertyValueIncorrect'],
      [authority.cert + authority.key, 'PropertyValueIncorrect'],
      [expired.cert, 'PropertyValueIncorrect'],
    ] as const) {
      const answer = await trust(uri, text);
      expect([answer.status, messageKeys(answer)]).toEqual([400, [key]]);
      expect(answer.text).not.toContain('PRIVATE KEY');
    }
    await trusted(uri, authority.cert);
    expect(messageKeys(await trust(uri, authority.cert))).toEqual(['ResourceAlreadyExists']);
    // Some at once: none may displace another.
    const more = await Promise.all(
      Array.from({ length: maxAnchors - 1 }, async () => trust(uri, (await other.issue()).cert)),
    );
    expect(new Set(more.map(({ headers }) => headers.location)).size).toBe(maxAnchors - 1);
    expect(members(await daemon.get(`${uri}/Certificates`))).toHaveLength(maxAnchors);
    expect(messageKeys(await trust(uri, other.cert))).toEqual(['CreateLimitReachedForResource']);
  });
});
