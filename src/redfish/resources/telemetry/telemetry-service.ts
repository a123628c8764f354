/** TelemetryService. */
import { message, RedfishError } from '../../../messages/messages.ts';
import { functions, limits } from '../../../telemetry/definition.ts';
import type { MetricValue } from '../../../telemetry/report.ts';
import { tickPeriod } from '../../../telemetry/telemetry.ts';
import { resource } from '../../app.ts';
import type { MetricReportMetricValue, TelemetryServiceBody } from '../../generated/types.ts';
import { durationOf, link } from '../../mapping/common.ts';
import { given } from '../../mapping/written.ts';
import { managerUri, telemetryUri } from '../../uris.ts';

export const telemetryService = resource({
  uri: telemetryUri,
  schema: 'TelemetryService',
  find: (app) => app,
  body: ({ telemetry, board }, { uri }): TelemetryServiceBody => ({
    Name: 'Telemetry service',
    ServiceEnabled: telemetry.enabled,
    Status: { State: telemetry.enabled ? 'Enabled' : 'Disabled', Health: 'OK' },
    MaxReports: limits.reports + limits.definitions,
    MinCollectionInterval: durationOf(tickPeriod),
    SupportedCollectionFunctions: functions,
    MetricDefinitions: link(`${uri}/MetricDefinitions`),
    MetricReportDefinitions: link(`${uri}/MetricReportDefinitions`),
    MetricReports: link(`${uri}/MetricReports`),
    Triggers: link(`${uri}/Triggers`),
    LogService: link(`${managerUri(board.platform.manager.id)}/LogServices/EventLog`),
  }),
  writes: [
    {
      properties: ['ServiceEnabled'],
      apply: (_, changes, { app }) => {
        const before = app.telemetry.enabled;
        app.telemetry.setEnabled(changes.get('ServiceEnabled') !== false);
        return () => app.telemetry.setEnabled(before);
      },
    },
  ],
  actions: {
    'TelemetryService.SubmitTestMetricReport': {
      parameters: {
        MetricReportName: { type: 'String', required: true, pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$' },
        GeneratedMetricReportValues: { type: 'ObjectArray', required: true },
      },
      run: async (_, { MetricReportName, GeneratedMetricReportValues }, { app }) => {
        if (GeneratedMetricReportValues.length > limits.metrics)
          throw new RedfishError([
            message('Base.ArraySizeTooLong', ['GeneratedMetricReportValues', limits.metrics]),
          ]);
        const time = new Date();
        app.telemetry.submitReport({
          id: MetricReportName,
          name: MetricReportName,
          definition: null,
          time,
          values: GeneratedMetricReportValues.map((each) => testValue(each, time)),
        });
        return undefined;
      },
    },
    'TelemetryService.ClearMetricReports': {
      parameters: {},
      run: async (_model, _args, { app }) => {
        app.telemetry.clearReports();
        return undefined;
      },
    },
    'TelemetryService.ResetMetricReportDefinitionsToDefaults': {
      parameters: {},
      run: async (_model, _args, { app }) => {
        app.telemetry.resetDefinitions();
        return undefined;
      },
    },
    'TelemetryService.ResetTriggersToDefaults': {
      parameters: {},
      run: async (_model, _args, { app }) => {
        app.telemetry.triggers.reset();
        return undefined;
      },
    },
  },
});

/** A value as a client made it up; what it leaves out is filled in. */
function testValue(sent: Partial<MetricReportMetricValue>, time: Date): MetricValue {
  const { MetricId, MetricProperty } = sent;
  return {
    ...given({ MetricId, MetricProperty }),
    MetricValue: sent.MetricValue ?? null,
    Timestamp: sent.Timestamp ?? time.toISOString(),
  };
}
