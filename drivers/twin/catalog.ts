/** What a board has, found by name: the chips that its devices may be, and every sensor with what it measures. */
import type { ChipSpec, Quantity } from '../i2c/chip.ts';
import { findChip } from '../i2c/chips/index.ts';
import type { TwinBoard, TwinDevice, TwinPart, TwinSensor } from './board.ts';
import { TwinError } from './names.ts';

/** One part that may be fitted in a device's place. */
export interface Part extends TwinPart {
  readonly spec: ChipSpec;
  readonly bus: number;
  readonly address: number;
}

export interface KnownSensor {
  readonly id: string;
  readonly facts: TwinSensor;
  readonly quantity: Quantity;
  /** Host that must be on for it to mean something. */
  readonly host?: string;
  /** Where it is read: `device channel`, `adc 3` or the fan's id. */
  readonly at: { readonly device: string; readonly channel: string } | { readonly fan: string } | 'adc';
}

/** The device itself, then its second sources. @throws TwinError for a part that nobody knows */
export function partsOf(device: TwinDevice): readonly [Part, ...Part[]] {
  const { alternatives = [] } = device;
  const complete = (part: TwinPart): Part => {
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

/** Every sensor that the twin can give a value to. @throws TwinError for a channel that the chip does not have */
export function sensorsOf(board: TwinBoard): ReadonlyMap<string, KnownSensor> {
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
        add({ id: facts.id, facts, quantity, ...host, at: { device: device.id, channel } });
      }
    }
  }
  for (const { sensor: facts, quantity = 'Voltage' } of board.adc ?? []) {
    add({ id: facts.id, facts, quantity, ...poweredBy(facts.poweredBy), at: 'adc' });
  }
  for (const fan of board.fans ?? []) {
    for (const { sensor: facts } of fan.tachs) {
      add({
        id: facts.id,
        facts,
        quantity: 'Rotational',
        ...poweredBy(facts.poweredBy),
        at: { fan: fan.id },
      });
    }
  }
  return sensors;
}
