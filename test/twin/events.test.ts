/** Events as receivers on the network get them: streams, and deliveries. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { at, members, messageKeys } from '../support/client.ts';
import { startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../support/daemon.ts';
import {
  checkPayload,
  openStream,
  type Receiver,
  type StreamReader,
  startReceiver,
} from '../support/events.ts';
import { until } from '../support/until.ts';

const service = '/redfish/v1/EventService';
const subscriptions = `${service}/Subscriptions`;
const test = `${service}/Actions/EventService.SubmitTestEvent`;
const testMessage = 'ResourceEvent.1.4.TestMessage';

let daemon: TestDaemon;
const receivers: Receiver[] = [];
const streams: StreamReader[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close();
  await daemon.stop();
  for (const receiver of receivers.splice(0)) await receiver.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const start = async (options: TestDaemonOptions = {}) => {
  daemon = await startTestDaemon({ twin: { speed: 20 }, ...options });
};
const stateFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'redfishd-events-'));
  folders.push(folder);
  return folder;
};
const receive = async (port?: number) => {
  const receiver = await startReceiver(port);
  receivers.push(receiver);
  return receiver;
};
const stream = async (path?: string, headers?: Record<string, string>) => {
  const reader = await openStream(daemon.url, path, headers);
  streams.push(reader);
  return reader;
};
const subscribe = async (receiver: Receiver, more: object = {}): Promise<string> => {
  const body = { Destination: receiver.url, Protocol: 'Redfish', Context: 'mine', ...more };
  const answer = await daemon.send('POST', subscriptions, body);
  expect(answer.status, answer.text).toBe(201);
  return String(answer.headers.location);
};
const submit = async (text: string) => {
  const answer = await daemon.send('POST', test, { MessageId: testMessage, Message: text });
  expect(answer.status, answer.text).toBeLessThan(300);
};
const said = ({ records }: { readonly records: readonly { readonly Message: string }[] }) =>
  records.map(({ Message }) => Message);

describe('a stream of events', () => {
  it('shows what happens, each event once and whole', async () => {
    await start();
    const reader = await stream();
    expect(reader.headers['content-type']).toBe('text/event-stream');
    // What opened it is the first that it tells.
    const own = await until('its own destination', () => reader.records[0]);
    const uri = own.OriginOfCondition?.['@odata.id'] ?? '';
    expect((await daemon.get(uri)).body).toMatchObject({ SubscriptionType: 'SSE', Protocol: 'Redfish' });
    daemon.twin.set('MB_INLET_TEMP', 60);
    const hot = await until('the threshold', () =>
      reader.records.find(({ MessageId }) => MessageId.includes('ReadingAboveUpper')),
    );
    expect(hot.OriginOfCondition?.['@odata.id']).toContain('/Sensors/MB_INLET_TEMP');
    expect((await daemon.get(hot.LogEntry?.['@odata.id'] ?? '')).status).toBe(200);
    await daemon.send('PATCH', '/redfish/v1/Chassis/chassis', { AssetTag: 'x' });
    await until('the change', () =>
      reader.records.find(
        ({ EventType, OriginOfCondition }) =>
          EventType === 'ResourceUpdated' &&
          OriginOfCondition?.['@odata.id'] === '/redfish/v1/Chassis/chassis',
      ),
    );
    for (const payload of reader.payloads) await checkPayload(payload);
    const numbers = reader.records.map(({ EventId }) => Number(EventId));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(new Set(reader.ids).size).toBe(reader.ids.length);
  });

  it('goes on where its reader was, also after a restart', async () => {
    const state = stateFolder();
    await start({ state });
    const first = await stream();
    await submit('one');
    await until('the first', () => said(first).includes('one'));
    const last = first.ids.at(-1) ?? '';
    first.close();
    await submit('two');
    const again = await stream(undefined, { 'Last-Event-ID': last });
    await until('the second', () => said(again).includes('two'));
    expect(said(again)).not.toContain('one');
    await daemon.stop();
    await start({ state });
    await submit('three');
    const after = await stream(undefined, { 'Last-Event-ID': last });
    await until('the third', () => said(after).includes('three'));
    expect(said(after).filter((text) => ['one', 'two', 'three'].includes(text))).toEqual(['two', 'three']);
  });

  it('begins with the oldest that is held for a reader whose id is none of ours', async () => {
    await start();
    const reader = await stream(undefined, { 'Last-Event-ID': 'what?' });
    await until('the beginning', () => reader.records.length > 0);
    expect(reader.status).toBe(200);
  });

  it('is filtered', async () => {
    await start();
    const filter = encodeURIComponent("RegistryPrefix eq 'SensorEvent'");
    const reader = await stream(`${service}/SSE?$filter=${filter}`);
    await submit('not for this one');
    daemon.twin.set('MB_INLET_TEMP', 60);
    await until('the threshold', () => reader.records.length > 0);
    expect(reader.records.every(({ MessageId }) => MessageId.startsWith('SensorEvent.'))).toBe(true);
    const refused = await stream(`${service}/SSE?$filter=Reading%20gt%205`);
    expect(refused.status).toBe(400);
  });

  it('ends with its destination, and its destination with it', async () => {
    await start();
    const reader = await stream();
    const [uri = ''] = await until('the destination', async () => {
      const found = members(await daemon.get(subscriptions));
      return found.length === 1 ? found : undefined;
    });
    expect((await daemon.send('DELETE', uri)).status).toBe(204);
    await reader.ended;
    const second = await stream();
    await until('another', async () => members(await daemon.get(subscriptions)).length === 1);
    second.close();
    await until('none', async () => members(await daemon.get(subscriptions)).length === 0);
  });

  it('ends with its session, with its password, and with its account', async () => {
    await start();
    const account = { UserName: 'watcher', Password: 'Quaint-Marmot-58-plinth', RoleId: 'ReadOnly' };
    await daemon.send('POST', '/redfish/v1/AccountService/Accounts', account);
    const login = { UserName: account.UserName, Password: account.Password };
    const basic = (password: string) =>
      `Basic ${Buffer.from(`${account.UserName}:${password}`).toString('base64')}`;
    const change = (body: object) =>
      daemon.send('PATCH', '/redfish/v1/AccountService/Accounts/watcher', body);
    const session = await daemon.send('POST', '/redfish/v1/SessionService/Sessions', login);
    const token = String(session.headers['x-auth-token']);
    const byToken = await stream(undefined, { authorization: '', 'x-auth-token': token });
    const byBasic = await stream(undefined, { authorization: basic(account.Password) });
    await daemon.send('DELETE', String(session.headers.location));
    await byToken.ended;
    await submit('still there');
    await until('the event', () => said(byBasic).includes('still there'));
    const other = 'Quaint-Marmot-59-plinth';
    await change({ Password: other });
    await byBasic.ended;
    const renewed = await stream(undefined, { authorization: basic(other) });
    await change({ PasswordChangeRequired: true });
    await renewed.ended;
    await change({ PasswordChangeRequired: false });
    const last = await stream(undefined, { authorization: basic(other) });
    await change({ Enabled: false });
    await last.ended;
  });

  it('is for those who may read, and speaks no JSON', async () => {
    await start();
    expect((await stream(undefined, { authorization: '' })).status).toBe(401);
    expect((await daemon.get(`${service}/SSE`, { headers: { Accept: 'application/json' } })).status).toBe(
      406,
    );
    expect((await daemon.send('POST', `${service}/SSE`, {})).status).toBe(405);
    await daemon.send('PATCH', service, { ServiceEnabled: false });
    expect((await stream()).status).toBe(503);
  });
});

describe('an event with its origin', () => {
  const sensor = '/redfish/v1/Chassis/chassis/Sensors/MB_INLET_TEMP';
  const about = async (origin: string) => {
    const answer = await daemon.send('POST', test, { MessageId: testMessage, OriginOfCondition: origin });
    expect(answer.status, answer.text).toBeLessThan(300);
  };
  const originOf = (reader: Receiver | StreamReader, uri: string) =>
    until(`an event about ${uri}`, () =>
      reader.records.map((each) => each.OriginOfCondition).find((origin) => origin?.['@odata.id'] === uri),
    );

  it('comes to a subscriber that asked for it, and to no other', async () => {
    await start();
    const [receiver, plain] = [await receive(), await receive()];
    const uri = await subscribe(receiver, { IncludeOriginOfCondition: true, MessageIds: [testMessage] });
    await subscribe(plain, { MessageIds: [testMessage] });
    expect((await daemon.get(uri)).body).toMatchObject({ IncludeOriginOfCondition: true });
    await about(sensor);
    expect(await originOf(receiver, sensor)).toMatchObject({
      '@odata.type': expect.stringMatching(/^#Sensor\./),
      ...{ Id: 'MB_INLET_TEMP', ReadingType: 'Temperature', Reading: expect.any(Number) },
    });
    expect(await originOf(plain, sensor)).toEqual({ '@odata.id': sensor });
    const fan = '/redfish/v1/Chassis/chassis/Thermal#/Fans/0';
    await about(fan);
    expect(await originOf(receiver, fan)).toMatchObject({ MemberId: expect.any(String) });
  });

  it('comes on a stream that asks for it, and is what a client sees', async () => {
    await start();
    const path = `${service}/SSE?includeoriginofcondition`;
    const reader = await stream(path);
    await daemon.send('PATCH', '/redfish/v1/Chassis/chassis', { AssetTag: 'x' });
    const origin = await originOf(reader, '/redfish/v1/Chassis/chassis');
    expect(origin).toMatchObject({ AssetTag: 'x' });
    const { body } = await daemon.get('/redfish/v1/Chassis/chassis');
    expect(Object.keys(origin)).toEqual(Object.keys(body as object));
    const own = members(await daemon.get(subscriptions))[0] ?? '';
    expect((await daemon.get(own)).body).toMatchObject({ IncludeOriginOfCondition: true });
    expect((await stream(`${path}=maybe`)).status).toBe(400);
  });

  it('is a link where there is nothing, where it is a collection, and where not everybody may look', async () => {
    await start();
    const receiver = await receive();
    await subscribe(receiver, { IncludeOriginOfCondition: true, MessageIds: [testMessage] });
    for (const uri of [
      '/redfish/v1/Chassis/nothing',
      '/redfish/v1/Chassis/chassis#/Nothing',
      '/redfish/v1/Chassis/chassis#/Name',
      '/redfish/v1/Managers/bmc/LogServices/EventLog/Entries',
      '/redfish/v1/AccountService/Accounts/other',
      'nonsense',
    ]) {
      if (uri.endsWith('/other'))
        await daemon.send('POST', '/redfish/v1/AccountService/Accounts', {
          ...{ UserName: 'other', Password: 'Quaint-Marmot-58-plinth', RoleId: 'ReadOnly' },
        });
      await about(uri);
      expect(await originOf(receiver, uri)).toEqual({ '@odata.id': uri });
    }
  });
});

describe('a subscription', () => {
  it('is delivered what it asked for, with its headers, which nobody else learns', async () => {
    await start();
    const receiver = await receive();
    const uri = await subscribe(receiver, {
      MessageIds: ['ResourceEvent.TestMessage'],
      HttpHeaders: [{ 'X-Secret': 'kept-to-itself', Authorization: 'Bearer d e f' }],
    });
    await submit('hello');
    await daemon.send('PATCH', '/redfish/v1/Chassis/chassis', { AssetTag: 'x' });
    await submit('again');
    await until('both', () => receiver.records.length === 2);
    expect(said(receiver)).toEqual(['hello', 'again']);
    expect(receiver.payloads[0]?.Context).toBe('mine');
    expect(receiver.headers[0]).toMatchObject({
      'x-secret': 'kept-to-itself',
      authorization: 'Bearer d e f',
      'content-type': 'application/json',
    });
    const { body, text } = await daemon.get(uri);
    expect(body).toMatchObject({ HttpHeaders: [], Status: { State: 'Enabled', Health: 'OK' } });
    expect(text + daemon.log.join('')).not.toContain('kept-to-itself');
  });

  it('gets in order, after a restart, what it could not be given before', async () => {
    const state = stateFolder();
    await start({ state });
    const receiver = await receive();
    const uri = await subscribe(receiver, { MessageIds: [testMessage] });
    await daemon.send('PATCH', service, { DeliveryRetryIntervalSeconds: 1 });
    receiver.answer = 500;
    for (const text of ['a', 'b']) await submit(text);
    await until('the failure', async () => at((await daemon.get(uri)).body, '/Status/Health') === 'Warning');
    expect(JSON.stringify((await daemon.get(uri)).body)).toContain('status 500');
    await daemon.stop();
    receiver.answer = 204;
    await start({ state });
    await submit('c');
    await until('all', () => receiver.records.length >= 3);
    expect(said(receiver)).toEqual(['a', 'b', 'c']);
  });

  it('ends, is suspended, or goes on, as its policy says', async () => {
    await start();
    await daemon.send('PATCH', service, { DeliveryRetryAttempts: 0, DeliveryRetryIntervalSeconds: 1 });
    const receiver = await receive();
    receiver.answer = 302;
    const only = { MessageIds: [testMessage] };
    const ended = await subscribe(receiver, { ...only, DeliveryRetryPolicy: 'TerminateAfterRetries' });
    const held = await subscribe(receiver, { ...only, DeliveryRetryPolicy: 'SuspendRetries' });
    const patient = await subscribe(receiver, { ...only, DeliveryRetryPolicy: 'RetryForeverWithBackoff' });
    await submit('first');
    await until('the end', async () => (await daemon.get(ended)).status === 404);
    await until('the hold', async () => at((await daemon.get(held)).body, '/Status/State') === 'Disabled');
    receiver.answer = 204;
    await until('the patient one', () => receiver.records.length === 1);
    const resume = `${held}/Actions/EventDestination.ResumeSubscription`;
    expect((await daemon.send('POST', resume, {})).status).toBe(204);
    await until('the resumed one', () => receiver.records.length === 2);
    expect((await daemon.get(patient)).status).toBe(200);
    await daemon.send('POST', `${held}/Actions/EventDestination.SuspendSubscription`, {});
    await submit('second');
    await until('the patient one again', () => receiver.records.length === 3);
    expect((await daemon.send('POST', resume, { DeliverBufferedEventDuration: 'PT0S' })).status).toBe(204);
    await submit('third');
    await until('the third for both', () => said(receiver).filter((text) => text === 'third').length === 2);
    expect(said(receiver).filter((text) => text === 'second')).toHaveLength(1);
  });

  it('gets nothing while the service is switched off, and all of it afterwards', async () => {
    await start();
    const receiver = await receive();
    const uri = await subscribe(receiver, { MessageIds: [testMessage] });
    await daemon.send('POST', `${uri}/Actions/EventDestination.SuspendSubscription`, {});
    await submit('meanwhile');
    await daemon.send('PATCH', service, { ServiceEnabled: false });
    await daemon.send('POST', `${uri}/Actions/EventDestination.ResumeSubscription`, {});
    await submit('later');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(said(receiver)).toEqual([]);
    await daemon.send('PATCH', service, { ServiceEnabled: true });
    await until('both', () => receiver.records.length === 2);
    expect(said(receiver)).toEqual(['meanwhile', 'later']);
  });

  it('holds up no other when its receiver says nothing', async () => {
    await start();
    const [silent, other] = [await receive(), await receive()];
    silent.answer = null;
    await subscribe(silent);
    await subscribe(other, { MessageIds: [testMessage] });
    for (const text of ['a', 'b', 'c']) await submit(text);
    await until('all three', () => other.records.length === 3);
  });

  it('of an older client, by types of events, works', async () => {
    await start();
    const receiver = await receive();
    // What OpenStack Ironic sends.
    await subscribe(receiver, { EventTypes: ['Alert'], Context: '' });
    await daemon.send('PATCH', '/redfish/v1/Chassis/chassis', { AssetTag: 'x' });
    await submit('an alert');
    await until('the alert', () => receiver.records.length > 0);
    expect(said(receiver)).toEqual(['an alert']);
  });

  it('speaks syslog', async () => {
    await start();
    let text = '';
    const server: Server = createServer((socket: Socket) => {
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { readonly port: number };
    const body = { Destination: `syslog://127.0.0.1:${port}`, Protocol: 'SyslogTCP' };
    const answer = await daemon.send('POST', subscriptions, { ...body, MessageIds: [testMessage] });
    expect(answer.body).toMatchObject({ SubscriptionType: 'Syslog' });
    await submit('über');
    await until('the line', () => text.includes('über'));
    expect(text).toMatch(
      /^\d+ <30>1 \d{4}-\S+Z \S+ redfishd - ResourceEvent\.1\.4\.TestMessage - \ufeffüber$/,
    );
    expect(Number(text.split(' ')[0])).toBe(Buffer.byteLength(text.slice(text.indexOf(' ') + 1)));
    await new Promise((resolve) => server.close(resolve));
  });

  it.each<[object, string]>([
    [{ Protocol: 'FTP' }, 'PropertyValueNotInList'],
    ...['SNMPv1', 'SNMPv2c', 'SNMPv3'].map((Protocol): [object, string] => [
      { Protocol, Destination: 'snmp://192.0.2.1' },
      'PropertyValueNotInList',
    ]),
    [{ Destination: 'ftp://example.com/' }, 'PropertyValueFormatError'],
    [{ Destination: 'not a URI' }, 'PropertyValueFormatError'],
    [{ Destination: 'https://user:secret@example.com/' }, 'PropertyValueFormatError'],
    [{ RegistryPrefixes: ['Nothing'] }, 'PropertyValueNotInList'],
    [{ ResourceTypes: ['Nothing'] }, 'PropertyValueNotInList'],
    [{ HttpHeaders: [{ Host: 'x' }] }, 'PropertyValueError'],
    [{ HttpHeaders: [{ 'X-A': 'a\r\nX-B: b' }] }, 'PropertyValueError'],
    [{ SubscriptionType: 'Syslog' }, 'PropertyValueConflict'],
    [{ EventFormatType: 'MetricReport', IncludeOriginOfCondition: true }, 'PropertyValueConflict'],
    [{ DeliveryRetryPolicy: 'Never' }, 'PropertyValueNotInList'],
    [{ HeartbeatIntervalMinutes: 0 }, 'PropertyValueOutOfRange'],
  ])('that asks for %j is refused', async (wrong, key) => {
    await start();
    const right = { Destination: 'https://192.0.2.1/', Protocol: 'Redfish' };
    const answer = await daemon.send('POST', subscriptions, { ...right, ...wrong });
    expect([answer.status, messageKeys(answer)]).toEqual([400, [key]]);
    expect(members(await daemon.get(subscriptions))).toEqual([]);
  });

  it('may be kept to hosts that are known', async () => {
    await start({ daemon: { eventDestinations: ['192.0.2.1'] } });
    const send = (Destination: string) =>
      daemon.send('POST', subscriptions, { Destination, Protocol: 'Redfish' });
    expect((await send('https://192.0.2.2/')).status).toBe(400);
    expect((await send('https://192.0.2.1/')).status).toBe(201);
  });
});
