/** TelemetryService of a running daemon: definitions, reports and triggers, made, changed and removed by a client. */
import type { ValidateFunction } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportResource } from '../../../src/redfish/resources/telemetry/metric-reports.ts';
import { at, members, messageKeys, testPassword, testUser } from '../../support/client.ts';
import { platformOf, sampledEvery, startTestDaemon, type TestDaemon } from '../../support/daemon.ts';
import { openStream, startReceiver } from '../../support/events.ts';
import { shows, until } from '../../support/until.ts';
import { hasRedfishFolder, jsonSchema } from '../redfish/support.ts';
import { temporary } from '../store/support.ts';

const service = '/redfish/v1/TelemetryService';
const definitions = `${service}/MetricReportDefinitions`;
const reports = `${service}/MetricReports`;
const triggers = `${service}/Triggers`;
const platform = sampledEvery(100, platformOf());

let daemon: TestDaemon;
let sensors: string;
let validate: ValidateFunction | undefined;
/** Every report that was sent, as subscribers get it. */
const sent: unknown[] = [];

beforeAll(async () => {
  daemon = await startTestDaemon({ platform, twin: { speed: 50 } });
  daemon.daemon.telemetry.onReport((report) => sent.push(reportResource(report)));
  const sensor = daemon.board.sensors.get('MB_INLET_TEMP');
  sensors = `/redfish/v1/Chassis/${sensor?.chassis}/Sensors`;
  if (hasRedfishFolder) validate = await jsonSchema('MetricReport.v1_5_2.json');
  else process.stderr.write('SKIPPED: no shared/redfish, so no report is held to its schema\n');
});
afterAll(() => daemon.stop());

/** @throws Error with what DMTF's schema says against it */
function expectValid(report: unknown): void {
  if (validate?.(report) === false) throw new Error(JSON.stringify([validate.errors, report]));
}

const inlet = () => `${sensors}/MB_INLET_TEMP#/Reading`;
const valuesOf = (body: unknown) =>
  (at(body, '/MetricValues') ?? []) as readonly {
    MetricValue: string | null;
    MetricProperty: string;
    MetricId?: string;
  }[];

describe('what every board has', () => {
  it('is a definition of each metric, and reports of power, temperatures, fans and voltages', async () => {
    const metrics = members(await daemon.get(`${service}/MetricDefinitions`));
    for (const id of daemon.board.sensors.keys())
      expect(metrics).toContain(`${service}/MetricDefinitions/${id}`);
    expect(
      at((await daemon.get(`${service}/MetricDefinitions/MB_INLET_TEMP`)).body, '/MetricProperties/0'),
    ).toBe(inlet());
    const shown = members(await daemon.get(definitions)).map((uri) => uri.split('/').at(-1));
    expect(shown).toEqual(
      expect.arrayContaining(['PowerMetrics', 'TemperatureMetrics', 'FanMetrics', 'PowerHistory']),
    );
    const { body } = await until('a report of temperatures', async () => {
      const answer = await daemon.get(`${reports}/TemperatureMetrics`);
      return answer.status === 200 && answer;
    });
    expectValid(body);
    const temperatures = [...daemon.board.sensors.values()].filter(
      ({ quantity }) => quantity === 'Temperature',
    );
    expect(valuesOf(body).map((each) => each.MetricId)).toEqual(temperatures.map(({ id }) => id));
    // What could not be read when the report was made has no number in it.
    for (const uri of members(await daemon.get(reports))) expectValid((await daemon.get(uri)).body);
  });

  it('can be removed for good, and be put back', async () => {
    const state = temporary();
    const own = await startTestDaemon({ platform, state });
    const uri = `${definitions}/FanMetrics`;
    expect((await own.send('DELETE', uri)).status).toBe(204);
    await own.stop();
    const again = await startTestDaemon({ platform, state });
    expect((await again.get(uri)).status).toBe(404);
    const reset = `${service}/Actions/TelemetryService.ResetMetricReportDefinitionsToDefaults`;
    expect((await again.send('POST', reset, {})).status).toBe(204);
    expect(at((await again.get(uri)).body, '/Name')).toBe('Fan speeds');
  });

  it('takes a sensor, or its reading as a step of the path, for the reading', async () => {
    const [plain] = inlet().split('#');
    const made = await daemon.send('POST', definitions, {
      Id: 'Forms',
      MetricReportDefinitionType: 'OnRequest',
      MetricProperties: [plain, `${plain}/Reading`, `${sensors}/{Any}`],
      Wildcards: [{ Name: 'Any', Values: ['MB_INLET_TEMP'] }],
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(at((await daemon.get(`${definitions}/Forms`)).body, '/MetricProperties/1')).toBe(
      `${plain}/Reading`,
    );
    const { body } = await daemon.get(`${reports}/Forms`);
    expect(valuesOf(body).map(({ MetricProperty }) => MetricProperty)).toEqual([inlet(), inlet(), inlet()]);
    await daemon.send('DELETE', `${definitions}/Forms`);
  });

  it('can be switched off, and be put back as it was', async () => {
    const uri = `${definitions}/FanMetrics`;
    await daemon.send('PATCH', uri, { MetricReportDefinitionEnabled: false });
    expect(at((await daemon.get(uri)).body, '/Status/State')).toBe('Disabled');
    const reset = `${service}/Actions/TelemetryService.ResetMetricReportDefinitionsToDefaults`;
    expect((await daemon.send('POST', reset, {})).status).toBe(204);
    expect(at((await daemon.get(uri)).body, '/Status/State')).toBe('Enabled');
  });
});

describe('a definition of a client', () => {
  it('makes reports, is changed, is there after a restart, and goes with its report', async () => {
    const state = temporary();
    let own = await startTestDaemon({ state, platform, twin: { speed: 50 } });
    try {
      const made = await own.send('POST', definitions, {
        ...{ Id: 'Rack', Name: 'For the rack', MetricReportDefinitionType: 'Periodic' },
        Schedule: { RecurrenceInterval: 'PT1S' },
        Wildcards: [
          { Name: 'Chassis', Values: ['*'] },
          { Name: 'Sensor', Values: ['MB_INLET_TEMP', 'MB_OUTLET_TEMP'] },
        ],
        MetricProperties: [
          '/redfish/v1/Chassis/{Chassis}/Sensors/{Sensor}#/Reading',
          '/redfish/v1/Systems/system#/PowerState',
        ],
        Metrics: [
          {
            MetricId: 'MB_INLET_TEMP',
            CollectionFunction: 'Maximum',
            CollectionDuration: 'PT30S',
            CollectionTimeScope: 'Interval',
          },
        ],
      });
      expect([made.status, made.headers.location]).toEqual([201, `${definitions}/Rack`]);
      const body = await shows(
        own,
        `${reports}/Rack`,
        '/MetricValues/0/MetricValue',
        (value: unknown) => Number(value) > 0,
      );
      expectValid(body);
      expect(valuesOf(body).map(({ MetricProperty }) => MetricProperty.split('/').at(-2) ?? '')).toEqual([
        ...['MB_INLET_TEMP#', 'MB_OUTLET_TEMP#', 'system#', 'MB_INLET_TEMP#'],
      ]);
      expect(valuesOf(body)[2]?.MetricValue).toMatch(/On|Off/);
      const patch = {
        MetricProperties: [inlet()],
        Metrics: [null],
        Wildcards: null,
        Schedule: { RecurrenceInterval: 'PT2S' },
      };
      expect(
        (await own.send('PATCH', `${definitions}/Rack`, { ...patch, Wildcards: [null, null] })).status,
      ).toBe(200);
      await own.stop();
      own = await startTestDaemon({ state, platform, twin: { speed: 50 } });
      const again = (await own.get(`${definitions}/Rack`)).body;
      expect([at(again, '/MetricProperties'), at(again, '/Metrics'), at(again, '/Schedule')]).toEqual([
        ...[[inlet()], [], { RecurrenceInterval: 'PT2S' }],
      ]);
      await shows(
        own,
        `${reports}/Rack`,
        '/MetricValues',
        (value: unknown) => (value as unknown[])?.length === 1,
      );
      expect((await own.send('DELETE', `${definitions}/Rack`)).status).toBe(204);
      expect((await own.get(`${definitions}/Rack`)).status).toBe(404);
      expect((await own.get(`${reports}/Rack`)).status).toBe(404);
    } finally {
      await own.stop();
    }
  });

  it('sends reports to subscribers, each as its schema wants it, and its ETag stays while readings move', async () => {
    await daemon.send('POST', definitions, {
      ...{
        Id: 'Sent',
        MetricReportDefinitionType: 'OnChange',
        ReportActions: ['RedfishEvent', 'LogToMetricReportsCollection'],
      },
      MetricProperties: [inlet()],
    });
    await until('a report to be sent', () => sent.some((each) => at(each, '/Id') === 'Sent'));
    const before = await daemon.get(`${reports}/Sent`);
    const definition = await daemon.get(`${definitions}/Sent`);
    daemon.twin.set('MB_INLET_TEMP', 33);
    await shows(
      daemon,
      `${reports}/Sent`,
      '/MetricValues/0/MetricValue',
      (value: unknown) => Math.abs(Number(value) - 33) < 1,
    );
    expect((await daemon.get(`${reports}/Sent`)).headers.etag).toBe(before.headers.etag);
    expect((await daemon.get(`${definitions}/Sent`)).headers.etag).toBe(definition.headers.etag);
    for (const each of sent) expectValid(each);
    await daemon.send('DELETE', `${definitions}/Sent`);
  });

  it('is told of on the stream of events, and to whoever subscribes to its reports', async () => {
    const stream = await openStream(daemon.url);
    const receiver = await startReceiver();
    await daemon.send('POST', '/redfish/v1/EventService/Subscriptions', {
      ...{
        Destination: receiver.url,
        Protocol: 'Redfish',
        Context: 'rack 7',
        EventFormatType: 'MetricReport',
      },
      MetricReportDefinitions: [{ '@odata.id': `${definitions}/Streamed` }],
    });
    await daemon.send('POST', definitions, {
      ...{ Id: 'Streamed', MetricReportDefinitionType: 'Periodic', Schedule: { RecurrenceInterval: 'PT1S' } },
      ...{ ReportActions: ['RedfishEvent'], MetricProperties: [inlet()] },
    });
    const isReport = (payload: unknown) => at(payload, '/Id') === 'Streamed';
    const streamed = await until('a report on the stream', () => stream.payloads.find(isReport));
    const posted = await until('a report to the subscriber', () => receiver.payloads.find(isReport));
    expectValid(streamed);
    expectValid(posted);
    expect([at(streamed, '/@odata.type'), at(posted, '/Context')]).toEqual([
      ...['#MetricReport.v1_5_2.MetricReport', 'rack 7'],
    ]);
    await daemon.send('DELETE', `${definitions}/Streamed`);
    stream.close();
    await receiver.close();
  });

  it('reads excerpts by the history of their sensor, and the past when it is asked to', async () => {
    const chassis = sensors.replace('/Sensors', '');
    await daemon.send('POST', definitions, {
      ...{ Id: 'Past', MetricReportDefinitionType: 'OnRequest', ReportTimespan: 'PT1M' },
      Metrics: [
        {
          MetricProperties: [`${chassis}/EnvironmentMetrics#/TemperatureCelsius/Reading`],
          CollectionFunction: 'Average',
          CollectionDuration: 'PT1S',
        },
      ],
    });
    const body = await shows(
      daemon,
      `${reports}/Past`,
      '/MetricValues/1/MetricValue',
      (value: unknown) => Number(value) > 0,
    );
    expectValid(body);
    expect(valuesOf(body)[0]?.MetricId).toBe('MB_INLET_TEMP');
  });

  const base = { MetricReportDefinitionType: 'OnRequest' };
  const wrong: readonly (readonly [string, object, string])[] = [
    ['has no interval', { MetricReportDefinitionType: 'Periodic' }, 'PropertyMissing'],
    [
      'is too quick',
      { MetricReportDefinitionType: 'Periodic', Schedule: { RecurrenceInterval: 'PT0.1S' } },
      'PropertyValueOutOfRange',
    ],
    [
      'has a schedule that is not followed',
      { ...base, Schedule: { EnabledDaysOfMonth: [1] } },
      'PropertyUnknown',
    ],
    [
      'names what there is not',
      { ...base, MetricProperties: ['/redfish/v1/Chassis/none#/PowerState'] },
      'PropertyValueIncorrect',
    ],
    [
      'names a whole object',
      { ...base, MetricProperties: ['/redfish/v1/Systems/system#/Status'] },
      'PropertyValueIncorrect',
    ],
    [
      'names what is not for everybody',
      { ...base, MetricProperties: ['/redfish/v1/AccountService/Accounts/1#/UserName'] },
      'PropertyValueIncorrect',
    ],
    [
      'climbs out',
      { ...base, MetricProperties: ['/redfish/v1/Systems/../AccountService#/MinPasswordLength'] },
      'PropertyValueIncorrect',
    ],
    [
      'lacks a wildcard',
      { ...base, MetricProperties: ['/redfish/v1/Chassis/{C}#/PowerState'] },
      'PropertyValueIncorrect',
    ],
    [
      'calculates without a time',
      { ...base, Metrics: [{ MetricId: 'MB_INLET_TEMP', CollectionFunction: 'Average' }] },
      'PropertyMissing',
    ],
    [
      'calculates over too long',
      {
        ...base,
        Metrics: [{ MetricId: 'MB_INLET_TEMP', CollectionFunction: 'Average', CollectionDuration: 'P9D' }],
      },
      'PropertyValueOutOfRange',
    ],
    [
      'calculates a state',
      {
        ...base,
        Metrics: [
          { MetricId: 'system.PowerState', CollectionFunction: 'Average', CollectionDuration: 'PT1M' },
        ],
      },
      'PropertyValueConflict',
    ],
    ['has an id that is none', { ...base, Id: 'a/b' }, 'PropertyValueFormatError'],
    ['has a taken id', { ...base, Id: 'PowerMetrics' }, 'ResourceAlreadyExists'],
    ['writes what is read-only', { ...base, AppendLimit: 5 }, 'PropertyNotWritable'],
  ];
  it.each(wrong)('that %s is refused', async (_, body, key) => {
    const answer = await daemon.send('POST', definitions, body);
    expect(messageKeys(answer)).toContain(key);
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });

  it('is bounded in number, and only for those who configure the manager', async () => {
    const account = { UserName: 'reader', Password: 'Fathom-Ibex-93-lantern', RoleId: 'Operator' };
    await daemon.send('POST', '/redfish/v1/AccountService/Accounts', account);
    const as = { user: account.UserName, password: account.Password };
    expect((await daemon.send('POST', definitions, base, { as })).status).toBe(403);
    expect((await daemon.get(definitions, { as })).status).toBe(200);
    let last = 201;
    for (let made = 0; made < 40 && last === 201; made++)
      last = (await daemon.send('POST', definitions, base)).status;
    expect(last).toBe(503);
    await daemon.send(
      'POST',
      `${service}/Actions/TelemetryService.ResetMetricReportDefinitionsToDefaults`,
      {},
    );
  });
});

describe('a trigger', () => {
  it('logs what met it and that it is over, and has reports made', async () => {
    await daemon.send('POST', definitions, {
      ...{ Id: 'OnTrigger', MetricReportDefinitionType: 'Periodic', Schedule: { RecurrenceInterval: 'P1D' } },
      ...{ ReportActions: ['RedfishEvent'], MetricProperties: [inlet()] },
    });
    const made = await daemon.send('POST', triggers, {
      ...{ Id: 'Hot', MetricType: 'Numeric', TriggerActions: ['LogToLogService', 'RedfishMetricReport'] },
      MetricProperties: [`${sensors}/{Any}#/Reading`],
      Wildcards: [{ Name: 'Any', Values: ['MB_INLET_TEMP'] }],
      NumericThresholds: { UpperWarning: { Reading: 36, Activation: 'Increasing', DwellTime: 'PT0S' } },
      Links: { MetricReportDefinitions: [{ '@odata.id': `${definitions}/OnTrigger` }] },
    });
    expect(made.status).toBe(201);
    expect(at((await daemon.get(`${definitions}/OnTrigger`)).body, '/Links/Triggers/0/@odata.id')).toBe(
      `${triggers}/Hot`,
    );
    await until('the first report', () => sent.some((each) => at(each, '/Id') === 'OnTrigger'));
    const before = sent.length;
    daemon.twin.set('MB_INLET_TEMP', 37);
    const log = '/redfish/v1/Managers/bmc/LogServices/EventLog/Entries';
    const entry = async (key: string) => {
      const filter = encodeURIComponent(`MessageId eq 'Telemetry.1.1.${key}'`);
      return at((await daemon.get(`${log}?$filter=${filter}`)).body, '/Members/0');
    };
    const raised = await until('the log entry', () => entry('TriggerNumericAboveUpperWarning'));
    expect(at(raised, '/Severity')).toBe('Warning');
    expect(at(raised, '/Message')).toMatch(
      /^The metric 'MB_INLET_TEMP' reads 3\d.*, above 36, the upper warning threshold of the trigger 'Hot'\.$/,
    );
    expect(at(raised, '/Links/OriginOfCondition/@odata.id')).toBe(`${sensors}/MB_INLET_TEMP`);
    await until('a report because of it', () =>
      sent.slice(before).some((each) => at(each, '/Id') === 'OnTrigger'),
    );
    daemon.twin.set('MB_INLET_TEMP', 30);
    await until('the end of it', () => entry('TriggerNumericReadingNormal'));
    expect(at(await entry('TriggerNumericAboveUpperWarning'), '/Resolved')).toBe(true);
    const patched = await daemon.send('PATCH', `${triggers}/Hot`, {
      ...{
        NumericThresholds: { UpperWarning: { Reading: 35 } },
        HysteresisReading: -2,
        TriggerEnabled: false,
      },
    });
    expect(at(patched.body, '/NumericThresholds/UpperWarning')).toEqual({
      Reading: 35,
      Activation: 'Increasing',
      DwellTime: 'PT0S',
    });
    expect(at(patched.body, '/Status/State')).toBe('Disabled');
    expect((await daemon.send('DELETE', `${triggers}/Hot`)).status).toBe(204);
  });

  it('watches states and events, and tells subscribers alone when it is not to log', async () => {
    const discrete = await daemon.send('POST', triggers, {
      ...{ Id: 'Switched', MetricType: 'Discrete', DiscreteTriggerCondition: 'Changed' },
      ...{ TriggerActions: ['RedfishEvent'], MetricIds: ['system.PowerState'] },
    });
    const event = await daemon.send('POST', triggers, {
      ...{ Id: 'Heard', TriggerActions: ['LogToLogService'] },
      EventTriggers: ['SensorEvent.1.0.ReadingAboveUpperCriticalThreshold'],
    });
    expect([discrete.status, event.status]).toEqual([201, 201]);
    const stream = await openStream(daemon.url);
    const told = (name: string) =>
      stream.records.filter(
        (record) =>
          String(record.MessageId).endsWith('.TriggerDiscreteConditionMet') &&
          at(record, '/MessageArgs/2') === name,
      );
    // What the state was before it changed must have been seen.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await daemon.twin.pressButton('system', 50);
    await until('the change to be told', () => told('Switched').length > 0);
    daemon.twin.set('MB_INLET_TEMP', 60);
    await until('the event to be heard', () => told('Heard').length > 0);
    const filter = encodeURIComponent("MessageId eq 'Telemetry.1.1.TriggerDiscreteConditionMet'");
    const log = '/redfish/v1/Managers/bmc/LogServices/EventLog/Entries';
    const logged = at((await daemon.get(`${log}?$filter=${filter}`)).body, '/Members') as readonly unknown[];
    expect(logged.map((entry) => at(entry, '/MessageArgs/2'))).toEqual(['Heard']);
    stream.close();
    for (const made of [discrete, event]) await daemon.send('DELETE', String(made.headers.location));
  });

  const base = { MetricType: 'Numeric', TriggerActions: ['LogToLogService'] };
  const hot = { UpperWarning: { Reading: 1 } };
  const wrong: readonly (readonly [string, () => object, string])[] = [
    ['has no threshold', () => ({ ...base, MetricProperties: [inlet()] }), 'PropertyMissing'],
    ['watches nothing', () => ({ ...base, NumericThresholds: hot }), 'PropertyMissing'],
    [
      'has thresholds the wrong way round',
      () => ({
        ...base,
        MetricProperties: [inlet()],
        NumericThresholds: { UpperWarning: { Reading: 9 }, UpperCritical: { Reading: 1 } },
      }),
      'PropertyValueConflict',
    ],
    ['is of no kind', () => ({ TriggerActions: [] }), 'PropertyMissing'],
    [
      'hears itself',
      () => ({
        TriggerActions: ['LogToLogService'],
        EventTriggers: ['Telemetry.1.1.TriggerNumericReadingNormal'],
      }),
      'PropertyValueIncorrect',
    ],
    [
      'has reports made that are not there',
      () => ({
        ...base,
        MetricProperties: [inlet()],
        NumericThresholds: hot,
        Links: { MetricReportDefinitions: [{ '@odata.id': `${definitions}/None` }] },
      }),
      'PropertyValueIncorrect',
    ],
  ];
  it.each(wrong)('that %s is refused', async (_, body, key) => {
    expect(messageKeys(await daemon.send('POST', triggers, body()))).toContain(key);
  });
});

describe('the service', () => {
  it('sends a test report', async () => {
    const action = `${service}/Actions/TelemetryService.SubmitTestMetricReport`;
    const GeneratedMetricReportValues = [
      { MetricId: 'X', MetricValue: '5', MetricProperty: inlet(), Timestamp: '2026-01-01T00:00:00Z' },
      { MetricValue: '6' },
    ];
    expect(
      (await daemon.send('POST', action, { MetricReportName: 'Trial', GeneratedMetricReportValues })).status,
    ).toBe(204);
    const report = sent.find((each) => at(each, '/Id') === 'Trial');
    expectValid(report);
    expect(valuesOf(report).map((each) => each.MetricValue)).toEqual(['5', '6']);
    const odd = { MetricReportName: '../x', GeneratedMetricReportValues: [] };
    expect(messageKeys(await daemon.send('POST', action, odd))).toEqual(['ActionParameterValueFormatError']);
  });

  it('makes no reports while it is disabled, over a restart, and history goes on', async () => {
    const state = temporary();
    const first = await startTestDaemon({ state, platform, twin: { speed: 50 } });
    expect((await first.send('PATCH', service, { ServiceEnabled: false })).status).toBe(200);
    await first.stop();
    const second = await startTestDaemon({ state, platform, twin: { speed: 50 } });
    try {
      expect(at((await second.get(service)).body, '/Status/State')).toBe('Disabled');
      await shows(second, `${sensors}/MB_INLET_TEMP`, '/AverageReading', (value: unknown) => value !== null);
      expect((await second.get(`${reports}/TemperatureMetrics`)).status).toBe(404);
      await second.send('PATCH', service, { ServiceEnabled: true });
      await until('a report', async () => (await second.get(`${reports}/TemperatureMetrics`)).status === 200);
      await second.send('POST', `${service}/Actions/TelemetryService.ClearMetricReports`, {});
      expect((await second.get(`${reports}/TemperatureMetrics`)).status).toBe(404);
    } finally {
      await second.stop();
    }
  });

  it('tells somebody who is not logged in nothing', async () => {
    for (const uri of [service, definitions, reports, triggers])
      expect((await daemon.get(uri, { as: null })).status).toBe(401);
    expect((await daemon.get(service, { as: { user: testUser, password: testPassword } })).status).toBe(200);
  });
});
