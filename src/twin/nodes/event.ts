/** Events that the simulator controls add to the log of a node. */
import { EVENT_TYPE, encodeSelRecord } from 'node-ipmi';
import { TwinError, unknownName } from '../names.ts';
import type { SimulatedNode } from './node.ts';

export interface NodeEvent {
  /** Name in the records of the node, or number. */
  readonly sensor: string;
  /** Sensor type (IPMI v2.0, table 42-3); null is that of the sensor's record. */
  readonly type: number | null;
  /** State, or threshold and direction (table 42-2). */
  readonly offset: number;
  readonly asserted: boolean;
}

/** @throws TwinError for an unknown sensor, type or offset */
export function logEvent(node: SimulatedNode, { sensor, type, offset, asserted }: NodeEvent): void {
  const sensors = [...node.sensors.sensors.values()].map(({ sdr }) => sdr);
  const number = /^(?:0x[0-9a-f]{1,2}|\d{1,3})$/i.test(sensor) ? Number(sensor) : undefined;
  const known = sensors.find((sdr) =>
    number === undefined ? sdr.name.text === sensor : sdr.number === number,
  );
  if (!known && number === undefined) {
    const names = sensors.map((sdr) => sdr.name.text);
    throw unknownName(sensor, names, `sensor of node ${node.id}`);
  }
  const sensorNumber = known?.number ?? number ?? 0;
  const sensorType = type ?? known?.sensorType;
  if (sensorType === undefined)
    throw new TwinError(`node ${node.id} has no sensor ${sensor}: give the type of the sensor, not auto`);
  for (const [name, value, most] of [
    ['sensor', sensorNumber, 0xff],
    ['type', sensorType, 0xff],
    ['offset', offset, 15],
  ] as const)
    if (!Number.isInteger(value) || value < 0 || value > most)
      throw new TwinError(`${name} is 0 to ${most}, not ${value}`);
  node.sel.add(
    encodeSelRecord({
      kind: 'event',
      recordId: 0,
      timestamp: 0,
      generator: { address: node.address, software: false, channel: 0, lun: known?.owner.lun ?? 0 },
      revision: 4,
      sensorType,
      sensorNumber,
      eventType: known?.eventType ?? EVENT_TYPE.sensorSpecific,
      asserted,
      offset,
      data: [offset, 0xff, 0xff],
    }),
  );
}
