/** Thresholds of a sensor that a client changes: at once, for good, in order, and back to those of the descriptor. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { at, messageKeys } from '../../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../../support/daemon.ts';

const state = mkdtempSync(join(tmpdir(), 'redfishd-thresholds-'));
let daemon: TestDaemon;
let uri: string;
beforeAll(async () => {
  daemon = await startTestDaemon({ state, shared: true });
  uri = `/redfish/v1/Chassis/${daemon.board.sensors.get('MB_INLET_TEMP')?.chassis}/Sensors/MB_INLET_TEMP`;
});
afterAll(async () => {
  await daemon.stop();
  rmSync(state, { recursive: true });
});

const thresholds = async () => at((await daemon.get(uri)).body, '/Thresholds') as Record<string, unknown>;
const patch = (Thresholds: unknown) => daemon.send('PATCH', uri, { Thresholds });

it('are set and switched off, name what can be written, and last', async () => {
  const before = await thresholds();
  expect(before).toMatchObject({ '@Redfish.WriteableProperties': expect.arrayContaining(['LowerFatal']) });
  const answer = await patch({ UpperCaution: { Reading: 33 }, LowerFatal: { Reading: -40 } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expect(await thresholds()).toMatchObject({
    UpperCaution: { Reading: 33, Activation: 'Increasing' },
    LowerFatal: { Reading: -40, Activation: 'Decreasing' },
  });
  await patch({ LowerFatal: { Reading: null } });
  expect(await thresholds()).not.toHaveProperty('LowerFatal');
  await daemon.stop();
  daemon = await startTestDaemon({ state, shared: true });
  expect(await thresholds()).toMatchObject({ UpperCaution: { Reading: 33 } });
  expect((await daemon.send('POST', `${uri}/Actions/Sensor.ResetToDefaults`, {})).status).toBe(204);
  expect(await thresholds()).toEqual(before);
});

it.each([
  ['above the next one', { UpperCaution: { Reading: 1000 } }, ['PropertyValueConflict']],
  ['below one before', { UpperFatal: { Reading: -100 } }, ['PropertyValueConflict']],
  ['no number', { UpperCaution: { Reading: 'hot' } }, ['PropertyValueTypeError']],
  ['a time that the board does not keep', { UpperCaution: { DwellTime: 'PT1S' } }, ['PropertyUnknown']],
])('that are %s change nothing', async (_, body, keys) => {
  const before = await thresholds();
  const answer = await patch(body);
  expect([answer.status, messageKeys(answer)]).toEqual([400, keys]);
  expect(await thresholds()).toEqual(before);
});

it('of infinity are none', async () => {
  const answer = await daemon.send('PATCH', uri, '{"Thresholds":{"UpperFatal":{"Reading":1e400}}}');
  expect(answer.status).toBe(400);
  expect(await thresholds()).not.toHaveProperty('UpperFatal');
});

it('need ConfigureComponents', async () => {
  await daemon.accounts.create({ userName: 'reader', password: 'Quaint-Marmot-57', roleId: 'ReadOnly' });
  const as = { user: 'reader', password: 'Quaint-Marmot-57' };
  const answer = await daemon.send('PATCH', uri, { Thresholds: { UpperCaution: { Reading: 33 } } }, { as });
  expect(answer.status).toBe(403);
});
