/** Fan control over Redfish: what is shown of zones and loops, what may be written, and what that does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, members, messageKeys } from '../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { shows, until } from '../support/until.ts';

const chassis = '/redfish/v1/Chassis/chassis';
const zone = `${chassis}/Controls/air`;
const loop = `${chassis}/Controls/air.cpu`;
const isNumber = (value: unknown) => typeof value === 'number';

describe('fan control', () => {
  let daemon: TestDaemon;
  beforeAll(async () => {
    daemon = await startTestDaemon({
      platform: 'platform/tiogapass.yaml',
      twin: { speed: 50 },
      shared: true,
    });
    await (await daemon.board.reset('system', 'On')).done;
    await shows(daemon, loop, '/Status/State', 'Enabled');
  });
  afterAll(() => daemon.stop());

  const duties = () => daemon.twin.status().fans.map(({ duty }) => Math.round(duty));

  it('shows a zone with its leader, its loops and its fans', async () => {
    const { body } = await daemon.get(zone);
    expect(body).toMatchObject({
      ControlType: 'Percent',
      ControlMode: 'Automatic',
      SetPointUnits: '%',
      AllowableMin: 10,
      Implementation: 'Programmable',
    });
    expect(at(body, '/SetPoint')).toSatisfy(isNumber);
    const related = (at(body, '/RelatedItem') as object[]).map((each) => at(each, '/@odata.id'));
    expect(related).toContain(loop);
    expect(related).toContain(`${chassis}/ThermalSubsystem/Fans/fan0`);
    const listed = members(await daemon.get(`${chassis}/Controls`));
    expect(listed).toEqual(expect.arrayContaining([zone, loop, `${chassis}/Controls/fan0`]));
  });

  it('shows a loop with its set point, its gains and its sensors', async () => {
    expect((await daemon.get(loop)).body).toMatchObject({
      ControlType: 'Temperature',
      SetPointType: 'Single',
      SetPoint: -11,
      DefaultSetPoint: -11,
      SetPointUnits: 'Cel',
      ControlLoop: { Proportional: 4, Integral: 0.15 },
    });
    expect((await daemon.get(`${chassis}/Controls/air.inlet`)).body).toMatchObject({
      SetPointType: 'Monitor',
    });
  });

  it('takes a set point and gains, and returns to the descriptor', async () => {
    const written = await daemon.send('PATCH', loop, { SetPoint: -20, ControlLoop: { Proportional: 5 } });
    expect(written.status).toBe(200);
    expect(written.body).toMatchObject({ SetPoint: -20, ControlLoop: { Proportional: 5, Integral: 0.15 } });
    for (const wrong of [{ ControlLoop: { Integral: -1 } }, { SetPoint: null }, { ControlMode: 'Manual' }])
      expect((await daemon.send('PATCH', loop, wrong)).status).toBe(400);
    const monitor = await daemon.send('PATCH', `${chassis}/Controls/air.inlet`, { SetPoint: 30 });
    expect([monitor.status, messageKeys(monitor)]).toEqual([405, ['OperationNotAllowed']]);
    const reset = await daemon.send('POST', `${loop}/Actions/Control.ResetToDefaults`, {});
    expect(reset.status).toBeLessThan(300);
    expect((await daemon.get(loop)).body).toMatchObject({ SetPoint: -11, ControlLoop: { Proportional: 4 } });
  });

  it('keeps its ETag while only the duty moves, and moves it with a setting', async () => {
    const tag = async () => (await daemon.get(loop)).headers.etag;
    const before = await tag();
    daemon.twin.setLoad('system', 0.6);
    await until('another demand', async () => (await daemon.get(loop)).headers.etag !== undefined);
    expect(await tag()).toBe(before);
    await daemon.send('PATCH', loop, { SetPoint: -12 });
    expect(await tag()).not.toBe(before);
    await daemon.send('POST', `${loop}/Actions/Control.ResetToDefaults`, {});
  });

  it('takes a floor for a zone', async () => {
    const refused = await daemon.send('PATCH', zone, { SetPoint: 60 });
    expect(messageKeys(refused)).toEqual(['PropertyValueConflict']);
    const answer = await daemon.send('PATCH', zone, { ControlMode: 'Override', SetPoint: 96 });
    expect(answer.body).toMatchObject({ ControlMode: 'Override', SetPoint: 96 });
    await until('the floor', () => duties().every((duty) => duty >= 96));
    expect((await daemon.send('PATCH', zone, { SetPoint: 101 })).status).toBe(400);
    const back = await daemon.send('PATCH', zone, { ControlMode: 'Automatic' });
    expect(back.body).toMatchObject({ ControlMode: 'Automatic' });
  });

  it('takes a duty for a zone in manual mode', async () => {
    const answer = await daemon.send('PATCH', zone, { ControlMode: 'Manual', SetPoint: 97 });
    expect(answer.body).toMatchObject({ ControlMode: 'Manual', SetPoint: 97 });
    expect(duties()).toEqual([97, 97]);
    await daemon.send('PATCH', zone, { ControlMode: 'Automatic' });
    expect((await daemon.get(`${chassis}/Controls/fan0`)).body).toMatchObject({ ControlMode: 'Automatic' });
  });

  it('drives all fans at full speed on request', async () => {
    const subsystem = `${chassis}/ThermalSubsystem`;
    expect((await daemon.get(subsystem)).body).toMatchObject({ FansFullSpeedOverrideEnable: false });
    const answer = await daemon.send('PATCH', subsystem, { FansFullSpeedOverrideEnable: true });
    expect(answer.body).toMatchObject({ FansFullSpeedOverrideEnable: true });
    expect(duties()).toEqual([100, 100]);
    await daemon.send('PATCH', subsystem, { FansFullSpeedOverrideEnable: false });
    expect((await daemon.send('PATCH', subsystem, { FansFullSpeedOverrideEnable: null })).status).toBe(400);
  });

  it('shows a failed fan in the redundancy, and tells it', async () => {
    const subsystem = `${chassis}/ThermalSubsystem`;
    expect(at((await daemon.get(subsystem)).body, '/FanRedundancy/0')).toMatchObject({
      RedundancyType: 'NPlusM',
      MinNeededInGroup: 1,
      Status: { Health: 'OK' },
    });
    const fault = daemon.twin.inject({ kind: 'deadFan', fan: 'fan1' });
    await shows(daemon, subsystem, '/FanRedundancy/0/Status/Health', 'Warning');
    await shows(daemon, zone, '/Status/Health', 'Warning');
    await until('full speed', () => duties().every((duty) => duty === 100));
    daemon.twin.clear(fault);
  });

  it('is in the metrics', async () => {
    const { text } = await daemon.get('/metrics');
    for (const name of ['zone_demand_ratio', 'loop_demand_ratio', 'loop_fail_safe'])
      expect(text).toContain(`redfishd_${name}{`);
  });
});
