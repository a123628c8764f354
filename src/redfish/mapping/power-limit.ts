/** The limit of the power that a node may draw: one control, seen and set in the three places where clients look for it. */

import type { Node, PowerLimit } from '../../board/model/node.ts';
import { type Message, message } from '../../messages/messages.ts';
import type { App } from '../app.ts';
import type { ControlBody, ControlMode, PowerLimit as LegacyLimit } from '../generated/types.ts';
import type { Json } from '../service/json.ts';
import type { Undo } from '../service/resource.ts';
import { chassisUri, sensorUri, systemUri } from '../uris.ts';
import { link, links, statusOf } from './common.ts';

/** DCMI has two bytes for it. */
const mostWatts = 65_535;

/** Nodes in a chassis whose power can be limited. */
export const limitedIn = (app: App, chassis: string): Node[] =>
  [...app.board.nodes.values()].filter((node) => node.chassis === chassis && node.powerLimit !== null);

export const limitId = ({ id }: Node): string => `${id}_PowerLimit`;

/** The sensor of what a chassis consumes: that of the descriptor, or what its node measures. */
export function consumedBy(app: App, chassis: string) {
  const { board } = app;
  const named = board.chassis.get(chassis)?.facts.power?.consumed;
  const measured = [...board.nodes.values()].find((node) => node.chassis === chassis && node.power !== null);
  const id = named ?? measured?.power ?? null;
  return id === null ? undefined : board.sensors.get(id);
}

export function limitControl(app: App, node: Node): ControlBody {
  const { powerLimit, chassis, power, facts } = node;
  const sensor = power === null ? undefined : app.board.sensors.get(power);
  return {
    Name: `Power limit of ${node.name}`,
    ControlType: 'Power',
    SetPointType: 'Single',
    SetPointUnits: 'W',
    SetPoint: powerLimit?.watts ?? null,
    AllowableMin: 0,
    AllowableMax: mostWatts,
    ControlMode: powerLimit?.watts == null ? 'Disabled' : 'Automatic',
    Implementation: 'Direct',
    PhysicalContext: 'Chassis',
    Status: statusOf(node.status),
    RelatedItem: links([chassisUri(chassis), ...(facts.host === undefined ? [] : [systemUri(facts.host)])]),
    AssociatedSensors: sensor === undefined ? [] : [link(sensorUri(sensor))],
  };
}

const outOfRange = (value: Json, name: string): Message[] => [
  message('Base.PropertyValueOutOfRange', [String(value), name], { relatedProperties: [`#/${name}`] }),
];

/** What is wrong with a limit; `name` is where it was written. */
export const limitFaults = (watts: Json | undefined, name: string): Message[] =>
  typeof watts === 'number' && (watts < 1 || watts > mostWatts || !Number.isInteger(watts))
    ? outOfRange(watts, name)
    : [];

/** Sets it; what was not written stays. */
export async function setLimit(
  app: App,
  node: Node,
  written: Partial<PowerLimit>,
): Promise<Undo | undefined> {
  const before = node.powerLimit;
  if (before === null) return undefined;
  await app.board.setPowerLimit(node.id, { ...before, ...written });
  return () => app.board.setPowerLimit(node.id, before);
}

/** What was written of a control, or of an excerpt of one. */
export interface WrittenPoint {
  readonly point: number | null | undefined;
  readonly mode: ControlMode | null | undefined;
}

/** @param prefix path of the excerpt, with a slash at its end */
export function pointFaults({ point, mode }: WrittenPoint, prefix = ''): Message[] {
  if (typeof point === 'number' && mode === 'Disabled')
    return [message('Base.PropertyValueConflict', [`${prefix}SetPoint`, `${prefix}ControlMode`])];
  return limitFaults(point, `${prefix}SetPoint`);
}

export function setPoint(app: App, node: Node, { point, mode }: WrittenPoint): Promise<Undo | undefined> {
  if (mode === 'Disabled' || point === null) return setLimit(app, node, { watts: null });
  return typeof point === 'number' ? setLimit(app, node, { watts: point }) : Promise.resolve(undefined);
}

/** The limit as the older Power resource has it. */
export const legacyLimit = (node: Node | undefined): LegacyLimit => ({
  LimitInWatts: node?.powerLimit?.watts ?? null,
  LimitException: node?.powerLimit?.exception ?? 'NoAction',
  ...(node?.powerLimit == null ? {} : { CorrectionInMs: node.powerLimit.correction }),
});
