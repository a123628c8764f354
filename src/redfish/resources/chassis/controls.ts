/** Set points: one control for each fan, its duty in percent, and one for each node whose power can be limited. */

import type { Fan } from '../../../board/model/chassis.ts';
import type { Node } from '../../../board/model/node.ts';
import { message } from '../../../messages/messages.ts';
import { type App, collection, resource } from '../../app.ts';
import type { ControlBody, Writables } from '../../generated/types.ts';
import { link, statusOf } from '../../mapping/common.ts';
import {
  limitControl,
  limitedIn,
  limitId,
  pointFaults,
  setPoint,
  type WrittenPoint,
} from '../../mapping/power-limit.ts';
import type { Changes } from '../../service/declare.ts';
import type { Undo } from '../../service/resource.ts';
import { fanUri, sensorUri } from '../../uris.ts';
import { fansOf } from './fans.ts';

/** What a control sets. */
type Controlled = { readonly fan: Fan } | { readonly node: Node };

export const control = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/Controls/{ControlId}',
  schema: 'Control',
  ids: (app, { ChassisId }) => [
    ...fansOf(app, ChassisId).map(({ id }) => id),
    ...limitedIn(app, ChassisId).map(limitId),
  ],
  find: (app, { ChassisId, ControlId }): Controlled | undefined => {
    const fan = app.board.fans.get(ControlId);
    if (fan?.chassis === ChassisId) return { fan };
    const node = limitedIn(app, ChassisId).find((each) => limitId(each) === ControlId);
    return node && { node };
  },
  excerpt: ({ SetPointType }) => SetPointType ?? undefined,
  body: (model, { app }): ControlBody =>
    'fan' in model ? dutyControl(app, model.fan) : limitControl(app, model.node),
  writes: [
    {
      properties: ['ControlMode', 'SetPoint'],
      allowable: (model) => ({
        ControlMode: 'fan' in model ? ['Automatic', 'Manual'] : ['Automatic', 'Disabled'],
      }),
      check: (model, changes, { app }) =>
        'fan' in model ? dutyFaults(app, changes) : pointFaults(pointIn(changes)),
      apply: (model, changes, { app }) =>
        'fan' in model ? setDuty(app, model.fan, changes) : setPoint(app, model.node, pointIn(changes)),
    },
  ],
});

type ControlChanges = Changes<Writables['Control']>;

const pointIn = (changes: ControlChanges): WrittenPoint => ({
  point: changes.get('SetPoint'),
  mode: changes.get('ControlMode'),
});

const dutyControl = (app: App, model: Fan): ControlBody => ({
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
});

function dutyFaults(app: App, changes: ControlChanges) {
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
}

async function setDuty(app: App, model: Fan, changes: ControlChanges): Promise<Undo> {
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
    if (before.mode === 'manual' && before.duty !== null) await app.board.setFanDuty(model.id, before.duty);
  };
}

export const controls = collection({
  uri: '/redfish/v1/Chassis/{ChassisId}/Controls',
  schema: 'ControlCollection',
  name: 'Controls',
  members: control,
  exists: (app, { ChassisId }) => app.board.chassis.has(ChassisId),
});
