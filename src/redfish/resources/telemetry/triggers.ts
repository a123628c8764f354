import { message, RedfishError } from '../../../messages/messages.ts';
import { limits } from '../../../telemetry/definition.ts';
import type { Trigger } from '../../../telemetry/trigger.ts';
import { type App, collection, resource } from '../../app.ts';
import { links } from '../../mapping/common.ts';
import { faultsOfTrigger } from '../../mapping/metric-rules.ts';
import { metricsOf, withoutNulls } from '../../mapping/metrics.ts';
import type { Json, JsonObject } from '../../service/json.ts';
import type { Changes } from '../../service/resource.ts';
import { metricReportDefinitionUri, triggerUri } from '../../uris.ts';
import { newId } from './metric-report-definitions.ts';

const writable = [
  'TriggerEnabled',
  'NumericThresholds',
  'DiscreteTriggers',
  'Wildcards',
  'MetricProperties',
  'MetricIds',
  'EventTriggers',
  'HysteresisReading',
  'HysteresisDuration',
] as const;
const reports = 'Links/MetricReportDefinitions';

export const trigger = resource<Trigger>({
  uri: '/redfish/v1/TelemetryService/Triggers/{TriggersId}',
  schema: 'Triggers',
  ids: (app) => app.telemetry.triggers.all.map(({ Id }) => Id),
  find: (app, { TriggersId }) => app.telemetry.triggers.get(TriggersId ?? ''),
  body: (model, { app }) => {
    const { Reports, DiscreteTriggers, NumericThresholds, Wildcards, ...rest } = model;
    const numeric = model.MetricType === 'Numeric';
    return {
      ...rest,
      NumericThresholds: numeric ? ((NumericThresholds ?? {}) as JsonObject) : undefined,
      DiscreteTriggers: numeric ? undefined : DiscreteTriggers.map((each): JsonObject => ({ ...each })),
      Wildcards: Wildcards.map((each): JsonObject => ({ ...each })),
      HysteresisReading: model.HysteresisReading ?? null,
      HysteresisDuration: model.HysteresisDuration ?? null,
      TriggerActionMessage: 'Telemetry',
      Status: { State: model.TriggerEnabled ? 'Enabled' : 'Disabled', Health: 'OK' },
      Links: {
        MetricReportDefinitions: links(
          Reports.filter((id) => app.telemetry.definitions.get(id) !== undefined).map(
            metricReportDefinitionUri,
          ),
        ),
      },
    };
  },
  writes: [
    {
      properties: [...writable, reports],
      check: (model, changes, { app }) => faults(app, changed(model, changes)),
      apply: (model, changes, { app }) => {
        const before = app.telemetry.triggers.get(model.Id) ?? model;
        app.telemetry.triggers.put(changed(before, changes));
        return () => app.telemetry.triggers.put(before);
      },
    },
  ],
  remove: ({ Id }, { app }) => app.telemetry.triggers.remove(Id),
});

export const triggers = collection({
  uri: '/redfish/v1/TelemetryService/Triggers',
  schema: 'TriggersCollection',
  name: 'Triggers',
  members: trigger,
  create: {
    required: ['TriggerActions'],
    optional: [
      ...['Id', 'Name', 'Description', 'MetricType', 'DiscreteTriggerCondition', 'Links'],
      ...['Wildcards/Name', 'DiscreteTriggers/Name'],
      ...writable,
    ],
    run: (body, { app }) => {
      const { triggers: shelf } = app.telemetry;
      if (shelf.all.length >= limits.triggers)
        throw new RedfishError([message('Base.CreateLimitReachedForResource', [])]);
      const id = newId(body.Id, 'Trigger', (each) => shelf.get(each) !== undefined, 'Triggers');
      const { Id: _, Name, Links, ...given } = withoutNulls(body);
      const linked = (Links as JsonObject | undefined)?.MetricReportDefinitions;
      const made = wellFormed({
        ...blank,
        ...{ Id: id, Name: Name ?? id, Reports: idsOf(linked) },
        ...given,
      } as unknown as Trigger);
      const wrong = faults(app, made);
      if (wrong.length > 0) throw new RedfishError(wrong, 400);
      shelf.put(made);
      return { uri: triggerUri(id) };
    },
  },
});

const blank = {
  ...{
    DiscreteTriggers: [],
    Wildcards: [],
    MetricProperties: [],
    MetricIds: [],
    EventTriggers: [],
    Reports: [],
  },
  TriggerEnabled: true,
} as const;

const faults = (app: App, made: Trigger) =>
  faultsOfTrigger(made, metricsOf(app), (id) => app.telemetry.definitions.get(id) !== undefined);

function changed(model: Trigger, changes: Changes): Trigger {
  const next = new Map<string, unknown>(Object.entries(model));
  for (const [name, value] of changes) {
    if (name === reports) next.set('Reports', idsOf(value));
    else if (value !== null) next.set(name, withoutNulls(value));
    else if (Object.hasOwn(blank, name)) next.set(name, blank[name as keyof typeof blank]);
    else next.delete(name);
  }
  return wellFormed(Object.fromEntries(next) as unknown as Trigger);
}

/** A wildcard may come without its values. */
const wellFormed = (made: Trigger): Trigger => ({
  ...made,
  Wildcards: made.Wildcards.map((each) => ({ ...each, Values: each.Values ?? ['*'] })),
});

/** Ids of the definitions that links name; what leads elsewhere is kept as it is, and then found to be wrong. */
function idsOf(given: Json | undefined): string[] {
  const base = metricReportDefinitionUri('');
  return ((given ?? []) as readonly JsonObject[]).map((each) => {
    const uri = String(each['@odata.id']);
    return uri.startsWith(base) ? uri.slice(base.length) : uri;
  });
}
