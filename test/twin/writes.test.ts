/** Every kind of write, what the hardware makes of it, and what the audit log says of it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DeviceError } from '../../drivers/errors.ts';
import type { GpioLine, GpioLines } from '../../drivers/gpio/lines.ts';
import { type Answer, at, type Credentials, members, messageKeys } from '../support/client.ts';
import { platformOf, sampledEvery, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { hardwareOf } from '../support/hardware.ts';
import { keyOf, logEntries } from '../support/logs.ts';
import { shows, until } from '../support/until.ts';

const system = '/redfish/v1/Systems/system';
const chassis = '/redfish/v1/Chassis/chassis';
const accountService = '/redfish/v1/AccountService';
const sessionService = '/redfish/v1/SessionService';
const password = 'Brisk-Otter-31-lantern';

describe('writes', () => {
  let daemon: TestDaemon;

  beforeAll(async () => {
    daemon = await startTestDaemon({ platform: sampledEvery(50, platformOf()), twin: { speed: 50 } });
  });
  afterAll(() => daemon.stop());

  const patch = (uri: string, body: unknown, as?: Credentials): Promise<Answer> =>
    daemon.send('PATCH', uri, body, as === undefined ? {} : { as });

  /** The last entry of the audit log about a target. */
  const audited = async (target: string) =>
    (await logEntries(daemon, 'AuditLog')).findLast(({ Message }) => Message.includes(` ${target} `));

  describe('reach what they are about', () => {
    it.each([system, chassis])('the asset tag of %s', async (uri) => {
      const tag = `Rack 7 / ${uri.length} é`;
      const answer = await patch(uri, { AssetTag: tag });
      expect([answer.status, at(answer.body, '/AssetTag')]).toEqual([200, tag]);
      const shown = await daemon.get(uri);
      expect(at(shown.body, '/AssetTag')).toBe(tag);
      expect(shown.headers.etag).toBe(answer.headers.etag);
    });

    it('nobody overwrites what he has not seen', async () => {
      const before = (await daemon.get(system)).headers.etag ?? '';
      const first = await daemon.send(
        'PATCH',
        system,
        { AssetTag: 'one' },
        { headers: { 'If-Match': before } },
      );
      expect(first.status).toBe(200);
      const second = await daemon.send(
        'PATCH',
        system,
        { AssetTag: 'two' },
        { headers: { 'If-Match': before } },
      );
      expect([second.status, messageKeys(second)]).toEqual([412, ['PreconditionFailed']]);
      expect(at((await daemon.get(system)).body, '/AssetTag')).toBe('one');
    });

    it('the boot override', async () => {
      const Boot = {
        BootSourceOverrideEnabled: 'Once',
        BootSourceOverrideTarget: 'Pxe',
        BootSourceOverrideMode: 'UEFI',
      };
      expect((await patch(system, { Boot })).body).toMatchObject({ Boot });
      expect((await daemon.get(system)).body).toMatchObject({ Boot });
      expect(daemon.board.hosts.get('system')?.boot).toMatchObject({
        enabled: 'Once',
        target: 'Pxe',
        mode: 'UEFI',
      });
      const aimless = await patch(system, { Boot: { BootSourceOverrideTarget: 'UefiTarget' } });
      expect([aimless.status, messageKeys(aimless)]).toEqual([400, ['PropertyValueConflict']]);
      expect((await daemon.get(system)).body).toMatchObject({ Boot });
    });

    it('the power restore policy', async () => {
      expect((await patch(system, { PowerRestorePolicy: 'AlwaysOn' })).body).toMatchObject({
        PowerRestorePolicy: 'AlwaysOn',
      });
      expect(daemon.board.hosts.get('system')?.restorePolicy).toBe('AlwaysOn');
    });

    it('the identify light, which blinks in the pattern of the board', async () => {
      await patch(chassis, { LocationIndicatorActive: true });
      for (const uri of [chassis, system])
        expect((await daemon.get(uri)).body).toMatchObject({
          LocationIndicatorActive: true,
          IndicatorLED: 'Blinking',
        });
      const edges = await until('two blinks', () => {
        const seen = daemon.twin.edges('IDENTIFY');
        return seen.length >= 4 && seen;
      });
      const [lit, dark, again] = edges.slice(-4);
      expect(lit?.asserted).toBe(true);
      const near = (ms: number, wanted: number) => expect(Math.abs(ms - wanted)).toBeLessThan(80);
      near((dark?.at ?? 0) - (lit?.at ?? 0), 100);
      near((again?.at ?? 0) - (dark?.at ?? 0), 900);
      await patch(system, { IndicatorLED: 'Off' });
      expect((await daemon.get(chassis)).body).toMatchObject({
        LocationIndicatorActive: false,
        IndicatorLED: 'Off',
      });
      expect(daemon.twin.edges('IDENTIFY').at(-1)?.asserted).toBe(false);
    });

    it('the duty of a fan, which then turns slower, and automatic cooling again', async () => {
      const control = `${chassis}/Controls/fan0`;
      const duty = () => daemon.twin.status().fans.map((fan) => Math.round(fan.duty));
      expect((await daemon.get(control)).body).toMatchObject({ ControlMode: 'Automatic' });
      const refused = await patch(control, { SetPoint: 40 });
      expect([refused.status, messageKeys(refused)]).toEqual([400, ['PropertyValueConflict']]);
      const answer = await patch(control, { ControlMode: 'Manual', SetPoint: 40 });
      expect(answer.body).toMatchObject({ ControlMode: 'Manual', SetPoint: 40 });
      expect(duty()).toEqual([40, 100]);
      const slow = (rpm: unknown) => Number(rpm) > 1000 && Number(rpm) < 5000;
      await shows(daemon, `${chassis}/Sensors/MB_FAN0_TACH`, '/Reading', slow);
      await shows(daemon, `${chassis}/Thermal`, '/Fans/0/Reading', slow);
      const tooLow = await patch(control, { SetPoint: 5 });
      expect([tooLow.status, messageKeys(tooLow)]).toEqual([400, ['PropertyValueOutOfRange']]);
      expect((await patch(control, { ControlMode: 'Automatic' })).body).toMatchObject({
        ControlMode: 'Automatic',
      });
      // Automatic control goes on from the higher of the two, and slows both down together.
      await until('the zone to lead', () => new Set(duty()).size === 1 && (duty()[0] ?? 0) < 100);
    });

    it('an account, from its making to its end', async () => {
      const made = await daemon.send('POST', `${accountService}/Accounts`, {
        UserName: 'ada',
        Password: password,
        RoleId: 'ReadOnly',
      });
      expect([made.status, made.headers.location]).toEqual([201, `${accountService}/Accounts/ada`]);
      expect(made.body).toMatchObject({ UserName: 'ada', Password: null, RoleId: 'ReadOnly', Enabled: true });
      const uri = String(made.headers.location);
      const ada = { user: 'ada', password };
      expect((await daemon.get(system, { as: ada })).status).toBe(200);
      expect((await patch(system, { AssetTag: 'hers' }, ada)).status).toBe(403);
      // A new role holds from the next request on.
      expect((await patch(uri, { RoleId: 'Operator' })).status).toBe(200);
      expect((await patch(system, { AssetTag: 'hers' }, ada)).status).toBe(200);
      expect((await patch(`${accountService}/Accounts/admin`, { Enabled: false }, ada)).status).toBe(403);
      // Her own password is hers to change; the old one is worth nothing from then on.
      expect((await patch(uri, { Password: `${password}-2` }, ada)).status).toBe(200);
      expect((await daemon.get(system, { as: ada })).status).toBe(401);
      const again = { user: 'ada', password: `${password}-2` };
      expect((await daemon.get(system, { as: again })).status).toBe(200);
      expect((await patch(uri, { Enabled: false })).status).toBe(200);
      expect((await daemon.get(system, { as: again })).status).toBe(401);
      expect((await daemon.send('DELETE', uri)).status).toBe(204);
      expect((await daemon.get(uri)).status).toBe(404);
    });

    it('a role of one’s own', async () => {
      const role = { RoleId: 'Watcher', AssignedPrivileges: ['Login'] };
      const made = await daemon.send('POST', `${accountService}/Roles`, role);
      expect([made.status, made.headers.location]).toEqual([201, `${accountService}/Roles/Watcher`]);
      const uri = String(made.headers.location);
      const account = { UserName: 'bob', Password: password, RoleId: 'Watcher' };
      const bob = { user: 'bob', password };
      expect((await daemon.send('POST', `${accountService}/Accounts`, account)).status).toBe(201);
      expect((await patch(system, { AssetTag: 'his' }, bob)).status).toBe(403);
      expect((await patch(uri, { AssignedPrivileges: ['Login', 'ConfigureComponents'] })).status).toBe(200);
      expect((await patch(system, { AssetTag: 'his' }, bob)).status).toBe(200);
      expect((await daemon.send('DELETE', uri)).status).toBeGreaterThanOrEqual(400);
      expect((await daemon.send('DELETE', `${accountService}/Accounts/bob`)).status).toBe(204);
      expect((await daemon.send('DELETE', uri)).status).toBe(204);
      const predefined = await daemon.send('DELETE', `${accountService}/Roles/ReadOnly`);
      expect([predefined.status, messageKeys(predefined)]).toEqual([405, ['ResourceCannotBeDeleted']]);
    });

    it('a session, which ends when its account loses its password', async () => {
      const account = { UserName: 'eve', Password: password, RoleId: 'Operator' };
      await daemon.send('POST', `${accountService}/Accounts`, account);
      const login = () =>
        daemon.send(
          'POST',
          `${sessionService}/Sessions`,
          { UserName: 'eve', Password: password },
          { as: null },
        );
      const made = await login();
      expect(made.status).toBe(201);
      const as = { token: String(made.headers['x-auth-token']) };
      const uri = String(made.headers.location);
      expect((await daemon.get(system, { as })).status).toBe(200);
      expect((await daemon.get(uri, { as })).body).toMatchObject({
        UserName: 'eve',
        ClientOriginIPAddress: '127.0.0.1',
      });
      expect(members(await daemon.get(`${sessionService}/Sessions`))).toContain(uri);
      expect(await daemon.send('DELETE', uri, undefined, { as })).toMatchObject({
        status: 200,
        body: { '@Message.ExtendedInfo': [{ MessageId: expect.stringMatching(/^Base\.[\d.]+\.Success$/) }] },
      });
      expect((await daemon.get(system, { as })).status).toBe(401);
      const other = { token: String((await login()).headers['x-auth-token']) };
      expect((await daemon.get(system, { as: other })).status).toBe(200);
      await patch(`${accountService}/Accounts/eve`, { Password: `${password}-2` });
      expect((await daemon.get(system, { as: other })).status).toBe(401);
      expect((await login()).status).toBe(401);
      await daemon.send('DELETE', `${accountService}/Accounts/eve`);
    });

    it('the time after which a session ends', async () => {
      expect((await patch(sessionService, { SessionTimeout: 1200 })).body).toMatchObject({
        SessionTimeout: 1200,
      });
      const tooShort = await patch(sessionService, { SessionTimeout: 1 });
      expect([tooShort.status, messageKeys(tooShort)]).toEqual([400, ['PropertyValueOutOfRange']]);
    });

    it('an entry of the log, and the log itself', async () => {
      daemon.twin.set('MB_INLET_TEMP', 45);
      const entry = await until('an entry', async () => (await logEntries(daemon, 'EventLog')).at(-1));
      daemon.twin.set('MB_INLET_TEMP', null);
      expect((await patch(entry['@odata.id'], { Resolved: true })).body).toMatchObject({ Resolved: true });
      expect((await daemon.send('DELETE', entry['@odata.id'])).status).toBe(204);
      expect((await daemon.get(entry['@odata.id'])).status).toBe(404);
      await shows(daemon, `${chassis}/Sensors/MB_INLET_TEMP`, '/Status/Health', 'OK');
      const log = '/redfish/v1/Managers/bmc/LogServices/EventLog';
      expect((await daemon.send('POST', `${log}/Actions/LogService.ClearLog`, {})).status).toBe(204);
      expect(await logEntries(daemon, 'EventLog')).toEqual([]);
    });
  });

  describe('are all or nothing', () => {
    it('when one of several properties is wrong', async () => {
      await patch(system, { AssetTag: 'before', PowerRestorePolicy: 'AlwaysOff' });
      const answer = await patch(system, {
        AssetTag: 'after',
        PowerRestorePolicy: 'Sometimes',
        SerialNumber: 'mine',
        Flavour: 'sweet',
      });
      expect(answer.status).toBe(400);
      expect(messageKeys(answer).sort()).toEqual([
        'PropertyNotWritable',
        'PropertyUnknown',
        'PropertyValueNotInList',
      ]);
      expect((await daemon.get(system)).body).toMatchObject({
        AssetTag: 'before',
        PowerRestorePolicy: 'AlwaysOff',
      });
    });

    it('when two accounts are made under one name at once', async () => {
      const account = { UserName: 'twin', Password: password, RoleId: 'ReadOnly' };
      const answers = await Promise.all(
        [1, 2, 3].map(() => daemon.send('POST', `${accountService}/Accounts`, account)),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      await daemon.send('DELETE', `${accountService}/Accounts/twin`);
    });
  });

  describe('are in the audit log', () => {
    it.each<[string, string, string, unknown, number, string]>([
      ['a change', 'PATCH', system, { AssetTag: 'audited' }, 200, 'ResourceChanged'],
      ['a change that is refused', 'PATCH', system, { AssetTag: 5 }, 400, 'PropertyValueTypeError'],
      [
        'an account that is made',
        'POST',
        `${accountService}/Accounts`,
        { UserName: 'zoe', Password: password, RoleId: 'ReadOnly' },
        201,
        'ResourceCreated',
      ],
      [
        'an account that is refused',
        'POST',
        `${accountService}/Accounts`,
        { UserName: 'amy', Password: 'short', RoleId: 'ReadOnly' },
        400,
        'PasswordIncorrectLength',
      ],
      [
        'an account that is removed',
        'DELETE',
        `${accountService}/Accounts/zoe`,
        undefined,
        204,
        'ResourceRemoved',
      ],
      [
        'an account that is not there',
        'DELETE',
        `${accountService}/Accounts/zoe`,
        undefined,
        404,
        'ResourceMissingAtURI',
      ],
      [
        'an action',
        'POST',
        '/redfish/v1/Managers/bmc/LogServices/EventLog/Actions/LogService.ClearLog',
        {},
        204,
        'Success',
      ],
      [
        'an action that is refused',
        'POST',
        `${system}/Actions/ComputerSystem.Reset`,
        { ResetType: 'Explode' },
        400,
        'ActionParameterValueNotInList',
      ],
      ['a method that does not go there', 'PUT', chassis, {}, 405, 'OperationNotAllowed'],
    ])('%s', async (_what, method, uri, body, status, key) => {
      const answer = await daemon.send(method, uri, body);
      expect(answer.status).toBe(status);
      const target = uri.replace(/\/Actions\/.*/, '');
      const entry = await until('the audit entry', () => audited(target));
      expect(entry).toMatchObject({
        Username: 'admin',
        OriginAddress: 'https://127.0.0.1',
        Severity: status < 400 ? 'OK' : 'Warning',
      });
      expect(entry.Message).toContain(
        `by admin from 127.0.0.1: ${status < 400 ? 'done' : 'refused'}, status ${status}`,
      );
      expect(keyOf(entry)).toBe(key);
    });

    it('who was not let in', async () => {
      const as = { user: 'admin', password: 'wrong-wrong-wrong' };
      expect((await daemon.send('PATCH', system, { AssetTag: 'x' }, { as })).status).toBe(401);
      const wrong = await until('the failed login', async () =>
        (await logEntries(daemon, 'AuditLog')).findLast((entry) => keyOf(entry) === 'InvalidCredentials'),
      );
      expect(wrong).toMatchObject({ Username: 'admin', OriginAddress: 'https://127.0.0.1' });
      expect((await daemon.send('PATCH', system, { AssetTag: 'x' }, { as: null })).status).toBe(401);
      const anonymous = await until('the refusal', () => audited(system));
      expect(anonymous.Message).toContain('by nobody from 127.0.0.1: refused, status 401');
    });

    it('never with a secret', async () => {
      const login = { UserName: 'admin', Password: 'not-the-right-one-either' };
      await daemon.send('POST', `${sessionService}/Sessions`, login, { as: null });
      await patch(`${accountService}/Accounts/admin`, { Password: 12_345_678_901 });
      const said = [
        ...daemon.log,
        ...(await logEntries(daemon, 'AuditLog')).map((entry) => JSON.stringify(entry)),
      ];
      for (const secret of ['Quaint-Marmot', password, 'not-the-right-one', '12345678901'])
        expect(said.filter((line) => line.includes(secret))).toEqual([]);
    });
  });
});

describe('a device that refuses in the middle', () => {
  let daemon: TestDaemon;
  afterEach(() => daemon.stop());

  it('leaves the asset tag as it was when the light cannot be lit', async () => {
    const broken = { is: false };
    daemon = await startTestDaemon({
      hardware: (twin) => ({ ...hardwareOf(twin), gpio: failingLine(twin.gpio, 'SERVER_POWER_LED', broken) }),
    });
    await daemon.send('PATCH', chassis, { AssetTag: 'before' });
    const etag = (await daemon.get(chassis)).headers.etag;
    broken.is = true;
    const answer = await daemon.send('PATCH', chassis, { AssetTag: 'after', LocationIndicatorActive: true });
    expect([answer.status, messageKeys(answer)]).toEqual([502, ['PropertyNotUpdated']]);
    const shown = await daemon.get(chassis);
    expect(shown.body).toMatchObject({ AssetTag: 'before', LocationIndicatorActive: false });
    expect(shown.headers.etag).toBe(etag);
    const entry = await until('the audit entry', async () => (await logEntries(daemon, 'AuditLog')).at(-1));
    expect(entry.Message).toContain('refused, status 502');
  });

  it('leaves cooling automatic when a fan cannot be driven', async () => {
    const broken = { is: false };
    daemon = await startTestDaemon({
      hardware: (twin) => ({
        ...hardwareOf(twin),
        hwmon: {
          ...twin.hwmon,
          setDuty: async (pwm, percent) => {
            if (broken.is && percent < 100)
              throw new DeviceError('no-answer', `pwm${pwm}`, 'cannot be written');
            await twin.hwmon.setDuty(pwm, percent);
          },
        },
      }),
    });
    const control = `${chassis}/Controls/fan0`;
    await daemon.send('PATCH', `${chassis}/ThermalSubsystem`, { FansFullSpeedOverrideEnable: true });
    await until(
      'the fans to be driven',
      async () => at((await daemon.get(control)).body, '/SetPoint') === 100,
    );
    await daemon.send('PATCH', `${chassis}/ThermalSubsystem`, { FansFullSpeedOverrideEnable: false });
    broken.is = true;
    const answer = await daemon.send('PATCH', control, { ControlMode: 'Manual', SetPoint: 40 });
    expect([answer.status, messageKeys(answer)]).toEqual([502, ['PropertyNotUpdated', 'PropertyNotUpdated']]);
    expect((await daemon.get(control)).body).toMatchObject({ ControlMode: 'Automatic', SetPoint: 100 });
    expect(daemon.twin.status().fans.map(({ duty }) => duty)).toEqual([100, 100]);
  });

  /** The lines, one of which fails when it is driven while `broken`. */
  const failingLine = (lines: GpioLines, name: string, broken: { readonly is: boolean }): GpioLines => ({
    ...lines,
    request: async (request) => {
      const line = await lines.request(request);
      if (request.line !== name) return line;
      const failing: GpioLine = {
        ...line,
        set(value) {
          if (broken.is && value) throw new DeviceError('no-answer', name, 'cannot be driven');
          line.set(value);
        },
      };
      return failing;
    },
  });
});
