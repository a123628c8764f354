/** Thresholds of a sensor: as they are shown, and how clients change them. */
import type { Sensor, ThresholdName, ThresholdSettings } from '../../board/model/sensor.ts';
import { message } from '../../messages/messages.ts';
import type { App } from '../app.ts';
import type { SensorThresholds, Writables } from '../generated/types.ts';
import type { Changes, Write } from '../service/declare.ts';

/** In ascending order, which they must keep. */
const names = [
  ['lowerFatal', 'LowerFatal'],
  ['lowerCritical', 'LowerCritical'],
  ['lowerCaution', 'LowerCaution'],
  ['upperCaution', 'UpperCaution'],
  ['upperCritical', 'UpperCritical'],
  ['upperFatal', 'UpperFatal'],
] as const satisfies readonly (readonly [ThresholdName, keyof SensorThresholds])[];

const pathOf = <N extends (typeof names)[number][1]>(name: N) => `Thresholds/${name}/Reading` as const;

/** Nothing where none is set. */
export function thresholdsOf({ thresholds }: Sensor): SensorThresholds | undefined {
  const set = names.flatMap(([key, name]) => {
    const Reading = thresholds[key];
    const Activation = key.startsWith('upper') ? 'Increasing' : 'Decreasing';
    return Reading === undefined ? [] : [[name, { Reading, Activation }] as const];
  });
  return set.length === 0 ? undefined : Object.fromEntries(set);
}

/** A threshold of null is switched off. What is set here lasts until `Sensor.ResetToDefaults`. */
export const thresholdWrite: Write<App, Sensor, 'Sensor'> = {
  properties: names.map(([, name]) => pathOf(name)),
  check: (model, changes) => {
    const settings = settingsIn(changes);
    const merged = names.flatMap(([key, name]) => {
      const limit = settings[key] === undefined ? model.thresholds[key] : settings[key];
      return limit === null || limit === undefined ? [] : [{ name, limit, isGiven: key in settings }];
    });
    return merged.flatMap(({ name, limit, isGiven }, index) => {
      const next = merged[index + 1];
      if (next === undefined || limit <= next.limit || !(isGiven || next.isGiven)) return [];
      const [wrong, other] = isGiven ? [name, next.name] : [next.name, name];
      const options = { relatedProperties: [`#/${pathOf(wrong)}`] };
      return [message('Base.PropertyValueConflict', [pathOf(wrong), pathOf(other)], options)];
    });
  },
  apply: async ({ id, thresholdSettings: before }, changes, { app: { board } }) => {
    await board.setThresholds(id, settingsIn(changes));
    return async () => {
      await board.resetThresholds(id);
      await board.setThresholds(id, before);
    };
  },
};

function settingsIn(changes: Changes<Writables['Sensor']>): ThresholdSettings {
  return Object.fromEntries(
    names.flatMap(([key, name]) => {
      const limit = changes.get(pathOf(name));
      return limit === undefined ? [] : [[key, limit]];
    }),
  );
}
