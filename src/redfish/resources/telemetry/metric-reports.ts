/** MetricReport and its collection. */
import type { Report } from '../../../telemetry/report.ts';
import { collection, resource } from '../../app.ts';
import type { MetricReportBody } from '../../generated/types.ts';
import { odataType } from '../../generated/versions.ts';
import { link } from '../../mapping/common.ts';
import type { JsonObject } from '../../service/json.ts';
import { metricReportDefinitionUri, metricReportUri } from '../../uris.ts';

export const metricReport = resource({
  uri: '/redfish/v1/TelemetryService/MetricReports/{MetricReportId}',
  schema: 'MetricReport',
  // Each report is an object of its own, which never changes.
  stamp: () => 0,
  volatile: ['MetricValues', 'Timestamp'],
  ids: (app) => app.telemetry.reportIds,
  find: (app, { MetricReportId }) => app.telemetry.report(MetricReportId),
  body: (report): MetricReportBody => properties(report),
  remove: ({ id }, { app }) => app.telemetry.removeReport(id),
});

export const metricReports = collection({
  uri: '/redfish/v1/TelemetryService/MetricReports',
  schema: 'MetricReportCollection',
  name: 'Metric reports',
  members: metricReport,
});

const properties = ({ name, definition, time, values }: Report): MetricReportBody => ({
  Name: name,
  MetricReportDefinition: definition === null ? undefined : link(metricReportDefinitionUri(definition)),
  Timestamp: time.toISOString(),
  MetricValues: values,
});

/** The whole resource, as subscribers get it. */
export const reportResource = (report: Report): JsonObject => ({
  '@odata.id': metricReportUri(report.id),
  '@odata.type': odataType.MetricReport,
  Id: report.id,
  ...properties(report),
});
