/** Triggers and their collection. */
import { message, RedfishError } from '../../../messages/messages.ts';
import { limits } from '../../../telemetry/definition.ts';
import type { Trigger } from '../../../telemetry/trigger.ts';
import { type App, collection, resource } from '../../app.ts';
import type { TriggersBody, Writables } from '../../generated/types.ts';
import { links } from '../../mapping/common.ts';
import { faultsOfTrigger } from '../../mapping/metric-rules.ts';
import { metricsOf } from '../../mapping/metrics.ts';
import { triggerOf, triggerProperties, triggerWith } from '../../mapping/trigger.ts';
import { written } from '../../mapping/written.ts';
import type { Changes } from '../../service/declare.ts';
import { metricReportDefinitionUri, triggerUri } from '../../uris.ts';
import { newId } from './metric-report-definitions.ts';

export const trigger = resource({
  uri: '/redfish/v1/TelemetryService/Triggers/{TriggersId}',
  schema: 'Triggers',
  ids: (app) => app.telemetry.triggers.all.map(({ Id }) => Id),
  find: (app, { TriggersId }) => app.telemetry.triggers.get(TriggersId),
  body: (model, { app }): TriggersBody => {
    const { Reports, DiscreteTriggers, NumericThresholds, Wildcards, ...rest } = model;
    const numeric = model.MetricType === 'Numeric';
    return {
      ...rest,
      NumericThresholds: numeric ? (NumericThresholds ?? {}) : undefined,
      DiscreteTriggers: numeric ? undefined : DiscreteTriggers,
      Wildcards,
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
      properties: triggerProperties,
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
      'Id',
      'Name',
      'Description',
      'MetricType',
      'DiscreteTriggerCondition',
      'Links',
      'Wildcards/Name',
      'DiscreteTriggers/Name',
      ...triggerProperties,
    ],
    run: (body, { app }) => {
      const { triggers: kept } = app.telemetry;
      if (kept.all.length >= limits.triggers)
        throw new RedfishError([message('Base.CreateLimitReachedForResource', [])]);
      const id = newId(body.Id, 'Trigger', (each) => kept.get(each) !== undefined, 'Triggers');
      const made = triggerOf(id, body);
      const wrong = faults(app, made);
      if (wrong.length > 0) throw new RedfishError(wrong, 400);
      kept.put(made);
      return { uri: triggerUri(id) };
    },
  },
});

const faults = (app: App, made: Trigger) =>
  faultsOfTrigger(made, metricsOf(app), (id) => app.telemetry.definitions.get(id) !== undefined);

const changed = (model: Trigger, changes: Changes<Writables['Triggers']>): Trigger =>
  triggerWith(model, written(changes, triggerProperties));
