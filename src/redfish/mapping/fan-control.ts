/** Controls of fan control: a fan, a zone of fans and a loop of a zone as Redfish says them, and writes to them. */
import type { Fan } from '../../board/model/chassis.ts';
import type { CoolingLoop, CoolingZone } from '../../board/model/cooling.ts';
import { type Message, message } from '../../messages/messages.ts';
import type { App } from '../app.ts';
import type { ControlBody, ControlMode, ControlType } from '../generated/types.ts';
import { excerpt } from '../resources/chassis/sensors.ts';
import type { Undo } from '../service/resource.ts';
import { controlUri, fanUri, sensorUri } from '../uris.ts';
import { link, links, statusOf } from './common.ts';
import { quantities } from './quantities.ts';

/** Zones whose first fan cools a chassis. */
export const zonesIn = (app: App, chassis: string): CoolingZone[] =>
  [...app.board.cooling.zones.values()].filter((zone) => zone.chassis === chassis);

export const loopId = ({ zone, id }: CoolingLoop): string => `${zone}.${id}`;

/** What was written; what was not is undefined. */
export interface WrittenDuty {
  readonly point: number | null | undefined;
  readonly mode: ControlMode | null | undefined;
}

const percent = { ControlType: 'Percent', SetPointType: 'Single', SetPointUnits: '%' } as const;
const tenths = (value: number) => Math.round(value * 10) / 10;

const sensorLinks = (app: App, ids: readonly string[]) =>
  links(ids.flatMap((id) => app.board.sensors.get(id) ?? []).map(sensorUri));

export const dutyControl = (app: App, model: Fan): ControlBody => ({
  Name: `Duty of ${model.name}`,
  ...percent,
  SetPoint: model.duty,
  AllowableMin: app.board.cooling.minimumDuty,
  AllowableMax: 100,
  // The mode is one for all fans of the board: half a manual cooling would be a trap.
  ControlMode: app.board.cooling.mode === 'manual' ? 'Manual' : 'Automatic',
  Implementation: 'Direct',
  PhysicalContext: 'Fan',
  Status: statusOf(model.status),
  RelatedItem: [link(fanUri(model))],
  AssociatedSensors: sensorLinks(app, model.sensors),
});

const modes = { automatic: 'Automatic', override: 'Override', manual: 'Manual' } as const;

/** The duty of a zone; in Override the set point is the least duty that a user wants. */
export function zoneControl(app: App, zone: CoolingZone): ControlBody {
  const { leader, mode, chassis, loops } = zone;
  const fans = zone.fans.flatMap((id) => app.board.fans.get(id) ?? []);
  const sensor = leader.sensor === null ? undefined : app.board.sensors.get(leader.sensor);
  return {
    Name: `Duty of ${zone.name}`,
    Description: leaderText(zone),
    ...percent,
    SetPoint: mode === 'override' ? zone.floor : zone.duty,
    AllowableMin: zone.minimumDuty,
    AllowableMax: 100,
    ControlMode: modes[mode],
    Implementation: 'Programmable',
    PhysicalContext: 'Chassis',
    Status: statusOf(zone.status),
    Sensor: sensor === undefined ? undefined : excerpt(sensor),
    AssociatedSensors: sensorLinks(
      app,
      [...loops.values()].flatMap((loop) => loop.sensors),
    ),
    RelatedItem: links([
      ...fans.map(fanUri),
      ...[...loops.values()].map((loop) => controlUri({ chassis, id: loopId(loop) })),
    ]),
  };
}

function leaderText({ leader: { duty, reason, loop, sensor } }: CoolingZone): string {
  const by = [loop === null ? '' : `loop ${loop}`, sensor ?? ''].filter((each) => each !== '').join(', ');
  return `Duty of the fans of a zone. The highest demand is ${Math.round(duty)} % (${reason}${by === '' ? '' : `: ${by}`}).`;
}

/** A loop: its set point is the reading that it keeps; one that has only a curve has none. */
export function loopControl(app: App, zone: CoolingZone, loop: CoolingLoop): ControlBody {
  const { facts, target, input } = loop;
  const sensor = loop.leader === null ? undefined : app.board.sensors.get(loop.leader);
  const quantity =
    loop.sensors.flatMap((id) => app.board.sensors.get(id)?.quantity ?? [])[0] ?? 'Temperature';
  const regulates = target !== null;
  return {
    Name: `${loop.name} of ${zone.name}`,
    Description: `Asks for a duty of ${Math.round(loop.demand)} % (${loop.reason}).`,
    ControlType: typeOf(quantity),
    SetPointType: regulates ? 'Single' : 'Monitor',
    SetPointUnits: quantities[quantity].units,
    ControlMode: 'Automatic',
    Implementation: 'Programmable',
    PhysicalContext: sensor?.context ?? undefined,
    Status: statusOf(loop.status),
    ControlDelaySeconds: (facts.grace ?? 3000) / 1000,
    Sensor: sensor === undefined ? undefined : excerpt(sensor),
    AssociatedSensors: sensorLinks(app, loop.sensors),
    RelatedItem: [link(controlUri(zone))],
    ...(regulates && {
      SetPoint: target,
      DefaultSetPoint: facts.target,
      SetPointError: input === null ? null : tenths(input - target),
      DeadBand: facts.deadBand ?? 0.5,
      ControlLoop: { Proportional: loop.proportional, Integral: loop.integral },
    }),
  };
}

const typeOf = (quantity: keyof typeof quantities): ControlType =>
  quantity === 'Temperature' || quantity === 'Power' ? quantity : 'Percent';

/** What is wrong with a duty; `present` is the mode that holds without a written one. */
export function dutyFaults(app: App, { point, mode }: WrittenDuty, present: ControlMode): Message[] {
  const target = mode ?? present;
  if (point !== undefined && target === 'Automatic') {
    return [
      message('Base.PropertyValueConflict', ['SetPoint', 'ControlMode'], {
        relatedProperties: ['#/SetPoint'],
      }),
    ];
  }
  // A floor of zero is none.
  const least = target === 'Override' ? 0 : app.board.cooling.minimumDuty;
  if (typeof point === 'number' && (point < least || point > 100)) return outOfRange(point, 'SetPoint');
  return point === null ? [message('Base.PropertyValueTypeError', ['null', 'SetPoint'])] : [];
}

const outOfRange = (value: number, name: string): Message[] => [
  message('Base.PropertyValueOutOfRange', [String(value), name], { relatedProperties: [`#/${name}`] }),
];

export async function setDuty(app: App, model: Fan, { mode, point }: WrittenDuty): Promise<Undo> {
  const before = { mode: app.board.cooling.mode, duty: model.duty };
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

export const modeOf = ({ mode }: CoolingZone): ControlMode => modes[mode];

export async function setZone(app: App, zone: CoolingZone, { mode, point }: WrittenDuty): Promise<Undo> {
  const { id, fans } = zone;
  const before = { mode: zone.mode, floor: zone.floor, offset: zone.offset, duty: zone.duty };
  const undo = async () => {
    await app.board.setCooling(before.mode === 'manual' ? 'manual' : 'automatic');
    await app.board.setZone(
      id,
      before.mode === 'override' ? { ...before, mode: 'override' } : { mode: 'automatic' },
    );
  };
  try {
    const wanted = mode ?? modeOf(zone);
    await app.board.setCooling(wanted === 'Manual' ? 'manual' : 'automatic');
    if (wanted === 'Override')
      await app.board.setZone(id, { mode: 'override', ...(typeof point === 'number' && { floor: point }) });
    else if (wanted === 'Automatic') await app.board.setZone(id, { mode: 'automatic' });
    else if (typeof point === 'number')
      await Promise.all(fans.map((fan) => app.board.setFanDuty(fan, point)));
  } catch (error) {
    await undo();
    throw error;
  }
  return undo;
}

/** What was written to a loop; what was not is undefined. */
export interface WrittenLoop {
  readonly point: number | null | undefined;
  readonly proportional: number | null | undefined;
  readonly integral: number | null | undefined;
}

export function loopFaults({ point, proportional, integral }: WrittenLoop): Message[] {
  const gains = { Proportional: proportional, Integral: integral };
  return [
    ...(point === null ? [message('Base.PropertyValueTypeError', ['null', 'SetPoint'])] : []),
    ...Object.entries(gains).flatMap(([name, gain]) =>
      gain === null
        ? [message('Base.PropertyValueTypeError', ['null', `ControlLoop/${name}`])]
        : gain !== undefined && gain < 0
          ? outOfRange(gain, `ControlLoop/${name}`)
          : [],
    ),
  ];
}

export async function setLoop(app: App, loop: CoolingLoop, written: WrittenLoop): Promise<Undo> {
  const { zone, id, settings: before } = loop;
  const { point, proportional, integral } = written;
  await app.board.setLoop(zone, id, {
    ...(typeof point === 'number' && { target: point }),
    ...(typeof proportional === 'number' && { proportional }),
    ...(typeof integral === 'number' && { integral }),
  });
  return async () => {
    await app.board.resetLoop(zone, id);
    if (Object.keys(before).length > 0) await app.board.setLoop(zone, id, before);
  };
}
