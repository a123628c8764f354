/** MetricReportDefinition and its collection. */
import { message, RedfishError } from '../../../messages/messages.ts';
import { type Definition, limits } from '../../../telemetry/definition.ts';
import { collection, resource } from '../../app.ts';
import type { MetricReportDefinitionBody, Writables } from '../../generated/types.ts';
import { link, links } from '../../mapping/common.ts';
import { faultsOfDefinition } from '../../mapping/metric-rules.ts';
import { metricsOf } from '../../mapping/metrics.ts';
import { blankDefinition, definitionProperties, definitionWith } from '../../mapping/report-definition.ts';
import { written } from '../../mapping/written.ts';
import type { Changes } from '../../service/declare.ts';
import { metricReportDefinitionUri, metricReportUri, triggerUri } from '../../uris.ts';

export const metricReportDefinition = resource({
  uri: '/redfish/v1/TelemetryService/MetricReportDefinitions/{MetricReportDefinitionId}',
  schema: 'MetricReportDefinition',
  // Which report is the newest is no change of the definition.
  volatile: ['MetricReport'],
  ids: (app) => app.telemetry.definitions.all.map(({ Id }) => Id),
  find: (app, { MetricReportDefinitionId }) => app.telemetry.definitions.get(MetricReportDefinitionId),
  body: (model, { app }): MetricReportDefinitionBody => {
    const { Id, Metrics, Wildcards, Schedule, ...rest } = model;
    const report = app.telemetry.newestReport(Id);
    const triggers = app.telemetry.triggers.all.filter(({ Reports }) => Reports.includes(Id));
    return {
      Id,
      ...rest,
      Schedule,
      Metrics,
      Wildcards,
      ReportTimespan: model.ReportTimespan ?? null,
      MetricReportHeartbeatInterval: model.MetricReportHeartbeatInterval ?? null,
      AppendLimit: limits.append,
      MetricReport: report === undefined ? undefined : link(metricReportUri(report)),
      Status: { State: model.MetricReportDefinitionEnabled ? 'Enabled' : 'Disabled', Health: 'OK' },
      Links: { Triggers: links(triggers.map((each) => triggerUri(each.Id))) },
    };
  },
  writes: [
    {
      properties: definitionProperties,
      check: (model, changes, { app }) => faultsOfDefinition(changed(model, changes), metricsOf(app)),
      apply: (model, changes, { app }) => {
        const before = app.telemetry.definitions.get(model.Id) ?? model;
        app.telemetry.definitions.put(changed(before, changes));
        return () => app.telemetry.definitions.put(before);
      },
    },
  ],
  remove: ({ Id }, { app }) => app.telemetry.removeDefinition(Id),
});

export const metricReportDefinitions = collection({
  uri: '/redfish/v1/TelemetryService/MetricReportDefinitions',
  schema: 'MetricReportDefinitionCollection',
  name: 'Metric report definitions',
  members: metricReportDefinition,
  create: {
    required: ['MetricReportDefinitionType'],
    optional: ['Id', 'Name', 'Description', ...definitionProperties],
    run: (body, { app }) => {
      const { definitions } = app.telemetry;
      if (definitions.all.length >= limits.definitions)
        throw new RedfishError([message('Base.CreateLimitReachedForResource', [])]);
      const id = newId(
        body.Id,
        'Report',
        (each) => definitions.get(each) !== undefined,
        'MetricReportDefinition',
      );
      const { Description } = body;
      const made = definitionWith(
        {
          ...blankDefinition(id, body.Name ?? id),
          ...(Description === undefined || Description === null ? {} : { Description }),
        },
        body,
      );
      const faults = faultsOfDefinition(made, metricsOf(app));
      if (faults.length > 0) throw new RedfishError(faults, 400);
      definitions.put(made);
      return { uri: metricReportDefinitionUri(id) };
    },
  },
});

const changed = (model: Definition, changes: Changes<Writables['MetricReportDefinition']>): Definition =>
  definitionWith(model, written(changes, definitionProperties));

/** The id that a client wants, or one that is free. @throws RedfishError 400, 409 */
export function newId(
  wanted: string | null | undefined,
  prefix: string,
  taken: (id: string) => boolean,
  schema: string,
): string {
  if (wanted === undefined || wanted === null) {
    let number = 1;
    while (taken(`${prefix}${number}`)) number += 1;
    return `${prefix}${number}`;
  }
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(wanted))
    throw new RedfishError([message('Base.PropertyValueFormatError', [wanted.slice(0, 128), 'Id'])], 400);
  if (taken(wanted)) throw new RedfishError([message('Base.ResourceAlreadyExists', [schema, 'Id', wanted])]);
  return wanted;
}
