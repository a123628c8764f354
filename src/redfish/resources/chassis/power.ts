/** The Power resource of the older model: the same sensors and supplies, seen the way that older clients ask for them. */

import type { PowerSupply } from '../../../board/model/chassis.ts';
import type { PowerLimit } from '../../../board/model/node.ts';
import type { Sensor } from '../../../board/model/sensor.ts';
import { averageOf } from '../../../telemetry/aggregate.ts';
import { averagingInterval } from '../../../telemetry/telemetry.ts';
import { type App, resource } from '../../app.ts';
import type {
  PowerBody,
  PowerControl,
  PowerMetric,
  PowerPowerSupply,
  PowerVoltage,
  Writables,
} from '../../generated/types.ts';
import { link, links, statusOf } from '../../mapping/common.ts';
import { consumedBy, legacyLimit, limitedIn, limitFaults, setLimit } from '../../mapping/power-limit.ts';
import type { Changes } from '../../service/declare.ts';
import { chassisUri, powerSupplyUri, sensorUri, systemUri } from '../../uris.ts';
import { powerSuppliesOf, supplyNames } from './power-supplies.ts';
import { round, sensorsOf } from './sensors.ts';
import { legacyThresholds } from './thermal.ts';

export const power = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/Power',
  schema: 'Power',
  shows: 'readings',
  spans: true,
  find: (app, { ChassisId }) => (app.board.chassis.has(ChassisId) ? ChassisId : undefined),
  body: (chassis, { app, uri }): PowerBody => ({
    Name: 'Power',
    PowerControl: [powerControl(app, chassis, uri)],
    Voltages: sensorsOf(app, chassis)
      .filter(({ quantity }) => quantity === 'Voltage')
      .map((sensor, index) => voltage(sensor, uri, index)),
    PowerSupplies: powerSuppliesOf(app, chassis).map((supply, index) => powerSupply(app, supply, uri, index)),
    Redundancy: [],
  }),
  writes: [
    {
      properties: ['PowerControl'],
      unless: (chassis, app) => limitedIn(app, chassis).length === 0,
      check: (_chassis, changes) => {
        const { watts } = limitIn(changes);
        return limitFaults(watts, 'PowerControl/0/PowerLimit/LimitInWatts');
      },
      apply: (chassis, changes, { app }) => {
        const [node] = limitedIn(app, chassis);
        return node && setLimit(app, node, limitIn(changes));
      },
    },
  ],
});

/** What was written of the limit of the one power control. */
function limitIn(changes: Changes<Writables['Power']>): Partial<PowerLimit> {
  const limit = changes.get('PowerControl')?.[0]?.PowerLimit ?? {};
  const { LimitInWatts: watts, LimitException: exception, CorrectionInMs: correction } = limit;
  return {
    ...(watts === undefined ? {} : { watts }),
    ...(isException(exception) ? { exception } : {}),
    ...(typeof correction === 'number' ? { correction } : {}),
  };
}

const exceptions: readonly PowerLimit['exception'][] = ['NoAction', 'HardPowerOff', 'LogEventOnly'];
const isException = (value: unknown): value is PowerLimit['exception'] =>
  exceptions.some((each) => each === value);

function powerControl(app: App, chassis: string, uri: string): PowerControl {
  const model = app.board.chassis.get(chassis);
  const facts = model?.facts.power;
  const consumed = consumedBy(app, chassis);
  return {
    '@odata.id': `${uri}#/PowerControl/0`,
    MemberId: '0',
    Name: `${model?.name ?? chassis} power`,
    PhysicalContext: 'Chassis',
    PowerConsumedWatts: round(consumed?.reading ?? null),
    PowerCapacityWatts: facts?.capacity ?? null,
    PowerMetrics: consumed === undefined ? undefined : powerMetrics(app, consumed),
    // Where nothing limits power no limit is in force, and none can be set.
    PowerLimit: legacyLimit(limitedIn(app, chassis)[0]),
    Status: statusOf(consumed?.status ?? model?.status ?? { state: 'Enabled', health: 'OK' }),
    RelatedItem: [
      link(chassisUri(chassis)),
      ...links(
        [...app.board.hosts.values()]
          .filter((host) => host.chassis === chassis)
          .map(({ id }) => systemUri(id)),
      ),
    ],
  };
}

/** The last hour of the sensor that measures what is consumed. */
function powerMetrics(app: App, { id }: Sensor): PowerMetric {
  const past = app.telemetry.lastHour(id);
  return {
    IntervalInMin: averagingInterval / 60_000,
    MinConsumedWatts: round(past?.min ?? null),
    MaxConsumedWatts: round(past?.max ?? null),
    AverageConsumedWatts: round(past === undefined ? null : averageOf(past)),
  };
}

function voltage(sensor: Sensor, uri: string, index: number): PowerVoltage {
  return {
    '@odata.id': `${uri}#/Voltages/${index}`,
    MemberId: String(index),
    Name: sensor.name,
    ReadingVolts: round(sensor.reading),
    ...legacyThresholds(sensor),
    MinReadingRange: sensor.range?.min,
    MaxReadingRange: sensor.range?.max,
    PhysicalContext: sensor.context ?? undefined,
    Status: statusOf(sensor.status),
    RelatedItem: [link(sensorUri(sensor)), link(chassisUri(sensor.chassis))],
  };
}

function powerSupply(app: App, supply: PowerSupply, uri: string, index: number): PowerPowerSupply {
  const reading = (id: string | undefined) =>
    id === undefined ? undefined : round(app.board.sensors.get(id)?.reading ?? null);
  const { facts } = supply;
  return {
    '@odata.id': `${uri}#/PowerSupplies/${index}`,
    MemberId: String(index),
    Name: supply.name,
    // The older model knows fewer types than the newer one.
    PowerSupplyType: facts.type === 'DCRegulator' ? 'DC' : facts.type,
    HotPluggable: facts.hotPluggable ?? false,
    PowerCapacityWatts: facts.capacity ?? null,
    LineInputVoltage: reading(facts.inputVoltage),
    PowerInputWatts: reading(facts.inputPower),
    PowerOutputWatts: reading(facts.outputPower),
    ...supplyNames(app, supply),
    Status: statusOf(supply.status),
    RelatedItem: [link(powerSupplyUri(supply))],
  };
}
