import { message, RedfishError } from '../../../messages/messages.ts';
import { type Definition, limits } from '../../../telemetry/definition.ts';
import { collection, resource } from '../../app.ts';
import { link, links } from '../../mapping/common.ts';
import { faultsOfDefinition } from '../../mapping/metric-rules.ts';
import { metricsOf, withoutNulls } from '../../mapping/metrics.ts';
import { predefinedIds } from '../../mapping/predefined-reports.ts';
import type { Json, JsonObject } from '../../service/json.ts';
import type { Changes } from '../../service/resource.ts';
import { metricReportDefinitionUri, metricReportUri, triggerUri } from '../../uris.ts';

const writable = [
  'MetricReportDefinitionType',
  'MetricReportDefinitionEnabled',
  'Schedule',
  'ReportActions',
  'ReportUpdates',
  'ReportTimespan',
  'MetricProperties',
  'Metrics',
  'Wildcards',
  'SuppressRepeatedMetricValue',
  'MetricReportHeartbeatInterval',
] as const;

export const metricReportDefinition = resource<Definition>({
  uri: '/redfish/v1/TelemetryService/MetricReportDefinitions/{MetricReportDefinitionId}',
  schema: 'MetricReportDefinition',
  // Which report is the newest is no change of the definition.
  volatile: ['MetricReport'],
  ids: (app) => app.telemetry.definitions.all.map(({ Id }) => Id),
  find: (app, { MetricReportDefinitionId }) => app.telemetry.definitions.get(MetricReportDefinitionId ?? ''),
  body: (model, { app }) => {
    const { Id, Metrics, Wildcards, Schedule, ...rest } = model;
    const report = app.telemetry.newestReport(Id);
    const triggers = app.telemetry.triggers.all.filter(({ Reports }) => Reports.includes(Id));
    return {
      Id,
      ...rest,
      Schedule: Schedule && { ...Schedule },
      Metrics: Metrics.map((each): JsonObject => ({ ...each })),
      Wildcards: Wildcards.map((each): JsonObject => ({ ...each })),
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
      properties: writable,
      check: (model, changes, { app }) => faultsOfDefinition(changed(model, changes), metricsOf(app)),
      apply: (model, changes, { app }) => {
        const before = app.telemetry.definitions.get(model.Id) ?? model;
        app.telemetry.definitions.put(changed(before, changes));
        return () => app.telemetry.definitions.put(before);
      },
    },
  ],
  removable: ({ Id }) => !predefined.has(Id),
  remove: ({ Id }, { app }) => app.telemetry.removeDefinition(Id),
});

export const metricReportDefinitions = collection({
  uri: '/redfish/v1/TelemetryService/MetricReportDefinitions',
  schema: 'MetricReportDefinitionCollection',
  name: 'Metric report definitions',
  members: metricReportDefinition,
  create: {
    required: ['MetricReportDefinitionType'],
    optional: ['Id', 'Name', 'Description', ...writable.slice(1)],
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
      const { Id: _, Name, ...given } = withoutNulls(body);
      const made = {
        ...blank,
        ...{ Id: id, Name: Name ?? id },
        ...given,
      } as unknown as Definition;
      const faults = faultsOfDefinition(made, metricsOf(app));
      if (faults.length > 0) throw new RedfishError(faults, 400);
      definitions.put(made);
      return { uri: metricReportDefinitionUri(id) };
    },
  },
});

/** Those that come with the daemon can be switched off, not removed. */
const predefined: ReadonlySet<string> = new Set(predefinedIds);

const blank = {
  ReportActions: ['LogToMetricReportsCollection'],
  ReportUpdates: 'Overwrite',
  ...{ Wildcards: [], MetricProperties: [], Metrics: [] },
  SuppressRepeatedMetricValue: false,
  MetricReportDefinitionEnabled: true,
} as const;

function changed(model: Definition, changes: Changes): Definition {
  const next = new Map<string, unknown>(Object.entries(model));
  for (const [name, value] of changes) {
    if (value !== null) next.set(name, withoutNulls(value));
    // Null is what there was before anything was said.
    else if (Object.hasOwn(blank, name)) next.set(name, blank[name as keyof typeof blank]);
    else next.delete(name);
  }
  return Object.fromEntries(next) as unknown as Definition;
}

/** The id that a client wants, or one that is free. @throws RedfishError 400, 409 */
export function newId(
  wanted: Json | undefined,
  prefix: string,
  taken: (id: string) => boolean,
  schema: string,
): string {
  if (wanted === undefined || wanted === null) {
    let number = 1;
    while (taken(`${prefix}${number}`)) number += 1;
    return `${prefix}${number}`;
  }
  const id = String(wanted);
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(id))
    throw new RedfishError([message('Base.PropertyValueFormatError', [id.slice(0, 128), 'Id'])], 400);
  if (taken(id) || predefined.has(id))
    throw new RedfishError([message('Base.ResourceAlreadyExists', [schema, 'Id', id])]);
  return id;
}
