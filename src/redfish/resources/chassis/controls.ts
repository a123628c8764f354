/**
 * Set points: one control for each fan, its duty in percent, for each zone of fans and each of its loops, and for each node
 * whose power can be limited.
 */
import type { Fan } from '../../../board/model/chassis.ts';
import type { CoolingLoop, CoolingZone } from '../../../board/model/cooling.ts';
import type { Node } from '../../../board/model/node.ts';
import { type App, collection, resource } from '../../app.ts';
import type { ControlBody, Writables } from '../../generated/types.ts';
import {
  dutyControl,
  dutyFaults,
  loopControl,
  loopFaults,
  loopId,
  modeOf,
  setDuty,
  setLoop,
  setZone,
  type WrittenLoop,
  zoneControl,
  zonesIn,
} from '../../mapping/fan-control.ts';
import {
  limitControl,
  limitedIn,
  limitId,
  pointFaults,
  setPoint,
  type WrittenPoint,
} from '../../mapping/power-limit.ts';
import type { Changes } from '../../service/declare.ts';
import { fansOf } from './fans.ts';

/** What a control sets. */
type Controlled =
  | { readonly kind: 'fan'; readonly fan: Fan }
  | { readonly kind: 'zone'; readonly zone: CoolingZone }
  | { readonly kind: 'loop'; readonly zone: CoolingZone; readonly loop: CoolingLoop }
  | { readonly kind: 'node'; readonly node: Node };

/** The controls of a chassis by id. Ids of fans come first: another thing of that name has no control. */
function controlsIn(app: App, chassis: string): ReadonlyMap<string, Controlled> {
  const found: [string, Controlled][] = [
    ...limitedIn(app, chassis).map((node): [string, Controlled] => [limitId(node), { kind: 'node', node }]),
    ...zonesIn(app, chassis).flatMap((zone): [string, Controlled][] => [
      [zone.id, { kind: 'zone', zone }],
      ...[...zone.loops.values()].map((loop): [string, Controlled] => [
        loopId(loop),
        { kind: 'loop', zone, loop },
      ]),
    ]),
    ...fansOf(app, chassis).map((fan): [string, Controlled] => [fan.id, { kind: 'fan', fan }]),
  ];
  return new Map(found);
}

function bodyOf(app: App, model: Controlled): ControlBody {
  switch (model.kind) {
    case 'fan':
      return dutyControl(app, model.fan);
    case 'zone':
      return zoneControl(app, model.zone);
    case 'loop':
      return loopControl(app, model.zone, model.loop);
    case 'node':
      return limitControl(app, model.node);
  }
}

/** Settings that the ETag stands for: a set point that follows the loops is a reading. */
function revisionOf(model: Controlled): string | number {
  switch (model.kind) {
    case 'fan':
      return 0;
    case 'zone':
      return `${model.zone.mode} ${model.zone.floor} ${model.zone.offset}`;
    case 'loop':
      return model.loop.target ?? 0;
    case 'node':
      return model.node.powerLimit?.watts ?? -1;
  }
}

export const control = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/Controls/{ControlId}',
  schema: 'Control',
  shows: 'readings',
  spans: true,
  volatile: ['SetPoint', 'SetPointError', 'Description', 'DataSourceUri', 'PhysicalContext'],
  revision: revisionOf,
  ids: (app, { ChassisId }) => [...controlsIn(app, ChassisId).keys()],
  find: (app, { ChassisId, ControlId }): Controlled | undefined => controlsIn(app, ChassisId).get(ControlId),
  excerpt: ({ SetPointType }) => SetPointType ?? undefined,
  body: (model, { app }): ControlBody => bodyOf(app, model),
  writes: [
    {
      properties: ['ControlMode', 'SetPoint'],
      unless: ({ kind }) => kind === 'loop',
      allowable: ({ kind }) => ({
        ControlMode:
          kind === 'zone'
            ? ['Automatic', 'Override', 'Manual']
            : kind === 'fan'
              ? ['Automatic', 'Manual']
              : ['Automatic', 'Disabled'],
      }),
      check: (model, changes, { app }) => {
        const written = pointIn(changes);
        if (model.kind === 'zone') return dutyFaults(app, written, modeOf(model.zone));
        if (model.kind !== 'fan') return pointFaults(written);
        return dutyFaults(app, written, app.board.cooling.mode === 'manual' ? 'Manual' : 'Automatic');
      },
      apply: async (model, changes, { app }) => {
        const written = pointIn(changes);
        if (model.kind === 'zone') return setZone(app, model.zone, written);
        if (model.kind === 'fan') return setDuty(app, model.fan, written);
        return model.kind === 'node' ? setPoint(app, model.node, written) : undefined;
      },
    },
    {
      properties: ['SetPoint', 'ControlLoop/Proportional', 'ControlLoop/Integral'],
      unless: (model) => model.kind !== 'loop' || model.loop.target === null,
      check: (_model, changes) => loopFaults(loopIn(changes)),
      apply: async (model, changes, { app }) =>
        model.kind === 'loop' ? setLoop(app, model.loop, loopIn(changes)) : undefined,
    },
  ],
  actions: {
    'Control.ResetToDefaults': {
      parameters: {},
      when: (model) => model.kind === 'loop' && model.loop.target !== null,
      run: async (model, _args, { app }) => {
        if (model.kind === 'loop') await app.board.resetLoop(model.loop.zone, model.loop.id);
        return undefined;
      },
    },
  },
});

type ControlChanges = Changes<Writables['Control']>;

const pointIn = (changes: ControlChanges): WrittenPoint => ({
  point: changes.get('SetPoint'),
  mode: changes.get('ControlMode'),
});

const loopIn = (changes: ControlChanges): WrittenLoop => ({
  point: changes.get('SetPoint'),
  proportional: changes.get('ControlLoop/Proportional'),
  integral: changes.get('ControlLoop/Integral'),
});

export const controls = collection({
  uri: '/redfish/v1/Chassis/{ChassisId}/Controls',
  schema: 'ControlCollection',
  name: 'Controls',
  members: control,
  exists: (app, { ChassisId }) => app.board.chassis.has(ChassisId),
});
