/** Metric report definitions that every board has: what an operator asks for first. */
import type { Board } from '../../board/model/board.ts';
import type { Quantity } from '../../board/model/sensor.ts';
import type { Definition, MetricChoice } from '../../telemetry/definition.ts';
import { readingOf } from './metrics.ts';

const common = {
  ReportActions: ['LogToMetricReportsCollection'],
  ReportUpdates: 'Overwrite',
  ...{ Wildcards: [], MetricProperties: [], Metrics: [] },
  SuppressRepeatedMetricValue: false,
  MetricReportDefinitionEnabled: true,
} as const;

/** Those for which the board has sensors. */
export function predefinedReports(board: Pick<Board, 'sensors'>): Definition[] {
  const readings = (...quantities: readonly Quantity[]) =>
    [...board.sensors.values()].filter(({ quantity }) => quantities.includes(quantity)).map(readingOf);
  const power = readings('Power');
  const calculations = (names: readonly MetricChoice['CollectionFunction'][], CollectionDuration: string) =>
    names.map((CollectionFunction) => ({
      ...{ MetricProperties: power, CollectionFunction, CollectionDuration },
      CollectionTimeScope: 'Interval',
    })) as MetricChoice[];
  const current = (Id: string, Name: string, MetricProperties: readonly string[]): Definition => ({
    ...common,
    ...{ Id, Name, MetricProperties },
    MetricReportDefinitionType: 'Periodic',
    Schedule: { RecurrenceInterval: 'PT60S' },
  });
  const all: readonly Definition[] = [
    current('PowerMetrics', 'Power and energy', [...power, ...readings('EnergyJoules')]),
    current('TemperatureMetrics', 'Temperatures', readings('Temperature')),
    current('FanMetrics', 'Fan speeds', readings('Rotational')),
    current('ElectricalMetrics', 'Voltages and currents', readings('Voltage', 'Current')),
    {
      ...common,
      ...{ Id: 'PowerStatistics', Name: 'Power in the last hour: least, most and average' },
      MetricReportDefinitionType: 'OnRequest',
      Metrics: calculations(['Minimum', 'Maximum', 'Average'], 'PT1H'),
    },
    {
      ...common,
      ...{ Id: 'PowerHistory', Name: 'Power of the last hour, minute by minute' },
      MetricReportDefinitionType: 'OnRequest',
      Metrics: calculations(['Average'], 'PT1M'),
      ReportTimespan: 'PT1H',
    },
  ];
  return all.filter(
    ({ MetricProperties, Metrics }) =>
      [...MetricProperties, ...Metrics.flatMap((each) => each.MetricProperties ?? [])].length > 0,
  );
}
