/** A knob of the twin is turned, and every resource that shows it follows. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../support/client.ts';
import { crawl } from '../support/crawl.ts';
import { platformOf, sampledEvery, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { keyOf, type LogEntry, logEntries, originOf } from '../support/logs.ts';
import { temporary } from '../support/temporary.ts';
import { shows, until } from '../support/until.ts';

const period = 50;

async function start(board: string): Promise<TestDaemon> {
  const daemon = await startTestDaemon({
    platform: sampledEvery(period, platformOf(`platform/${board}.yaml`)),
    twin: { speed: 50 },
  });
  await Promise.all([...daemon.board.hosts.keys()].map((host) => daemon.twin.pressButton(host, 50)));
  await settled(daemon);
  return daemon;
}

const settled = (daemon: TestDaemon) =>
  until('every sensor to be read', () =>
    [...daemon.board.sensors.values()].every(({ status }) => status.state !== 'Starting'),
  );

/** Within what a chip can resolve. */
const near = (wanted: number) => (value: unknown) =>
  typeof value === 'number' && Math.abs(value - wanted) <= 0.005 * Math.abs(wanted) + 0.07;

/** Index of the entry of an array whose `RelatedItem` or `DataSourceUri` leads to a resource. */
function indexOf(body: unknown, array: string, uri: string): number {
  const entries = (at(body, array) ?? []) as readonly unknown[];
  return entries.findIndex((entry) => JSON.stringify(entry).includes(JSON.stringify(uri)));
}

interface Appearance {
  readonly resource: string;
  readonly reading: unknown;
}

/** Properties in which the resources of a chassis show a reading, and what each makes of it. */
const readingNames = ['Reading', 'ReadingCelsius', 'ReadingVolts', 'SpeedRPM'];

/** Wherever a sensor shows: objects that name it as their source or as their related item. */
function appearances(found: ReadonlyMap<string, { readonly body: unknown }>, sensor: string): Appearance[] {
  const shown: Appearance[] = [];
  const walk = (resource: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const related = (at(value, '/RelatedItem') ?? []) as readonly unknown[];
    const names = [at(value, '/DataSourceUri'), ...related.map((item) => at(item, '/@odata.id'))];
    if (names.includes(sensor)) {
      const name = 'SpeedRPM' in value ? 'SpeedRPM' : readingNames.find((each) => each in value);
      if (name !== undefined) shown.push({ resource, reading: at(value, `/${name}`) });
    }
    for (const member of Object.values(value)) walk(resource, member);
  };
  for (const [resource, { body }] of found) walk(resource, body);
  return shown;
}

describe('Tioga Pass', () => {
  let daemon: TestDaemon;
  const chassis = '/redfish/v1/Chassis/chassis';
  const sensor = (id: string) => `${chassis}/Sensors/${id}`;

  beforeAll(async () => {
    daemon = await start('tiogapass');
  });
  afterAll(() => daemon.stop());

  const views: readonly (readonly [
    knob: string,
    value: number,
    views: readonly (readonly [string, string])[],
  ])[] = [
    [
      'MB_INLET_TEMP',
      33,
      [
        [`${chassis}/Thermal`, '/Temperatures/*/ReadingCelsius'],
        [`${chassis}/ThermalSubsystem/ThermalMetrics`, '/TemperatureReadingsCelsius/*/Reading'],
        [`${chassis}/ThermalSubsystem/ThermalMetrics`, '/TemperatureSummaryCelsius/Intake/Reading'],
        [`${chassis}/EnvironmentMetrics`, '/TemperatureCelsius/Reading'],
      ],
    ],
    [
      'MB_HSC_TEMP',
      61,
      [
        [`${chassis}/Thermal`, '/Temperatures/*/ReadingCelsius'],
        [`${chassis}/PowerSubsystem/PowerSupplies/hsc/Metrics`, '/TemperatureCelsius/Reading'],
      ],
    ],
    [
      'MB_HSC_IN_POWER',
      511,
      [
        [`${chassis}/Power`, '/PowerControl/0/PowerConsumedWatts'],
        [`${chassis}/Power`, '/PowerSupplies/0/PowerInputWatts'],
        [`${chassis}/EnvironmentMetrics`, '/PowerWatts/Reading'],
        [`${chassis}/PowerSubsystem/PowerSupplies/hsc/Metrics`, '/InputPowerWatts/Reading'],
      ],
    ],
    [
      'MB_HSC_IN_VOLT',
      12.7,
      [
        [`${chassis}/Power`, '/Voltages/*/ReadingVolts'],
        [`${chassis}/Power`, '/PowerSupplies/0/LineInputVoltage'],
        [`${chassis}/PowerSubsystem/PowerSupplies/hsc/Metrics`, '/InputVoltage/Reading'],
      ],
    ],
    [
      'MB_HSC_OUT_CURR',
      21,
      [[`${chassis}/PowerSubsystem/PowerSupplies/hsc/Metrics`, '/RailCurrentAmps/0/Reading']],
    ],
    ['MB_P12V', 11.8, [[`${chassis}/Power`, '/Voltages/*/ReadingVolts']]],
    ['MB_P3V_BAT', 2.9, [[`${chassis}/Power`, '/Voltages/*/ReadingVolts']]],
    ['MB_VR_CPU0_VCCIN_VOLT', 1.75, [[`${chassis}/Power`, '/Voltages/*/ReadingVolts']]],
    [
      'MB_FAN0_TACH',
      4300,
      [
        [`${chassis}/Thermal`, '/Fans/*/Reading'],
        [`${chassis}/ThermalSubsystem/Fans/fan0`, '/SpeedPercent/SpeedRPM'],
        [`${chassis}/EnvironmentMetrics`, '/FanSpeedsPercent/0/SpeedRPM'],
      ],
    ],
  ];

  it.each(views)('shows %s wherever it belongs', async (id, value, places) => {
    daemon.twin.set(id, value);
    const body = await shows(daemon, sensor(id), '/Reading', near(value));
    const reading = at(body, '/Reading') as number;
    for (const [uri, pointer] of places) {
      const answer = await daemon.get(uri);
      const [array = '', rest] = pointer.split('/*');
      const place =
        rest === undefined ? pointer : `${array}/${indexOf(answer.body, array, sensor(id))}${rest}`;
      const whole = /\/Fans\/.*Reading$/.test(place);
      expect(at(answer.body, place), `${uri}#${place}`).toBe(whole ? Math.round(reading) : reading);
    }
    daemon.twin.set(id, null);
  });

  it('shows the speed of a fan in percent of its rated speed', async () => {
    daemon.twin.set('MB_FAN1_TACH', 5000);
    await shows(daemon, `${chassis}/ThermalSubsystem/Fans/fan1`, '/SpeedPercent/Reading', near(50));
    await shows(daemon, `${chassis}/EnvironmentMetrics`, '/FanSpeedsPercent/1/Reading', near(50));
    daemon.twin.set('MB_FAN1_TACH', null);
  });

  it('shows every sensor alike in the old model and in the new', async () => {
    const ids = [...daemon.board.sensors.values()]
      .filter(({ reading }) => reading !== null)
      .map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(80);
    // What stands still can be compared.
    for (const { id, value } of daemon.twin.status().sensors) daemon.twin.set(id, value);
    const before = () => JSON.stringify(ids.map((id) => daemon.board.sensors.get(id)?.reading));
    let last = '';
    await until('readings to stand still', async () => {
      const now = before();
      const same = now === last;
      last = now;
      if (!same) await new Promise((resolve) => setTimeout(resolve, 3 * period));
      return same;
    });
    const found = await crawl(daemon);
    for (const id of ids) {
      const reading = at(found.get(sensor(id))?.body, '/Reading') as number;
      const places = appearances(found, sensor(id));
      const quantity = at(found.get(sensor(id))?.body, '/ReadingType');
      if (quantity === 'Temperature' || quantity === 'Rotational')
        expect(places.length, id).toBeGreaterThan(1);
      if (quantity === 'Voltage') expect(places.length, id).toBeGreaterThan(0);
      for (const { resource, reading: shown } of places) {
        const rounded =
          resource.endsWith('/Thermal') && quantity === 'Rotational' ? Math.round(reading) : reading;
        expect(shown, `${id} in ${resource}`).toBe(rounded);
      }
    }
    for (const id of ids) daemon.twin.set(id, null);
  });

  it('shows power and processors of the host that is on', async () => {
    const { body } = await daemon.get('/redfish/v1/Systems/system');
    expect(body).toMatchObject({
      PowerState: 'On',
      Status: { State: 'Enabled', Health: 'OK' },
      // What the firmware has told goes before the descriptor.
      ProcessorSummary: { Count: 2, Model: 'Twin Xeon 6138 @ 2.00GHz' },
    });
    expect(at((await daemon.get(chassis)).body, '/PowerState')).toBe('On');
  });

  const eventsOf = async (uri: string): Promise<LogEntry[]> =>
    (await logEntries(daemon, 'EventLog')).filter((entry) => originOf(entry) === uri);

  it('raises a crossing once, rolls it up, and resolves it when it is over', async () => {
    const id = 'MB_INLET_TEMP';
    const thermalEntry = async () => {
      const { body } = await daemon.get(`${chassis}/Thermal`);
      return at(body, `/Temperatures/${indexOf(body, '/Temperatures', sensor(id))}/Status`);
    };
    expect(at((await daemon.get(chassis)).body, '/Status/Health')).toBe('OK');
    daemon.twin.set(id, 42);
    await shows(daemon, sensor(id), '/Status/Health', 'Critical');
    expect(await thermalEntry()).toEqual({ State: 'Enabled', Health: 'Critical' });
    expect(at((await daemon.get(chassis)).body, '/Status/Health')).toBe('Critical');
    expect(at((await daemon.get('/redfish/v1/Managers/bmc')).body, '/Status/HealthRollup')).toBe('Critical');
    // It stays over the limit, moves, and falls back by less than the hysteresis: still one crossing.
    for (const value of [43, 41, 42.5, 39.8]) {
      daemon.twin.set(id, value);
      await shows(daemon, sensor(id), '/Reading', near(value));
    }
    expect(
      (await eventsOf(sensor(id))).map((entry) => [keyOf(entry), entry.Severity, entry.Resolved]),
    ).toEqual([['ReadingAboveUpperCriticalThreshold', 'Critical', false]]);
    daemon.twin.set(id, 30);
    await shows(daemon, sensor(id), '/Status/Health', 'OK');
    expect(await thermalEntry()).toEqual({ State: 'Enabled', Health: 'OK' });
    expect(at((await daemon.get(chassis)).body, '/Status/Health')).toBe('OK');
    expect((await eventsOf(sensor(id))).map((entry) => [keyOf(entry), entry.Resolved])).toEqual([
      ['ReadingAboveUpperCriticalThreshold', true],
      ['SensorReadingNormalRange', true],
    ]);
    daemon.twin.set(id, null);
  });

  it('puts what befalls the host into its own log too', async () => {
    const id = 'MB_VR_CPU0_VCCIN_TEMP';
    const sel = '/redfish/v1/Systems/system/LogServices/SEL';
    daemon.twin.set(id, 99);
    await shows(daemon, '/redfish/v1/Systems/system', '/Status/Health', 'Critical');
    const raised = await until('an entry in the SEL', async () =>
      (await logEntries(daemon, sel)).find((entry) => originOf(entry) === sensor(id)),
    );
    expect(keyOf(raised)).toBe('ReadingAboveUpperCriticalThreshold');
    daemon.twin.set(id, null);
    await shows(daemon, '/redfish/v1/Systems/system', '/Status/Health', 'OK');
    await shows(daemon, raised['@odata.id'], '/Resolved', true);
  });

  it('resolves a crossing that ended while the chip did not answer', async () => {
    const id = 'MB_OUTLET_TEMP';
    daemon.twin.set(id, 105);
    await shows(daemon, sensor(id), '/Status/Health', 'Critical');
    const fault = daemon.twin.inject({ kind: 'nack', device: 'tmp421_outlet' });
    const lost = await shows(daemon, sensor(id), '/Status/State', 'UnavailableOffline');
    expect(at(lost, '/Reading')).toBeNull();
    daemon.twin.set(id, null);
    daemon.twin.clear(fault);
    await shows(daemon, sensor(id), '/Status/Health', 'OK');
    const keys = (await eventsOf(sensor(id))).map((entry) => [keyOf(entry), entry.Resolved]);
    expect(keys).toEqual([
      ['ReadingAboveUpperCriticalThreshold', true],
      ['SensorReadingNormalRange', true],
    ]);
  });

  it('shows a sensor without a value as one that is offline, everywhere', async () => {
    const fault = daemon.twin.inject({ kind: 'allOnes', device: 'hsc' });
    for (const id of ['MB_HSC_IN_VOLT', 'MB_HSC_IN_POWER', 'MB_HSC_OUT_CURR', 'MB_HSC_TEMP']) {
      const body = await shows(daemon, sensor(id), '/Status/State', 'UnavailableOffline');
      expect(at(body, '/Reading')).toBeNull();
      expect(at(body, '/ReadingTime')).not.toBeNull();
    }
    const power = await daemon.get(`${chassis}/Power`);
    expect(power.body).toMatchObject({
      PowerControl: [{ PowerConsumedWatts: null, Status: { State: 'UnavailableOffline' } }],
      PowerSupplies: [{ LineInputVoltage: null, PowerInputWatts: null }],
    });
    const metrics = await daemon.get(`${chassis}/EnvironmentMetrics`);
    expect(at(metrics.body, '/PowerWatts/Reading')).toBeNull();
    daemon.twin.clear(fault);
    await shows(daemon, sensor('MB_HSC_IN_VOLT'), '/Status/State', 'Enabled');
  });

  it('takes its own standing still for no fault of the hardware', async () => {
    const before = (await logEntries(daemon, 'EventLog')).length;
    const lost = new Set<string>();
    const end = daemon.board.onChange(() => {
      for (const { id, fault } of daemon.board.sensors.values())
        if (fault?.startsWith('no answer')) lost.add(id);
    });
    // As when the disk takes a second for a write.
    for (const until = performance.now() + 1000; performance.now() < until; );
    await new Promise((resolve) => setTimeout(resolve, 400));
    end();
    expect([...lost]).toEqual([]);
    expect(await logEntries(daemon, 'EventLog')).toHaveLength(before);
  });

  it('blanks what the host powers when it goes off, without alarm', async () => {
    const host = [...daemon.board.sensors.values()].filter(({ device }) => device.startsWith('vr_cpu'));
    daemon.twin.inject({ kind: 'lostMains' });
    await shows(daemon, '/redfish/v1/Systems/system', '/PowerState', 'Off');
    for (const { id } of host) {
      const { body } = await daemon.get(sensor(id));
      expect(body).toMatchObject({ Reading: null, Status: { State: 'StandbyOffline', Health: 'OK' } });
    }
    daemon.twin.returnMains();
    await daemon.twin.pressButton('system', 50);
    await shows(daemon, '/redfish/v1/Systems/system', '/PowerState', 'On');
    await settled(daemon);
    await shows(daemon, sensor(host[0]?.id ?? ''), '/Status/State', 'Enabled');
  });
});

describe('Twin Blade', () => {
  let daemon: TestDaemon;
  const enclosure = '/redfish/v1/Chassis/enclosure';
  const blade1 = '/redfish/v1/Chassis/blade1';

  beforeAll(async () => {
    daemon = await start('twinblade');
  });
  afterAll(() => daemon.stop());

  const healthOf = async (uri: string) => at((await daemon.get(uri)).body, '/Status/Health');

  it('follows a reading through caution, critical and fatal and back', async () => {
    const uri = `${blade1}/Sensors/Blade1_Inlet`;
    for (const [value, health] of [
      [41, 'Warning'],
      [46, 'Critical'],
      [56, 'Critical'],
      [42, 'Warning'],
      [30, 'OK'],
    ] as const) {
      daemon.twin.set('Blade1_Inlet', value);
      await shows(daemon, uri, '/Reading', near(value));
      await shows(daemon, uri, '/Status/Health', health);
      expect([await healthOf(blade1), await healthOf(enclosure)]).toEqual([health, health]);
      expect(await healthOf('/redfish/v1/Chassis/blade2')).toBe('OK');
    }
    const entries = (await logEntries(daemon, 'EventLog')).filter((entry) => originOf(entry) === uri);
    expect(entries.map(keyOf)).toEqual([
      'ReadingAboveUpperCautionThreshold',
      'ReadingAboveUpperCriticalThreshold',
      'ReadingAboveUpperFatalThreshold',
      'ReadingBelowUpperFatalThreshold',
      'ReadingBelowUpperCriticalThreshold',
      'SensorReadingNormalRange',
    ]);
    expect(entries.every(({ Resolved }) => Resolved)).toBe(true);
    daemon.twin.set('Blade1_Inlet', null);
  });

  const fan = `${enclosure}/ThermalSubsystem/Fans/fan2`;
  const eventsOf = async (uri: string) =>
    (await logEntries(daemon, 'EventLog')).filter((entry) => originOf(entry) === uri);

  it('shows a fan that is pulled as absent in every view, and says so once', async () => {
    daemon.twin.present('fan2', false);
    const body = await shows(daemon, fan, '/Status/State', 'Absent');
    expect(at(body, '/Status')).toEqual({ State: 'Absent' });
    expect(at((await daemon.get(`${enclosure}/Controls/fan2`)).body, '/Status')).toEqual({ State: 'Absent' });
    for (const rotor of ['Fan2_Front', 'Fan2_Rear']) {
      const shown = await shows(daemon, `${enclosure}/Sensors/${rotor}`, '/Status/State', 'Absent');
      expect(at(shown, '/Reading')).toBeNull();
    }
    const thermal = await daemon.get(`${enclosure}/Thermal`);
    for (const entry of at(thermal.body, '/Fans') as readonly unknown[]) {
      const pulled = JSON.stringify(entry).includes(fan);
      expect(at(entry, '/Status/State')).toBe(pulled ? 'Absent' : 'Enabled');
      expect(at(entry, '/Reading') === null).toBe(pulled);
    }
    expect(await healthOf(enclosure)).toBe('OK');
    daemon.twin.present('fan2', true);
    await shows(daemon, fan, '/Status', (status: unknown) => at(status, '/Health') === 'OK');
    await shows(daemon, `${enclosure}/Sensors/Fan2_Front`, '/Reading', (rpm: unknown) => Number(rpm) > 1000);
    expect((await eventsOf(fan)).map((entry) => [keyOf(entry), entry.Resolved])).toEqual([
      ['FanRemoved', true],
      ['FanInserted', true],
    ]);
    expect((await eventsOf(`${enclosure}/Sensors/Fan2_Front`)).map(keyOf)).toEqual([]);
  });

  it('tells a dead fan from one that is pulled afterwards', async () => {
    const before = (await eventsOf(fan)).length;
    const fault = daemon.twin.inject({ kind: 'deadFan', fan: 'fan2' });
    await shows(daemon, fan, '/Status/Health', 'Critical');
    expect(await healthOf(`${enclosure}/ThermalSubsystem`)).toBe('Critical');
    expect(await healthOf(enclosure)).toBe('Critical');
    daemon.twin.present('fan2', false);
    await shows(daemon, fan, '/Status/State', 'Absent');
    expect(await healthOf(`${enclosure}/ThermalSubsystem`)).toBe('OK');
    daemon.twin.clear(fault);
    daemon.twin.present('fan2', true);
    await shows(daemon, fan, '/Status/Health', 'OK');
    await shows(daemon, `${enclosure}/Sensors/Fan2_Front`, '/Status/Health', 'OK');
    expect((await eventsOf(fan)).slice(before).map((entry) => [keyOf(entry), entry.Resolved])).toEqual([
      ['FanFailed', true],
      ['FanRemoved', true],
      ['FanInserted', true],
    ]);
  });

  const supply = `${enclosure}/PowerSubsystem/PowerSupplies/psu2`;
  const legacySupply = async () => {
    const { body } = await daemon.get(`${enclosure}/Power`);
    return at(body, `/PowerSupplies/${indexOf(body, '/PowerSupplies', supply)}/Status`);
  };

  it('shows a supply that is pulled as absent in every view', async () => {
    daemon.twin.present('psu2', false);
    await shows(daemon, supply, '/Status/State', 'Absent');
    expect(await legacySupply()).toEqual({ State: 'Absent' });
    expect(at((await daemon.get(`${supply}/Metrics`)).body, '/Status')).toEqual({ State: 'Absent' });
    const shown = await shows(daemon, `${enclosure}/Sensors/PSU2_Input_Voltage`, '/Status/State', 'Absent');
    expect(at(shown, '/Reading')).toBeNull();
    expect(await healthOf(enclosure)).toBe('OK');
    daemon.twin.present('psu2', true);
    await shows(daemon, supply, '/Status/Health', 'OK');
    await shows(
      daemon,
      `${enclosure}/Sensors/PSU2_Input_Voltage`,
      '/Reading',
      (volt: unknown) => Number(volt) > 100,
    );
    expect((await eventsOf(supply)).map((entry) => [keyOf(entry), entry.Resolved])).toEqual([
      ['PowerSupplyRemoved', true],
      ['PowerSupplyInserted', true],
    ]);
  });

  it('shows a supply that is blown as critical in every view', async () => {
    const before = (await eventsOf(supply)).length;
    const fault = daemon.twin.inject({ kind: 'blownSupply', powerSupply: 'psu2' });
    await shows(daemon, supply, '/Status/Health', 'Critical');
    expect(await legacySupply()).toEqual({ State: 'Enabled', Health: 'Critical' });
    expect(await healthOf(`${enclosure}/PowerSubsystem`)).toBe('Critical');
    expect(await healthOf(enclosure)).toBe('Critical');
    daemon.twin.clear(fault);
    await shows(daemon, supply, '/Status/Health', 'OK');
    await shows(daemon, enclosure, '/Status/Health', 'OK');
    expect((await eventsOf(supply)).slice(before).map(keyOf)).toEqual([
      'PowerSupplyFailed',
      'PowerSupplyRestored',
    ]);
  });

  it('reads a processor from whichever chip is fitted', async () => {
    const uri = '/redfish/v1/Chassis/blade2/Sensors/Blade2_CPU';
    daemon.twin.fit('processor_temperature2', 1);
    daemon.twin.set('Blade2_CPU', 66);
    await shows(daemon, uri, '/Reading', near(66));
    daemon.twin.fit('processor_temperature2', 0);
    daemon.twin.set('Blade2_CPU', 71);
    await shows(daemon, uri, '/Reading', near(71));
    daemon.twin.set('Blade2_CPU', null);
  });

  it('shows a derived sensor as the sum of its inputs, unknown while one of them is', async () => {
    const uri = `${enclosure}/Sensors/Blades_Power`;
    daemon.twin.set('Blade1_Power', 200);
    daemon.twin.set('Blade2_Power', 150);
    const body = await shows(daemon, uri, '/Reading', near(350));
    expect(at(body, '/Implementation')).toBe('Synthesized');
    const fault = daemon.twin.inject({ kind: 'nack', device: 'ina226_blade2' });
    await shows(daemon, uri, '/Reading', null);
    daemon.twin.clear(fault);
    await shows(daemon, uri, '/Reading', near(350));
    daemon.twin.set('Blade1_Power', null);
    daemon.twin.set('Blade2_Power', null);
  });
});

it('finds a device that was not there at the start', async () => {
  const platform = sampledEvery(period, platformOf('platform/twinblade.yaml'));
  const daemon = await startTestDaemon({
    platform,
    twin: { speed: 50 },
    prepare: (twin) => {
      twin.present('psu1', false);
      twin.present('fru_psu1', false);
    },
  });
  try {
    const uri = '/redfish/v1/Chassis/enclosure/Sensors/PSU1_Temperature';
    const absent = await shows(daemon, uri, '/Status/State', 'Absent');
    expect(absent).toMatchObject({ Reading: null, ReadingTime: null });
    expect(at(absent, '/Status/Health')).toBeUndefined();
    daemon.twin.present('psu1', true);
    await shows(daemon, uri, '/Status/State', 'Enabled');
  } finally {
    await daemon.stop();
  }
});

it('closes what a former run left open, and raises anew what still holds', async () => {
  const state = temporary();
  const start = (...knobs: readonly (readonly [string, number])[]) =>
    startTestDaemon({
      platform: sampledEvery(period, platformOf()),
      state,
      prepare: (twin) => {
        for (const [sensor, value] of knobs) twin.set(sensor, value);
      },
    });
  const uri = (id: string) => `/redfish/v1/Chassis/chassis/Sensors/${id}`;
  const alarms = async (daemon: TestDaemon, id: string) =>
    (await logEntries(daemon, 'EventLog'))
      .filter((entry) => originOf(entry) === uri(id) && keyOf(entry) === 'ReadingAboveUpperCriticalThreshold')
      .map(({ Resolved }) => Resolved);
  const first = await start(['MB_INLET_TEMP', 45], ['MB_OUTLET_TEMP', 105]);
  try {
    for (const id of ['MB_INLET_TEMP', 'MB_OUTLET_TEMP'])
      await until(`the alarm of ${id}`, async () => (await alarms(first, id)).length === 1);
  } finally {
    await first.stop();
  }
  const second = await start(['MB_OUTLET_TEMP', 105]);
  try {
    await until('the second alarm', async () => (await alarms(second, 'MB_OUTLET_TEMP')).length === 2);
    expect(await alarms(second, 'MB_OUTLET_TEMP')).toEqual([true, false]);
    expect(await alarms(second, 'MB_INLET_TEMP')).toEqual([true]);
  } finally {
    await second.stop();
  }
});
