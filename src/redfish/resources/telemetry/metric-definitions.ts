/** What each metric is: every sensor, and the states that triggers watch. They follow from the board. */

import { collection, resource } from '../../app.ts';
import type { MetricDefinitionBody } from '../../generated/types.ts';
import { durationOf } from '../../mapping/common.ts';
import { metricFacts } from '../../mapping/metrics.ts';
import { quantities } from '../../mapping/quantities.ts';

const summable: ReadonlySet<string> = new Set(['Power', 'Current', 'EnergyJoules']);

export const metricDefinition = resource({
  uri: '/redfish/v1/TelemetryService/MetricDefinitions/{MetricDefinitionId}',
  schema: 'MetricDefinition',
  ids: (app) => [...metricFacts(app).keys()],
  find: (app, { MetricDefinitionId }) => metricFacts(app).get(MetricDefinitionId),
  body: ({ name, property, sensor, values }): MetricDefinitionBody => ({
    Name: name,
    MetricProperties: [property],
    IsLinear: values === null ? true : undefined,
    ...(sensor === null
      ? { MetricType: 'Discrete', MetricDataType: 'Enumeration', DiscreteValues: values ?? [] }
      : {
          MetricType: sensor.quantity === 'EnergyJoules' ? 'Counter' : 'Gauge',
          MetricDataType: 'Decimal',
          Implementation: sensor.inputs.length === 0 ? 'PhysicalSensor' : 'Calculated',
          Units: quantities[sensor.quantity].units,
          Calculable: summable.has(sensor.quantity) ? 'Summable' : 'NonSummable',
          PhysicalContext: sensor.context ?? undefined,
          SensingInterval: durationOf(sensor.period),
          MinReadingRange: sensor.range?.min,
          MaxReadingRange: sensor.range?.max,
        }),
  }),
});

export const metricDefinitions = collection({
  uri: '/redfish/v1/TelemetryService/MetricDefinitions',
  schema: 'MetricDefinitionCollection',
  name: 'Metric definitions',
  members: metricDefinition,
});
