/** Sensors as the loops see them: a value, nothing to cool, or unknown. */
import type { Sensor } from '../model/sensor.ts';
import type { State } from '../model/status.ts';
import type { Input } from './loop.ts';

/** States of what is not there, or has no power. */
const idle: readonly State[] = ['Absent', 'StandbyOffline', 'Disabled'];

export const isCritical = ({ crossed }: Pick<Sensor, 'crossed'>): boolean =>
  crossed.includes('upperCritical') || crossed.includes('upperFatal');

export const isHot = ({ crossed }: Pick<Sensor, 'crossed'>): boolean =>
  crossed.some((threshold) => threshold.startsWith('upper'));

/** `isOptional`: what has never had a reading is not fitted. */
export function inputOf(sensor: Sensor, isOptional: boolean): Input {
  const { id, reading, readingTime, status } = sensor;
  if (reading !== null) return { kind: 'value', sensor: id, value: reading, isCritical: isCritical(sensor) };
  if (idle.includes(status.state) || (isOptional && readingTime === null))
    return { kind: 'none', sensor: id };
  return { kind: 'unknown', sensor: id, isStarting: status.state === 'Starting' || readingTime === null };
}

/** A node whose sensors are inputs. */
export interface InputNode {
  readonly id: string;
  /** Its host has power, or that is unknown, and its chassis is present. */
  readonly isPowered: boolean;
  readonly isReachable: boolean;
}

/** The sensors of these names of one node; `find` returns them by id. */
export function inputsOfNode(
  node: InputNode,
  names: readonly string[],
  isOptional: boolean,
  find: (id: string) => Sensor | undefined,
): readonly Input[] {
  return names.map((name): Input => {
    const id = `${node.id}_${name}`;
    if (!node.isPowered) return { kind: 'none', sensor: id };
    const sensor = find(id);
    if (sensor !== undefined) return inputOf(sensor, isOptional);
    // Its records have not been read, or do not have the sensor.
    if (isOptional && node.isReachable) return { kind: 'none', sensor: id };
    return { kind: 'unknown', sensor: id, isStarting: true };
  });
}
