/** A chip that hangs, a bus that is stuck, a bus that is missing: nobody else waits, and who is concerned says so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sensor } from '../../../src/board/model/sensor.ts';
import type { Platform } from '../../../src/platform/vocabulary/index.ts';
import type { Fault } from '../../../src/twin/twin.ts';
import { at } from '../../support/client.ts';
import { platformOf, sampledEvery, startTestDaemon, type TestDaemon } from '../../support/daemon.ts';
import { keyOf, logEntries } from '../../support/logs.ts';
import { until } from '../../support/until.ts';

const period = 200;
/** Timers of a busy machine. */
const slack = 400;
/** A reading that stays away is looked for four times a second, and given a quarter more to come. */
const search = 500;

/** A board whose buses take as long as Linux lets them before they give up: more than any sensor can wait. */
function patient(board: string): Platform {
  const platform = sampledEvery(period, platformOf(`platform/${board}.yaml`));
  return { ...platform, buses: (platform.buses ?? []).map((bus) => ({ ...bus, timeout: 1500 })) };
}

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((one, other) => one - other)[Math.floor(share * (values.length - 1))] ?? Number.NaN;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each<{
  readonly board: string;
  readonly fault: Fault;
  /** Devices that the fault hits. */
  readonly hit: readonly string[];
  /** Devices that share a bus with those, and may suffer. */
  readonly beside: readonly string[];
}>([
  { board: 'tiogapass', fault: { kind: 'hang', device: 'hsc' }, hit: ['hsc'], beside: [] },
  {
    board: 'tiogapass',
    fault: { kind: 'stuckBus', bus: 6 },
    hit: ['tmp421_inlet', 'tmp421_outlet'],
    beside: [],
  },
  { board: 'tiogapass', fault: { kind: 'missingBus', bus: 5 }, hit: ['vr_pch'], beside: [] },
  {
    board: 'tiogapass',
    fault: { kind: 'nack', device: 'tmp421_inlet' },
    hit: ['tmp421_inlet'],
    beside: ['tmp421_outlet'],
  },
  {
    board: 'twinblade',
    fault: { kind: 'hang', device: 'ina226_blade1' },
    hit: ['ina226_blade1'],
    beside: ['tmp75_blade1', 'ina226_blade2', 'tmp75_blade2', 'tmp75_outlet_left', 'tmp75_outlet_right'],
  },
  { board: 'twinblade', fault: { kind: 'stuckBus', bus: 2 }, hit: ['psu1', 'psu2'], beside: [] },
])('$board with $fault.kind', ({ board, fault, hit, beside }) => {
  let daemon: TestDaemon;
  let sensors: readonly Sensor[];
  let others: readonly Sensor[];

  beforeAll(async () => {
    daemon = await startTestDaemon({ platform: patient(board) });
    await until('every sensor to be read', () =>
      [...daemon.board.sensors.values()].every(({ status }) => status.state !== 'Starting'),
    );
    const read = [...daemon.board.sensors.values()].filter(({ reading }) => reading !== null);
    sensors = read.filter(({ device }) => hit.includes(device));
    const concerned = new Set(sensors.map(({ id }) => id));
    others = read.filter(
      ({ device, inputs }) =>
        !hit.includes(device) && !beside.includes(device) && !inputs.some((id) => concerned.has(id)),
    );
    expect(sensors.length).toBeGreaterThan(0);
    expect(others.length).toBeGreaterThan(8);
  });
  afterAll(() => daemon.stop());

  const uriOf = ({ chassis, id }: Sensor) => `/redfish/v1/Chassis/${chassis}/Sensors/${id}`;

  /** How long each of many GETs takes, the sensors concerned among them. */
  async function latencies(): Promise<number[]> {
    const chassis = sensors[0]?.chassis ?? '';
    const uris = [
      ...sensors.map(uriOf),
      `/redfish/v1/Chassis/${chassis}/Thermal`,
      `/redfish/v1/Chassis/${chassis}/Power`,
    ];
    const taken: number[] = [];
    for (let n = 0; n < 400; n++) {
      const before = performance.now();
      const answer = await daemon.get(uris[n % uris.length] ?? '');
      taken.push(performance.now() - before);
      expect(answer.status).toBe(200);
    }
    return taken;
  }

  /** The longest time without a new reading of each sensor, while `ms` pass. */
  async function longestGaps(ms: number): Promise<Map<string, number>> {
    const last = new Map(others.map(({ id }) => [id, { reading: '', at: performance.now() }]));
    const gaps = new Map<string, number>();
    for (const end = performance.now() + ms; performance.now() < end; ) {
      for (const { id } of others) {
        const known = last.get(id);
        const reading = daemon.board.sensors.get(id)?.readingTime?.toISOString() ?? '';
        const gap = performance.now() - (known?.at ?? 0);
        gaps.set(id, Math.max(gaps.get(id) ?? 0, gap));
        if (reading !== known?.reading) last.set(id, { reading, at: performance.now() });
      }
      await pause(15);
    }
    return gaps;
  }

  it('keeps every GET as fast, and every other bus at its period; who is concerned says so in two periods', async () => {
    await latencies(); // The first ones compile what they run.
    const calm = await latencies();
    const injected = performance.now();
    const id = daemon.twin.inject(fault);
    const told = Promise.all(
      sensors.map(async (sensor) => {
        await until(`${sensor.id} to say so`, () => daemon.board.sensors.get(sensor.id)?.reading === null);
        return performance.now() - injected;
      }),
    );
    const [gaps, late] = await Promise.all([longestGaps(5 * period), told]);
    for (const ms of late) expect(ms).toBeLessThan(2 * period + search + slack);
    for (const [sensor, gap] of gaps) expect(gap, sensor).toBeLessThan(period + slack);

    const troubled = await latencies();
    expect(quantile(troubled, 0.5)).toBeLessThan(Math.max(20, 4 * quantile(calm, 0.5)));
    // Far below the time for which a bus hangs, however busy the machine is.
    expect(quantile(troubled, 0.99)).toBeLessThan(Math.max(50, 10 * quantile(calm, 0.99)));

    for (const sensor of sensors) {
      const { body } = await daemon.get(uriOf(sensor));
      expect(body).toMatchObject({
        Reading: null,
        Status: { State: 'UnavailableOffline', Health: 'Warning' },
      });
      const stopped = Date.parse(String(at(body, '/ReadingTime')));
      expect(Date.now() - stopped).toBeGreaterThan(4 * period);
    }
    // One entry for what is wrong, however many sensors it takes with it.
    const open = await until('an entry for it', async () => {
      const entries = await logEntries(daemon, 'EventLog');
      const found = entries.filter(({ Resolved, Severity }) => !Resolved && Severity === 'Warning');
      return found.length > 0 && found;
    });
    expect(open.map(keyOf)).toEqual(open.map(() => 'DeviceManagementInterfaceUnresponsive'));
    expect(open.length).toBeLessThanOrEqual(1 + beside.length);

    daemon.twin.clear(id);
    for (const sensor of sensors)
      await until(
        `${sensor.id} to be read again`,
        () => daemon.board.sensors.get(sensor.id)?.status.state === 'Enabled',
      );
    await until('the entries to be resolved', async () =>
      (await logEntries(daemon, 'EventLog')).every(({ Resolved, Severity }) => Resolved || Severity === 'OK'),
    );
  });
});
