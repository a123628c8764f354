/** What a client sets on the manager: its clock, its zone, its name for the operator. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, messageKeys } from '../../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../../support/daemon.ts';

const manager = '/redfish/v1/Managers/bmc';
const state = mkdtempSync(join(tmpdir(), 'redfishd-manager-'));
let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon({ state, shared: true });
});
afterAll(async () => {
  await daemon.stop();
  rmSync(state, { recursive: true });
});

const patch = (body: unknown) => daemon.send('PATCH', manager, body);
const read = async (pointer: string) => at((await daemon.get(manager)).body, pointer);
const withTimeServer = (ProtocolEnabled: boolean) =>
  daemon.send('PATCH', `${manager}/NetworkProtocol`, { NTP: { ProtocolEnabled } });

describe('the clock', () => {
  it('is not set beside a time server, and the answer names what stands against it', async () => {
    await withTimeServer(true);
    const answer = await patch({ DateTime: '2027-03-01T12:00:00Z' });
    expect([answer.status, messageKeys(answer)]).toEqual([400, ['PropertyValueResourceConflict']]);
    expect(JSON.stringify(answer.body)).toContain(`${manager}/NetworkProtocol`);
  });

  it('is set without one, also in another zone, and records have the new time', async () => {
    expect((await withTimeServer(false)).status).toBeLessThan(300);
    expect((await patch({ DateTime: '2031-03-01T12:00:00+02:00' })).status).toBe(200);
    expect(await read('/DateTime')).toMatch(/^2031-03-01T10:00:0\dZ$/);
    const entries = await daemon.get(`${manager}/LogServices/AuditLog/Entries`);
    expect(JSON.stringify(entries.body)).toContain('2031-03-01T10:00');
  });

  it.each([
    ['a time before there was such a board', { DateTime: '1999-12-31T23:59:59Z' }, 'PropertyValueOutOfRange'],
    ['no time at all', { DateTime: 'tomorrow' }, 'PropertyValueFormatError'],
    ['a zone of nowhere', { TimeZoneName: 'Mars/Olympus' }, 'PropertyValueNotInList'],
    ['an offset that no zone always has', { DateTimeLocalOffset: '+05:30' }, 'PropertyValueNotInList'],
    [
      'two zones at once',
      { DateTimeLocalOffset: '+02:00', TimeZoneName: 'Europe/Rome' },
      'PropertyValueConflict',
    ],
  ])('refuses %s and stays as it is', async (_, body, key) => {
    const before = await read('/TimeZoneName');
    const answer = await patch(body);
    expect([answer.status, messageKeys(answer)]).toEqual([400, [key]]);
    expect(await read('/TimeZoneName')).toBe(before);
  });

  it('has a zone by name or by offset, over a restart of the daemon', async () => {
    expect((await patch({ DateTimeLocalOffset: '-03:00' })).status).toBe(200);
    expect(await read('/TimeZoneName')).toBe('Etc/GMT+3');
    await patch({ DateTime: '2031-07-01T00:00:00Z', TimeZoneName: 'Europe/Rome' });
    expect(await read('/DateTimeLocalOffset')).toBe('+02:00');
    await daemon.stop();
    daemon = await startTestDaemon({ state, shared: true });
    expect(await read('/TimeZoneName')).toBe('Europe/Rome');
    expect(await read('/DateTime')).toMatch(/^2031-07-01T00:0/);
    expect(at((await daemon.get(`${manager}/LogServices/EventLog`)).body, '/DateTimeLocalOffset')).toBe(
      '+02:00',
    );
  });
});

it('the operator gives the service a name, which anybody sees at its root', async () => {
  expect((await patch({ ServiceIdentification: 'rack 7, left' })).status).toBe(200);
  const root = await daemon.get('/redfish/v1', { as: null });
  expect(at(root.body, '/ServiceIdentification')).toBe('rack 7, left');
  const answer = await patch({ ServiceIdentification: 'x'.repeat(257) });
  expect([answer.status, messageKeys(answer)]).toEqual([400, ['StringValueTooLong']]);
  expect(await read('/ServiceIdentification')).toBe('rack 7, left');
});
