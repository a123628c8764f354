/** Parts and sensors of a board by name: the chips that may be fitted, and every sensor with its quantity. */
import type { ChipSpec } from '../../drivers/i2c/chip.ts';
import { findChip } from '../../drivers/i2c/chips/index.ts';
import type { Quantity } from '../../drivers/quantity.ts';
import type {
  AlternativeFacts,
  DeviceFacts,
  NodeFacts,
  Platform,
  SensorFacts,
} from '../platform/vocabulary/index.ts';
import { TwinError } from './names.ts';
import type { AnalogFacts, NodeSensorFacts } from './nodes/facts.ts';
import { serverSensors } from './nodes/server.ts';
import { twinLakesSensors } from './nodes/twin-lakes.ts';

/** A device, or a second source, with its chip. */
export interface FittedPart extends AlternativeFacts {
  readonly spec: ChipSpec;
  readonly bus: number;
  readonly address: number;
}

export interface KnownSensor {
  readonly id: string;
  readonly facts: SensorFacts;
  readonly quantity: Quantity;
  /** Host that must be on for the reading to be valid, unless it has standby power. */
  readonly host?: string;
  readonly standby?: true;
  /** Facts that override the estimate of nominal.ts; see nodes/facts.ts. */
  readonly nominal?: number;
  readonly below?: number;
  readonly constant?: true;
  /** Fan whose rotor it counts, where a chip does. */
  readonly rotorOf?: string;
  /** Where it is read. */
  readonly at:
    | { readonly device: string; readonly channel: string }
    | { readonly fan: string }
    | { readonly node: string }
    | 'adc';
}

/** Sensors in the records of a node. */
export const nodeSensors = ({ simulate = 'server' }: NodeFacts): readonly NodeSensorFacts[] =>
  simulate === 'twin-lakes' ? twinLakesSensors : serverSensors;

/** Id on the twin of a sensor of a node. */
export const nodeSensorId = (node: { readonly id: string }, name: string) => `${node.id}_${name}`;

/** Host that a node manages. */
export const hostOfNode = (board: Platform, { id, host }: NodeFacts) =>
  (board.hosts ?? []).find(
    (each) =>
      each.id === host ||
      (host === undefined &&
        ((each.power.kind === 'ipmi' && each.power.node === id) || each.console?.node === id)),
  );

/** Limit of the die of a simulated processor behind PECI, Cel. */
const tjMax = 93;
const peciFacts: Readonly<Record<string, Partial<KnownSensor>>> = {
  temperature: { nominal: 42 },
  thermalMargin: { nominal: 42, below: tjMax },
  tjMax: { nominal: tjMax, constant: true },
};

/** A sensor of a node; the descriptor overrides the facts. */
function nodeSensor(node: NodeFacts, host: string | undefined, facts: AnalogFacts): KnownSensor {
  const { name, quantity, context, thresholds, nominal, below, standby, constant } = facts;
  const known = node.sensors?.[name] ?? {};
  return {
    id: nodeSensorId(node, name),
    facts: {
      id: nodeSensorId(node, name),
      ...(context === undefined ? {} : { context }),
      ...known,
      thresholds: { ...thresholds, ...known.thresholds },
    },
    quantity,
    ...(host === undefined ? {} : { host }),
    ...(nominal === undefined ? {} : { nominal }),
    ...(below === undefined ? {} : { below }),
    ...(standby === undefined ? {} : { standby }),
    ...(constant === undefined ? {} : { constant }),
    at: { node: node.id },
  };
}

/** The device itself, then its second sources. @throws TwinError for a chip without a driver */
export function partsOf(device: DeviceFacts): readonly [FittedPart, ...FittedPart[]] {
  const { alternatives = [] } = device;
  const complete = (part: AlternativeFacts): FittedPart => {
    const { chip, bus, address } = { ...device, ...part };
    const spec = chip === undefined ? undefined : findChip(chip);
    if (!spec) throw new TwinError(`device ${device.id}: no driver for chip "${chip}"`);
    if (bus === undefined || address === undefined) {
      throw new TwinError(`device ${device.id}: bus and address are needed`);
    }
    return { ...device, ...part, spec, bus, address };
  };
  return [complete({}), ...alternatives.map(complete)];
}

/** Every sensor of the board by id. @throws TwinError for a channel that the chip does not have */
export function sensorsOf(board: Platform): ReadonlyMap<string, KnownSensor> {
  const sensors = new Map<string, KnownSensor>();
  const add = (sensor: KnownSensor) => {
    if (!sensors.has(sensor.id)) sensors.set(sensor.id, sensor);
  };
  const poweredBy = (host: string | undefined) => (host === undefined ? {} : { host });

  for (const device of board.devices ?? []) {
    for (const { spec, sensors: declared = {} } of partsOf(device)) {
      for (const [channel, facts] of Object.entries(declared)) {
        const channels = spec.kind === 'sensor' ? spec.channels : {};
        const quantity = Object.hasOwn(channels, channel) ? channels[channel]?.quantity : undefined;
        if (!quantity) {
          throw new TwinError(`device ${device.id}: ${spec.compatible[0]} has no channel "${channel}"`);
        }
        const host = poweredBy(facts.poweredBy ?? device.poweredBy);
        const fan = (board.fans ?? []).find(({ rotors = [] }) => rotors.includes(facts.id));
        const rotor = fan && { rotorOf: fan.id };
        add({ id: facts.id, facts, quantity, ...host, ...rotor, at: { device: device.id, channel } });
      }
    }
  }
  for (const { sensor: facts, quantity = 'Voltage' } of board.adc ?? []) {
    add({ id: facts.id, facts, quantity, ...poweredBy(facts.poweredBy), at: 'adc' });
  }
  for (const fan of board.fans ?? []) {
    for (const { sensor: facts } of fan.tachs ?? []) {
      add({
        id: facts.id,
        facts,
        quantity: 'Rotational',
        ...poweredBy(facts.poweredBy),
        at: { fan: fan.id },
      });
    }
  }
  for (const { id, sensors: declared } of board.ipmb ?? []) {
    for (const facts of declared) {
      const channel = String(facts.number);
      add({
        id: facts.id,
        facts,
        quantity: facts.quantity,
        ...poweredBy(facts.poweredBy),
        at: { device: id, channel },
      });
    }
  }
  for (const { id, sensors: declared } of board.peci ?? [])
    for (const [channel, facts] of Object.entries(declared))
      add({
        ...{ id: facts.id, facts, quantity: 'Temperature', at: { device: id, channel } },
        ...poweredBy(facts.poweredBy),
        ...peciFacts[channel],
      });
  for (const node of board.nodes ?? []) {
    const host = hostOfNode(board, node)?.id;
    for (const facts of nodeSensors(node)) if (facts.kind === 'analog') add(nodeSensor(node, host, facts));
  }
  return sensors;
}
