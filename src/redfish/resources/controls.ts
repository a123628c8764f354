/** Set points: one control for each fan, its duty in percent. */

import type { Fan } from '../../board/model.ts';
import { message } from '../registries/messages.ts';
import { collection, resource } from './app.ts';
import { link, statusOf } from './common.ts';
import { fansOf } from './fans.ts';
import { fanUri, sensorUri } from './uris.ts';

export const control = resource<Fan>({
  uri: '/redfish/v1/Chassis/{ChassisId}/Controls/{ControlId}',
  schema: 'Control',
  ids: (app, { ChassisId }) => fansOf(app, ChassisId ?? '').map(({ id }) => id),
  find: (app, { ChassisId, ControlId }) => {
    const found = app.board.fans.get(ControlId ?? '');
    return found?.chassis === ChassisId ? found : undefined;
  },
  excerpt: ({ SetPointType }) => String(SetPointType),
  body: (model, { app }) => ({
    Name: `Duty of ${model.name}`,
    ControlType: 'Percent',
    SetPointType: 'Single',
    SetPointUnits: '%',
    SetPoint: model.duty,
    AllowableMin: app.board.cooling.minimumDuty,
    AllowableMax: 100,
    // The mode is one for all fans of the board: half a manual cooling would be a trap.
    ControlMode: app.board.cooling.mode === 'manual' ? 'Manual' : 'Automatic',
    Implementation: 'Direct',
    PhysicalContext: 'Fan',
    Status: statusOf(model.status),
    RelatedItem: [link(fanUri(model))],
    AssociatedSensors: model.sensors.map((id) => link(sensorUri({ chassis: model.chassis, id }))),
  }),
  writes: [
    {
      properties: ['ControlMode', 'SetPoint'],
      allowable: () => ({ ControlMode: ['Automatic', 'Manual'] }),
      check: (_model, changes, { app }) => {
        const point = changes.get('SetPoint');
        const manual =
          (changes.get('ControlMode') ?? (app.board.cooling.mode === 'manual' ? 'Manual' : '')) === 'Manual';
        if (point !== undefined && !manual) {
          return [
            message('Base.PropertyValueConflict', ['SetPoint', 'ControlMode'], {
              relatedProperties: ['#/SetPoint'],
            }),
          ];
        }
        const { minimumDuty } = app.board.cooling;
        if (typeof point === 'number' && (point < minimumDuty || point > 100)) {
          return [
            message('Base.PropertyValueOutOfRange', [String(point), 'SetPoint'], {
              relatedProperties: ['#/SetPoint'],
            }),
          ];
        }
        return point === null ? [message('Base.PropertyValueTypeError', ['null', 'SetPoint'])] : [];
      },
      apply: async (model, changes, { app }) => {
        const before = { mode: app.board.cooling.mode, duty: model.duty };
        const mode = changes.get('ControlMode');
        const point = changes.get('SetPoint');
        if (mode !== undefined) await app.board.setCooling(mode === 'Manual' ? 'manual' : 'automatic');
        if (typeof point === 'number') {
          try {
            await app.board.setFanDuty(model.id, point);
          } catch (error) {
            await app.board.setCooling(before.mode);
            throw error;
          }
        }
        return async () => {
          await app.board.setCooling(before.mode);
          if (before.mode === 'manual' && before.duty !== null)
            await app.board.setFanDuty(model.id, before.duty);
        };
      },
    },
  ],
});

export const controls = collection({
  uri: '/redfish/v1/Chassis/{ChassisId}/Controls',
  schema: 'ControlCollection',
  name: 'Controls',
  members: control,
  exists: (app, { ChassisId }) => app.board.chassis.has(ChassisId ?? ''),
});
